"""What is still to be told to GitHub of a card: it is noted in the transaction that changes the card.

It waits there until GitHub has it, however long that does not answer (`kanbanai.runtime.github.exporting`).
"""

from __future__ import annotations

import msgspec

from kanbanai.domain.cards import Card
from kanbanai.domain.errors import Conflict
from kanbanai.domain.ids import ISSUE_LINK_PREFIX, BoardId, CardId, IssueLinkId
from kanbanai.domain.issues import LinkedIssue, Texts
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
    mine = texts_of(after)
    if texts_of(before) == mine:
        return after
    link = tx.issues.of_card(after.id)
    if link is None:
        return after
    link = settled(replace(link, error=None, is_refused=False), mine, tx)
    tx.issues.put([link])
    return replace(after, github_issue=link.shown(mine))


def note_deletion(tx: Transaction, card_id: CardId) -> None:
    """The card goes: an issue that was not made yet is not to be made any more."""
    link = tx.issues.of_card(card_id)
    if link is not None and link.number is None:
        tx.issues.remove(link.id)


def settled(link: LinkedIssue, mine: Texts, tx: Reading) -> LinkedIssue:
    """The link with whether something waits to be told.

    Only an issue that was made for its card is changed by it: others belong to whoever wrote them.
    """
    if link.number is None:
        return link if link.waits_since is not None else replace(link, waits_since=tx.now)
    if link.direction == "exported" and link.unsent(mine):
        return link if link.waits_since is not None else replace(link, waits_since=tx.now)
    return replace(link, waits_since=None, error=None, is_refused=False)


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


def note_failure(tx: Transaction, card_id: CardId, error: str, *, is_refused: bool, is_certain: bool) -> None:
    """GitHub did not take it. `is_certain`: nothing was made of it."""
    link = tx.issues.of_card(card_id)
    if link is None or link.waits_since is None:
        return
    asked_at = None if is_certain else link.asked_at
    tx.issues.put([replace(link, error=error, is_refused=is_refused, asked_at=asked_at)])
