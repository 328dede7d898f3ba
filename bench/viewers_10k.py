"""Ten thousand viewers on one process: does everybody get everything, how soon, and what does one cost in memory?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, at_most, cpu_ns, memory, told
from bench.peers import Nchan, Peer
from bench.side_by_side import running, same_size

HERE = "viewers_10k"
EVENT_BYTES = 350


def measured(peer: Peer, pad: int, viewers: int, edits: int) -> Iterator[Figure]:
    ours = isinstance(peer, KanbanAI)
    with peer.load(pad) as load:
        load.connect(10).complete()  # what the first viewer makes the server load is no viewer's memory
        load.publish(5, 0).complete()
    with peer.load(pad) as load:
        before = memory(peer.pid)
        connected = load.connect(viewers, timeout=120).complete()
        time.sleep(2)  # what the handshakes leave behind is freed in the next turns of the loop
        after = memory(peer.pid)
        cpu = cpu_ns(peer.pid)
        answer = load.publish(edits, 2, timeout=edits + 60).complete()
        cpu = cpu_ns(peer.pid) - cpu
    name = peer.name
    for kind in ("rss", "pss"):
        each = (getattr(after, kind) - getattr(before, kind)) / viewers / 1024
        what = f"{name}: memory per idle viewer ({kind.upper()})"
        yield at_most(HERE, what, each, "KiB", 12) if ours else told(HERE, what, each, "KiB")
    if ours:
        yield at_most(HERE, f"{name}: time to a delivery, p99", answer.latency.p99 * 1e3, "ms", 250)
        yield at_most(HERE, f"{name}: deliveries missing of {viewers * edits:,}", answer.missing, "", 0)
    else:
        yield told(HERE, f"{name}: time to a delivery, p99", answer.latency.p99 * 1e3, "ms")
    yield told(HERE, f"{name}: time to a delivery, p50", answer.latency.p50 * 1e3, "ms")
    yield told(HERE, f"{name}: processor time per delivery", cpu / answer.deliveries / 1e3, "µs")
    yield told(HERE, f"{name}: all connected after", connected.wall, "s")


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, edits = scale.pick(10_000, 2_000), scale.pick(60, 4)
    with running(KanbanAI(), Nchan()) as peers:
        ours = peers[0]
        assert isinstance(ours, KanbanAI)
        ours.with_board(100)
        pads = same_size(peers, EVENT_BYTES)
        for peer in peers:
            yield from measured(peer, pads[peer.name], viewers, edits)
