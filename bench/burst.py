"""A thousand changes a second, 200 viewers: how many deliveries does a second of processor time buy?

The ways to make them: 1,000 single edits over eight connections, fifty bulk moves of 20 cards each spread over the
second, one bulk move of 1,000 cards, an agent that says 1,000 pieces of text a second; and for nchan 1,000 messages
posted over eight connections. All but the one bulk move go on for two seconds. They take turns within each round, and
each is compared with the nchan of its own round; all on one core, where nchan is at its best. A single edit is a
request with a transaction of its own, which is in the figure: to tell what the viewers cost, the same edits are made
for one viewer, too.
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
from bench.side_by_side import cost_per_delivery, each_in_turn, on_one_core, running, same_size

HERE = "burst"
EVENT_BYTES = 350
PUBLISHERS = 8
BATCHES = 50
SECONDS = 2
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


def bulk_deliveries(ours: KanbanAI, viewers: int, batches: int, seconds: int = 1) -> float:
    """Deliveries per second of processor time when so many requests a second move all cards.

    A delivery is one card's move.
    """
    board = ours.chosen_board()
    rate = 0 if batches == 1 else batches
    with ours.load(script=bulk_moves(board, batches), count_frames=True) as load:
        load.connect(viewers).complete()
        load.publish(batches, rate, expect=len(board.cards)).complete()
        before = cpu_ns(ours.pid)
        answer = load.publish(seconds * batches, rate, expect=seconds * len(board.cards)).complete()
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
    viewers, rate, rounds = scale.pick(200, 50), scale.pick(1_000, 100), scale.pick(5, 1)
    seconds, batches = scale.pick(SECONDS, 1), scale.pick(BATCHES, 5)
    with running(KanbanAI(), Nchan()) as peers:
        ours, nchan = peers
        assert isinstance(ours, KanbanAI)
        ours.with_board(rate)
        pads = same_size(peers, EVENT_BYTES)
        desk = Desk(ours)
        desk.add_agent()
        asyncio.run(desk.watch("say 10", 1, 0))  # what speaks to agents is loaded now

        def deliveries(peer: Peer, watching: int) -> float:
            cost = cost_per_delivery(peer, pads[peer.name], watching, seconds * rate, rate, PUBLISHERS)
            return 1e6 / cost

        bulk = f"{BATCHES} bulk moves a second"
        ways = {
            "nchan": lambda: deliveries(nchan, viewers),
            "single edits": lambda: deliveries(ours, viewers),
            bulk: lambda: bulk_deliveries(ours, viewers, batches, seconds),
            "one bulk move": lambda: bulk_deliveries(ours, viewers, 1),
            "what an agent says": lambda: spoken_deliveries(desk, viewers, seconds * rate, rate),
            "alone": lambda: deliveries(ours, 1),
        }
        with on_one_core(peers):
            values = each_in_turn(ways, rounds)
    theirs = values["nchan"]
    yield median_of(HERE, "nchan: deliveries per processor second", theirs, "/s")
    for kind in ("single edits", bulk, "one bulk move", "what an agent says"):
        yield median_of(HERE, f"kanbanai, {kind}: deliveries per processor second", values[kind], "/s")
        by_round = [mine / yours for mine, yours in zip(values[kind], theirs, strict=True)]
        yield median_of(HERE, f"ours ({kind}) to nchan", by_round, "×", "≥", 5)
    alone = [1e6 / each for each in values["alone"]]
    yield median_of(HERE, "kanbanai: a single edit with one viewer, processor time", alone, "µs")
    every = [1e6 * viewers / each for each in values["single edits"]]
    yield median_of(HERE, f"kanbanai: a single edit with {viewers} viewers, processor time", every, "µs")
