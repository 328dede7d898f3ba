"""An agent at work: how late do viewers see it, what does an update cost, how soon does it begin, how long is a page?

The trace is a public one of a real agent, 31,314 updates in 41 minutes, most of them thoughts; its busiest stretch is
played twenty times as fast. The times are from the agent's writing a piece of text to a viewer's having it.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.kanbanai import API, Api, KanbanAI
from bench.measure import Figure, Scale, at_most, memory
from kanbanai.adapters.storage.open import open_store
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.domain.conversations import Message
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.ports import Transaction
from kanbanai.usecases import queries
from kanbanai.usecases.attempts import records

HERE = "agents"
SPEED = 20
VIEWERS = 50
READING = 5
"""Viewers whose every piece is looked at; the others only take what comes, for the processor is the server's, too."""
AGENT = Path(__file__).with_name("trace_agent.py")
_TIME = re.compile(rb"\xe2\x9f\xa8(\d+)\xe2\x9f\xa9")
_STATUS = re.compile(rb'data: \{"attemptId":"([^"]+)","cardId":"[^"]+","status":"(\w+)"')


class Viewer:
    """Reads a board's stream to the end of the attempt."""

    def __init__(self, port: int, board: str, *, reads: bool) -> None:
        self.port, self.board, self.reads = port, board, reads
        self.late: dict[int, float] = {}
        """Seconds by the time at which a piece was written."""

    async def run(self, ready: asyncio.Semaphore) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        writer.write(
            f"GET {API}/sse?boardId={self.board}&view=patch HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        seen, tail = False, b""
        begun: set[bytes] = set()
        while data := await reader.read(2**18):
            if not seen and b"event: state" in data:
                seen = True
                ready.release()
            block, tail = tail + data, (tail + data)[-256:]
            if self.reads:
                now = time.monotonic_ns()
                for found in _TIME.findall(block):
                    self.late.setdefault(int(found), (now - int(found)) / 1e9)
            for attempt, status in _STATUS.findall(block):
                if status == b"queued":
                    begun.add(attempt)
                elif attempt in begun and status in {b"succeeded", b"failed", b"stopped"}:
                    writer.close()
                    return
        raise RuntimeError("the stream ended before the attempt did")


class Desk:
    """A server with the measuring agent, and a project on a repository."""

    def __init__(self, ours: KanbanAI, files: int = 1) -> None:
        self.api = Api(ours.port)
        self.ours = ours
        self.repository = ours.folder / f"repository-{files}"
        self.repository.mkdir()
        for number in range(files):
            folder = self.repository / f"d{number // 500}"
            folder.mkdir(exist_ok=True)
            (folder / f"f{number}.txt").write_text(f"{number}\n")
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "First"]):
            self.git(*words)
        self.project = self.api(
            "POST", "/projects", {"name": f"P{files}", "repositoryPath": str(self.repository)}
        )["id"]

    def git(self, *words: str) -> None:
        names = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
        subprocess.run(["git", "-C", self.repository, *names, *words], check=True, capture_output=True)

    def add_agent(self) -> None:
        program = {"command": sys.executable, "args": ["-P", str(AGENT)]}
        self.api("POST", "/agents", {"key": "TRACE", "label": "Trace", **program})

    def start(self, prompt: str) -> str:
        state = self.api("GET", f"/boards/{self.project}")["state"]
        card = {"columnId": state["columnOrder"][0], "title": prompt}
        cards = self.api("POST", f"/boards/{self.project}/cards", card)["state"]["cards"]
        (card_id,) = set(cards) - set(state["cards"])
        return str(
            self.api("POST", f"/projects/{self.project}/cards/{card_id}/attempts", {"agent": "TRACE"})["id"]
        )

    async def watch(self, prompt: str, viewers: int, reading: int) -> tuple[list[Viewer], str]:
        """Runs an attempt to its end before so many viewers."""
        ready = asyncio.Semaphore(0)
        seats = [Viewer(self.ours.port, self.project, reads=number < reading) for number in range(viewers)]
        async with asyncio.TaskGroup() as group:
            for seat in seats:
                group.create_task(seat.run(ready))
            for _ in seats:
                await ready.acquire()
            attempt = await asyncio.to_thread(self.start, prompt)
        found = self.api("GET", f"/attempts/{attempt}")
        if found["status"] != "succeeded":
            raise RuntimeError(f"the attempt ended as {found['status']}: {found['failure']}")
        return seats, attempt


