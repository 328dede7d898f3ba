"""A project put in from a file; `kanbanai.domain.transfer` has the file's lines.

What comes in is checked by the same rules as what people type, gets new ids throughout, and is there as a whole or not
at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatchmethod
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

import msgspec

from kanbanai.domain import boards, cards, tickets
from kanbanai.domain import transfer as t
from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptLog
from kanbanai.domain.boards import ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card, GithubIssueLink
from kanbanai.domain.changes import changed
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.dependencies import normalized
from kanbanai.domain.enhancements import INTERRUPTED, Enhancement
from kanbanai.domain.errors import FieldError, Invalid, KanbanError, TooLarge
from kanbanai.domain.events import (
    AttemptStatusChanged,
    CardCreated,
    CardEnhancement,
    ColumnCreated,
    ProjectCreated,
)
from kanbanai.domain.ids import (
    ATTEMPT_PREFIX,
    AUTOMATION_PREFIX,
    CARD_PREFIX,
    COLUMN_PREFIX,
    ITEM_PREFIX,
    LOG_PREFIX,
    PROJECT_PREFIX,
    AttemptId,
    BoardId,
    CardId,
    ColumnId,
    ItemId,
    LogId,
    ProjectId,
)
from kanbanai.domain.projects import Project, project_name
from kanbanai.domain.settings import (
    ProjectSettings,
)
from kanbanai.domain.times import Timestamp, imported
from kanbanai.ports import Transaction
from kanbanai.usecases import queries
from kanbanai.usecases.import_profiles import ImportedProfiles

BATCH = 500
"""Cards, log lines or items of a conversation written by one statement."""
MAX_CARDS = 100_000
"""Per file: ten times the largest board we measure. Each is an event, and all of them are held until the commit."""

K = TypeVar("K", bound=str)


class ImportedProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project that came in and how much came with it.

    `dropped` says which fields were left empty, because they named a global profile that is not here.
    """

    project: Project
    columns: int
    cards: int
    attempts: int
    dropped: tuple[FieldError, ...]


def read_project(
    tx: Transaction, lines: Iterable[bytes], repository_path: str | None = None
) -> ImportedProject:
    """Makes a new project of a file's lines; its repository is at `repository_path`, or where the file says.

    The lines are taken one by one. Raises Invalid for one that breaks a rule and TooLarge for one over a limit, naming
    the line and the field.
    """
    numbered = enumerate(lines, start=1)
    number, first = next(numbered, (1, b""))
    head = t.read_head(first)
    try:
        reader = _Reader(tx, head, repository_path)
        take = reader.take  # looked up once: it costs more than some lines do
        for number, line in numbered:
            if not line.isspace():
                reader.number = number
                take(t.read_line(line))
    except KanbanError as error:
        raise t.in_line(number, error) from error
    return reader.finish()


