"""Terminals, with real shells, through the real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.adapters.processes.ptys import PtyShells
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Placement
from kanbanai.domain.projects import Project
from kanbanai.http.provide import Services
from kanbanai.ports import Closed
from kanbanai.runtime.seats import SCROLL_BACK
from kanbanai.runtime.terminals import SharedTerminals
from kanbanai.usecases import attempts, cards, projects
from tests.http.conftest import shared_edge
from tests.http.places import attempt_in, marked_world
from tests.http.problems import problem
from tests.http.serving import TIMEOUT, Served, served, until
from tests.world import World

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals"),
]

ENVIRONMENT = {"PATH": os.environ["PATH"], "SHELL": "sh", "PS1": "", "OPENAI_API_KEY": "secret"}


@pytest.fixture
def faults() -> list[Exception]:
    return []


@pytest.fixture
def linger() -> float:
    return 3600


@pytest.fixture
def stuck() -> float:
    return 3600


@pytest.fixture
def terminals(
    world: World, home: Path, faults: list[Exception], linger: float, stuck: float
) -> SharedTerminals:
    shells = PtyShells({**ENVIRONMENT, "HOME": str(home)})
    return SharedTerminals(world.store, shells, world.clock, report=faults.append, linger=linger, stuck=stuck)


@pytest.fixture
def services(services: Services, terminals: SharedTerminals) -> Services:
    return msgspec.structs.replace(services, terminals=terminals)


@pytest.fixture
async def server(
    services: Services, terminals: SharedTerminals, faults: list[Exception]
) -> AsyncIterator[Served]:
    async with served(shared_edge(services), on_drain=terminals.close_all) as server:
        yield server
    assert not faults


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with marked_world() as world:
        yield world


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


@pytest.fixture
async def attempt(world: World, project: Project, tmp_path: Path) -> Attempt:
    return await attempt_in(world, project.id, tmp_path / "worktree")


class Client:
    """A terminal in a browser. `shown`: all that was shown so far."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.shown = ""
        self.exit: int | None = None
        self.closed: tuple[int, str] | None = None

    async def type(self, text: str) -> None:
        await self.say({"type": "data", "data": text})

    async def say(self, frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def until(self, is_met: Callable[[], bool]) -> None:
        async with asyncio.timeout(TIMEOUT):
            while not is_met():
                assert await self._hear(), f"closed with {self.closed}; shown was {self.shown[-300:]!r}"

    async def answers(self) -> None:
        """Waits until the shell reads again: what is typed while it takes its terminal back may be lost."""
        async with asyncio.timeout(TIMEOUT):
            while "\nup\r\n" not in self.shown:
                await self.type("echo u''p\n")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await self.sees("\nup\r\n")

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.shown)

    async def to_the_end(self) -> tuple[int, str]:
        async with asyncio.timeout(TIMEOUT):
            while await self._hear():
                pass
        assert self.closed is not None
        return self.closed

    async def _hear(self) -> bool:
        try:
            frame = json.loads(await self.socket.recv())
        except ConnectionClosed as error:
            self.closed = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (0, str(error))
            return False
        if frame["type"] == "exit":
            self.exit = frame["code"]
        else:
            assert frame["type"] == "data"
            self.shown += frame["data"]
        return True


@pytest.fixture
async def enter(server: Served, attempt: Attempt) -> AsyncIterator[Callable[..., Any]]:
    """Opens the card's terminal in one more browser."""
    sockets: list[ClientConnection] = []

    async def entered(
        card_id: str | None = None, *, prefix: str = "/api/v1", query: str = "", **how: Any
    ) -> Client:
        address = f"ws://127.0.0.1:{server.port}{prefix}/terminals/{card_id or attempt.card_id}/ws{query}"
        socket = await connect(address, compression=None, proxy=None, **how)
        sockets.append(socket)
        return Client(socket)

    yield entered
    for socket in sockets:
        await socket.close()


def events(world: World) -> list[str]:
    return [entry.kind for entry in world.committed if entry.kind.startswith("terminal_")]


