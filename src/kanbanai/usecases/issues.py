"""What can be done with issues of GitHub and the cards that stand for them.

Issues come in page by page, each page in one transaction: `begin`, `take` for every page, `finish` or `fail`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from kanbanai.domain import cards as card_rules
from kanbanai.domain.cards import Card, Placement, TextField
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import CardUpdated, GithubSync
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import (
    LOCK_MINUTES,
    Choice,
    IssueCounts,
    IssueDetails,
    IssueQuestion,
    IssueStats,
    IssueSync,
    LinkedIssue,
    Progress,
    Slot,
    TextConflict,
    Texts,
    card_texts,
    merged,
)
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.times import Timestamp, imported, later
from kanbanai.ports import PlacedCard, Reading, Transaction
from kanbanai.usecases import cards, queries
from kanbanai.usecases.history import person_moves
from kanbanai.usecases.issue_cards import NewIssues
from kanbanai.usecases.issue_outbox import settled, texts_of

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


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Issues that came together, and how far that is: page `number` of `of`, as far as is known."""

    issues: Sequence[Issue]
    number: int
    of: int | None
    so_far: IssueCounts
    progress: Progress


# ── What people ask ─────────────────────────────────────────────────────────────────────────────────────────────────


def stats(tx: Reading, board_id: BoardId) -> IssueStats:
    """How many cards of the board stand for issues. Raises NotFound."""
    tx.boards.take(board_id)
    return tx.issues.stats(board_id)


def link_of(tx: Reading, board_id: BoardId, card_id: CardId) -> tuple[Card, LinkedIssue]:
    """A card and its issue. Raises NotFound, Invalid when the card is another board's."""
    placed = queries.card(tx, board_id, card_id)
    link = tx.issues.of_card(card_id)
    if link is None:
        raise NotFound("The card has no issue on GitHub")
    return placed.card, link


def details(tx: Reading, board_id: BoardId, card_id: CardId) -> IssueDetails:
    """A card's issue, with the texts that were changed on both sides. Raises as `link_of` does."""
    card, link = link_of(tx, board_id, card_id)
    mine = texts_of(card)
    conflicts = [
        TextConflict(
            field=field,
            base=getattr(link.base, field),
            mine=getattr(mine, field),
            theirs=getattr(link.theirs, field),
        )
        for field in link.conflicts(mine)
    ]
    return IssueDetails(
        repository=link.repository,
        number=link.number,
        url=link.url or None,
        direction=link.direction,
        state=link.state,
        labels=link.labels,
        assignees=link.assignees,
        comments=link.comments,
        updated_at=link.updated_at or None,
        conflicts=conflicts,
        waiting=link.waits_since is not None,
        error=link.error,
    )


def resolve(
    tx: Transaction, board_id: BoardId, card_id: CardId, choices: Mapping[TextField, Choice | None]
) -> None:
    """A person says which text counts. Raises as `link_of` does, and Conflict for a text that has no conflict."""
    card, link = link_of(tx, board_id, card_id)
    mine = texts_of(card)
    chosen = {field: choice for field, choice in choices.items() if choice is not None}
    if not chosen:
        raise Invalid("No text is chosen")
    if link.base is None or link.theirs is None or set(chosen) - set(link.conflicts(mine)):
        raise Conflict("Nothing of that was changed on both sides, or not any more")
    base: dict[TextField, str | None] = {field: getattr(link.theirs, field) for field in chosen}
    taken: dict[TextField, str | None] = {
        field: base[field] for field, choice in chosen.items() if choice == "theirs"
    }
    _keep(tx, card, mine.with_(taken), replace(link, base=link.base.with_(base)))


# ── What comes in ───────────────────────────────────────────────────────────────────────────────────────────────────


