"""Comparing peers on a machine that is never quiet: in turns within one run, the ratio taken round by round."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.kanbanai import KanbanAI
from bench.measure import cpu_ns
from bench.peers import Peer


@contextlib.contextmanager
def running(ours: KanbanAI, *others: Peer) -> Iterator[list[Peer]]:
    """All peers started; those that are not measured at the moment have no viewers and nothing to do."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(peer) for peer in (ours, *others)]


@contextlib.contextmanager
def on_one_core(peers: Sequence[Peer]) -> Iterator[None]:
    """Servers and generator on one and the same core, whatever else the machine does meanwhile.

    A `send()` to a reader on another core costs twice as much as to one beside it. Where the system puts whom is
    chance, and changes with what others do.
    """
    free = os.sched_getaffinity(0)
    core = {min(free)}
    everybody = [os.getpid(), *(peer.pid for peer in peers)]
    for pid in everybody:
        _confine(pid, core)
    try:
        yield
    finally:
        for pid in everybody:
            _confine(pid, free)


def _confine(pid: int, cores: Iterable[int]) -> None:
    """Puts a process with its threads and children on these cores; what they start later stays there, too."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)
        for child in (task / "children").read_text().split():
            _confine(int(child), cores)


def same_size(peers: Sequence[Peer], size: int) -> dict[str, int]:
    """The padding per peer that makes an event `size` bytes on the wire for all, or the most any needs."""
    pads = {peer.name: peer.fit(size) for peer in peers}
    largest = max(peer.event_bytes(pads[peer.name]) for peer in peers)
    return {peer.name: pads[peer.name] if largest <= size + 1 else peer.fit(round(largest)) for peer in peers}


def in_turns(peers: Sequence[Peer], rounds: int, measured: Callable[[Peer], float]) -> dict[str, list[float]]:
    """`measured` for each peer in each round."""
    return each_in_turn({peer.name: partial(measured, peer) for peer in peers}, rounds)


def each_in_turn(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Each way measured in each round; which one begins changes, so that a slow drift hits all alike."""
    values: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for turn in range(rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            values[name].append(ways[name]())
    return values


def cost_per_delivery(
    peer: Peer, pad: int, viewers: int, edits: int, rate: int, publishers: int = 1
) -> float:
    """Processor time (µs) the server, publishing included, took for each event that reached a viewer.

    Raises LostDeliveries when not everybody got everything.
    """
    with peer.load(pad, publishers=publishers) as load:
        load.connect(viewers).complete()
        load.publish(
            max(rate // 2, 5), rate
        ).complete()  # caches, and the sockets' windows, come to their size
        before = cpu_ns(peer.pid)
        answer = load.publish(edits, rate).complete()
        return (cpu_ns(peer.pid) - before) / answer.deliveries / 1e3


def ratios(values: dict[str, list[float]], of: str, to: str) -> list[float]:
    return [mine / yours for mine, yours in zip(values[of], values[to], strict=True)]
