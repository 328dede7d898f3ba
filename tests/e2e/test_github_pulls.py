"""Helpers that write, and pull requests, in the web client: a browser, the real server, the stand-in for GitHub."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.github import REPO, Shop, page_of, seen, seen_everywhere, shop
from tests.forge.standin import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)


async def cards_menu(page: Page, key: str, entry: str) -> None:
    await page.locator("[data-card]").filter(has_text=key).hover()
    await page.get_by_role("button", name=f"Menu of {key}").first.click()
    await page.get_by_role("menuitem", name=entry).click()


SLOW = {"KANBANAI_DEMO_SPEED": "1"}
"""Slow enough for what is written to be seen while it is."""


async def test_a_better_text_is_followed_in_every_tab_accepted_and_taken_back(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path, SLOW) as place:
        await place.settings(inlineAgent="DEMO")
        card_id = await place.card("Uploads stop", "They stop after a minute. Why? It should go on.")
        async with (
            page_of(place.server, f"/p/{place.board}") as page,
            page_of(place.server, f"/p/{place.board}/c/W-1?tab=details") as other,
        ):
            await page.locator("[data-card]").focus()
            await page.keyboard.press("i")
            await expect(page.locator("[data-card]")).to_contain_text("Enhancing")
            live = other.get_by_role("region", name="The better text as it is written")
            await expect(live).to_have_text(re.compile(r"\w{3}"))
            assert (await place.shown(card_id))["title"] == "Uploads stop"
            proposal = other.get_by_role("region", name="Proposal for a better text")
            await expect(proposal.get_by_role("button", name="Accept")).to_be_visible()
            await expect(page.locator("[data-card]")).to_contain_text("Proposal ready")
            await expect(proposal.get_by_role("region", name="Before")).to_contain_text("Why?")
            await expect(proposal.get_by_role("region", name="After")).to_contain_text("demo agent")
            await seen_everywhere(other, "proposal")
            await proposal.get_by_role("button", name="Edit first").click()
            await other.get_by_label("Title", exact=True).fill("Uploads go on")
            await seen(other, "proposal-edited")
            await other.get_by_role("button", name="Accept the edited text").click()
            await expect(proposal).to_be_hidden()
            for one in (page, other):
                await expect(one.locator("[data-card]")).to_contain_text("Uploads go on")
                await expect(one.locator("[data-card]")).to_contain_text("Enhanced")
            await seen(page, "enhanced")
            await other.get_by_role("button", name="Undo").click()
            await expect(page.locator("[data-card]")).to_contain_text("Uploads stop")
            await expect(page.locator("[data-card]")).not_to_contain_text("Enhanced")


async def test_a_better_text_is_stopped_and_a_failure_says_why(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path, {"KANBANAI_DEMO_SPEED": "0.2"}) as place:
        await place.settings(inlineAgent="DEMO")
        await place.card("Uploads stop", "They stop after a minute.")
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=details") as page:
            await page.get_by_role("button", name="Menu of W-1").last.click()
            await page.get_by_role("menuitem", name="Enhance the text").click()
            proposal = page.get_by_role("region", name="Proposal for a better text")
            await seen_everywhere(page, "enhancing")
            await proposal.get_by_role("button", name="Stop").click()
            await expect(proposal).to_be_hidden()
            enhancements = await place.call("GET", f"/projects/{place.board}/enhancements")
            assert enhancements == {"enhancements": {}}

            await place.settings(inlineAgent="CODEX")
            await page.get_by_role("button", name="Menu of W-1").last.click()
            await page.get_by_role("menuitem", name="Enhance the text").click()
            await expect(proposal.get_by_role("alert")).to_contain_text("The text was not enhanced")
            await expect(page.locator("[data-card]")).to_contain_text("Not enhanced")
            await seen(page, "not-enhanced")
            await proposal.get_by_role("button", name="Put away").click()
            await expect(proposal).to_be_hidden()


async def test_the_text_of_a_new_card_is_written_better_before_there_is_one(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await place.settings(inlineAgent="DEMO")
        async with page_of(place.server, f"/p/{place.board}") as page:
            await page.keyboard.press("c")
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_role("button", name="Enhance")).to_be_disabled()
            await dialog.get_by_label("Title", exact=True).fill("Uploads stop")
            await dialog.get_by_label("Description").fill("They stop. It should go on.")
            await dialog.get_by_role("button", name="Enhance").click()
            await expect(dialog.get_by_role("region", name="After")).to_contain_text("demo agent")
            await seen_everywhere(page, "draft-enhanced")
            await dialog.get_by_role("button", name="Use it").click()
            await expect(dialog.get_by_label("Description")).to_have_value(re.compile("demo agent"))
            await dialog.get_by_role("button", name="Create", exact=True).click()
            card = page.locator("[data-card]").filter(has_text="W-1")
            await expect(card).to_contain_text("Enhanced")


async def with_work(place: Shop, title: str = "Retry uploads", **fields: str) -> str:
    """A card with an attempt that has committed something; the attempt's id."""
    await place.settings(inlineAgent="DEMO", autoCommitOnFinish=True)
    return await place.attempt(await place.card(title, "With a pause.", **fields))


