"""Cards made of issues, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kanbanai.domain.boards import ColumnFields
from kanbanai.domain.cards import Card
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import Conflict
from kanbanai.domain.events import CardCreated
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import CARD_PREFIX, ISSUE_LINK_PREFIX, BoardId, CardId, IssueLinkId
from kanbanai.domain.issues import LinkedIssue, card_texts
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.tickets import ticket_key
from kanbanai.ports import Transaction


class NewIssues:
    """Issues that cards are to be made of; `store` makes them all, at the end of a column each."""

    def __init__(
        self, tx: Transaction, board_id: BoardId, repository: str, settings: ProjectSettings
    ) -> None:
        self._tx = tx
        self._board = board_id
        self._repository = repository
        self._prefix = settings.ticket_prefix
        self._number = tx.projects.next_ticket_number(board_id)
        self._cards: dict[bool, list[Card]] = {True: [], False: []}
        """By whether their issues are open."""
        self._links: list[LinkedIssue] = []

    def add(self, issue: Issue, link: LinkedIssue | None = None) -> None:
        """A card is to be made of the issue; `link`: it had one, which was deleted. Raises Invalid for its texts."""
        texts = card_texts(issue)
        link = msgspec.structs.replace(
            link or self._link(issue),
            card_id=CardId(self._tx.new_id(CARD_PREFIX)),
            direction="imported",
            base=texts,
            theirs=texts,
            url=issue.url,
            state=issue.state,
            labels=issue.labels,
            assignees=issue.assignees,
            comments=issue.comments,
            updated_at=issue.updated_at,
            seen=self._tx.head(board_channel(self._board)),
        )
        card = Card(
            id=link.card_id or CardId(""),
            ticket_key=ticket_key(self._prefix, self._number),
            disable_auto_close_on_pr_merge=False,
            disable_auto_close_on_issue_close=False,
            ticket_type=None,
            is_enhanced=False,
            github_issue=link.shown(texts),
            title=texts.title,
            description=texts.description,
            created_at=self._tx.now,
            updated_at=self._tx.now,
        )
        self._number += 1
        self._links.append(link)
        self._cards[issue.is_open].append(card)

    def adopted(self, card_id: CardId, issue: Issue) -> LinkedIssue:
        """The link of a card that showed the issue without one: it came with a project's file."""
        return msgspec.structs.replace(self._link(issue), card_id=card_id)

    def store(self) -> int:
        """Makes the cards and says how many they are."""
        columns = self._tx.columns.of_board(self._board)
        for is_open, added in self._cards.items():
            if added:
                self._append(_target(columns, is_open=is_open), added)
        if self._links:
            self._tx.projects.set_next_ticket_number(self._board, self._number)
            self._tx.issues.put(self._links)
        return len(self._links)

    def _append(self, column: ColumnFields, added: Sequence[Card]) -> None:
        size = self._tx.columns.count_cards(column.id)
        self._tx.cards.append(self._board, column.id, added)
        for index, card in enumerate(added, size):
            self._tx.emit(self._board, CardCreated(card=card, column_id=column.id, index=index))

    def _link(self, issue: Issue) -> LinkedIssue:
        return LinkedIssue(
            id=IssueLinkId(self._tx.new_id(ISSUE_LINK_PREFIX)),
            board_id=self._board,
            card_id=None,
            repository=self._repository,
            number=issue.number,
            direction="imported",
        )


def _target(columns: Sequence[ColumnFields], *, is_open: bool) -> ColumnFields:
    """Where a card goes: what is open into the first column, what is closed into the first one that is done."""
    done = next((one for one in columns if one.key == "done"), None)
    if not is_open and done is not None:
        return done
    if not columns:
        raise Conflict("The board has no column that a card could stand in")
    return columns[0]
