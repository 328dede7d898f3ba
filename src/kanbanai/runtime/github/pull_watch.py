"""Looks at GitHub every minute: how the pull requests of cards stand, and which cards are done by a merge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

import structlog

from kanbanai.domain import pulls as rules
from kanbanai.domain.errors import (
    Forbidden,
    GithubFailed,
    GithubLimited,
    GithubLoginNeeded,
    KanbanError,
    NotFound,
    SecretLost,
)
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.settings import SyncStatus
from kanbanai.ports import Accounts, LinkedCard, Pause, PullForge, Reading, Report, Store
from kanbanai.ports.pulls import Standing
from kanbanai.runtime.github.pulls import GithubPullRequests
from kanbanai.usecases import pulls as use_cases

EVERY = 60.0
"""Seconds between two looks, unless the settings say otherwise."""
AT_ONCE = 3
"""Requests under way; GitHub counts many at a time as abuse."""
MOST = 50
"""Pull requests of one look: with three questions each it takes a dozen seconds, and no account's limit is in sight."""
KNOWN = 2_000
"""Pull requests of which is kept how they stood, so that asking again is free."""

log = structlog.get_logger("kanbanai.github")


class _Link(NamedTuple):
    """A pull request that some card of a project names."""

    project_id: ProjectId
    url: str
    repository: str
    number: int


class PullWatch:
    """One look after the other, until it is cancelled. `report` hears of what is no ordinary refusal."""

    def __init__(
        self,
        store: Store,
        forge: PullForge,
        accounts: Accounts,
        pulls: GithubPullRequests,
        *,
        report: Report,
        every: float = EVERY,
        pause: Pause = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._forge = forge
        self._accounts = accounts
        self._pulls = pulls
        self._report = report
        self._every = every
        self._pause = pause
        self._clock = clock
        self._known: dict[tuple[str, int], Standing] = {}
        self._looked: dict[_Link, float] = {}
        self._not_before = 0.0

    async def run(self) -> None:
        """See the class. The first look comes after a pause: a start is busy enough."""
        while True:
            await self._pause(self._every)
            await self.look()

    async def look(self) -> None:
        """Asks GitHub what there is to ask now, and lets follow what follows."""
        if self._clock() < self._not_before:
            return  # GitHub has said until when it wants to be left alone
        try:
            token = await self._accounts.token()
        except (GithubLoginNeeded, SecretLost):
            return  # nobody is connected: there is nothing to look with
        try:
            links = await self._links()
            stopped = await self._look_at(token, links)
            await self._close(links, "failed" if stopped else "succeeded")
        except Exception as error:  # noqa: BLE001 - a database that is locked must not end the looks
            self._report(error)

    # ── Which ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _links(self) -> list[_Link]:
        """What to look at: cards in review first, and among equals what was not looked at for longest."""
        linked = await self._store.read(_linked)
        repositories = {
            project_id: await self._repository(project_id) for project_id in {one.board_id for one in linked}
        }
        found: dict[_Link, bool] = {}
        for card in linked:
            repository = repositories[card.board_id]
            number = (
                None if repository is None else rules.number_in(card.pr_url, self._pulls.base, repository)
            )
            if repository is not None and number is not None:
                link = _Link(card.board_id, card.pr_url, repository, number)
                found[link] = found.get(link, False) or card.role == "review"
        self._looked = {link: at for link, at in self._looked.items() if link in found}
        return sorted(found, key=lambda link: (not found[link], self._looked.get(link, 0.0)))

    async def _repository(self, project_id: ProjectId) -> str | None:
        try:
            path, preferred = await self._store.read(use_cases.place, project_id)
            return await self._pulls.repository(path, preferred)
        except KanbanError as error:
            log.debug("a project's repository cannot be looked at", project=project_id, reason=str(error))
            return None

    # ── How they stand ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _look_at(self, token: str, links: Iterable[_Link]) -> bool:
        """Looks at the first of them, a few at a time. True: GitHub refused, and the rest has to wait."""
        waiting = islice(links, MOST)
        stopped = False

        async def work() -> None:
            nonlocal stopped
            for link in waiting:
                if stopped:
                    return
                try:
                    await self._ask(token, link)
                except NotFound as error:
                    log.debug("a pull request is not there", url=link.url, reason=str(error))
                except (GithubFailed, GithubLoginNeeded, Forbidden) as error:
                    stopped = True
                    if isinstance(error, GithubLimited):
                        self._not_before = self._clock() + error.retry_after
                    log.warning("GitHub refuses to be looked at", reason=str(error))

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
        return stopped

    async def _ask(self, token: str, link: _Link) -> None:
        key = (link.repository, link.number)
        standing = await self._forge.standing(token, link.repository, link.number, self._known.get(key))
        self._looked[link] = self._clock()
        self._known.pop(key, None)
        self._known[key] = standing
        while len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        await self._store.run(use_cases.observe, link.project_id, link.url, standing.pull, standing.checks)

    # ── What follows ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _close(self, links: Iterable[_Link], status: SyncStatus) -> None:
        """Cards whose pull request was merged are done, where the project wants that; how it went is noted there."""
        looked_at = {link.project_id for link in links}
        for project_id, has_merged in (await self._store.read(_closing)).items():
            if has_merged:
                for card_id in await self._store.run(use_cases.close_merged, project_id):
                    log.debug("github.pr.merged.autoClosed", card=card_id, project=project_id)
            if has_merged or project_id in looked_at:
                await self._store.run(use_cases.note_closing, project_id, status)


def _linked(tx: Reading) -> list[LinkedCard]:
    return tx.pulls.linked()


def _closing(tx: Reading) -> dict[ProjectId, bool]:
    """The projects that want cards closed by a merge, and whether any has one that waits for that."""
    found = {}
    for project in tx.projects.all():
        own = tx.projects.settings(project.id)
        if own is not None and own.auto_close_ticket_on_pr_merge:
            found[project.id] = bool(tx.pulls.merged(project.board_id))
    return found