def clients(terminals: SharedTerminals, attempt: Attempt) -> int | None:
    """How many look at the card's terminal; None: it is not open."""
    found = [one for one in terminals.of_project(attempt.board_id) if one.card_id == attempt.card_id]
    return found[0].client_count if found else None


def last_reason(world: World) -> str:
    closed = [entry for entry in world.committed if entry.kind == "terminal_closed"]
    return str(json.loads(closed[-1].body)["reason"])


# ── The shell ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("prefix", ["/api/v1", "/api"])
async def test_a_shell_in_the_worktree(enter: Any, attempt: Attempt, project: Project, prefix: str) -> None:
    one = await enter(prefix=prefix, query=f"?projectId={project.id}")
    await one.type("pwd; echo $TERM; tty | cut -c1-5; echo a${OPENAI_API_KEY}z\n")
    await one.sees(f"{attempt.worktree_path}\r\nxterm-256color\r\n/dev/\r\naz\r\n")


async def test_the_terminal_is_the_shells_own(enter: Any) -> None:
    """Ctrl-C reaches what runs in it, and job control is there."""
    one = await enter()
    await one.type("cat; echo over\n")
    await one.type("hello\n")
    await one.sees("hello\r\nhello\r\n")
    await one.type("\x03")
    await one.sees("^C")
    await one.answers()
    await one.type("set -m; sleep 100 & jobs > jobs; cut -c1-3 jobs\n")
    await one.sees("[1]\r\n")


async def test_how_much_can_be_seen_is_told_to_the_shell(
    enter: Any, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    one = await enter()
    await one.type("stty size\n")
    await one.sees("24 80\r\n")
    await one.say({"type": "resize", "cols": 100, "rows": 30})
    await one.type("stty size\n")
    await one.sees("30 100\r\n")
    resized = await client.post(f"/api/v1/terminals/{attempt.card_id}/resize", json={"cols": 120, "rows": 40})
    assert resized.json() == {"ok": True}
    await one.type("stty size\n")
    await one.sees("40 120\r\n")


@pytest.mark.parametrize(
    "size", [{"cols": 0, "rows": 1}, {"cols": 501, "rows": 1}, {"cols": 1, "rows": 201}, {}]
)
async def test_a_size_that_cannot_be_is_refused(
    enter: Any, client: httpx.AsyncClient, attempt: Attempt, size: dict[str, int]
) -> None:
    one = await enter()
    await one.type("echo here\n")
    await one.sees("here\r\n")
    answer = await client.post(f"/api/v1/terminals/{attempt.card_id}/resize", json=size)
    if size:
        assert problem(answer)["status"] == 400
    await one.say({"type": "resize", **size} if size else {"type": "resize", "cols": "x"})
    await one.type("stty size\n")
    await one.sees("24 80\r\n")


async def test_what_is_no_frame_is_passed_over(enter: Any) -> None:
    one = await enter()
    for nonsense in (
        "",
        "{",
        "[]",
        '{"type":"data"}',
        '{"type":"launch"}',
        '{"type":"data","data":7}',
        "null",
    ):
        await one.socket.send(nonsense)
    await one.socket.send(b"\x00\xff")
    await one.type("echo sti''ll\n")
    await one.sees("still\r\n")


async def test_text_that_comes_in_parts_is_whole(enter: Any) -> None:
    one = await enter()
    await one.type("printf '\\342'; printf '\\202'; printf '\\254\\n'; printf 'a\\377b\\n'\n")
    await one.sees("€\r\na�b\r\n")


async def test_a_long_text_is_typed_whole(enter: Any, tmp_path: Path) -> None:
    one = await enter()
    await one.type("stty -echo -icanon; echo rea''dy; head -c 300000 > pasted; echo do''ne\n")
    await one.sees("ready\r\n")
    await one.type("x" * 300_000)
    await one.sees("done\r\n")
    assert (tmp_path / "worktree" / "pasted").stat().st_size == 300_000


# ── Several clients ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_several_clients_share_it_and_later_ones_see_what_was_shown(
    enter: Any, world: World, client: httpx.AsyncClient, attempt: Attempt, project: Project
) -> None:
    one = await enter()
    await one.type("A=1; echo fir''st\n")
    await one.sees("first\r\n")
    two = await enter()
    await two.sees("first\r\n")
    await two.type("echo sec''ond $A\n")
    await asyncio.gather(one.sees("second 1\r\n"), two.sees("second 1\r\n"))
    shown = (await client.get(f"/api/v1/terminals/{attempt.card_id}")).json()
    assert shown.pop("createdAt")
    assert shown.pop("shell").endswith("/sh")
    assert shown == {
        "id": attempt.card_id,
        "cardId": attempt.card_id,
        "projectId": project.id,
        "attemptId": attempt.id,
        "worktreePath": attempt.worktree_path,
        "cols": 80,
        "rows": 24,
        "clientCount": 2,
    }
    assert events(world) == ["terminal_opened"]


