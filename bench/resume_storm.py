"""A thousand viewers miss 100 edits each and come back all at once: when has each of them exactly what it missed?"""

from __future__ import annotations

from collections.abc import Iterator

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, at_most, cpu_ns, median_of

HERE = "resume_storm"


def ask(scale: Scale) -> Iterator[Figure]:
    viewers, missed, rounds = scale.pick(1_000, 200), 100, scale.pick(5, 1)
    walls, cpus, inexact = [], [], 0
    with KanbanAI() as ours:
        ours.with_board(100)
        pad = ours.fit(350)
        for _ in range(rounds):
            with ours.load(pad, window=viewers, check_ids=True) as load:
                load.connect(viewers).complete()
                load.publish(5, 0).complete()  # everyone has an id of its own reading
                load.disconnect()
                load.publish(missed, 0, expect=0).complete()
                before = cpu_ns(ours.pid)
                answer = load.resume(missed)
                cpus.append((cpu_ns(ours.pid) - before) / 1e9)
                walls.append(answer.wall)
                after = load.report()  # nothing may come on top of it
                inexact += viewers - min(answer.exact, after.exact)
    yield median_of(HERE, f"{viewers:,} viewers have the {missed} events they missed", walls, "s", "≤", 3.0)
    yield at_most(HERE, "viewers that did not get exactly those, in order", inexact, "", 0)
    yield median_of(HERE, "processor time of the server", cpus, "s")
