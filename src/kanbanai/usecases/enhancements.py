"""What can be done with proposals for better ticket texts. A proposal changes no card; accepting one is an edit."""

from __future__ import annotations

from kanbanai.domain.cards import card_description, card_title
from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.events import CardEnhancement
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries


def of_project(tx: Reading, project_id: ProjectId) -> dict[CardId, Enhancement]:
    """The proposals of a project's cards, by card. Raises NotFound."""
    project = queries.project(tx, project_id)
    return tx.enhancements.of_board(project.board_id)


def put(tx: Transaction, project_id: ProjectId, card_id: CardId, enhancement: Enhancement) -> None:
    """Notes that a proposal is being written or is ready, in place of what was noted before.

    Raises NotFound, and Invalid for a text that a card could not have.
    """
    _refuse_unknown(tx, project_id, card_id)
    checked = Enhancement(enhancement.status, _suggestion(enhancement.suggestion))
    if tx.enhancements.get(card_id) == checked:
        return
    tx.enhancements.put(project_id, card_id, checked)
    tx.emit(
        project_id,
        CardEnhancement(card_id=card_id, status=checked.status, suggestion=checked.suggestion),
    )


def remove(tx: Transaction, project_id: ProjectId, card_id: CardId) -> None:
    """Puts a card's proposal away, if there is one. Raises NotFound."""
    _refuse_unknown(tx, project_id, card_id)
    if tx.enhancements.get(card_id) is None:
        return
    tx.enhancements.remove(card_id)
    tx.emit(project_id, CardEnhancement(card_id=card_id, status=None))


def _refuse_unknown(tx: Transaction, project_id: ProjectId, card_id: CardId) -> None:
    queries.project(tx, project_id)
    tx.boards.take(project_id)
    if tx.cards.get(project_id, card_id) is None:
        raise NotFound("Card not found")


def _suggestion(given: Suggestion | None) -> Suggestion | None:
    if given is None:
        return None
    try:
        return Suggestion(card_title(given.title), card_description(given.description))
    except Invalid as error:
        (fault,) = error.fields
        raise type(error).field(f"suggestion.{fault.field}", fault.message) from error
