"""Questions. They read one consistent view and never write."""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptLog, Todos
from kanbanai.domain.boards import BoardState
from kanbanai.domain.channels import board_channel
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, LogId, ProjectId
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.ports import AttemptQuery, PlacedCard, Reading

WHOLE_CONVERSATION = 2_000
"""Items of a conversation that come with its attempt: hours of an agent's work, and some 50 ms to read. The stream goes
on from there; what came before is to be had page by page."""
WHOLE_LOG = 5_000
"""Lines of a log that come with its attempt, for the same reason."""


class AttemptView(msgspec.Struct, frozen=True):
    """An attempt with what it said: the last 2,000 items and 5,000 lines, oldest first."""

    attempt: Attempt
    logs: list[AttemptLog]
    conversation: list[ConversationItem]
    todos: Todos | None


class ListedAttempt(Attempt, frozen=True, kw_only=True, rename="camel"):
    """An attempt. `queuePosition` is its place among all that wait on this server, 1 the next; null: it does not.

    `todos` is its agent's plan, while it is active; null: there is none.
    """

    queue_position: int | None = None
    todos: Todos | None = None


def board_view(tx: Reading, board_id: BoardId) -> tuple[BoardSnapshot, int]:
    """All that a board shows, and the sequence number it is valid at (RT2). Raises NotFound."""
    snapshot = tx.boards.snapshot(board_id)
    return snapshot, tx.head(board_channel(board_id))


def board_state(tx: Reading, board_id: BoardId) -> tuple[BoardState, int]:
    """The board as the wire's `state`, and the sequence number it is valid at. Raises NotFound."""
    snapshot, seq = board_view(tx, board_id)
    return snapshot.state, seq


def project(tx: Reading, project_id: ProjectId) -> Project:
    """One project. Raises NotFound."""
    found = tx.projects.get(project_id)
    if found is None:
        raise NotFound("Project not found")
    return found


def project_settings(tx: Reading, project_id: ProjectId) -> ProjectSettings:
    """A project's settings. Raises NotFound."""
    found = tx.projects.settings(project_id)
    if found is None:
        raise NotFound("Project not found")
    return found


def card(tx: Reading, board_id: BoardId, card_id: CardId) -> PlacedCard:
    """One card and its column.

    Raises NotFound when the board or the card is unknown, Invalid when the card is another board's.
    """
    tx.boards.take(board_id)
    found = tx.cards.get(board_id, card_id)
    if found is not None:
        return found
    if tx.cards.board_of(card_id) is not None:
        raise Invalid("Card does not belong to this board")
    raise NotFound("Card not found")


def attempt(tx: Reading, attempt_id: AttemptId) -> Attempt:
    """One attempt. Raises NotFound."""
    found = tx.attempts.get(attempt_id)
    if found is None:
        raise NotFound("Attempt not found")
    return found


def attempts(tx: Reading, query: AttemptQuery) -> tuple[list[ListedAttempt], AttemptId | None]:
    """Attempts, the newest first, and what to ask for next (None: no more). Those that wait say at which place.

    Raises NotFound for an unknown board or card, Invalid for a card of another board and for an unknown `after`.
    """
    if query.card_id is not None and query.board_id is not None:
        card(tx, query.board_id, query.card_id)
    elif query.board_id is not None:
        project(tx, query.board_id)
    found = tx.attempts.find(msgspec.structs.replace(query, limit=query.limit + 1))
    queue = [one.id for one in tx.attempts.active() if one.status == "queued"]
    place = {attempt_id: number for number, attempt_id in enumerate(queue, 1)}
    page = [
        ListedAttempt(
            **msgspec.structs.asdict(one),
            queue_position=place.get(one.id),
            todos=tx.attempts.todos(one.id) if one.status in ACTIVE else None,
        )
        for one in found[: query.limit]
    ]
    return page, page[-1].id if len(found) > query.limit else None


def attempt_of_card(tx: Reading, board_id: BoardId, card_id: CardId) -> AttemptView:
    """A card's newest attempt, with what it said.

    Raises NotFound (`Attempt not found` when the card has none), Invalid when the card is another board's.
    """
    card(tx, board_id, card_id)
    found = tx.attempts.latest(card_id)
    if found is None:
        raise NotFound("Attempt not found")
    return AttemptView(
        attempt=found,
        logs=tx.attempts.logs(found.id, limit=WHOLE_LOG) or [],
        conversation=tx.attempts.conversation(found.id, limit=WHOLE_CONVERSATION) or [],
        todos=tx.attempts.todos(found.id),
    )


def logs(
    tx: Reading, attempt_id: AttemptId, before: LogId | None, limit: int
) -> tuple[list[AttemptLog], LogId | None]:
    """The last lines of a log, or the last before one of them, oldest first, and what to ask for next (None: no more).

    Raises Invalid when `before` is no line of that log.
    """
    found = tx.attempts.logs(attempt_id, before=before, limit=limit + 1)
    if found is None:
        raise Invalid.field("before", f"{before!r} is no line of this log")
    page = found[-limit:]
    return page, page[0].id if len(found) > limit else None


def conversation(
    tx: Reading, attempt_id: AttemptId, before: ItemId | None, limit: int
) -> tuple[list[ConversationItem], ItemId | None]:
    """The last items of a conversation, or the last before one of them, and what to ask for next (None: no more).

    Raises NotFound for an unknown attempt, Invalid when `before` is no item of that conversation.
    """
    attempt(tx, attempt_id)
    found = tx.attempts.conversation(attempt_id, before=before, limit=limit + 1)
    if found is None:
        raise Invalid.field("before", f"{before!r} is no item of this conversation")
    page = found[-limit:]
    return page, page[0].id if len(found) > limit else None
