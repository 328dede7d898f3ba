"""Issues on their way in: when somebody asks, and every few minutes where a project's settings say so.

A question is followed page by page, the issue longest unchanged first, and how far it was followed is stored with each
page. Once all of it has come only news are asked for, of any state, because what was closed is news, too. As long as
they fit on one page the very same question is asked again with the ETag of its last answer: nothing new then costs one
conditional request, which does not count against GitHub's limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

import msgspec

from kanbanai.domain.errors import (
    Conflict,
    Forbidden,
    GithubFailed,
    GithubLimited,
    GithubLoginNeeded,
    Invalid,
    KanbanError,
    NotFound,
)
from kanbanai.domain.github import IssuePage
from kanbanai.domain.ids import BoardId
from kanbanai.domain.issues import (
    MAX_SHOWN,
    IssueCounts,
    IssuePreview,
    IssueQuestion,
    IssueSync,
    IssueSyncStatus,
    Progress,
    ShownIssue,
)
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.times import Timestamp, later, moment
from kanbanai.ports import Accounts, Forge, Pause, Reading, Report, Store
from kanbanai.runtime.github.places import Places
from kanbanai.usecases import issue_outbox, issue_preview, issues, queries
from kanbanai.usecases.issue_incoming import Run
from kanbanai.usecases.issues import Page

EVERY = 60.0
"""Seconds between two looks at which projects are due; the shortest interval is five minutes."""
MARGIN = timedelta(hours=1)
"""How far before the beginning of a first pass news are asked for: GitHub's clock may be behind ours."""
REFUSALS = (GithubLoginNeeded, GithubLimited, Forbidden)
"""What holds for every project of the account: the others are left for the next time."""
replace = msgspec.structs.replace


