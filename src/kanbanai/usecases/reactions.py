"""What follows on a board from what happens to attempts and cards, each as one transaction.

A reaction is given an event with its number in the board's channel and who did it (`kind:id`), at least once and
perhaps late. So it looks at how things stand now: what has been overtaken is left alone, and so is what a person
decided meanwhile. None of them raises for that.
"""

from __future__ import annotations

from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.boards import ColumnFields, Role
from kanbanai.domain.cards import Placement
from kanbanai.domain.events import AttemptStarted, AttemptStatusChanged, CardMoved, Event
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.usecases import attempts, cards, queries, settings
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.history import PERSON, person_moves


def show_work(tx: Transaction, event: Event, seq: int, actor: str) -> None:
    """An agent began to work: its card goes to the end of the column in progress, from anywhere but done."""
    del actor
    if not isinstance(event, AttemptStarted):
        return
    attempt = tx.attempts.get(event.attempt_id)
    if attempt is None or attempt.status not in ACTIVE:
        return
    _bring(tx, event.card_id, seq, to="inProgress", leaving=("backlog", "review", None))


def show_result(tx: Transaction, event: Event, seq: int, actor: str) -> None:
    """An attempt succeeded: its card goes from a column in progress to the end of the one in review."""
    del actor
    if not isinstance(event, AttemptStatusChanged) or event.status != "succeeded":
        return
    attempt = tx.attempts.get(event.attempt_id)
    if attempt is None or attempt.status != "succeeded":
        return
    _bring(tx, event.card_id, seq, to="review", leaving=("inProgress",))


def start_work(tx: Transaction, event: Event, seq: int, actor: str) -> None:
    """A person moved a card from a backlog to a column in progress: the project's default agent starts to work.

    Only where the application's settings ask for it, the card stands there still, can be worked on, and no agent is at
    it already.
    """
    del seq
    if not isinstance(event, CardMoved) or not actor.startswith(PERSON):
        return
    app = settings.stored_app(tx)
    if app is None or not app.auto_start_agent_on_in_progress:
        return
    found = _found(tx, event.card_id)
    if found is None:
        return
    board_id, placed = found
    project = queries.project_settings(tx, board_id)
    if project.default_agent is None or _busy(tx, event.card_id) or _blocked(tx, board_id, placed):
        return
    began, now = (role_of(tx, board_id, one) for one in (event.from_column_id, placed.column_id))
    if began != "backlog" or now != "inProgress" or placed.column_id != event.to_column_id:
        return
    new = NewAttempt(agent=project.default_agent, profile_id=project.default_profile_id)
    attempts.queue(tx, board_id, event.card_id, new)


def _bring(tx: Transaction, card_id: CardId, seq: int, *, to: Role, leaving: tuple[Role | None, ...]) -> None:
    """Moves the card to the end of the first column of a role, if it stands in one of those that it may leave."""
    found = _found(tx, card_id)
    if found is None:
        return
    board_id, placed = found
    target = first_column(tx, board_id, to)
    if target is None or role_of(tx, board_id, placed.column_id) not in leaving:
        return
    if card_id in person_moves(tx, board_id, seq) or (to == "inProgress" and _blocked(tx, board_id, placed)):
        return
    end = tx.columns.count_cards(target.id)
    cards.move(tx, board_id, card_id, Placement(target.id, end))


def _found(tx: Transaction, card_id: CardId) -> tuple[BoardId, PlacedCard] | None:
    """The card and its board, which is taken; None: it is gone."""
    board_id = tx.cards.board_of(card_id)
    return None if board_id is None else (board_id, queries.card(tx, board_id, card_id))


def first_column(tx: Transaction, board_id: BoardId, role: Role) -> ColumnFields | None:
    """The board's first column of that role, if there is one."""
    return next((column for column in tx.columns.of_board(board_id) if column.key == role), None)


def role_of(tx: Transaction, board_id: BoardId, column_id: ColumnId) -> Role | None:
    """The role of a column; None: it has none, or is gone."""
    column = tx.columns.get(board_id, column_id)
    return None if column is None else column.key


def _busy(tx: Transaction, card_id: CardId) -> bool:
    return any(one.status in ACTIVE for one in tx.attempts.of_card(card_id))


def _blocked(tx: Transaction, board_id: BoardId, placed: PlacedCard) -> bool:
    return bool(tx.cards.not_done(board_id, placed.card.depends_on))