async def test_a_pull_request_is_drafted_by_an_agent_made_checked_and_reviewed(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await with_work(place)
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=changes") as page:
            await expect(page.get_by_role("region", name="Review, 1 card")).to_be_visible()
            await page.get_by_role("button", name="Pull request", exact=True).click()
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_label("Title")).to_have_value("[W-1] Retry uploads")
            text = dialog.get_by_label("Text")
            await expect(text).to_have_value("With a pause.")
            await expect(dialog.get_by_role("region", name="Preview")).to_contain_text("With a pause.")
            await dialog.get_by_role("button", name="Draft with agent").click()
            await expect(dialog.get_by_role("button", name="Back to my text")).to_be_visible()
            await expect(text).not_to_have_value("With a pause.")
            await expect(dialog.get_by_role("region", name="Preview")).to_contain_text("demo agent")
            await seen_everywhere(page, "pull-draft")
            await dialog.get_by_role("switch", name="As a draft").click()
            await dialog.get_by_role("button", name="Create", exact=True).click()
            card = page.locator("[data-card]").filter(has_text="W-1")
            link = card.get_by_role("link", name=re.compile(r"PR #1"))
            await expect(link).to_have_attribute("href", f"{github.base}/{REPO}/pull/1")
            await expect(card).to_contain_text("draft")
            [made] = github.pulls[REPO].values()
            assert made["draft"]
            assert "demo agent" in made["body"]

            github.change_pull(REPO, 1, draft=False)
            github.check(REPO, 1, "tests", "success")
            github.check(REPO, 1, "lint", "failure")
            github.review(REPO, 1, "Nearly **there**.")
            github.remark(REPO, 1, "README", 1, "Say why.")
            await expect(card).to_contain_text("checks failed")
            await page.get_by_role("tab", name="GitHub").click()
            panel = page.get_by_role("region", name="Pull request", exact=True)
            checks = panel.get_by_role("region", name="Checks").get_by_role("listitem")
            await expect(checks).to_have_text([re.compile("lint.*failed"), re.compile("tests.*passed")])
            await expect(panel.get_by_role("strong")).to_have_text("there")
            await expect(panel.get_by_text("README:1")).to_be_visible()
            await seen_everywhere(page, "pull-panel")
            await panel.get_by_role("button", name="Send review comments to agent").click()
            await page.get_by_label("A word before it").fill("Please look at this.")
            await seen(page, "pull-tell")
            await page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
            await expect(page.get_by_text("The agent will hear 1 review and 1 comment")).to_be_visible()
            await page.get_by_role("tab", name="Chat").click()
            await expect(page.get_by_text("Please look at this.").first).to_be_visible()


async def test_what_github_refuses_is_said_in_the_dialog_and_nothing_typed_is_lost(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        await with_work(place)
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=github") as page:
            await page.get_by_role("button", name="Create pull request").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("Title").fill("Mine")
            await dialog.get_by_label("Into").fill("nowhere")
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_role("alert")).to_contain_text("was not created")
            await seen(page, "pull-refused")
            await expect(dialog.get_by_label("Title")).to_have_value("Mine")
            await dialog.get_by_label("Into").fill("main")
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("region", name="Pull request").get_by_text("Mine")).to_be_visible()
