"""A thousand changes within one second, 200 viewers: how many deliveries does a second of processor time buy?

The ways to make them: 1,000 single edits over eight connections, fifty bulk moves of 20 cards each spread over the
second, one bulk move of 1,000 cards, an agent that says 1,000 pieces of text a second; and for nchan 1,000 messages
posted over eight connections. A single edit is a request with a transaction of its own, which is in the figure: to tell
what the viewers cost, the same edits are made for one viewer, too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from bench.agents import Desk, own_cpu_ns
from bench.generator import LostDeliveries, Request
from bench.kanbanai import API, Board, KanbanAI
from bench.measure import NS, Figure, Scale, cpu_ns, median_of
from bench.peers import Nchan, Peer
from bench.side_by_side import cost_per_delivery, in_turns, running, same_size

HERE = "burst"
EVENT_BYTES = 350
PUBLISHERS = 8
BATCHES = 50
LOOKED_AT = 5
"""Viewers of the agent whose every piece is looked for; the others only take what comes."""


def bulk_moves(board: Board, batches: int) -> list[Request]:
    """All cards of the board, in so many requests, to its second column and, next time, to its third."""
    path = f"{API}/boards/{board.id}/cards/move"
    size = len(board.cards) // batches
    return [
        Request(
            "POST", path, json.dumps({"cardIds": board.cards[at : at + size], "columnId": column, "index": 0})
        )
        for column in board.columns[1:3]
        for at in range(0, len(board.cards), size)
    ]


def bulk_deliveries(ours: KanbanAI, viewers: int, batches: int) -> float:
    """Deliveries per second of processor time when so many requests move all cards within a second.

    A delivery is one card's move.
    """
    board = ours.chosen_board()
    rate = 0 if batches == 1 else batches
    with ours.load(script=bulk_moves(board, batches), count_frames=True) as load:
        load.connect(viewers).complete()
        load.publish(batches, rate, expect=len(board.cards)).complete()
        before = cpu_ns(ours.pid)
        answer = load.publish(batches, rate, expect=len(board.cards)).complete()
        return answer.deliveries / ((cpu_ns(ours.pid) - before) / NS)


def spoken_deliveries(desk: Desk, viewers: int, pieces: int, rate: int) -> float:
    """Deliveries per second of processor time of what an agent says; a delivery is one piece of text.

    The agent is a child of the server and not counted, as no publisher is; nor is what an attempt takes that says one
    word: its worktree, the start of its agent, its end.
    """

    def cost(said: int) -> int:
        before = own_cpu_ns(desk.ours.pid)
        seats, _ = asyncio.run(desk.watch(f"pace {said} {rate} {EVENT_BYTES}", viewers, LOOKED_AT))
        if missing := [said - len(seat.late) for seat in seats[:LOOKED_AT] if len(seat.late) != said]:
            raise LostDeliveries(f"pieces that viewers did not see: {missing}")
        return own_cpu_ns(desk.ours.pid) - before

    return viewers * (pieces - 1) / ((cost(pieces) - cost(1)) / NS)


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, events, rounds = scale.pick(200, 50), scale.pick(1_000, 100), scale.pick(5, 1)
    with running(KanbanAI(), Nchan()) as peers:
        ours = peers[0]
        assert isinstance(ours, KanbanAI)
        ours.with_board(events)
        pads = same_size(peers, EVENT_BYTES)

        def deliveries(peer: Peer) -> float:
            return 1e6 / cost_per_delivery(peer, pads[peer.name], viewers, events, events, PUBLISHERS)

        def edits_alone(peer: Peer) -> float:
            return cost_per_delivery(peer, pads[peer.name], 1, events, events, PUBLISHERS)

        singly = in_turns(peers, rounds, deliveries)
        alone = in_turns(peers[:1], rounds, edits_alone)[ours.name]
        batched = in_turns(
            peers[:1], rounds, lambda _: bulk_deliveries(ours, viewers, scale.pick(BATCHES, 5))
        )
        desk = Desk(ours)
        desk.add_agent()
        spoken = in_turns(peers[:1], rounds, lambda _: spoken_deliveries(desk, viewers, 3 * events, events))
        at_once = in_turns(peers[:1], rounds, lambda _: bulk_deliveries(ours, viewers, 1))
    edited, nchan = singly[ours.name], singly["nchan"]
    kinds = {
        "single edits": edited,
        f"{BATCHES} bulk moves": batched[ours.name],
        "one bulk move": at_once[ours.name],
        "what an agent says": spoken[ours.name],
    }
    yield median_of(HERE, "nchan: deliveries per processor second", nchan, "/s")
    for kind, values in kinds.items():
        yield median_of(HERE, f"kanbanai, {kind}: deliveries per processor second", values, "/s")
        by_round = [mine / yours for mine, yours in zip(values, nchan, strict=True)]
        yield median_of(HERE, f"ours ({kind}) to nchan", by_round, "×", "≥", 5)
    yield median_of(HERE, "kanbanai: a single edit with one viewer, processor time", alone, "µs")
    every = [1e6 * viewers / each for each in edited]
    yield median_of(HERE, f"kanbanai: a single edit with {viewers} viewers, processor time", every, "µs")
