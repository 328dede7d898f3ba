"""A project's pull requests in the web client, and a new one from any branch: for a card, used again, refused."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.github import REPO, Shop, git, page_of, seen, seen_everywhere, shop
from tests.forge.standin import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)


async def branched(place: Shop, *names: str) -> None:
    """Branches of the project's repository, each with a commit of its own; none of them is checked out."""

    def make() -> None:
        for name in names:
            git(place.repository, "checkout", "--quiet", "-b", name, "main")
            (place.repository / f"{name.rpartition('/')[2]}.md").write_text(f"{name}\n", encoding="utf-8")
            git(place.repository, "add", "--all")
            git(place.repository, "commit", "--quiet", "--message", f"Work on {name}")
        git(place.repository, "checkout", "--quiet", "main")

    await asyncio.to_thread(make)


async def with_issue(place: Shop, title: str) -> str:
    """A card that stands for an issue; the line that closes it."""
    card_id = await place.card(title, "They stop after a minute.")
    issue = await place.call("POST", f"/boards/{place.board}/cards/{card_id}/github/issue")
    return f"closes #{issue['number']}"


async def at_pulls(page: Page) -> None:
    """Goes to the project's pull requests by keys."""
    await page.keyboard.press("g")
    await page.keyboard.press("r")
    await expect(page.get_by_role("heading", name="Pull requests", level=1)).to_be_visible()


async def choose(page: Page, label: str, typed: str) -> None:
    """In the dialog for a new one: types something in a field that searches, and takes what is found first."""
    await page.get_by_role("dialog").get_by_role("combobox", name=label).fill(typed)
    await page.keyboard.press("Enter")


