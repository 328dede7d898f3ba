"""What is still to be told to GitHub of a card: it is noted in the transaction that changes the card.

It waits there until GitHub has it, however long that does not answer (`kanbanai.runtime.github.exporting`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kanbanai.domain import cards as card_rules
from kanbanai.domain.cards import Card, TextField
from kanbanai.domain.errors import Conflict
from kanbanai.domain.events import CardUpdated
from kanbanai.domain.ids import ISSUE_LINK_PREFIX, BoardId, CardId, IssueLinkId
from kanbanai.domain.issues import TEXT_FIELDS, LinkedIssue, Texts
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries

replace = msgspec.structs.replace


def texts_of(card: Card) -> Texts:
    """The texts that the card shares with its issue."""
    return Texts(card.title, card.description)


def order(tx: Transaction, board_id: BoardId, card_id: CardId, repository: str) -> None:
    """An issue is to be made for the card. Raises NotFound, Conflict when it has one already."""
    queries.card(tx, board_id, card_id)
    if tx.issues.of_card(card_id) is not None:
        raise Conflict("The card has an issue already, or one is being made for it")
    link = LinkedIssue(
        id=IssueLinkId(tx.new_id(ISSUE_LINK_PREFIX)),
        board_id=board_id,
        card_id=card_id,
        repository=repository,
        direction="exported",
        waits_since=tx.now,
    )
    tx.issues.put([link])


def note_edit(tx: Transaction, before: Card, after: Card) -> Card:
    """The card as it is to be stored after an edit: what it shows of its issue follows from its new texts."""
    mine, was = texts_of(after), texts_of(before)
    if was == mine:
        return after
    link = tx.issues.of_card(after.id)
    if link is None:
        return after
    changed = [field for field in TEXT_FIELDS if getattr(mine, field) != getattr(was, field)]
    link = settled(edited(link, changed), mine, tx)
    tx.issues.put([link])
    return replace(after, github_issue=link.shown(mine))


def edited(link: LinkedIssue, fields: Sequence[TextField]) -> LinkedIssue:
    """The link after a person has said that the card's texts count: what was refused before is told again."""
    if not fields:
        return link
    known = () if link.direction == "exported" else {*link.edited, *fields}
    return replace(
        link, edited=tuple(one for one in TEXT_FIELDS if one in known), error=None, is_refused=False
    )


def note_deletion(tx: Transaction, card_id: CardId) -> None:
    """The card goes: an issue that was not made yet is not to be made any more."""
    link = tx.issues.of_card(card_id)
    if link is not None and link.number is None:
        tx.issues.remove(link.id)


def settled(link: LinkedIssue, mine: Texts, tx: Reading) -> LinkedIssue:
    """The link with whether something waits to be told."""
    if link.number is not None:
        link = replace(link, edited=_still_edited(link, mine, tx))
        if not link.to_tell(mine):
            return replace(link, waits_since=None, error=None, is_refused=False)
    return link if link.waits_since is not None else replace(link, waits_since=tx.now)


def _still_edited(link: LinkedIssue, mine: Texts, tx: Reading) -> tuple[TextField, ...]:
    if not (link.edited and queries.project_settings(tx, link.board_id).github_issue_write_back_enabled):
        return ()
    differing = {*link.unsent(mine), *link.conflicts(mine)}
    return tuple(field for field in link.edited if field in differing)


def stop_writing_back(tx: Transaction, board_id: BoardId) -> None:
    """What waits for issues that came in does not wait any more; cards and issues stay as they are."""
    for link in waiting(tx, board_id):
        if link.direction == "imported":
            _store(tx, replace(link, edited=(), waits_since=None, error=None, is_refused=False))


def ask_again(tx: Transaction, board_id: BoardId) -> None:
    """What GitHub refused of issues that came in is told once more."""
    for link in waiting(tx, board_id):
        if link.rests:
            _store(tx, replace(link, error=None, is_refused=False))


def waiting(tx: Reading, board_id: BoardId | None = None) -> list[LinkedIssue]:
    """What waits, of one board or of all; what waits longest first."""
    return [one for one in tx.issues.waiting() if board_id in {None, one.board_id}]


def asking(tx: Transaction, card_id: CardId) -> LinkedIssue | None:
    """Notes that GitHub is about to be asked to make the card's issue. None: none is to be made any more."""
    link = tx.issues.of_card(card_id)
    if link is None or link.number is not None:
        return None
    if link.asked_at is None:
        tx.issues.put([replace(link, asked_at=tx.now)])
    return link


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """GitHub did not take it. `is_refused`: it said no. `is_certain`: nothing was made of it."""

    error: str
    is_refused: bool
    is_certain: bool


def note_failure(tx: Transaction, told: Card, failure: Failure) -> bool:
    """GitHub did not take the card as it was `told`; answers whether it is told again by itself, after a while."""
    link = tx.issues.of_card(told.id)
    placed = None if link is None else tx.cards.get(link.board_id, told.id)
    if link is None or placed is None or link.waits_since is None:
        return False
    after = replace(link, asked_at=None) if failure.is_certain else link
    if not failure.is_refused or texts_of(placed.card) == texts_of(told):
        after = replace(after, error=failure.error, is_refused=failure.is_refused)
    _store(tx, after)
    return after.error is not None and not after.rests


def _store(tx: Transaction, link: LinkedIssue) -> None:
    """Stores a link and shows it on its card. That is no edit of the card: its `updatedAt` stays."""
    tx.boards.take(link.board_id)
    tx.issues.put([link])
    placed = None if link.card_id is None else tx.cards.get(link.board_id, link.card_id)
    if placed is None:
        return
    after = replace(placed.card, github_issue=link.shown(texts_of(placed.card)))
    if after != placed.card:
        tx.cards.save(placed.card, after)
        changes = card_rules.difference(placed.card, after)
        tx.emit(link.board_id, CardUpdated(card_id=after.id, changes=changes))
