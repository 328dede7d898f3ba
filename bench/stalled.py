"""Four viewers stop reading a board of 5 MB while edits go on: what does it cost the server, and the other viewers?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Self

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Memory, Scale, at_most, median_of, memory, told

HERE = "stalled"
STALLED = 4
WATCHING = 50


class PeakMemory:
    """The most memory a process had while the context was open, read every 20 ms."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak: Memory = memory(pid)

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            now = memory(self._pid)
            if now.pss > self.peak.pss:
                self.peak = now

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def run(ours: KanbanAI, view: str, stalled: int, edits: int) -> tuple[float, float, int]:
    """p99 of the others' latency (ms), growth of memory at its peak (MiB), stalled viewers the server has closed."""
    board = ours.chosen_board()
    # The watchers are in the patch view and never slow; the stalled ones have a generator of their own.
    with ours.load() as watchers, ours.load(path=board.stream(view)) as stuck:
        watchers.connect(WATCHING).complete()
        watchers.publish(20, 20).complete()
        with PeakMemory(ours.pid) as watched:
            before = watched.peak
            if stalled:
                stuck.stall(stalled)
            answer = watchers.publish(edits, 20).complete()
            closed = stuck.report().stalled_closed
        return answer.latency.p99 * 1e3, (watched.peak.pss - before.pss) / 2**20, closed


def ask(scale: Scale) -> Iterator[Figure]:
    cards, text = scale.pick(5_000, 500), 800  # with the rest of a card some 5 MB
    edits, rounds = scale.pick(400, 40), scale.pick(3, 1)
    with KanbanAI() as ours:
        ours.with_board(cards, text)
        for view, name in (("patch", "patch view"), ("", "default view")):
            run(ours, view, STALLED, edits // 4)  # the snapshot's first encoding is no reader's memory
            alone, beside, grown, closed = [], [], [], 0
            for _ in range(rounds):
                alone.append(run(ours, view, 0, edits)[0])
                late, growth, gone = run(ours, view, STALLED, edits)
                beside.append(late)
                grown.append(growth)
                closed += gone
            yield at_most(
                HERE, f"{STALLED} stalled in the {name}: memory grows by at most", max(grown), "MiB", 50
            )
            yield median_of(HERE, "others' time to a delivery, p99, without them", alone, "ms")
            yield median_of(HERE, "others' time to a delivery, p99, beside them", beside, "ms")
            delayed = [slow - usual for slow, usual in zip(beside, alone, strict=True)]
            # 20 ms is less than one frame of a slow display, and more than two runs differ by.
            yield median_of(HERE, "the others' p99 is later by", delayed, "ms", "≤", 20)
            yield told(HERE, f"stalled viewers closed, of {STALLED * rounds}", closed, "")
