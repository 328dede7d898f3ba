"""The broker of one process: a ring is a function call."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kanbanai.domain.log import Entry
from kanbanai.ports import Listener


class LocalBroker:
    """Tells every listener at once, in the order in which they began to listen.

    A listener that raises does not keep the others from hearing; `report` is told of it.
    """

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._listeners: list[Listener] = []
        self._report = report

    def ring(self, entries: Sequence[Entry]) -> None:
        for listener in self._listeners:
            try:
                listener(entries)
            except Exception as error:  # noqa: BLE001 - one listener's fault is no reason for the others to miss news
                self._report(error)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)
