"""A client for a KanbanAI server: its API, typed, and its streams, followed.

    async with KanbanClient("http://127.0.0.1:3000") as client:
        for project in await client.projects():
            async with client.watch_board(project.id) as watch:
                async for news in watch:
                    match news:
                        case Health(phase=phase): ...
                        case Update(changes=changes): ...

It knows the domain's words and nothing of the server.
"""

from __future__ import annotations

from kanbanai.client.health import Health, Phase
from kanbanai.client.issues import IssueCalls, WantedIssues
from kanbanai.client.problems import ApiProblem, ClientError, UnexpectedAnswer, Unreachable
from kanbanai.client.rhythm import MachineTime, Rhythm, Time
from kanbanai.client.shapes import (
    BoardRead,
    ConversationPage,
    ImportedProject,
    ListedAttempt,
    NewAttempt,
    NewCard,
    NewProject,
    PlacedCard,
)
from kanbanai.client.views import BoardView, DashboardView, Update
from kanbanai.client.watch import Watch
from kanbanai.domain.dashboard import Overview
from kanbanai.domain.ids import BoardId

__all__ = [
    "ApiProblem",
    "BoardRead",
    "BoardView",
    "BoardWatch",
    "ClientError",
    "ConversationPage",
    "DashboardView",
    "DashboardWatch",
    "Health",
    "ImportedProject",
    "KanbanClient",
    "ListedAttempt",
    "MachineTime",
    "NewAttempt",
    "NewCard",
    "NewProject",
    "Overview",
    "Phase",
    "PlacedCard",
    "Rhythm",
    "Time",
    "UnexpectedAnswer",
    "Unreachable",
    "Update",
    "WantedIssues",
    "Watch",
]

BoardWatch = Watch[BoardView]
DashboardWatch = Watch[DashboardView]


class KanbanClient(IssueCalls):
    """A server: its calls, and its channels to follow."""

    def watch_board(
        self,
        board_id: BoardId,
        *,
        attempts: str = "all",
        rhythm: Rhythm | None = None,
        time: Time | None = None,
    ) -> BoardWatch:
        """Follows a board. `attempts`: whose details are told, `all`, `none`, or ids with commas between."""
        return Watch(self, BoardView(board_id, attempts=attempts), rhythm=rhythm, time=time)

    def watch_dashboard(self, *, rhythm: Rhythm | None = None, time: Time | None = None) -> DashboardWatch:
        """Follows the dashboard."""
        return Watch(self, DashboardView(), rhythm=rhythm, time=time)
