"""The table of what follows from what: event → reaction."""

from __future__ import annotations

from collections.abc import Sequence

from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.boards import Role
from kanbanai.domain.channels import board_of
from kanbanai.domain.events import AttemptStarted, AttemptStatusChanged, CardMoved
from kanbanai.domain.ids import AttemptId, CardId
from kanbanai.domain.log import Entry
from kanbanai.domain.terminals import CloseReason
from kanbanai.ports import Reading
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.putting_away import put_away
from kanbanai.runtime.reactor import Reaction
from kanbanai.usecases import reactions


def table(equipment: Equipment) -> tuple[Reaction, ...]:
    """Every reaction there is."""

    async def tidy_up(entry: Entry) -> None:
        """A card entered a column of those that are done: the worktrees of its attempts that have ended go."""
        for attempt_id in await equipment.store.read(_ended_of_done_card, entry):
            await put_away(equipment, attempt_id)

    async def hang_up(entry: Entry) -> None:
        """An attempt failed or was stopped, or its card is worked on no more: nobody works in its worktree."""
        found = await equipment.store.read(_to_hang_up, entry)
        if found is not None:
            await equipment.terminals.close_for(*found)

    def may_hang_up(entry: Entry) -> bool:
        match entry.event:
            case (
                AttemptStatusChanged(card_id=card_id, status="failed" | "stopped")
                | CardMoved(card_id=card_id)
            ):
                return equipment.terminals.is_busy(card_id)
            case _:
                return False

    moved, status = frozenset({CardMoved.kind}), frozenset({AttemptStatusChanged.kind})
    return (
        Reaction("show_work", frozenset({AttemptStarted.kind}), effect=reactions.show_work),
        Reaction("show_result", status, effect=reactions.show_result, concerns=_is_success),
        Reaction("start_work", moved, effect=reactions.start_work, sieve=reactions.to_start),
        Reaction("tidy_up", moved, outside=tidy_up, sieve=_to_tidy_up),
        Reaction("hang_up", moved | status, outside=hang_up, concerns=may_hang_up),
    )


def _is_success(entry: Entry) -> bool:
    return isinstance(entry.event, AttemptStatusChanged) and entry.event.status == "succeeded"


def _to_tidy_up(tx: Reading, entries: Sequence[Entry]) -> list[Entry]:
    roles = reactions.roles(tx, entries)
    return [
        entry
        for entry in entries
        if isinstance(entry.event, CardMoved)
        and roles.get(entry.event.to_column_id) == "done"
        and _ended_of_done_card(tx, entry)
    ]


def _ended_of_done_card(tx: Reading, entry: Entry) -> list[AttemptId]:
    event = entry.event
    if not isinstance(event, CardMoved) or _role_of(tx, entry, event.card_id) != "done":
        return []
    found = tx.attempts.of_card(event.card_id)
    return [one.id for one in found if one.worktree_path is not None and one.status not in ACTIVE]


def _to_hang_up(tx: Reading, entry: Entry) -> tuple[CardId, CloseReason] | None:
    """The card whose terminal has to close, and why; None: none has to."""
    match entry.event:
        case AttemptStatusChanged(card_id=card_id, attempt_id=attempt_id, status="failed" | "stopped"):
            newest = tx.attempts.latest(card_id)
            return (card_id, "attempt_ended") if newest is not None and newest.id == attempt_id else None
        case CardMoved(card_id=card_id) if _role_of(tx, entry, card_id) not in {"inProgress", "review"}:
            return card_id, "card_moved"
        case _:
            return None


def _role_of(tx: Reading, entry: Entry, card_id: CardId) -> Role | None:
    """The role of the column in which the card stands now, whatever it was moved to then."""
    board_id = board_of(entry.channel)
    placed = None if board_id is None else tx.cards.get(board_id, card_id)
    column = None if placed is None or board_id is None else tx.columns.get(board_id, placed.column_id)
    return None if column is None else column.key
