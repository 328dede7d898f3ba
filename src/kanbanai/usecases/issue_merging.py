"""How what GitHub says of an issue comes into its card: by itself, and as the answer to what was told to it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kanbanai.domain import cards as card_rules
from kanbanai.domain.cards import Card, TextField
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import GithubRefused
from kanbanai.domain.events import CardUpdated
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import CardId
from kanbanai.domain.issues import TEXT_FIELDS, LinkedIssue, Texts, card_texts, is_same, key_in_title, merged
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases.issue_outbox import settled, texts_of

replace = msgspec.structs.replace


def merge(
    tx: Transaction, card: Card, link: LinkedIssue, issue: Issue, *, texts: bool = True
) -> tuple[LinkedIssue, Texts]:
    """The issue as it is now comes into its card; answers with the link and the card's texts from now on."""
    theirs = card_texts(issue, key_in_title(card, link))
    mine, base = merged(texts_of(card), link.base, theirs) if texts else (texts_of(card), link.base)
    after = replace(_with_facts(link, issue), base=base, theirs=theirs)
    return keep(tx, card, mine, after), mine


def keep(tx: Transaction, card: Card, mine: Texts, link: LinkedIssue) -> LinkedIssue:
    """Stores a card's texts and its link, and tells the board's viewers what changed of the card."""
    link = settled(replace(link, seen=tx.head(board_channel(link.board_id))), mine, tx)
    tx.issues.put([link])
    after = replace(card, title=mine.title, description=mine.description, github_issue=link.shown(mine))
    if after != card:
        after = replace(after, updated_at=tx.now)
        tx.cards.save(card, after)
        changes = card_rules.difference(card, after)
        tx.emit(link.board_id, CardUpdated(card_id=card.id, changes=changes))
    return link


def is_known(link: LinkedIssue, issue: Issue) -> bool:
    """Whether nothing of the issue is new, as far as can be seen without its card."""
    return link.updated_at == issue.updated_at and _with_facts(link, issue) == link


def _with_facts(link: LinkedIssue, issue: Issue) -> LinkedIssue:
    """The link with what is shown of the issue, its texts apart."""
    return replace(
        link,
        url=issue.url,
        state=issue.state,
        labels=issue.labels,
        assignees=issue.assignees,
        comments=issue.comments,
        updated_at=issue.updated_at,
    )


def made(tx: Transaction, card_id: CardId, issue: Issue, sent: Texts) -> None:
    """GitHub has made the card's issue, with the texts that were `sent`."""
    link, card = _told_of(tx, card_id)
    if link is None or card is None or link.number is not None:
        return
    tx.boards.take(link.board_id)
    answer = card_texts(issue, key_in_title(card, link))
    base = sent.with_(_taken(card, answer, {field: getattr(sent, field) for field in TEXT_FIELDS}))
    merge(tx, card, replace(link, number=issue.number, base=base, theirs=base, asked_at=None), issue)


def fetched(tx: Transaction, card_id: CardId, issue: Issue) -> dict[TextField, str | None]:
    """The card's issue as it is on GitHub now; answers with what it is still to be told."""
    link, card = _told_of(tx, card_id)
    if link is None or card is None or link.base is None:
        return {}
    tx.boards.take(link.board_id)
    after, mine = merge(tx, card, link, issue)
    return {field: getattr(mine, field) for field in after.to_tell(mine)}


def told(tx: Transaction, card_id: CardId, issue: Issue, sent: Mapping[TextField, str | None]) -> None:
    """The card's issue as GitHub has it after it was told `sent`.

    Raises GithubRefused for an issue that was left as it was: GitHub passes over what an account may not set.
    """
    link, card = _told_of(tx, card_id)
    if link is None or card is None or link.base is None or link.theirs is None:
        return
    tx.boards.take(link.board_id)
    answer = card_texts(issue, key_in_title(card, link))
    for field, text in sent.items():
        now = getattr(answer, field)
        if is_same(now, getattr(link.theirs, field)) and not is_same(now, text):
            raise GithubRefused(f"GitHub left the issue's {field} as it was; the account may not change it")
    merge(tx, card, replace(link, base=link.base.with_(_taken(card, answer, sent))), issue)


def _told_of(tx: Reading, card_id: CardId) -> tuple[LinkedIssue | None, Card | None]:
    link = tx.issues.of_card(card_id)
    placed = None if link is None else tx.cards.get(link.board_id, card_id)
    return link, None if placed is None else placed.card


def _taken(card: Card, answer: Texts, sent: Mapping[TextField, str | None]) -> dict[TextField, str | None]:
    """What both sides had when GitHub took `sent`.

    GitHub may have put a text into a form of its own. That is the card's from now on, unless a person has changed the
    card meanwhile: then it is what the card was changed from.
    """
    mine = texts_of(card)
    return {
        field: text if is_same(getattr(mine, field), text) else getattr(answer, field)
        for field, text in sent.items()
    }
