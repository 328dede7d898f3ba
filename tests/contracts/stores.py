"""What the suites for stores share: how one is opened, and plain things to put into it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from kanbanai.domain.boards import ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card
from kanbanai.domain.events import ColumnUpdated
from kanbanai.domain.ids import BoardId, CardId, ColumnId, ProjectId
from kanbanai.domain.log import Entry
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Clock, Ids, Listener, Reading, Store, Transaction

BOARD: BoardId = ProjectId("project-1")
OTHER: BoardId = ProjectId("project-2")
NOW = Timestamp("2026-11-23T18:42:00.000Z")
LATER = Timestamp("2026-11-24T08:00:00.123Z")
SETTINGS = ProjectSettings(ticket_prefix="WC", created_at=NOW, updated_at=NOW)


class Opened(NamedTuple):
    """A store and everything it rang, in order."""

    store: Store
    rung: list[Entry]


class StoreSuite(ABC):
    """Tests that every store passes. A subclass says how to make one."""

    @abstractmethod
    def make_store(self, folder: Path, *, clock: Clock, ids: Ids, on_commit: Listener) -> Store:
        """A new store; when it keeps files, in `folder`, and there it finds again what was there."""

    @abstractmethod
    def close(self, store: Store) -> None:
        """Ends a store in order."""

    @abstractmethod
    def counts(self, tx: Reading) -> dict[str, int]:
        """How many rows the store has of each kind that it keeps."""

    @pytest.fixture
    async def opened(self, tmp_path: Path) -> AsyncGenerator[Opened]:
        from tests.world import CountingIds, TickingClock

        rung: list[Entry] = []
        store = self.make_store(tmp_path, clock=TickingClock(), ids=CountingIds(), on_commit=rung.extend)
        yield Opened(store, rung)
        self.close(store)

    @pytest.fixture
    def store(self, opened: Opened) -> Store:
        return opened.store


def project_of(board_id: BoardId = BOARD, **fields: Any) -> Project:
    project = Project(
        id=board_id,
        board_id=board_id,
        name="Wire Capture",
        created_at=NOW,
        repository_path="/repository",
        repository_url=None,
        repository_slug=None,
    )
    return msgspec.structs.replace(project, **fields)


def column_of(name: str, **fields: Any) -> ColumnFields:
    return ColumnFields(id=ColumnId(name), title=name, **fields)


def card_of(name: str, **fields: Any) -> Card:
    card = Card(
        id=CardId(name),
        disable_auto_close_on_pr_merge=False,
        disable_auto_close_on_issue_close=False,
        ticket_type=None,
        is_enhanced=False,
        title=name,
        created_at=NOW,
        updated_at=NOW,
    )
    return msgspec.structs.replace(card, **fields)


def make_board(
    tx: Transaction, board_id: BoardId = BOARD, columns: Sequence[str] = ("left", "right")
) -> list[ColumnId]:
    """A project whose board has these columns."""
    tx.projects.add(project_of(board_id), SETTINGS)
    for place, name in enumerate(columns):
        tx.columns.insert(board_id, column_of(name), place)
    return [ColumnId(name) for name in columns]


def say(tx: Transaction, title: str, board_id: BoardId = BOARD) -> str:
    """Gives the board's first column another title and says so: a change and an event that belong together."""
    tx.boards.take(board_id)
    column = tx.columns.of_board(board_id)[0]
    tx.columns.save(board_id, msgspec.structs.replace(column, title=title))
    tx.emit(board_id, ColumnUpdated(column_id=column.id, changes=ColumnChanges(title=title)))
    return title


def title_of(entry: Entry) -> object:
    """The title that `say` said."""
    assert isinstance(entry.event, ColumnUpdated)
    return entry.event.changes.title