class GithubIssueImports:
    """`kanbanai.ports.IssueImports`; `run` is what goes on by itself."""

    def __init__(
        self,
        store: Store,
        forge: Forge,
        accounts: Accounts,
        places: Places,
        *,
        report: Report,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store = store
        self._forge = forge
        self._accounts = accounts
        self._places = places
        self._report = report
        self._pause = pause

    # ── what people ask ─────────────────────────────────────────────────────────────────────────────────────────────

    async def preview(self, board_id: BoardId, question: IssueQuestion) -> IssuePreview:
        await self._store.read(queries.project, board_id)
        token = await self._accounts.token()
        shown: list[ShownIssue] = []
        progress = Progress(question=question, began_at=Timestamp(""))
        async with aclosing(self._pages(token, progress)) as pages:
            async for page in pages:
                shown += await self._store.read(issue_preview.of_page, board_id, question, page.issues)
        order = {"new": 0, "updated": 1, "skipped": 2}
        shown.sort(key=lambda one: (order[one.fate], one.number))
        fates = [one.fate for one in shown]
        return IssuePreview(
            repository=question.repository,
            new=fates.count("new"),
            updated=fates.count("updated"),
            skipped=fates.count("skipped"),
            issues=shown[:MAX_SHOWN],
        )

    async def bring_in(
        self, board_id: BoardId, question: IssueQuestion, *, with_deleted: bool = False
    ) -> IssueCounts:
        return await self._carry_out(
            board_id, Run(question=question, slot="imports", with_deleted=with_deleted)
        )

    async def sync(self, board_id: BoardId) -> IssueCounts:
        settings = await self._store.read(queries.project_settings, board_id)
        await self._store.run(issue_outbox.ask_again, board_id)
        question = IssueQuestion(
            repository=await self._places.repository(board_id), state=settings.github_issue_sync_state
        )
        return await self._carry_out(board_id, Run(question=question, slot="sync"))

    async def status(self, board_id: BoardId) -> IssueSyncStatus:
        settings, sync, waiting = await self._store.read(_kept, board_id)
        next_at = issues.next_sync(sync, settings)
        return IssueSyncStatus(
            enabled=settings.github_issue_sync_enabled,
            repository=await self._places.find(board_id),
            status=sync.status,
            last_sync_at=sync.ended_at,
            last_success_at=sync.succeeded_at,
            next_sync_at=next_at or None,
            error=sync.error,
            error_code=sync.error_code,
            counts=sync.counts,
            waiting=len(waiting),
            waiting_error=next((one for one in reversed(waiting) if one is not None), None),
            rate_limit=self._forge.rate_limit(),
        )

    # ── what goes on ────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        await self._store.run(issues.recover)
        while True:
            await self.look()
            await self._pause(EVERY)

    async def look(self) -> None:
        """Brings in the news of the projects that are due. What fails is stored and told with the project."""
        for board_id, settings in await self._store.read(issues.due):
            try:
                await self._scheduled(board_id, settings)
            except REFUSALS:
                return
            except (Conflict, GithubFailed, Invalid, NotFound):
                continue  # somebody is at it already; or it is stored and told why it did not work
            except KanbanError as error:
                self._report(error)

    async def _scheduled(self, board_id: BoardId, settings: ProjectSettings) -> None:
        question = IssueQuestion(
            repository=await self._places.find(board_id) or "", state=settings.github_issue_sync_state
        )
        run = Run(question=question, slot="sync")
        if not settings.github_issue_sync_enabled:
            question = replace(question, state="closed")
            run = Run(question=question, slot="closings", makes_cards=False, merges_texts=False)
        await self._carry_out(board_id, run)

    # ── one run ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _carry_out(self, board_id: BoardId, run: Run) -> IssueCounts:
        """All that one run is, with its end stored and told, whatever that is."""
        progress = await self._store.run(issues.begin, board_id, run)
        counted = _Tally()
        try:
            progress = await self._follow(board_id, run, progress, counted)
        except KanbanError as error:
            retry_after = error.retry_after if isinstance(error, GithubLimited) else None
            await self._store.run(
                issues.fail,
                board_id,
                run,
                counted.counts,
                error=error.detail,
                code=error.code,
                retry_after=retry_after,
            )
            raise
        except BaseException:
            await asyncio.shield(
                self._store.run(
                    issues.fail,
                    board_id,
                    run,
                    counted.counts,
                    error="It was broken off",
                    code="interrupted",
                )
            )
            raise
        kept = None if run.slot == "imports" else progress
        await self._store.run(issues.finish, board_id, run, counted.counts, kept)
        return counted.counts

    async def _follow(self, board_id: BoardId, run: Run, progress: Progress, counted: _Tally) -> Progress:
        """Takes in every page there is, and answers with where the next time begins."""
        if not run.question.repository:
            # Only now, so that it is stored and shown as what went wrong.
            await self._places.repository(board_id)
        token = await self._accounts.token()
        while True:
            asked, number, etag = _ready(progress), 0, None
            async with aclosing(self._pages(token, asked)) as pages:
                async for page in pages:
                    number += 1
                    etag = etag or page.etag
                    if page.issues:
                        progress = replace(asked, since=page.issues[-1].updated_at, etag=None)
                        await self._take(board_id, run, page, progress, number, counted)
            if run.slot == "imports":
                return progress
            if asked.is_whole and number <= 1:
                # The same question once more, the next time: its answer's ETag then says whether there is news.
                return replace(asked, etag=etag or asked.etag)
            if asked.is_whole and progress.since == asked.since:
                return progress  # more than a page of the same second: there is no later one to ask for
            if not asked.is_whole:
                progress = replace(progress, since=None, is_whole=True)

    def _pages(self, token: str, asked: Progress) -> AsyncGenerator[IssuePage]:
        question = asked.question
        return self._forge.issues(
            token,
            question.repository,
            state="all" if asked.is_whole else question.state,
            since=asked.since,
            etag=asked.etag,
            labels=question.labels,
        )

    async def _take(
        self,
        board_id: BoardId,
        run: Run,
        page: IssuePage,
        progress: Progress,
        number: int,
        counted: _Tally,
    ) -> None:
        counted.counts += await self._store.run(
            issues.take,
            board_id,
            run,
            Page(
                issues=page.issues,
                number=number,
                of=page.pages,
                so_far=counted.counts,
                progress=progress,
            ),
        )


class _Tally:
    """What has come in so far."""

    def __init__(self) -> None:
        self.counts = IssueCounts()


def _ready(progress: Progress) -> Progress:
    """What is asked for. Who has it all, or wants nothing that was before, asks for what came after it was begun."""
    if progress.is_whole and progress.since is None:
        began = moment(later(progress.began_at, -MARGIN))
        return replace(progress, since=began.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return progress


def _kept(tx: Reading, board_id: BoardId) -> tuple[ProjectSettings, IssueSync, list[str | None]]:
    """A project's settings, how its issues are, and what went wrong with each card that waits to be told."""
    waiting = issue_outbox.waiting(tx, board_id)
    return (
        queries.project_settings(tx, board_id),
        tx.issues.sync(board_id),
        [one.error for one in waiting],
    )