async def test_many_who_come_at_once_share_one(enter: Any, world: World) -> None:
    clients = await asyncio.gather(*(enter() for _ in range(8)))
    await clients[0].type("echo he''re\n")
    await asyncio.gather(*(one.sees("here\r\n") for one in clients))
    assert events(world) == ["terminal_opened"]


async def test_the_last_of_much_is_shown_again(enter: Any) -> None:
    one = await enter()
    await one.type("seq 100000; echo en''d\n")
    await one.sees("end\r\n")
    two = await enter()
    await two.sees("end\r\n")
    assert SCROLL_BACK - 100 < len(two.shown) <= SCROLL_BACK + 100
    assert two.shown.splitlines()[0].isdigit()
    assert "100000\r\nend" in two.shown


async def test_a_client_that_takes_nothing_is_sent_away_and_the_other_is_served(
    terminals: SharedTerminals, attempt: Attempt
) -> None:
    async with terminals.seat(None, attempt.card_id) as one, terminals.seat(None, attempt.card_id) as slow:
        assert not isinstance(one, Closed)
        assert not isinstance(slow, Closed)
        await one.type("seq 500000; echo en''d\n")
        shown = ""
        async with asyncio.timeout(60):
            while "end\r\n" not in shown:
                news = await one.next()
                assert isinstance(news, str)
                shown = shown[-100:] + news
        assert await slow.next() == Closed(1013, "Too far behind; connect again")
        assert clients(terminals, attempt) == 1
    await terminals.close_all()


@pytest.mark.slow
@pytest.mark.parametrize("stuck", [0.2])
async def test_the_only_client_holds_the_shell_up_for_a_moment_only(
    enter: Any, terminals: SharedTerminals, attempt: Attempt, tmp_path: Path
) -> None:
    slow = await enter(max_queue=1)
    await until(lambda: clients(terminals, attempt) == 1)
    slow.socket.transport.pause_reading()
    await slow.type("seq 1000000; touch over\n")
    over = tmp_path / "worktree" / "over"
    async with asyncio.timeout(60):
        while clients(terminals, attempt) != 0 or not over.exists():  # noqa: ASYNC110 - neither rings a bell
            await asyncio.sleep(0)
    slow.socket.transport.abort()


# ── Its end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_shell_that_exits_says_its_code_once(
    enter: Any, world: World, client: httpx.AsyncClient
) -> None:
    one, two = await enter(), await enter()
    await one.type("echo by''e; exit 7\n")
    ends = await asyncio.gather(one.to_the_end(), two.to_the_end())
    assert set(ends) == {(1000, "Terminal closed: process_exit")}
    assert one.exit == two.exit == 7
    assert "bye" in two.shown
    await until(lambda: "terminal_closed" in events(world))
    assert events(world) == ["terminal_opened", "terminal_closed"]
    assert last_reason(world) == "process_exit"


