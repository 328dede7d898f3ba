"""What can be done with issues of GitHub and the cards that stand for them.

Issues come in page by page, each page in one transaction: `begin`, `take` for every page, `finish` or `fail`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from kanbanai.domain.cards import Card, TextField
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import GithubSync
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
    TextConflict,
)
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.times import Timestamp, later
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries
from kanbanai.usecases.issue_incoming import Incoming, Run
from kanbanai.usecases.issue_merging import keep
from kanbanai.usecases.issue_outbox import edited, texts_of

replace = msgspec.structs.replace


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
    """A person says which text counts; the card's is told to GitHub as an edit of it is.

    Raises as `link_of` does, and Conflict for a text that has no conflict.
    """
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
    kept = [field for field, choice in chosen.items() if choice == "mine"]
    keep(tx, card, mine.with_(taken), edited(replace(link, base=link.base.with_(base)), kept))


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
    counts = Incoming(tx, board_id, run).take(page.issues)
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
