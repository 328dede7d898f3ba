"""The look at GitHub every minute: what cards show, what it costs, when it stops, and what a merge leads to."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.pulls import GithubPulls
from kanbanai.domain.actors import LOCAL_USER
from kanbanai.domain.cards import Placement, PullRequestBadge
from kanbanai.domain.ids import CardId
from kanbanai.domain.pulls import PullRequest
from kanbanai.domain.settings import ProjectSettings
from kanbanai.ports.pulls import Standing
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.runtime.github.pull_watch import AT_ONCE, MOST, PullWatch
from kanbanai.runtime.github.pulls import GithubPullRequests
from kanbanai.usecases import cards, pulls, queries
from tests.forge.standin import StandIn
from tests.forge.workshop import REPO, Workshop, git, workshop
from tests.world import World

pytestmark = pytest.mark.anyio
BACKLOG, IN_PROGRESS, REVIEW, DONE = range(4)
ANY = rf"GET /repos/{REPO}/(pulls|commits)/.*"


class Counting(GithubPulls):
    """Counts how many looks are under way at once."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.now = self.most = 0

    async def standing(
        self, token: str, repository: str, number: int, known: Standing | None = None
    ) -> Standing:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await super().standing(token, repository, number, known)
        finally:
            self.now -= 1


class Watched:
    """A workshop with a watch whose time goes on when it is told to."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.time = 100.0
        self.faults: list[Exception] = []
        accounts, requests = shop.services.accounts, shop.services.pulls
        assert isinstance(accounts, GithubAccounts)
        assert isinstance(requests, GithubPullRequests)
        self.accounts = accounts
        self.forge = Counting(Calls(shop.github.base, backoff=0.001))
        self.watch = PullWatch(
            shop.world.store,
            self.forge,
            accounts,
            requests,
            report=self.faults.append,
            clock=lambda: self.time,
        )

    async def look(self) -> list[int]:
        """One look; the statuses that GitHub answered with."""
        before = len(self.shop.github.asked)
        self.time += 60
        await self.watch.look()
        assert self.faults == []
        return [one.status for one in self.shop.github.asked[before:]]

    async def linked(self, title: str, column: int = REVIEW, *, draft: bool = False) -> tuple[CardId, int]:
        """A card with a pull request; the request's number."""
        branch = title.lower().replace(" ", "-")
        made = self.shop.github.pull(REPO, title, branch, draft=draft)
        card = await self.shop.world.card(self.shop.id, title, column=column)
        pull = PullRequest(
            number=made["number"],
            url=made["html_url"],
            state="open",
            draft=draft,
            title=title,
            head_ref=branch,
            base_ref="main",
            created_at=made["created_at"],
            updated_at=made["updated_at"],
            merged=False,
        )
        await self.shop.world.run(pulls.record, self.shop.id, pull, card_id=card)
        return card, pull.number

    async def settings(self) -> ProjectSettings:
        return await self.shop.world.read(queries.project_settings, self.shop.id)


@pytest.fixture
async def watched(world: World, github: StandIn, tmp_path: Path) -> AsyncGenerator[Watched]:
    async with workshop(world, github, tmp_path) as shop:
        yield Watched(shop)


async def test_cards_show_how_their_pull_requests_stand(watched: Watched, github: StandIn) -> None:
    card, number = await watched.linked("Retry uploads", draft=True)

    async def shown() -> PullRequestBadge | None:
        await watched.look()
        return (await watched.shop.card(card)).pull_request

    assert await shown() == PullRequestBadge(number, "draft")
    github.check(REPO, number, "tests", None)
    assert await shown() == PullRequestBadge(number, "draft", "pending")
    github.check(REPO, number, "tests", "success")
    github.change_pull(REPO, number, draft=False)
    assert await shown() == PullRequestBadge(number, "open", "passed")
    github.status(REPO, number, "ci", "error")
    assert await shown() == PullRequestBadge(number, "open", "failed")
    github.change_pull(REPO, number, state="closed")
    assert await shown() == PullRequestBadge(number, "closed")
    github.change_pull(REPO, number, state="open")
    assert await shown() == PullRequestBadge(number, "open", "failed")
    github.merge(REPO, number)
    assert await shown() == PullRequestBadge(number, "merged")
    assert await watched.look() == [], "it cannot change any more"


async def test_what_has_not_changed_costs_githubs_limit_nothing(watched: Watched, github: StandIn) -> None:
    for title in ("One", "Two", "Three", "Four"):
        await watched.linked(title)
    assert set(await watched.look()) == {200}
    left = github.remaining
    async with watched.shop.world.unchanged(watched.shop.id):
        assert await watched.look() == [304] * 12
    assert github.remaining == left
    assert watched.forge.most <= AT_ONCE