@pytest.mark.slow
async def test_closing_ends_all_that_runs_in_it(
    enter: Any, world: World, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    one = await enter()
    await one.type("trap '' HUP TERM; setsid sleep 1000 & nohup sleep 1000 & echo star''ted; cat\n")
    await one.sees("started")
    path = f"/api/v1/terminals/{attempt.card_id}"
    assert (await client.delete(path)).json() == {"ok": True}
    assert await LocalProcesses().end_marked(attempt.id) == 0
    assert await one.to_the_end() == (1000, "Terminal closed: manual")
    assert one.exit is None
    assert last_reason(world) == "manual"
    for method in ("GET", "DELETE"):
        assert problem(await client.request(method, path))["detail"] == "Terminal session not found"


@pytest.mark.parametrize("reason", ["card_moved", "attempt_ended", "project_deleted"])
async def test_it_is_closed_with_the_reason_given(
    enter: Any, world: World, terminals: SharedTerminals, attempt: Attempt, reason: Any
) -> None:
    assert not terminals.is_busy(attempt.card_id)
    one = await enter()
    assert terminals.is_busy(attempt.card_id)
    assert await terminals.close_for(attempt.card_id, reason)
    assert not terminals.is_busy(attempt.card_id)
    assert await one.to_the_end() == (1000, f"Terminal closed: {reason}")
    assert last_reason(world) == reason
    assert not await terminals.close_for(attempt.card_id, reason)


async def test_of_a_project_that_is_gone_nobody_is_told(
    enter: Any, world: World, terminals: SharedTerminals, attempt: Attempt, project: Project
) -> None:
    one = await enter()
    await world.run(attempts.set_status, attempt.id, "succeeded")
    await world.run(projects.delete, project.id)
    await terminals.close_for(attempt.card_id, "project_deleted")
    assert await one.to_the_end() == (1000, "Terminal closed: project_deleted")
    assert events(world) == ["terminal_opened"]


async def test_it_stays_for_who_comes_back(enter: Any, terminals: SharedTerminals, attempt: Attempt) -> None:
    one = await enter()
    await one.type("A=kept; echo o''k\n")
    await one.sees("ok\r\n")
    await one.socket.close()
    await until(lambda: clients(terminals, attempt) == 0)
    two = await enter()
    await two.type("echo it is $A\n")
    await two.sees("it is kept\r\n")


async def test_who_leaves_while_the_shell_takes_nothing_has_left(
    enter: Any, terminals: SharedTerminals, attempt: Attempt
) -> None:
    """What runs there reads nothing; the client waits to be rid of what it pasted, and goes away."""
    one = await enter()
    await one.type("stty -echo -icanon; echo rea''dy; exec sleep 600\n")
    await one.sees("ready\r\n")
    await one.type("x" * 300_000)
    await one.socket.close()
    await until(lambda: clients(terminals, attempt) == 0)


async def test_who_types_much_more_than_the_shell_takes_is_sent_away(enter: Any) -> None:
    one = await enter()
    await one.type("stty -echo -icanon; echo rea''dy; exec sleep 600\n")
    await one.sees("ready\r\n")
    for _ in range(3):
        await one.type("x" * 900_000)
    assert await one.to_the_end() == (1013, "The shell takes nothing of what is typed; connect again")


@pytest.mark.parametrize("linger", [0.05])
async def test_it_does_not_stay_for_ever(enter: Any, world: World) -> None:
    one = await enter()
    await one.socket.close()
    await until(lambda: "terminal_closed" in events(world))
    assert last_reason(world) == "disconnect"


async def test_a_newer_attempt_has_a_terminal_of_its_own(
    enter: Any, world: World, attempt: Attempt, tmp_path: Path
) -> None:
    one = await enter()
    await world.run(attempts.set_status, attempt.id, "failed")
    again = attempts.NewAttempt(agent="CODEX", branch_name="ab/two")
    newer = await world.run(attempts.queue, attempt.board_id, attempt.card_id, again)
    await world.run(attempts.start, newer.id)
    (tmp_path / "second").mkdir()
    await world.run(attempts.record_worktree, newer.id, str(tmp_path / "second"))
    two = await enter()
    assert await one.to_the_end() == (1000, "Terminal closed: attempt_ended")
    await two.type("pwd\n")
    await two.sees("/second\r\n")
    assert events(world) == ["terminal_opened", "terminal_closed", "terminal_opened"]


async def test_the_servers_end_is_a_terminals_end(
    services: Services, terminals: SharedTerminals, world: World, attempt: Attempt
) -> None:
    async with served(shared_edge(services), on_drain=terminals.close_all) as server:
        address = f"ws://127.0.0.1:{server.port}/api/v1/terminals/{attempt.card_id}/ws"
        one = Client(await connect(address, proxy=None))
        await one.type("echo he''re\n")
        await one.sees("here\r\n")
        server.server.stop()
        assert await one.to_the_end() == (1012, "The server is stopping")
    assert await LocalProcesses().end_marked(attempt.id) == 0
    assert last_reason(world) == "disconnect"


# ── Who may come in ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_where_there_is_no_worktree_there_is_no_terminal(
    enter: Any, world: World, project: Project, terminals: SharedTerminals
) -> None:
    bare = await attempt_in(world, project.id, None)
    for card_id in (bare.card_id, await world.card(project.id), "card-unknown"):
        one = await enter(card_id)
        assert await one.to_the_end() == (4001, "No active worktree for this card")
    assert events(world) == []
    assert not terminals._doors, "nothing is kept of cards that have no terminal"


