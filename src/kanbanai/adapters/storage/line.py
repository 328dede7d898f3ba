"""The line in which work waits for a thread of the store."""

from __future__ import annotations

import math
import threading
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Line(Generic[T]):
    """First come, first served. Any thread may put and take; only one may ever `gather`."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[T] = SimpleQueue()
        self._wanted = math.inf
        self._are_there = threading.Event()

    def __len__(self) -> int:
        return self._queue.qsize()

    def put(self, item: T) -> None:
        """Puts an item at the end."""
        self._queue.put(item)
        if len(self) >= self._wanted:
            self._are_there.set()

    def take(self) -> T:
        """The first item; waits until there is one."""
        return self._queue.get()

    def take_now(self) -> T:
        """The first item. Raises `queue.Empty` when there is none."""
        return self._queue.get_nowait()

    def gather(self, wanted: int, seconds: float) -> None:
        """Returns when so many items wait, or when that time is over.

        The thread sleeps meanwhile. Woken up for each item, it would take the interpreter from those who put them.
        """
        self._are_there.clear()
        self._wanted = wanted
        if len(self) < wanted:
            self._are_there.wait(seconds)
        self._wanted = math.inf
