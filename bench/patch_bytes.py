"""How many bytes does a viewer get for one card's move on a board of 1,000 cards?"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from bench.generator import Request
from bench.kanbanai import API, Board, KanbanAI
from bench.measure import Figure, Scale, at_most, told

HERE = "patch_bytes"


def moves(board: Board, count: int) -> list[Request]:
    """Single moves to the top, the end and somewhere in between, within a column and across."""
    chosen = random.Random(7)
    return [
        Request(
            "PATCH",
            f"{API}/boards/{board.id}/cards/{chosen.choice(board.cards)}",
            json.dumps(
                {
                    "columnId": board.columns[number % len(board.columns)],
                    "index": chosen.choice((0, 100, 100_000)),
                }
            ),
        )
        for number in range(count)
    ]


def ask(scale: Scale) -> Iterator[Figure]:
    cards, count = scale.pick(1_000, 200), scale.pick(400, 40)
    with KanbanAI() as ours:
        ours.with_board(cards)
        board = ours.chosen_board()
        for view, name in (("patch", "patch view"), ("", "default view")):
            script = moves(board, count)
            # A patch for each move; the default view may coalesce, so there one move is made at a time and waited for.
            with ours.load(
                script=script, path=board.stream(view), count_frames=True, events=["state_patch", "state"]
            ) as load:
                load.connect(1).complete()
                if view:
                    answer = load.publish(count, 0).complete()
                    yield at_most(HERE, f"{name}: bytes of a card's move", answer.bytes / count, "bytes", 600)
                else:
                    size = sum(load.publish(1, 0).complete().bytes for _ in range(10)) / 10
                    yield told(HERE, f"{name}: bytes of a card's move", size, "bytes")
