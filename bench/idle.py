"""What do 1,000 viewers cost while nothing happens? Processor time with and without them, and per heartbeat.

The time is cut into slices; those in which no heartbeat reached anybody are the idle ones.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from bench.generator import Load
from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, at_most, cpu_ns, told

HERE = "idle"
SLICE = (
    0.5  # seconds: far shorter than the 15 s between heartbeats, long enough for the reading to cost nothing
)


def slices(ours: KanbanAI, load: Load, seconds: float) -> list[tuple[float, int]]:
    """(processor ms per second, heartbeats received) of each slice."""
    found = []
    cpu, beats, at = cpu_ns(ours.pid), load.report().frames.get("heartbeat", 0), time.monotonic()
    end = at + seconds
    while at < end:
        time.sleep(SLICE)  # the question is about time passing
        now, cpu_now, beats_now = time.monotonic(), cpu_ns(ours.pid), load.report().frames.get("heartbeat", 0)
        found.append(((cpu_now - cpu) / 1e6 / (now - at), beats_now - beats))
        cpu, beats, at = cpu_now, beats_now, now
    return found


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, seconds = scale.pick(1_000, 200), scale.pick(46.0, 16.0)
    with KanbanAI() as ours:
        ours.with_board(1_000)
        with ours.load() as load:
            load.connect(1).complete()
            load.publish(20, 0).complete()
        with ours.load() as load:
            time.sleep(3)  # what the last connection left behind is over
            alone = statistics.median(cost for cost, _ in slices(ours, load, seconds / 3))
            load.connect(viewers).complete()
            time.sleep(3)
            watched = slices(ours, load, seconds)
    quiet = [cost for cost, beats in watched if not beats]
    beats = sum(count for _, count in watched)
    extra = sum(cost - alone for cost, count in watched if count) * SLICE
    with_viewers = statistics.median(quiet) if quiet else float("nan")
    yield told(HERE, "without a viewer, processor time a second", alone, "ms")
    yield told(
        HERE, f"with {viewers:,} viewers, between heartbeats, processor time a second", with_viewers, "ms"
    )
    # A thousandth of a processor: below it, two runs of the same program differ by as much.
    yield at_most(HERE, "the difference", with_viewers - alone, "ms", 1.0)
    yield told(HERE, "slices without a heartbeat", len(quiet) / len(watched) * 100, "%")
    yield told(HERE, "processor time per heartbeat delivered", extra / max(beats, 1) * 1e3, "µs")
    yield told(HERE, "heartbeats per viewer", beats / viewers, "")
