"""What stands against an attempt, or against waking one."""

from __future__ import annotations

from kanbanai.domain.attempts import ACTIVE, Attempt
from kanbanai.domain.errors import CardBlocked, CardLocked, Conflict, Invalid
from kanbanai.domain.ids import BoardId, ProfileId
from kanbanai.ports import PlacedCard, Reading, Transaction
from kanbanai.usecases import queries


def refuse_strange_profile(tx: Reading, board_id: BoardId, agent: str, profile_id: ProfileId) -> None:
    """Raises Invalid when the profile is not there for this board, or another agent's."""
    profile = tx.profiles.get(profile_id)
    if profile is None or profile.project_id not in {None, board_id}:
        raise Invalid.coded("profileId", "Profile not found", "names no profile that this project can use")
    if profile.agent != agent:
        raise Invalid.coded(
            "profileId",
            "Profile does not match selected agent",
            f"is a profile of {profile.agent}, the agent is {agent}",
        )


def refuse_closed(tx: Transaction, board_id: BoardId, placed: PlacedCard) -> None:
    """Raises CardLocked when the card is done, CardBlocked when a dependency of it is not."""
    column = tx.columns.get(board_id, placed.column_id)
    if column is not None and column.key == "done":
        raise CardLocked("Task is done and locked")
    if tx.cards.not_done(board_id, placed.card.depends_on):
        raise CardBlocked("Task is blocked by dependencies")


def refuse_closed_card(tx: Transaction, attempt: Attempt) -> None:
    """The same for the card of an attempt."""
    refuse_closed(tx, attempt.board_id, queries.card(tx, attempt.board_id, attempt.card_id))


def refuse_follow_up(tx: Transaction, attempt: Attempt) -> None:
    """Raises Conflict when the attempt is active or not its card's newest, and what `refuse_closed` raises."""
    if attempt.status in ACTIVE:
        raise Conflict("Attempt already running")
    newest = tx.attempts.latest(attempt.card_id)
    if newest is not None and newest.id != attempt.id:
        # Its board no longer shows it; woken up, it would come back as the newest, which it is not.
        raise Conflict("The card has a newer attempt; follow up on that one")
    refuse_closed_card(tx, attempt)