def begin(tx: Transaction, board_id: BoardId, run: Run) -> Progress:
    """Issues begin to come in; answers with how far the same question was followed before.

    Raises NotFound, and Conflict while they come in already.
    """
    tx.boards.take(board_id)
    before = tx.issues.sync(board_id)
    if before.beat_at is not None and later(before.beat_at, timedelta(minutes=LOCK_MINUTES)) > tx.now:
        raise Conflict("Issues are coming in already")
    tx.issues.put_sync(board_id, replace(before, status="running", slot=run.slot, beat_at=tx.now))
    _note_in_settings(tx, board_id, run, "running")
    known: Progress | None = getattr(before, run.slot)
    if known is not None and known.question == run.question:
        return known
    # Who only wants to hear of what is closed has no use for what was before.
    return Progress(question=run.question, began_at=tx.now, is_whole=run.slot == "closings")


def take(tx: Transaction, board_id: BoardId, run: Run, page: Page) -> IssueCounts:
    """A page of issues comes in, whole or not at all, and the board's viewers are told how far that is."""
    tx.boards.take(board_id)
    incoming = _Incoming(tx, board_id, run)
    counts = incoming.take(page.issues)
    sync = replace(tx.issues.sync(board_id), beat_at=tx.now, **{run.slot: page.progress})
    tx.issues.put_sync(board_id, sync)
    _tell(tx, board_id, run, "running", page.so_far + counts, page.number, page.of)
    return counts


def finish(
    tx: Transaction, board_id: BoardId, run: Run, counts: IssueCounts, progress: Progress | None
) -> None:
    """All of it has come in. `progress`: where the next time begins; None: at the beginning."""
    tx.boards.take(board_id)
    sync = replace(
        tx.issues.sync(board_id),
        status="succeeded",
        beat_at=None,
        ended_at=tx.now,
        succeeded_at=tx.now,
        not_before=None,
        error=None,
        error_code=None,
        counts=counts,
        **{run.slot: progress},
    )
    tx.issues.put_sync(board_id, sync)
    _note_in_settings(tx, board_id, run, "succeeded")
    _tell(tx, board_id, run, "succeeded", counts)


def fail(
    tx: Transaction,
    board_id: BoardId,
    run: Run,
    counts: IssueCounts,
    *,
    error: str,
    code: str,
    retry_after: int | None = None,
) -> None:
    """It broke off; what came in stays, and the next time goes on from there. `retry_after`: seconds to leave it be."""
    tx.boards.take(board_id)
    sync = replace(
        tx.issues.sync(board_id),
        status="failed",
        beat_at=None,
        ended_at=tx.now,
        not_before=None if retry_after is None else later(tx.now, timedelta(seconds=retry_after)),
        error=error,
        error_code=code,
        counts=counts,
    )
    tx.issues.put_sync(board_id, sync)
    _note_in_settings(tx, board_id, run, "failed")
    _tell(tx, board_id, run, "failed", counts, error=error)


def recover(tx: Transaction) -> None:
    """What a server that did not end in order left as going on has failed."""
    for board_id in tx.boards.ids():
        sync = tx.issues.sync(board_id)
        if sync.beat_at is not None:
            progress: Progress | None = getattr(sync, sync.slot)
            question = IssueQuestion(repository="") if progress is None else progress.question
            run = Run(question=question, slot=sync.slot)
            fail(tx, board_id, run, IssueCounts(), error="The server ended meanwhile", code="interrupted")


def due(tx: Reading) -> list[tuple[BoardId, ProjectSettings]]:
    """The boards whose issues are to come in now, the one that was looked at longest ago first."""
    found: list[tuple[Timestamp, BoardId, ProjectSettings]] = []
    for board_id in tx.boards.ids():
        settings = tx.projects.settings(board_id)
        if settings is None:
            continue
        next_at = next_sync(tx.issues.sync(board_id), settings)
        if next_at is not None and next_at <= tx.now:
            found.append((next_at, board_id, settings))
    return [(board_id, settings) for _, board_id, settings in sorted(found, key=lambda one: one[:2])]


