"""A thousand changes within one second, 200 viewers: how many deliveries does a second of processor time buy?

Three ways to make them: 1,000 single edits over eight connections, one bulk move of 1,000 cards, and for nchan 1,000
messages posted over eight connections.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.generator import Request
from bench.kanbanai import API, Board, KanbanAI
from bench.measure import NS, Figure, Scale, cpu_ns, median_of
from bench.peers import Nchan, Peer
from bench.side_by_side import cost_per_delivery, in_turns, ratios, running, same_size

HERE = "burst"
EVENT_BYTES = 350
PUBLISHERS = 8


def bulk_moves(board: Board) -> list[Request]:
    """All cards of the board to its second column and, next time, to its third."""
    path = f"{API}/boards/{board.id}/cards/move"
    return [
        Request("POST", path, json.dumps({"cardIds": list(board.cards), "columnId": column, "index": 0}))
        for column in board.columns[1:3]
    ]


def bulk_deliveries(ours: KanbanAI, viewers: int) -> float:
    """Deliveries per second of processor time when one request moves all cards: a delivery is one card's move."""
    board = ours.chosen_board()
    with ours.load(script=bulk_moves(board), count_frames=True) as load:
        load.connect(viewers).complete()
        load.publish(1, 0, expect=len(board.cards)).complete()
        before = cpu_ns(ours.pid)
        answer = load.publish(1, 0, expect=len(board.cards)).complete()
        return answer.deliveries / ((cpu_ns(ours.pid) - before) / NS)


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, events, rounds = scale.pick(200, 50), scale.pick(1_000, 100), scale.pick(5, 1)
    with running(KanbanAI(), Nchan()) as peers:
        ours = peers[0]
        assert isinstance(ours, KanbanAI)
        ours.with_board(events)
        pads = same_size(peers, EVENT_BYTES)

        def deliveries(peer: Peer) -> float:
            return 1e6 / cost_per_delivery(peer, pads[peer.name], viewers, events, events, PUBLISHERS)

        singly = in_turns(peers, rounds, deliveries)
        at_once = in_turns(peers[:1], rounds, lambda _: bulk_deliveries(ours, viewers))
    for name, values in singly.items():
        yield median_of(HERE, f"{name}: deliveries per processor second", values, "/s")
    yield median_of(
        HERE, "kanbanai, one bulk move: deliveries per processor second", at_once["kanbanai"], "/s"
    )
    yield median_of(HERE, "ours (single edits) to nchan", ratios(singly, "kanbanai", "nchan"), "×", "≥", 5)
    bulk = [mine / yours for mine, yours in zip(at_once["kanbanai"], singly["nchan"], strict=True)]
    yield median_of(HERE, "ours (one bulk move) to nchan", bulk, "×", "≥", 5)
