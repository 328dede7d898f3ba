"""The counts and lists that the dashboard is made of."""

from __future__ import annotations

from sqlalchemy import Connection


class SqlDashboardRows:
    """`kanbanai.ports.DashboardRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
