"""What does it cost to tell 1,000 viewers of an edit? Twenty edits a second, the whole application included.

The floor is one bare send() per viewer; nchan keeps and sends messages it knows nothing of. Both get their messages by
POST at the same rate, as ours gets its PATCHes, and that is counted for all three.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, median_of, told
from bench.peers import Floor, Nchan
from bench.side_by_side import cost_per_delivery, in_turns, ratios, running, same_size

HERE = "fanout"
EVENT_BYTES = 350  # what a change of a card's title takes with a title of ordinary length


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, edits, rounds = scale.pick(1_000, 200), scale.pick(200, 20), scale.pick(7, 1)
    with running(KanbanAI(), Floor(), Nchan()) as peers:
        ours = peers[0]
        assert isinstance(ours, KanbanAI)
        ours.with_board(100)
        pads = same_size(peers, EVENT_BYTES)
        yield told(HERE, "bytes of an event", ours.event_bytes(pads[ours.name]), "bytes")
        costs = in_turns(
            peers, rounds, lambda peer: cost_per_delivery(peer, pads[peer.name], viewers, edits, 20)
        )
    for name, cost in costs.items():
        yield median_of(HERE, f"{name}: processor time per delivery", cost, "µs")
    yield median_of(HERE, "ours to the floor", ratios(costs, "kanbanai", "floor"), "×", "≤", 1.45)
    yield median_of(HERE, "ours to nchan", ratios(costs, "kanbanai", "nchan"), "×", "≤", 1.0)