def ask(scale: Scale) -> Iterator[Figure]:
    seconds, count = scale.pick(1_200, 100), scale.pick(30_000, 2_000)
    yield page(scale.pick(100_000, 5_000))
    with KanbanAI() as ours:
        desk = Desk(ours)
        desk.add_agent()
        asyncio.run(desk.watch("say 10", 1, 1))  # everything is loaded now
        before = memory(ours.pid).anonymous
        seats, _ = asyncio.run(desk.watch(f"trace {SPEED} {seconds}", VIEWERS, READING))
        late = [one * 1000 for seat in seats[:READING] for one in seat.late.values()]
        cut = statistics.quantiles(late, n=100)
        yield at_most(
            HERE, f"the trace ×{SPEED}, {VIEWERS} viewers: agent to viewer, p99", cut[98], "ms", 100
        )
        yield Figure(HERE, "the same, p50", cut[49], "ms")
        yield at_most(HERE, "the same, the latest piece of all", max(late), "ms", 1_000)
        yield Figure(HERE, "pieces seen", len(late) / READING, "")
        grown = (memory(ours.pid).anonymous - before) / 2**20
        yield at_most(HERE, "memory more than before", grown, "MB", 20)
        yield cost(desk, count)
        yield from output(desk)
        yield from begins(ours, scale.pick(50_000, 2_000))


def cost(desk: Desk, count: int) -> Figure:
    """Processor time of the server alone: its agent is a child, which is over when it is measured."""
    own = own_cpu_ns(desk.ours.pid)
    asyncio.run(desk.watch(f"say {count}", 1, 0))
    each = (own_cpu_ns(desk.ours.pid) - own) / count / 1e6
    return at_most(
        HERE, f"processor time of an update ({count:,} without pause, one viewer)", each, "ms", 0.3
    )


def own_cpu_ns(pid: int) -> int:
    """Processor time of a process without its children."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def output(desk: Desk) -> Iterator[Figure]:
    began = time.monotonic()
    seats, attempt = asyncio.run(desk.watch("print 10485760", 1, 0))
    yield Figure(
        HERE, "an attempt whose tool prints 10 MB, all in all", (time.monotonic() - began) * 1000, "ms"
    )
    conversation = desk.api("GET", f"/attempts/{attempt}/conversation")["conversation"]
    tool = next(item for item in conversation if item["type"] == "tool")
    yield at_most(HERE, "its item in the conversation", len(json.dumps(tool)) / 1024, "KB", 128)
    del seats


def begins(ours: KanbanAI, files: int) -> Iterator[Figure]:
    """From the request to the first word of the agent, less what `git worktree add` takes by itself."""
    desk = Desk(ours, files)
    alone, mine = [], []
    for number in range(3):
        began = time.monotonic()
        desk.git(
            "worktree", "add", "-q", "-b", f"alone-{number}", str(ours.folder / f"alone-{number}"), "main"
        )
        alone.append(time.monotonic() - began)
        began = time.monotonic()
        asyncio.run(desk.watch("hello", 1, 0))
        mine.append(time.monotonic() - began)
    more = (min(mine) - min(alone)) * 1000
    yield Figure(HERE, f"git worktree add of {files:,} files alone", min(alone) * 1000, "ms")
    yield at_most(
        HERE, f"an attempt on {files:,} files, from request to end, takes more by", more, "ms", 1_000
    )


def page(items: int) -> Figure:
    """The last page of a long conversation, as the route reads it."""

    async def measure() -> float:
        store = open_store(None, clock=SystemClock(), ids=RandomIds(), on_commit=lambda _entries: None)
        try:
            attempt = await store.run(_long, items)
            times = []
            for _ in range(21):
                began = time.monotonic()
                found, _ = await store.read(queries.conversation, attempt, None, 200)
                times.append((time.monotonic() - began) * 1000)
                if found[-1].id != f"cmsg-{items - 1}" or len(found) != 200:
                    raise RuntimeError("that was not the last page")
            return statistics.median(times)
        finally:
            store.close()

    return at_most(HERE, f"last page of a conversation of {items:,} items", asyncio.run(measure()), "ms", 50)


def _long(tx: Transaction, items: int) -> AttemptId:
    from kanbanai.usecases import attempts, cards, projects

    project = projects.create(tx, projects.NewProject(name="Long", repository_path="/long"))
    column = tx.columns.of_board(project.id)[0].id
    card = cards.create(tx, project.id, cards.NewCard(column_id=column, title="Long")).card
    attempt = attempts.queue(tx, project.id, card.id, attempts.NewAttempt(agent="DEMO", branch_name="long"))
    said: Any = [
        Message(
            id=ItemId(f"cmsg-{number}"),
            timestamp=tx.now,
            role="assistant",
            text="What it says is of some length. " * 8,
            format="markdown",
            profile_id=None,
        )
        for number in range(items)
    ]
    for begin in range(0, items, 1_000):
        records.put_items(tx, attempt.id, said[begin : begin + 1_000])
    return attempt.id
