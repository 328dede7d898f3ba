"""The whole way: an issue comes in, is written better, worked on, pushed, becomes a pull request, and is done.

Two browsers watch. GitHub is the stand-in; the agent is the demo agent, and a real one before the scripted model.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import Locator, Page, expect

from tests.agents.real import CLAUDE, RealAgent, settled
from tests.e2e.github import REPO, Shop, app_given, connected, git, page_of, seen, shop
from tests.forge.standin import StandIn
from tests.models.endpoint import endpoint

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
PATIENCE = 45_000
"""Milliseconds: a real agent takes some seconds to start, on a busy machine more."""
expect.set_options(timeout=PATIENCE)


class Cast(NamedTuple):
    """Who works, and what can be told of its texts."""

    key: str
    name: str
    title: str
    """What the better text's title has in it."""
    body: str
    """What a drafted text has in it."""
    prompts: dict[str, str]
    appended: str | None
    real: RealAgent | None = None


DEMO = Cast("DEMO", "Demo agent", "Uploads", "demo agent", {}, None)
REAL = Cast(
    CLAUDE.key,
    CLAUDE.named,
    "A better title",
    "I received no picture.",
    {
        "enhancePrompt": "Write it better. [[ticket]]",
        "prSummaryPrompt": "Tell what it changes. [[ticket]]",
    },
    "[[write hello.py]]",
    CLAUDE,
)


@asynccontextmanager
async def staffed(cast: Cast, github: StandIn, folder: Path) -> AsyncGenerator[Shop]:
    """A server on which that agent can work; nobody is connected to GitHub yet."""
    if cast.real is None:
        async with shop(github, folder, is_connected=False) as place:
            yield place
        return
    if cast.real.missing:
        pytest.skip(cast.real.missing)
    (folder / "home").mkdir()
    async with endpoint() as models:
        environment = settled(models.url, folder / "home")
        async with shop(github, folder, environment, is_connected=False) as place:
            yield place


async def employed(place: Shop, cast: Cast) -> None:
    """The project's settings name the agent, for work and for texts."""
    config = {"mode": "full"} | ({"appendPrompt": cast.appended} if cast.appended else {})
    profile = await place.call(
        "POST", "/agents/profiles", {"agent": cast.key, "name": "At once", "config": config}
    )
    await place.settings(
        defaultAgent=cast.key, defaultProfileId=profile["id"], inlineAgent=cast.key, **cast.prompts
    )


def column(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=re.compile(f"^{title}, "))


