"""How fast the demo agent works: pauses in which a person can follow it, shorter or none for tests."""

from __future__ import annotations

import asyncio
import math


class Pace:
    """Pauses, divided by a factor. 1 is for people to watch; 0 stands for no pauses at all."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    @classmethod
    def of(cls, text: str | None) -> Pace:
        """The pace of KANBANAI_DEMO_SPEED. Raises ValueError with a sentence for what is no such factor."""
        if not text:
            return cls()
        try:
            factor = float(text)
        except ValueError:
            factor = -1.0
        if factor < 0 or not math.isfinite(factor):
            raise ValueError(f"KANBANAI_DEMO_SPEED must be a number from 0 on, not {text!r}")
        return cls(factor)

    def times(self, factor: float) -> Pace:
        """This pace, so many times as fast."""
        return Pace(self.factor * factor)

    async def pause(self, seconds: float) -> None:
        """Waits, at the least for one turn of the loop, so that a cancellation is heard."""
        await asyncio.sleep(seconds / self.factor if self.factor else 0)