def next_sync(sync: IssueSync, settings: ProjectSettings) -> Timestamp | None:
    """When issues come in next by themselves; None: they do not."""
    if not (settings.github_issue_sync_enabled or settings.auto_close_ticket_on_issue_close):
        return None
    if sync.ended_at is None:
        return Timestamp("")  # before all others
    interval = timedelta(minutes=settings.github_issue_sync_interval_minutes)
    at = later(sync.ended_at, interval)
    return at if sync.not_before is None else max(at, sync.not_before)


def made(tx: Transaction, card_id: CardId, issue: Issue, sent: Texts) -> None:
    """GitHub has made the card's issue, with the texts that were `sent`."""
    link = tx.issues.of_card(card_id)
    placed = None if link is None else tx.cards.get(link.board_id, card_id)
    if link is None or placed is None or link.number is not None:
        return
    tx.boards.take(link.board_id)
    known = replace(link, number=issue.number, base=sent, theirs=sent, asked_at=None)
    _merge(tx, placed.card, known, issue)


def fetched(
    tx: Transaction, card_id: CardId, issue: Issue, sent: Mapping[TextField, str | None]
) -> dict[TextField, str | None]:
    """The card's issue as it is on GitHub now, after `sent` was told to it; answers with what is still to be told."""
    link = tx.issues.of_card(card_id)
    placed = None if link is None else tx.cards.get(link.board_id, card_id)
    if link is None or placed is None or link.base is None:
        return {}
    tx.boards.take(link.board_id)
    known = replace(link, base=link.base.with_(sent))
    after, mine = _merge(tx, placed.card, known, issue)
    return {field: getattr(mine, field) for field in after.unsent(mine)}


# ── How it comes in ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Incoming:
    """A page of issues on its way in, within one transaction."""

    def __init__(self, tx: Transaction, board_id: BoardId, run: Run) -> None:
        self._tx = tx
        self._board = board_id
        self._run = run
        self._settings = queries.project_settings(tx, board_id)
        self._moves: tuple[int, dict[CardId, Timestamp]] | None = None
        self._new = NewIssues(tx, board_id, run.question.repository, self._settings)

    def take(self, issues: Sequence[Issue]) -> IssueCounts:
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
        after, mine = _merge(self._tx, placed.card, link, issue, texts=self._run.merges_texts)
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


def _merge(
    tx: Transaction, card: Card, link: LinkedIssue, issue: Issue, *, texts: bool = True
) -> tuple[LinkedIssue, Texts]:
    """The issue as it is now comes into its card; answers with the link and the card's texts from now on."""
    theirs = card_texts(issue, card.ticket_key if link.direction == "exported" else None)
    mine, base = merged(texts_of(card), link.base, theirs) if texts else (texts_of(card), link.base)
    after = replace(_with_facts(link, issue), base=base, theirs=theirs)
    return _keep(tx, card, mine, after), mine


def _keep(tx: Transaction, card: Card, mine: Texts, link: LinkedIssue) -> LinkedIssue:
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


def _tell(
    tx: Transaction,
    board_id: BoardId,
    run: Run,
    status: Literal["running", "succeeded", "failed"],
    counts: IssueCounts,
    page: int = 0,
    pages: int | None = None,
    *,
    error: str | None = None,
) -> None:
    tx.emit(
        board_id,
        GithubSync(
            status=status,
            cause=run.cause,
            repository=run.question.repository,
            counts=counts,
            page=page,
            pages=pages,
            error=error,
            at=tx.now,
        ),
    )


def _note_in_settings(
    tx: Transaction, board_id: BoardId, run: Run, status: Literal["running", "succeeded", "failed"]
) -> None:
    """The settings show how the last sync went; an import is none."""
    if run.slot == "imports":
        return
    before = queries.project_settings(tx, board_id)
    after = before
    if run.slot == "sync":
        after = replace(after, last_github_issue_sync_at=tx.now, last_github_issue_sync_status=status)
    if before.auto_close_ticket_on_issue_close:
        after = replace(
            after, last_github_issue_auto_close_at=tx.now, last_github_issue_auto_close_status=status
        )
    tx.projects.save_settings(board_id, after)
