"""Terminals and dev processes without shells, an account without GitHub: their answers are always the same."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from kanbanai.domain.conversations import Automation
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.github import DeviceCode, GithubAccount, Waiting
from kanbanai.domain.ids import AttemptId, CardId, ItemId, ProjectId
from kanbanai.domain.processes import DevProcess, ProcessId
from kanbanai.domain.terminals import CloseReason, Size, Terminal
from kanbanai.domain.times import Timestamp
from kanbanai.domain.writing import Choice, PullRequested, PullSummary, TicketDraft
from kanbanai.ports import Closed, Seat, Store
from kanbanai.usecases import enhancements

T = TypeVar("T")

NOW = Timestamp("2026-11-23T18:42:00.000Z")
LATER = Timestamp("2026-11-23T18:43:30.000Z")


class OneTerminal:
    """`Terminals` of which one is open."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    @asynccontextmanager
    async def seat(self, project_id: ProjectId | None, card_id: CardId) -> AsyncIterator[Seat | Closed]:
        yield Closed(4002, "Failed to create terminal session")

    def of_project(self, project_id: ProjectId) -> list[Terminal]:
        return [self._terminal]

    def of_card(self, card_id: CardId) -> Terminal:
        return self._terminal

    def resize(self, card_id: CardId, size: Size) -> None:
        """There is no shell to be told."""

    async def close_for(self, card_id: CardId, reason: CloseReason) -> bool:
        return True

    async def close_all(self) -> None:
        """There is no shell to be ended."""


class OneDevProcess:
    """`DevProcesses` of which one runs."""

    async def start(self, attempt_id: AttemptId) -> DevProcess:
        return self.of_attempt(attempt_id)[0]

    async def run(self, attempt_id: AttemptId) -> Automation:
        return self._item(exit_code=0)

    def of_attempt(self, attempt_id: AttemptId) -> list[DevProcess]:
        return [
            DevProcess(
                id=ProcessId("auto-31"),
                attempt_id=attempt_id,
                item_id=ItemId("auto-31"),
                command="npm run dev",
                cwd="/home/me/worktrees/wire/wi-2-show-a-bar",
                started_at=NOW,
            )
        ]

    async def stop(self, attempt_id: AttemptId, process_id: ProcessId) -> Automation:
        return self._item(exit_code=None)

    async def end_for(self, attempt_id: AttemptId) -> None:
        """Nothing runs."""

    async def close_all(self) -> None:
        """Nothing runs."""

    def _item(self, *, exit_code: int | None) -> Automation:
        return Automation(
            id=ItemId("auto-31"),
            timestamp=NOW,
            stage="dev",
            command="npm run dev",
            cwd="/home/me/worktrees/wire/wi-2-show-a-bar",
            status="succeeded",
            started_at=NOW,
            completed_at=LATER,
            duration_ms=90_000,
            exit_code=exit_code,
            stdout="ready on http://localhost:5173\n",
            stderr=None,
            metadata={"endedBy": "stop"} if exit_code is None else None,
        )


class Written(Generic[T]):
    """A `Writing` that is done."""

    def __init__(self, text: T, answer: str) -> None:
        self._text = text
        self._answer = answer

    async def pieces(self) -> AsyncGenerator[str]:
        yield self._answer

    async def text(self) -> T:
        return self._text

    async def call_off(self) -> None:
        """It is done."""


class OneWriter:
    """`Writers` who always write the same, at once; of a card's text they say that they are at it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ticket(self, project_id: ProjectId, draft: TicketDraft, choice: Choice) -> Written[Suggestion]:
        suggestion = Suggestion("Retry failed uploads", "Uploads that fail are tried three times.")
        return Written(suggestion, f"# {suggestion.title}\n\n{suggestion.description}")

    async def enhance(self, project_id: ProjectId, card_id: CardId, choice: Choice) -> None:
        await self._store.run(enhancements.begin, project_id, card_id)

    async def call_off(self, project_id: ProjectId, card_id: CardId) -> None:
        """Nothing goes on."""

    async def summary(
        self, project_id: ProjectId, asked: PullRequested, choice: Choice
    ) -> Written[PullSummary]:
        summary = PullSummary("Retry failed uploads", "Uploads are tried three times.\n\ncloses #12")
        return Written(summary, f"# {summary.title}\n\n{summary.body}")

    async def close(self) -> None:
        """Nothing goes on."""


class OneAccount:
    """`Accounts` of a person who agrees at once."""

    _ADA = GithubAccount(username="ada", primary_email="ada@example.com", scope="repo, read:user, user:email")

    async def begin(self) -> DeviceCode:
        return DeviceCode(
            device_code="a secret",
            user_code="WDJB-MJHT",
            verification_uri="https://github.com/login/device",
            verification_uri_complete=None,
            expires_in=899,
            interval=5,
        )

    async def poll(self, user_code: str | None = None) -> GithubAccount | Waiting:
        return self._ADA

    async def adopt_local(self) -> GithubAccount:
        return self._ADA

    async def check(self) -> GithubAccount | None:
        return self._ADA

    async def log_out(self) -> None:
        """There is nothing to forget."""

    async def token(self) -> str:
        return "gho_ada"

    async def repositories(self) -> list[dict[str, Any]]:
        return [{"full_name": "acme/wire", "private": False, "default_branch": "main"}]