async def test_any_branch_becomes_a_pull_request_and_its_card_shows_it(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await branched(place, "feature/pause", "feature/retry", "spike")
        line = await with_issue(place, "Uploads stop")
        async with page_of(place.server, f"/p/{place.board}") as page:
            await at_pulls(page)
            await expect(page.get_by_text("No open pull requests")).to_be_visible()
            await seen_everywhere(page, "pulls-none")
            await page.get_by_role("button", name="New pull request").click()
            dialog = page.get_by_role("dialog")
            head = dialog.get_by_role("combobox", name="Branch")
            await expect(head).to_be_focused()
            await expect(dialog.get_by_role("button", name="Create", exact=True)).to_be_disabled()
            await page.keyboard.press("ArrowDown")
            await expect(dialog.get_by_role("option")).to_have_text(
                ["feature/pause", "feature/retry", "main", "spike"]
            )
            await seen_everywhere(page, "pulls-branches")
            await head.fill("pau")
            await expect(dialog.get_by_role("option")).to_have_text(["feature/pause"])
            await page.keyboard.press("Enter")
            await expect(head).to_have_value("feature/pause")
            await expect(dialog.get_by_role("listbox")).to_be_hidden()
            title = dialog.get_by_label("Title")
            await expect(title).to_have_value("feature/pause")
            await expect(dialog.get_by_label("Into")).to_have_value("main")

            await choose(page, "Card", "upl")
            await expect(dialog.get_by_role("combobox", name="Card")).to_have_value("W-1")
            await expect(title).to_have_value("[W-1] Uploads stop")
            text = dialog.get_by_label("Text")
            await expect(text).to_have_value(f"They stop after a minute.\n\n{line}")
            await text.fill("It pauses now.")
            await dialog.get_by_role("button", name=f"Add “{line}”").click()
            await expect(text).to_have_value(f"It pauses now.\n\n{line}")
            await seen_everywhere(page, "pulls-new")
            await dialog.get_by_role("button", name="Create", exact=True).click()
            row = page.get_by_role("listitem").filter(has_text="[W-1] Uploads stop")
            await expect(row).to_contain_text("feature/pause into main")
            [made] = github.pulls[REPO].values()
            assert made["head"]["ref"] == "feature/pause"
            assert made["body"] == f"It pauses now.\n\n{line}"
            await row.get_by_role("link", name="W-1", exact=True).click()
            panel = page.get_by_role("region", name="Pull request", exact=True)
            await expect(panel.get_by_text("[W-1] Uploads stop")).to_be_visible()


async def test_the_open_pull_request_of_a_branch_is_used_again_and_a_merged_one_is_listed_as_that(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await branched(place, "feature/pause")
        await place.card("Uploads stop")
        order = {"title": "Pause", "branch": "feature/pause"}
        made = (await place.call("POST", f"/projects/{place.board}/pull-requests", order))["pr"]
        async with page_of(place.server, f"/p/{place.board}") as page:
            await at_pulls(page)
            row = page.get_by_role("listitem").filter(has_text="Pause")
            await expect(row.get_by_role("link")).to_have_count(1)
            await page.get_by_role("button", name="New pull request").click()
            dialog = page.get_by_role("dialog")
            await choose(page, "Branch", "feature/pa")
            await choose(page, "Card", "W-1")
            again = dialog.get_by_role("status").filter(has_text="Pause")
            await expect(again).to_contain_text("is used again")
            await expect(dialog.get_by_label("Title")).to_be_hidden()
            await seen_everywhere(page, "pulls-again")
            await dialog.get_by_role("button", name=f"Push to #{made['number']}").click()
            await expect(page.get_by_text(f"Pushed to pull request #{made['number']}")).to_be_visible()
            await expect(row.get_by_role("link", name="W-1", exact=True)).to_be_visible()
            assert len(github.pulls[REPO]) == 1

            github.merge(REPO, made["number"], "squash")
            await page.get_by_role("button", name="Look again").click()
            await expect(page.get_by_text("No open pull requests")).to_be_visible()
            await page.get_by_role("button", name="Closed", exact=True).click()
            await expect(row).to_contain_text("merged")
            await seen_everywhere(page, "pulls-closed")


async def test_a_card_without_an_attempt_gets_a_pull_request_of_a_branch_drafted_by_an_agent(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await place.settings(inlineAgent="DEMO")
        await branched(place, "feature/pause")
        await place.card("Uploads stop", "They stop after a minute.")
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=github") as page:
            panel = page.get_by_role("region", name="Pull request", exact=True)
            await panel.get_by_role("button", name="Create from a branch").click()
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_role("combobox", name="Card")).to_have_value("W-1")
            await dialog.get_by_role("combobox", name="Branch").fill("feature/pause")
            await page.keyboard.press("Escape")
            await expect(dialog.get_by_role("listbox")).to_be_hidden()
            await expect(dialog.get_by_label("Title")).to_have_value("[W-1] Uploads stop")
            await dialog.get_by_role("button", name="Draft with agent").click()
            await expect(dialog.get_by_role("button", name="Back to my text")).to_be_visible()
            await expect(dialog.get_by_label("Text")).to_have_value(re.compile("demo agent"))
            await dialog.get_by_role("switch", name="As a draft").click()
            await page.keyboard.press("Control+Enter")
            card = page.locator("[data-card]").filter(has_text="W-1")
            await expect(card.get_by_role("link", name="PR #1")).to_be_visible()
            [made] = github.pulls[REPO].values()
            assert made["draft"]
            assert "demo agent" in made["body"]


async def test_what_cannot_be_proposed_is_said_where_it_is_chosen(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path) as place:
        await branched(place, "feature/pause")
        await asyncio.to_thread(git, place.repository, "branch", "empty", "main")
        async with page_of(place.server, f"/p/{place.board}") as page:
            await at_pulls(page)
            await page.get_by_role("button", name="New pull request").click()
            dialog = page.get_by_role("dialog")
            head, create = (
                dialog.get_by_role("combobox", name="Branch"),
                dialog.get_by_text("Create", exact=True),
            )
            await head.fill("nowhere")
            await expect(dialog.get_by_text("The repository has no branch of this name.")).to_be_visible()
            await expect(create).to_be_disabled()
            await head.fill("main")
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_text("This is the branch itself")).to_be_visible()
            await expect(create).to_be_disabled()
            await head.fill("empty")
            await page.keyboard.press("Enter")
            await dialog.get_by_role("combobox", name="Card").fill("X-9")
            await expect(dialog.get_by_text("The board has no card of this name.")).to_be_visible()
            await expect(create).to_be_disabled()
            await seen(page, "pulls-unknown")
            await dialog.get_by_role("combobox", name="Card").fill("")
            await page.keyboard.press("Escape")
            await dialog.get_by_label("Title").fill("Nothing in it")
            await create.click()
            await expect(dialog.get_by_role("alert")).to_contain_text("was not created")
            await expect(dialog.get_by_role("alert")).to_contain_text("No commits between")
            await expect(dialog.get_by_label("Title")).to_have_value("Nothing in it")
            await seen(page, "pulls-refused")
