"""What can be done with proposals for better ticket texts. A proposal changes no card until it is accepted."""

from __future__ import annotations

from kanbanai.domain.cards import Card, CardChanges, card_description, card_title
from kanbanai.domain.enhancements import INTERRUPTED, MAX_FAILURE, Enhancement, Suggestion
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import CardEnhancement
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import cards, queries


def of_project(tx: Reading, project_id: ProjectId) -> dict[CardId, Enhancement]:
    """The proposals of a project's cards, by card. Raises NotFound."""
    project = queries.project(tx, project_id)
    return tx.enhancements.of_board(project.board_id)


def put(tx: Transaction, project_id: ProjectId, card_id: CardId, enhancement: Enhancement) -> None:
    """Notes that a proposal is being written or is ready, in place of what was noted before.

    Raises NotFound, and Invalid for a text that a card could not have.
    """
    _refuse_unknown(tx, project_id, card_id)
    checked = Enhancement(enhancement.status, _suggestion(enhancement.suggestion), enhancement.failure)
    if tx.enhancements.get(card_id) != checked:
        _put(tx, project_id, card_id, checked)


def remove(tx: Transaction, project_id: ProjectId, card_id: CardId) -> None:
    """Puts a card's proposal away, if there is one. Raises NotFound."""
    _refuse_unknown(tx, project_id, card_id)
    if tx.enhancements.get(card_id) is None:
        return
    _remove(tx, project_id, card_id)


def accept(tx: Transaction, project_id: ProjectId, card_id: CardId) -> Card:
    """Gives a card the text that was proposed, marks it as enhanced, and puts the proposal away.

    A proposal without a description leaves the card's as it is. Raises NotFound, and Conflict unless one is ready.
    """
    _refuse_unknown(tx, project_id, card_id)
    found = tx.enhancements.get(card_id)
    if found is None or found.status != "ready" or found.suggestion is None:
        raise Conflict("There is no proposal for this card that is ready")
    text = found.suggestion
    changes = CardChanges(title=text.title, is_enhanced=True)
    if text.description is not None:
        changes = CardChanges(title=text.title, description=text.description, is_enhanced=True)
    edited = cards.edit(tx, project_id, card_id, cards.CardEdit(changes=changes))
    _remove(tx, project_id, card_id)
    return edited.placed.card


# ── What an agent writes in the background ──────────────────────────────────────────────────────────────────────────


def begin(tx: Transaction, project_id: ProjectId, card_id: CardId) -> None:
    """An agent begins to write a proposal, in place of any before. Raises NotFound."""
    _refuse_unknown(tx, project_id, card_id)
    _put(tx, project_id, card_id, Enhancement("enhancing"))


def finish(tx: Transaction, project_id: ProjectId, card_id: CardId, suggestion: Suggestion) -> None:
    """The proposal is there; nothing happens when nobody waits for it any more."""
    if _is_awaited(tx, project_id, card_id):
        _put(tx, project_id, card_id, Enhancement("ready", _suggestion(suggestion)))


def fail(tx: Transaction, project_id: ProjectId, card_id: CardId, why: str) -> None:
    """There will be no proposal; `why` is a sentence. Nothing happens when nobody waits for it any more."""
    if _is_awaited(tx, project_id, card_id):
        _put(tx, project_id, card_id, Enhancement("failed", failure=why[:MAX_FAILURE]))


def reconcile(tx: Transaction) -> int:
    """Says of every proposal that the last server left half written that it failed, and counts them."""
    left = [
        (project.id, card_id)
        for project in tx.projects.all()
        for card_id, one in tx.enhancements.of_board(project.board_id).items()
        if one.status == "enhancing"
    ]
    for project_id, card_id in left:
        fail(tx, project_id, card_id, INTERRUPTED)
    return len(left)


def _is_awaited(tx: Transaction, project_id: ProjectId, card_id: CardId) -> bool:
    tx.boards.take(project_id)
    found = tx.enhancements.get(card_id)
    return found is not None and found.status == "enhancing"


def _put(tx: Transaction, project_id: ProjectId, card_id: CardId, enhancement: Enhancement) -> None:
    tx.enhancements.put(project_id, card_id, enhancement)
    tx.emit(
        project_id,
        CardEnhancement(
            card_id=card_id,
            status=enhancement.status,
            suggestion=enhancement.suggestion,
            failure=enhancement.failure,
        ),
    )


def _remove(tx: Transaction, project_id: ProjectId, card_id: CardId) -> None:
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
