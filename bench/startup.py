"""How long from starting the process to `/readyz`, with a database of 10,000 cards and with none?"""

from __future__ import annotations

from collections.abc import Iterator

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, median_of

HERE = "startup"


def ask(scale: Scale) -> Iterator[Figure]:
    cards, rounds = scale.pick(10_000, 500), scale.pick(7, 2)
    with KanbanAI() as ours:
        ours.open_board(cards)
        existing, ended = [], []
        for _ in range(rounds):
            ended.append(ours.stop())
            existing.append(ours.start())
    fresh = []
    for _ in range(rounds):
        ours = KanbanAI()
        with ours:
            fresh.append(ours.started_in)
    yield median_of(HERE, f"ready, with a database of {cards:,} cards", existing, "s", "≤", 1.5)
    yield median_of(HERE, "ready, with an empty data folder", fresh, "s", "≤", 1.5)
    yield median_of(HERE, "ended after SIGTERM", ended, "s")
