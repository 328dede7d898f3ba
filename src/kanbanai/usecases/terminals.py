"""Where a card's terminal may be opened, and the record that it was."""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.errors import Conflict, NotFound, NoWorktree
from kanbanai.domain.events import TerminalClosed, TerminalOpened
from kanbanai.domain.ids import AttemptId, CardId, ProjectId
from kanbanai.domain.terminals import OPEN_TO, CloseReason, Place
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries

_MOST = 10_000
"""Attempts that are looked through for those of cards that are not done: more than a person could have open."""


class Eligible(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A card whose terminal may be opened. `hasActiveTerminal`: it is open."""

    card_id: CardId
    attempt_id: AttemptId
    worktree_path: str
    has_active_terminal: bool = False


def place(tx: Reading, project_id: ProjectId | None, card_id: CardId) -> Place:
    """Where the card's terminal is opened: the worktree of its newest attempt.

    Raises NoWorktree when there is none (also when there is no such card in the project, if one is named), Conflict
    when the attempt, or the card's column, does not allow it.
    """
    attempt = tx.attempts.latest(card_id)
    if attempt is None or attempt.worktree_path is None or project_id not in {None, attempt.board_id}:
        raise NoWorktree("No active worktree for this card")
    if attempt.status not in OPEN_TO or _is_done(tx, attempt):
        raise Conflict("Attempt is not in a valid state for terminal access")
    return Place(
        project_id=attempt.board_id,
        card_id=card_id,
        attempt_id=attempt.id,
        worktree_path=attempt.worktree_path,
    )


def eligible(tx: Reading, project_id: ProjectId) -> list[Eligible]:
    """The project's cards whose terminal may be opened, those with the newest attempts first. Raises NotFound."""
    queries.project(tx, project_id)
    newest: dict[CardId, Attempt] = {}
    for attempt in tx.attempts.of_board(project_id, limit=_MOST):
        newest.setdefault(attempt.card_id, attempt)
    return [
        Eligible(card_id=attempt.card_id, attempt_id=attempt.id, worktree_path=attempt.worktree_path)
        for attempt in newest.values()
        if attempt.worktree_path is not None and attempt.status in OPEN_TO and not _is_done(tx, attempt)
    ]


def opened(tx: Transaction, place: Place) -> None:
    """A terminal was opened there. Raises NotFound when the project is gone in the meantime."""
    tx.boards.take(place.project_id)
    tx.emit(place.project_id, TerminalOpened(card_id=place.card_id, attempt_id=place.attempt_id))


def closed(tx: Transaction, place: Place, reason: CloseReason) -> None:
    """The terminal that was opened there is closed. Of a project that is gone nobody is told anything any more."""
    try:
        tx.boards.take(place.project_id)
    except NotFound:
        return
    tx.emit(
        place.project_id,
        TerminalClosed(card_id=place.card_id, attempt_id=place.attempt_id, reason=reason),
    )


def _is_done(tx: Reading, attempt: Attempt) -> bool:
    placed = queries.card(tx, attempt.board_id, attempt.card_id)
    column = tx.columns.get(attempt.board_id, placed.column_id)
    return column is not None and column.key == "done"
