"""A long session as load: as many updates, in as uneven a rhythm, as a real one that broke a board like ours.

41 minutes, 31,314 updates, 28,967 of them thoughts, 63 in the busiest second. Which second has how many follows from a
fixed seed, so that two runs are the same.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Literal

from kanbanai.demo.turn import Turn, text

UPDATES = 31_314
THOUGHTS = 28_967
SECONDS = 41 * 60
PEAK = 63

Kind = Literal["thought", "message", "tool"]


def rhythm() -> list[int]:
    """How many updates each second has: UPDATES in all, PEAK at the most, nothing while a command runs."""
    chance = random.Random(UPDATES)  # noqa: S311  (to be the same in every run)
    counts: list[int] = []
    while len(counts) < SECONDS:
        counts += [0] * chance.randint(2, 12)
        height = chance.choice((8, 14, 20, 30, 45, PEAK))
        counts += [chance.randint(height // 2, height) for _ in range(chance.randint(10, 50))]
    counts = counts[:SECONDS]
    busiest = counts.index(max(counts))
    counts[busiest] = PEAK
    others = [second for second, count in enumerate(counts) if count and second != busiest]
    while (missing := UPDATES - sum(counts)) != 0:
        step = 1 if missing > 0 else -1
        for second in chance.sample(others, min(len(others), abs(missing))):
            if 0 < counts[second] + step < PEAK:
                counts[second] += step
    return counts


def kinds() -> Iterator[Kind]:
    """What each update is: stretches of thinking, between them a tool call (two updates) or a line of the answer."""
    rest = UPDATES - THOUGHTS
    told = 0
    for number in range(UPDATES):
        # As many of the others as are due by now, evenly spread.
        if (number + 1) * rest // UPDATES > told:
            told += 1
            yield "tool" if told % 5 else "message"
        else:
            yield "thought"


async def play(turn: Turn, speed: int) -> None:
    """Plays it `speed` times as fast (0: without any pause), each second's updates spread evenly over it."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    sequence = kinds()
    call_id: str | None = None
    number = 0
    for second, count in enumerate(rhythm()):
        for place in range(count):
            if speed and turn.pace.factor:
                due = begun + (second + place / count) / speed
                await asyncio.sleep(max(0.0, due - loop.time()))
            else:
                await asyncio.sleep(0)
            number += 1
            match next(sequence):
                case "thought":
                    content = {"type": "text", "text": f"thought {number}: so it follows. "}
                    await turn.update("agent_thought_chunk", content=content)
                case "message":
                    content = {"type": "text", "text": f"Step {number} is done.\n\n"}
                    await turn.update("agent_message_chunk", content=content)
                case "tool" if call_id is None:
                    call_id = await turn.call(f"Look at part {number}", "read")
                case "tool":
                    await turn.called(call_id, "completed", content=text(f"part {number}"))
                    call_id = None