async def test_a_card_of_another_project_has_none(enter: Any, world: World) -> None:
    other = await world.project("Other")
    one = await enter(query=f"?projectId={other.id}")
    assert await one.to_the_end() == (4001, "No active worktree for this card")


async def test_an_attempt_that_failed_has_none_and_a_card_that_is_done_neither(
    enter: Any, world: World, project: Project, attempt: Attempt, tmp_path: Path
) -> None:
    failed = await attempt_in(world, project.id, tmp_path / "failed", "failed")
    one = await enter(failed.card_id)
    assert await one.to_the_end() == (4001, "Attempt is not in a valid state for terminal access")
    *_, done = await world.columns(project.id)
    await world.run(cards.move, project.id, attempt.card_id, Placement(done, 0))
    two = await enter()
    assert await two.to_the_end() == (4001, "Attempt is not in a valid state for terminal access")


async def test_a_worktree_that_is_not_on_the_disk(enter: Any, world: World, attempt: Attempt) -> None:
    await asyncio.to_thread(os.rmdir, str(attempt.worktree_path))
    one = await enter()
    assert await one.to_the_end() == (4002, "Failed to create terminal session")
    assert events(world) == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}],
    ids=["another site", "a name that was rebound", "no site at all"],
)
async def test_strangers_are_refused_before_the_socket_is_accepted(
    server: Served, world: World, attempt: Attempt, headers: dict[str, str]
) -> None:
    lines = {"Host": "127.0.0.1", **headers}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = [
        f"GET /api/v1/terminals/{attempt.card_id}/ws HTTP/1.1",
        *(f"{name}: {value}" for name, value in lines.items()),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    answer = await asyncio.wait_for(reader.read(), TIMEOUT)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert events(world) == []


async def test_a_page_of_this_machine_may_come_in(enter: Any) -> None:
    one = await enter(additional_headers={"Origin": "http://localhost:5173"})
    await one.type("echo he''re\n")
    await one.sees("here\r\n")


async def test_there_are_no_other_sockets(server: Served) -> None:
    for path in ("/terminals/card-1/ws", "/api/v1/nothing"):
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{server.port}{path}", proxy=None)


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_open_and_the_possible_are_listed(
    enter: Any, client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt, tmp_path: Path
) -> None:
    ended = await attempt_in(world, project.id, tmp_path / "ended", "succeeded")
    await attempt_in(world, project.id, tmp_path / "failed", "failed")
    await attempt_in(world, project.id, None)
    one = await enter()
    await one.type("echo he''re\n")
    await one.sees("here\r\n")
    path = f"/api/v1/projects/{project.id}/terminals"
    assert [each["id"] for each in (await client.get(path)).json()["terminals"]] == [attempt.card_id]
    assert (await client.get(f"{path}/eligible")).json() == {
        "eligible": [
            {
                "cardId": each.card_id,
                "attemptId": each.id,
                "worktreePath": each.worktree_path,
                "hasActiveTerminal": each is attempt,
            }
            for each in (ended, attempt)
        ]
    }
    for name in ("", "/eligible"):
        assert problem(await client.get(f"/api/v1/projects/nowhere/terminals{name}"))["status"] == 404
