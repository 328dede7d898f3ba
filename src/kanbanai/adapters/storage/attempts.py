"""Attempts with what they said."""

from __future__ import annotations

from sqlalchemy import Connection


class SqlAttempts:
    """`kanbanai.ports.Attempts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
