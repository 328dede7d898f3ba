"""The dashboard's overview with 100,000 attempts of the last year behind it: how long does one GET take?

The attempts are written straight into the database, in the server's own schema, while it is down: 100,000 runs of an
agent are not to be had otherwise. Asked five times a second, slower than the 150 ms for which one may be shared.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from bench.generator import Load, Request
from bench.kanbanai import API, Board, KanbanAI
from bench.measure import Figure, Scale, at_most, cpu_ns, told
from kanbanai.adapters.storage.tables import attempts

HERE = "dashboard"
PROJECTS = 10
AGENTS = ("CODEX", "OPENCODE", "DROID")
ENDS = ("succeeded", "succeeded", "succeeded", "failed", "stopped")
RUNNING = 20
INSERTED_AT_ONCE = 5_000


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def past_attempts(boards: Sequence[Board], count: int) -> Iterator[dict[str, Any]]:
    """`count` attempts spread evenly over a year, oldest first; the last ones of all are still running."""
    chosen = random.Random(18)
    cards = [(board.id, card) for board in boards for card in board.cards]
    now = datetime.now(UTC)
    for number in range(count):
        board, card = cards[number % len(cards)]
        running = number >= count - RUNNING
        created = now - timedelta(days=365) * ((count - number) / count)
        ended = created + timedelta(seconds=chosen.randrange(30, 3_600))
        yield {
            "id": f"att-bench-{number:06d}",
            "board_id": board,
            "card_id": card,
            "agent": chosen.choice(AGENTS),
            "status": "running" if running else chosen.choice(ENDS),
            "base_branch": "main",
            "branch_name": f"bench/{number}",
            "shown": running or number >= count - len(cards),
            "created_at": iso(created),
            "updated_at": iso(created if running else ended),
            "started_at": iso(created),
            "ended_at": None if running else iso(ended),
        }


def insert(database: Path, rows: Iterator[dict[str, Any]]) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == INSERTED_AT_ONCE:
                connection.execute(attempts.insert(), batch)
                batch = []
        if batch:
            connection.execute(attempts.insert(), batch)
    engine.dispose()


def ask(scale: Scale) -> Iterator[Figure]:
    count, cards, asked = scale.pick(100_000, 5_000), scale.pick(1_000, 50), scale.pick(60, 10)
    with KanbanAI() as ours:
        boards = [ours.open_board(cards) for _ in range(PROJECTS)]
        ours.stop()
        insert(ours.database(), past_attempts(boards, count))
        ours.start()
        for preset in ("last_7d", "last_90d", "all_time"):
            path = f"{API}/dashboard?timeRangePreset={preset}"
            with Load(ours.port, "/", script=[Request("GET", path, "")]) as load:
                load.publish(5, 5).complete()
                before = cpu_ns(ours.pid)
                answer = load.publish(asked, 5).complete()
                cpu = (cpu_ns(ours.pid) - before) / asked / 1e6
            name = f"{preset}, {count:,} attempts"
            if preset == "last_7d":  # what the page shows and the stream sends
                yield at_most(HERE, f"{name}: time of the overview, p50", answer.service.p50 * 1e3, "ms", 10)
            else:
                yield told(HERE, f"{name}: time of the overview, p50", answer.service.p50 * 1e3, "ms")
            yield told(HERE, f"{name}: time of the overview, p99", answer.service.p99 * 1e3, "ms")
            yield told(HERE, f"{name}: processor time", cpu, "ms")