class Way:
    """The steps, each done in `page` and looked at in `other`, too."""

    def __init__(self, cast: Cast, github: StandIn, place: Shop, page: Page, other: Page) -> None:
        self.cast = cast
        self.github = github
        self.place = place
        self.page = page
        self.other = other
        self.dialog = page.get_by_role("dialog")

    async def connects(self) -> None:
        await app_given(self.page)
        await connected(self.page, self.github)

    async def wants_merged_cards_closed(self) -> None:
        await self.page.goto(f"{self.place.server.url}/p/{self.place.board}/settings")
        await self.page.get_by_label("Move the card to Done when its pull request is merged").click()
        await expect(self.page.get_by_text("Saved", exact=True)).to_be_visible()

    async def imports(self) -> None:
        await self.page.get_by_role("link", name="Board").click()
        await self.page.get_by_role("button", name="Import issues", exact=True).click()
        await expect(self.dialog.get_by_label("Repository")).to_have_value(REPO)
        await self.dialog.get_by_role("button", name="Look").click()
        await self.dialog.get_by_role("button", name="Import 1 issue").click()
        await self.dialog.get_by_role("button", name="Show the board").click()
        for one in (self.page, self.other):
            await expect(column(one, "Backlog").get_by_role("link", name="Issue #1")).to_be_visible()

    async def enhances(self) -> None:
        await self.page.locator("[data-card]").click()
        await self.page.keyboard.press("i")
        proposal = self.page.get_by_role("region", name="Proposal for a better text")
        await expect(self.other.locator("[data-card]")).to_contain_text("Proposal ready")
        await expect(proposal.get_by_role("region", name="After")).to_contain_text(self.cast.body)
        await proposal.get_by_role("button", name="Accept").click()
        for one in (self.page, self.other):
            await expect(one.locator("[data-card]")).to_contain_text(self.cast.title)
            await expect(one.locator("[data-card]")).to_contain_text("Enhanced")

    async def works(self) -> None:
        await self.page.get_by_role("tab", name="Chat").click()
        await self.page.get_by_role("tabpanel").get_by_role("button", name="Start").click()
        await self.dialog.get_by_label("Profile").select_option("At once")
        await self.dialog.get_by_role("button", name="Start", exact=True).click()
        for one in (self.page, self.other):
            await expect(column(one, "Review").locator("[data-card]")).to_have_count(1)

    async def commits_and_pushes(self) -> None:
        await self.page.get_by_role("tab", name="Changes").click()
        await self.page.get_by_role("button", name="Commit", exact=True).click()
        await self.dialog.get_by_role("button", name="Commit", exact=True).click()
        await expect(self.page.get_by_text(re.compile("^Committed as "))).to_be_visible()
        await self.page.get_by_role("button", name="More that can be done with the branch").click()
        await self.page.get_by_role("menuitem", name="Push").click()
        await expect(self.page.get_by_text(re.compile("was pushed to origin"))).to_be_visible()

    async def proposes(self) -> None:
        await self.page.get_by_role("button", name="Pull request", exact=True).click()
        await self.dialog.get_by_role("button", name="Draft with agent").click()
        await expect(self.dialog.get_by_role("button", name="Back to my text")).to_be_visible()
        body = re.compile(re.escape(self.cast.body))
        await expect(self.dialog.get_by_label("Text")).to_have_value(body)
        await seen(self.page, f"way-{self.cast.key.lower()}-draft")
        await self.dialog.get_by_role("button", name="Create", exact=True).click()
        for one in (self.page, self.other):
            await expect(one.locator("[data-card]").get_by_role("link", name="PR #2")).to_be_visible()

    async def sees_it_done(self) -> None:
        for one in (self.page, self.other):
            card = column(one, "Done").locator("[data-card]")
            await expect(card).to_have_count(1)
            await expect(card).to_contain_text("merged")
        await seen(self.other, f"way-{self.cast.key.lower()}-done")


@pytest.mark.parametrize(
    "cast", [pytest.param(DEMO, id="demo"), pytest.param(REAL, id="real", marks=pytest.mark.agents)]
)
async def test_from_an_issue_to_a_merged_pull_request_before_two_browsers(
    cast: Cast, github: StandIn, tmp_path: Path
) -> None:
    async with staffed(cast, github, tmp_path) as place:
        await employed(place, cast)
        github.issue(REPO, "Uploads stop", "They stop after a minute.", labels=["bug"])
        async with (
            page_of(place.server, "/settings") as page,
            page_of(place.server, f"/p/{place.board}") as other,
        ):
            way = Way(cast, github, place, page, other)
            await way.connects()
            await way.wants_merged_cards_closed()
            await way.imports()
            await way.enhances()
            await way.works()
            await way.commits_and_pushes()
            [branch] = branches(github) - {"main"}
            await way.proposes()
            made = github.pulls[REPO][2]
            assert made["head"]["ref"] == branch
            assert cast.body in made["body"]
            assert "closes #1" in made["body"]
            github.merge(REPO, 2, "squash")
            await way.sees_it_done()
        bare = github.hosted(REPO)
        assert bare is not None
        assert len(git(bare, "log", "--format=%s", "main").splitlines()) == 2


def branches(github: StandIn) -> set[str]:
    """The branches of the repository on the stand-in."""
    bare = github.hosted(REPO)
    assert bare is not None
    return set(git(bare, "branch", "--format=%(refname:short)").splitlines())
