"""A page of issues on its way into cards: new ones become cards, known ones are merged into theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kanbanai.domain.cards import Placement
from kanbanai.domain.errors import Invalid
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import IssueCounts, IssueQuestion, LinkedIssue, Slot
from kanbanai.domain.times import Timestamp, imported
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.usecases import cards, queries
from kanbanai.usecases.history import person_moves
from kanbanai.usecases.issue_cards import NewIssues
from kanbanai.usecases.issue_merging import is_known, merge
from kanbanai.usecases.issue_outbox import texts_of

replace = msgspec.structs.replace


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One time that issues come in.

    `slot`: where its progress is kept. `makes_cards`: of issues that have none. `merges_texts`: what is new of them
    comes into their cards; without it only what is shown of them does. `with_deleted`: issues whose cards were deleted,
    too.
    """

    question: IssueQuestion
    slot: Slot
    makes_cards: bool = True
    merges_texts: bool = True
    with_deleted: bool = False

    @property
    def cause(self) -> Literal["import", "sync"]:
        """Why it happens, as viewers are told."""
        return "import" if self.slot == "imports" else "sync"


class Incoming:
    """A page of issues on its way in, within one transaction."""

    def __init__(self, tx: Transaction, board_id: BoardId, run: Run) -> None:
        self._tx = tx
        self._board = board_id
        self._run = run
        self._settings = queries.project_settings(tx, board_id)
        self._moves: tuple[int, dict[CardId, Timestamp]] | None = None
        self._new = NewIssues(tx, board_id, run.question.repository, self._settings)

    def take(self, issues: Sequence[Issue]) -> IssueCounts:
        """Takes the page in, whole or not at all."""
        found = [one for one in issues if not one.is_pull_request]
        known = self._tx.issues.numbered(
            self._board, self._run.question.repository, {one.number for one in found}
        )
        strangers = {one.url for one in found if one.number not in known}
        unlinked = self._tx.issues.unlinked(self._board, strangers) if strangers else {}
        counts = IssueCounts()
        for issue in found:
            link = known.get(issue.number)
            if link is None and issue.url in unlinked:
                link = self._new.adopted(unlinked[issue.url], issue)
            counts += self._taken(issue, link)
        return counts + IssueCounts(imported=self._new.store())

    def _taken(self, issue: Issue, link: LinkedIssue | None) -> IssueCounts:
        skipped = IssueCounts(skipped=1)
        try:
            if link is not None and link.card_id is not None:
                return self._refreshed(issue, link)
            is_deleted = link is not None
            if not self._run.makes_cards or not self._run.question.wants(issue):
                return skipped
            if is_deleted and not self._run.with_deleted:
                return skipped
            self._new.add(issue, link)
        except Invalid:
            return skipped  # a text that no card can have: the issue stays where it is
        return IssueCounts()

    def _refreshed(self, issue: Issue, link: LinkedIssue) -> IssueCounts:
        if is_known(link, issue) and link.base == link.theirs:
            return IssueCounts(skipped=1)
        placed = None if link.card_id is None else self._tx.cards.get(self._board, link.card_id)
        if placed is None:
            return IssueCounts(skipped=1)
        after, mine = merge(self._tx, placed.card, link, issue, texts=self._run.merges_texts)
        is_closed = self._closed(placed, link, issue)
        if after == replace(link, seen=after.seen) and mine == texts_of(placed.card):
            return IssueCounts(skipped=1)
        return IssueCounts(updated=1, conflicts=bool(after.conflicts(mine)), closed=is_closed)

    def _closed(self, placed: PlacedCard, link: LinkedIssue, issue: Issue) -> bool:
        """Moves the card to the end of the done column, if its issue was closed and nobody wants it otherwise."""
        if link.state == "closed" or issue.is_open or not self._settings.auto_close_ticket_on_issue_close:
            return False
        if placed.card.disable_auto_close_on_issue_close:
            return False
        columns = {one.id: one for one in self._tx.columns.of_board(self._board)}
        done = next((one for one in columns.values() if one.key == "done"), None)
        if done is None or columns[placed.column_id].key == "done":
            return False
        closed_at = imported(issue.closed_at or issue.updated_at, "closed_at")
        if self._moves_since(link.seen).get(placed.card.id, "") > closed_at:
            return False
        end = self._tx.columns.count_cards(done.id)
        cards.move(self._tx, self._board, placed.card.id, Placement(done.id, end))
        return True

    def _moves_since(self, seq: int) -> dict[CardId, Timestamp]:
        """When persons moved cards last, looked up once for all that the page closes."""
        if self._moves is None or self._moves[0] > seq:
            self._moves = (seq, person_moves(self._tx, self._board, seq))
        return self._moves[1]