async def test_fifty_at_a_time_and_the_rest_the_next_time(watched: Watched) -> None:
    for number in range(MOST + 5):
        await watched.linked(f"Card {number}", column=BACKLOG)
    _, number = await watched.linked("In review", column=REVIEW)
    place = f"GET /repos/{REPO}/pulls/"
    await watched.look()
    seen = [one.path for one in watched.shop.github.calls(rf"{place}\d+")]
    assert len(seen) == len(set(seen)) == MOST
    assert seen[0].endswith(f"/{number}"), "cards in review come first"
    await watched.look()
    both = {one.path for one in watched.shop.github.calls(rf"{place}\d+")}
    assert len(both) == MOST + 6, "those that were not looked at come next"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_look_stops_when_github_refuses(watched: Watched, github: StandIn, status: int) -> None:
    for number in range(10):
        await watched.linked(f"Card {number}")
    await watched.shop.closes_merged()
    github.fails(rf"GET /repos/{REPO}/pulls/\d+", status, times=0)
    assert len(await watched.look()) <= AT_ONCE
    assert (await watched.settings()).last_github_pr_auto_close_status == "failed"
    github.faults.clear()
    assert len(await watched.look()) > AT_ONCE
    assert (await watched.settings()).last_github_pr_auto_close_status == "succeeded"


async def test_a_limit_is_waited_for(watched: Watched, github: StandIn) -> None:
    await watched.linked("Retry uploads")
    github.limited(rf"GET /repos/{REPO}/pulls/\d+", seconds=300, secondary=True)
    assert await watched.look() == [403]
    for _ in range(4):
        assert await watched.look() == []
    watched.time += 60
    assert 200 in await watched.look()


async def test_nobody_is_asked_without_an_account_or_for_strange_addresses(
    watched: Watched, world: World
) -> None:
    card, _ = await watched.linked("Retry uploads")
    token = watched.accounts._given_token
    watched.accounts._given_token = None
    assert await watched.look() == []
    watched.accounts._given_token = token
    await asyncio.to_thread(
        git, watched.shop.repository, "remote", "set-url", "origin", "https://example.com/a/b"
    )
    assert await watched.look() == []
    assert (await watched.shop.card(card)).pull_request is not None


# ── What follows ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_merge_closes_the_card_live_and_it_is_noted(watched: Watched, github: StandIn) -> None:
    shop = watched.shop
    await shop.closes_merged()
    attempt = await shop.attempt()
    made = await shop.opened(attempt)
    await shop.world.run(
        cards.move, shop.id, attempt.card_id, Placement((await shop.world.columns(shop.id))[REVIEW], 0)
    )
    await watched.look()
    settings = await watched.settings()
    assert settings.last_github_pr_auto_close_status == "succeeded"
    assert await shop.column_of(attempt.card_id) == REVIEW
    github.merge(REPO, made["number"], "squash")
    async with shop.world.verified(shop.id):
        await watched.look()
    assert await shop.column_of(attempt.card_id) == DONE
    merged = await asyncio.to_thread(git, str(github.hosted(REPO)), "log", "-1", "--format=%s", "main")
    assert merged == "Retry uploads (#1)"
    later = await watched.settings()
    assert (later.last_github_pr_auto_close_at or "") > (settings.last_github_pr_auto_close_at or "")


async def test_a_person_who_takes_the_card_back_is_left_alone(watched: Watched, github: StandIn) -> None:
    card, number = await watched.linked("Retry uploads")
    await watched.shop.closes_merged()
    github.merge(REPO, number)
    await watched.look()
    assert await watched.shop.column_of(card) == DONE
    columns = await watched.shop.world.columns(watched.shop.id)
    by_hand = watched.shop.world.store.acting_as(LOCAL_USER)
    await by_hand.run(cards.move, watched.shop.id, card, Placement(columns[REVIEW], 0))
    await watched.look()
    assert await watched.shop.column_of(card) == REVIEW


async def test_a_merge_that_was_seen_before_it_was_wanted_counts_later(
    watched: Watched, github: StandIn
) -> None:
    card, number = await watched.linked("Retry uploads")
    github.merge(REPO, number)
    await watched.look()
    assert await watched.shop.column_of(card) == REVIEW
    await watched.shop.closes_merged()
    await watched.look()
    assert await watched.shop.column_of(card) == DONE