class _Reader:
    """A file on its way in: what its ids have become here, and what can only be checked at the end."""

    def __init__(self, tx: Transaction, head: t.ProjectLine, repository_path: str | None) -> None:
        self.number = 1
        self._tx = tx
        self._project = _project(tx, head, repository_path)
        self._board = self._project.board_id
        self._settings = queries.project_settings(tx, self._project.id)
        self._next_ticket = head.next_ticket_number
        self._columns: dict[str, ColumnId] = {}
        self._cards: dict[str, CardId] = {}
        self._attempts: dict[str, AttemptId] = {}
        self._profiles = ImportedProfiles(tx, self._project.id)
        self._keys: set[str] = set()
        self._needing: dict[CardId, _Needing] = {}
        self._promised: dict[str, CardId] = {}
        self._sizes: dict[ColumnId, int] = {}
        self._arriving: dict[ColumnId, list[Card]] = {}
        self._waiting = 0
        self._logs: list[AttemptLog] = []
        self._items: list[ConversationItem] = []
        self._speaking: AttemptId | None = None

    @singledispatchmethod
    def take(self, line: t.Line) -> None:
        """Stores what a line says and tells the board of it."""
        raise Invalid(f"a {line.__struct_config__.tag} line cannot stand here")

    @take.register
    def _(self, line: t.SettingsLine) -> None:
        if self._columns:
            raise Invalid("the settings come before the columns")
        self._settings = self._profiles.settings(line.settings, self.number)
        self._tx.projects.save_settings(self._project.id, self._settings)

    @take.register
    def _(self, line: t.ProfileLine) -> None:
        self._profiles.add(line)

    @take.register
    def _(self, line: t.ColumnLine) -> None:
        index = len(self._columns)
        if index >= boards.MAX_COLUMNS:
            raise Invalid(f"more than {boards.MAX_COLUMNS} columns are not possible")
        column_id = ColumnId(self._tx.new_id(COLUMN_PREFIX))
        limit = boards.column_changes(ColumnChanges(wip_limit=line.wip_limit))
        bare = ColumnFields(id=column_id, title=boards.column_title(line.title), key=line.key)
        column = changed(bare, limit)
        _add(self._columns, line.id, column.id)
        self._tx.columns.insert(self._board, column, index)
        self._tx.emit(self._board, ColumnCreated(column=column, index=index))

    @take.register
    def _(self, line: t.CardLine) -> None:
        if len(self._cards) >= MAX_CARDS:
            raise TooLarge(f"more than {MAX_CARDS} cards in one file are not possible")
        column_id = _known(self._columns, line.column_id, "columnId", "column")
        card_id = self._promised.pop(line.id, None) or CardId(self._tx.new_id(CARD_PREFIX))
        _add(self._cards, line.id, card_id)
        created_at = self._time(line.created_at, "createdAt")
        card = Card(
            id=card_id,
            ticket_key=self._ticket_key(line.ticket_key),
            pr_url=line.pr_url,
            disable_auto_close_on_pr_merge=line.disable_auto_close_on_pr_merge,
            disable_auto_close_on_issue_close=line.disable_auto_close_on_issue_close,
            ticket_type=line.ticket_type,
            is_enhanced=line.is_enhanced,
            github_issue=_shown_issue(line.github_issue),
            title=cards.card_title(line.title),
            description=cards.card_description(line.description),
            depends_on=self._needs(card_id, line.depends_on),
            created_at=created_at,
            updated_at=created_at if line.updated_at is None else imported(line.updated_at, "updatedAt"),
        )
        if card.depends_on:
            self._needing[card_id] = _Needing(self.number, line.depends_on, card.depends_on)
        if self._waiting >= BATCH:
            self._flush()
        self._arriving.setdefault(column_id, []).append(card)
        self._waiting += 1
        index = self._sizes[column_id] = self._sizes.get(column_id, -1) + 1
        self._tx.emit(self._board, CardCreated(card=card, column_id=column_id, index=index))
        if line.images:
            self._flush()
            self._tx.cards.set_images(card_id, cards.images(line.images))

    @take.register
    def _(self, line: t.EnhancementLine) -> None:
        self._flush()
        card_id = _known(self._cards, line.card_id, "cardId", "card")
        given = Enhancement(line.status, line.suggestion, line.failure)
        if given.status == "enhancing":  # nobody here writes it
            given = Enhancement("failed", failure=INTERRUPTED)
        self._tx.enhancements.put(self._board, card_id, given)
        told = CardEnhancement(
            card_id=card_id, status=given.status, suggestion=given.suggestion, failure=given.failure
        )
        self._tx.emit(self._board, told)

    @take.register
    def _(self, line: t.AttemptLine) -> None:
        self._flush()
        card_id = _known(self._cards, line.card_id, "cardId", "card")
        attempt_id = AttemptId(self._tx.new_id(ATTEMPT_PREFIX))
        _add(self._attempts, line.id, attempt_id)
        was_active = line.status in ACTIVE
        ended_at = self._time(line.ended_at, "endedAt") if line.ended_at or was_active else None
        attempt = Attempt(
            id=attempt_id,
            board_id=self._board,
            card_id=card_id,
            agent=line.agent,
            profile_id=None if line.profile_id is None else self._profiles.renamed(line.profile_id),
            status="stopped" if was_active else line.status,
            base_branch=line.base_branch,
            branch_name=line.branch_name,
            worktree_path=None,
            session_id=line.session_id,
            created_at=imported(line.created_at, "createdAt"),
            updated_at=imported(line.updated_at, "updatedAt"),
            started_at=None if line.started_at is None else imported(line.started_at, "startedAt"),
            ended_at=ended_at,
            base_commit=line.base_commit,
            failure=line.failure,
            usage=line.usage,
        )
        self._tx.attempts.add(attempt)
        if line.todos is not None:
            self._tx.attempts.set_todos(attempt_id, line.todos)
        self._tx.emit(
            self._board,
            AttemptStatusChanged(attempt_id=attempt_id, card_id=card_id, status=attempt.status),
        )

    @take.register
    def _(self, line: t.LogLine) -> None:
        self._speak(line.attempt_id)
        self._logs.append(
            AttemptLog(
                id=LogId(self._tx.new_id(LOG_PREFIX)),
                attempt_id=_known(self._attempts, line.attempt_id, "attemptId", "attempt"),
                ts=imported(line.ts, "ts"),
                level=line.level,
                message=line.message,
            )
        )

    @take.register
    def _(self, line: t.ItemLine) -> None:
        self._speak(line.attempt_id)
        prefix = AUTOMATION_PREFIX if line.item.id.startswith(AUTOMATION_PREFIX) else ITEM_PREFIX
        renamed = {
            "id": ItemId(self._tx.new_id(prefix)),
            "timestamp": imported(line.item.timestamp, "item.timestamp"),
        }
        self._items.append(msgspec.structs.replace(line.item, **renamed))

    def finish(self) -> ImportedProject:
        """Stores what had to wait for the last line. Raises Invalid for a dependency on nothing, or a cycle."""
        self._flush()
        if not self._columns:
            raise Invalid("The file has no column; a board needs one")
        for one in self._needing.values():
            if lost := [name for name in one.wanted if name in self._promised]:
                fault = Invalid.field("dependsOn", f"no card of the file is called {lost[0]!r}")
                raise t.in_line(one.number, fault)
        self._refuse_cycles()
        self._tx.projects.set_next_ticket_number(self._project.id, self._next_ticket)
        self._tx.emit_dashboard(ProjectCreated(project_id=self._project.id, name=self._project.name))
        return ImportedProject(
            project=self._project,
            columns=len(self._columns),
            cards=len(self._cards),
            attempts=len(self._attempts),
            dropped=tuple(self._profiles.dropped),
        )

    def _refuse_cycles(self) -> None:
        graph = {card_id: one.needs for card_id, one in self._needing.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            first = min(self._needing[card_id].number for card_id in error.args[1])
            fault = Invalid.coded("dependsOn", "dependency_cycle", "the card would depend on itself")
            raise t.in_line(first, fault) from error

    def _needs(self, card_id: CardId, wanted: tuple[str, ...]) -> tuple[CardId, ...]:
        """The dependencies under their new names; a card that is still to come is promised one."""
        renamed = []
        for name in wanted:
            known = self._cards.get(name) or self._promised.get(name)
            if known is None:
                known = self._promised[name] = CardId(self._tx.new_id(CARD_PREFIX))
            renamed.append(known)
        return normalized(card_id, renamed)

    def _ticket_key(self, given: str | None) -> str:
        if given is None:
            given = tickets.ticket_key(self._settings.ticket_prefix, self._next_ticket)
        number = tickets.ticket_number(given)
        if given in self._keys:
            raise Invalid.field("ticketKey", f"{given} is another card's already")
        self._keys.add(given)
        self._next_ticket = max(self._next_ticket, number + 1)
        return given

    def _time(self, given: Timestamp | None, field: str) -> Timestamp:
        return self._tx.now if given is None else imported(given, field)

    def _speak(self, named: str) -> None:
        """Lines that follow are this attempt's; what another one said is written first, in full batches."""
        attempt_id = _known(self._attempts, named, "attemptId", "attempt")
        if attempt_id != self._speaking or len(self._logs) + len(self._items) >= BATCH:
            self._flush()
        self._speaking = attempt_id

    def _flush(self) -> None:
        """Writes what was gathered."""
        for column_id, arriving in self._arriving.items():
            self._tx.cards.append(self._board, column_id, arriving)
        if self._speaking is not None:
            self._tx.attempts.add_logs(self._logs)
            self._tx.attempts.put_items(self._speaking, self._items)
        self._arriving, self._waiting, self._logs, self._items = {}, 0, [], []


class _Needing(msgspec.Struct, frozen=True):
    """What a card depends on, by the file's names and by ours, and the line that says so."""

    number: int
    wanted: tuple[str, ...]
    needs: tuple[CardId, ...]


def _project(tx: Transaction, head: t.ProjectLine, repository_path: str | None) -> Project:
    project_id = ProjectId(tx.new_id(PROJECT_PREFIX))
    project = Project(
        id=project_id,
        board_id=BoardId(project_id),
        name=project_name(head.name),
        created_at=tx.now if head.created_at is None else imported(head.created_at, "createdAt"),
        repository_path=repository_path or head.repository_path,
        repository_url=head.repository_url,
        repository_slug=head.repository_slug,
    )
    prefix = tickets.default_prefix(project.name)
    tx.projects.add(project, ProjectSettings(ticket_prefix=prefix, created_at=tx.now, updated_at=tx.now))
    return project


def _add(known: dict[str, K], name: str, renamed: K) -> None:
    if name in known:
        raise Invalid.field("id", f"{name!r} is used twice")
    known[name] = renamed


def _known(known: dict[str, K], name: str, field: str, kind: str) -> K:
    if name not in known:
        raise Invalid.field(field, f"no {kind} before this line is called {name!r}")
    return known[name]


def _shown_issue(issue: GithubIssueLink | None) -> GithubIssueLink | None:
    """What a card shows of its issue, without what only a link to GitHub can know; an import of issues links it."""
    return None if issue is None else msgspec.structs.replace(issue, conflicts=(), waiting=False)
