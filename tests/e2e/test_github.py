"""GitHub in the web client: a real browser, the real server, and the stand-in for GitHub."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.github import REPO, app_given, page_of, seen, seen_everywhere, shop, speaking_to
from tests.forge.standin import StandIn
from tests.system.server import Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)


@pytest.fixture
async def server(github: StandIn, tmp_path: Path) -> AsyncGenerator[Server]:
    async with speaking_to(github, tmp_path) as server:
        yield server


async def test_an_account_is_connected_on_two_devices_and_let_go(server: Server, github: StandIn) -> None:
    github.repo()
    async with page_of(server, "/settings") as page, page_of(server, "/settings") as other:
        await expect(page.get_by_text(f"GitHub Enterprise: {github.base}")).to_be_visible()
        await expect(page.get_by_role("button", name="Connect with")).to_be_disabled()
        await expect(page.get_by_text("enter its client id first")).to_be_visible()
        await page.get_by_label("Client secret").fill("s3cret")
        await app_given(page)
        await expect(page.get_by_text("Leave blank to keep it")).to_be_visible()
        await page.get_by_label("Client id").fill("Iv1.other")
        github.client_ids.add("Iv1.other")
        await page.keyboard.press("Enter")
        async with server.client() as client:
            stored = (await client.get("/auth/github/app")).json()
        assert (stored["clientId"], stored["hasClientSecret"]) == ("Iv1.other", True)

        await other.reload()
        for one in (page, other):
            await one.get_by_role("button", name="Connect with").click()
            await expect(one.locator("output")).to_be_visible()
        codes = [await one.locator("output").text_content() for one in (page, other)]
        assert codes == [flow.user_code for flow in github.flows]
        await expect(page.get_by_role("link", name="Open")).to_have_attribute(
            "href", f"{github.base}/login/device"
        )
        await expect(page.get_by_role("link", name="Open")).to_be_focused()
        await page.get_by_role("link", name="Open").scroll_into_view_if_needed()
        await seen_everywhere(page, "github-code")

        github.flows[0].answer = "slow_down"
        github.flows[1].answer = "access_denied"
        await expect(other.get_by_role("alert")).to_contain_text("turned down")
        await seen(other, "github-denied")
        await expect(page.get_by_text("Waiting for your answer")).to_be_visible()
        github.flows[0].answer = "ada"
        await expect(page.get_by_text("ada · ada@example.com")).to_be_visible()
        await page.get_by_role("button", name="Check").click()
        await expect(page.get_by_text("the account sees 1 repository")).to_be_visible()
        await seen_everywhere(page, "github-connected")

        await other.reload()
        await expect(other.get_by_text("ada · ada@example.com")).to_be_visible()
        await other.get_by_role("button", name="Disconnect").click()
        await expect(other.get_by_role("button", name="Connect with")).to_be_enabled()
        await page.get_by_role("button", name="Check").click()
        await expect(page.get_by_role("alert")).to_contain_text("No GitHub account is connected")


async def test_a_code_that_runs_out_is_followed_by_another(server: Server, github: StandIn) -> None:
    async with page_of(server, "/settings") as page:
        await app_given(page)
        await page.get_by_role("button", name="Connect with").click()
        await expect(page.locator("output")).to_be_visible()
        github.flows[0].answer = "expired_token"
        await expect(page.get_by_role("alert")).to_contain_text("run out")
        github.flows.clear()
        await page.get_by_role("button", name="Get a new code").click()
        await expect(page.locator("output")).to_be_visible()
        github.flows[0].answer = "ada"
        await expect(page.get_by_text("ada · ada@example.com")).to_be_visible()


async def test_the_account_of_gh_in_the_first_steps(github: StandIn, tmp_path: Path) -> None:
    programs, token = tmp_path / "bin", tmp_path / "token"
    programs.mkdir()
    program = programs / "gh"
    program.write_text(f'#!/bin/sh\ncat "{token}"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    environment = {"KANBANAI_GITHUB_URL": github.base, "PATH": path}
    async with running(tmp_path, environment=environment) as server, page_of(server) as page:
        await page.get_by_role("button", name="Next").click()
        await expect(page.get_by_role("form", name="OAuth app")).to_be_visible()
        await seen_everywhere(page, "github-first-steps")
        await page.get_by_role("button", name="Use the account of gh").click()
        await expect(page.get_by_role("alert")).to_contain_text("gh auth login")
        token.write_text(github.user("grace"), encoding="utf-8")
        await page.get_by_role("button", name="Use the account of gh").click()
        await expect(page.get_by_text("grace · grace@example.com")).to_be_visible()
        await page.get_by_role("button", name="Next").click()
        await expect(page.get_by_role("heading", name="Something to work on")).to_be_visible()
        await page.get_by_role("button", name="Back").click()
        await expect(page.get_by_text("grace · grace@example.com")).to_be_visible()


async def test_issues_are_looked_at_chosen_and_come_in_while_others_watch(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        github.issue(REPO, "Uploads stop", "After a *minute*.", labels=["bug", "upload"], assignees=["grace"])
        github.issue(REPO, "Dark theme", "For the night.", labels=["wish"])
        github.issue(REPO, "Old news", "Long done.")
        path = f"/p/{place.board}"
        async with page_of(place.server, path) as page, page_of(place.server, path) as other:
            await page.get_by_role("button", name="Import issues", exact=True).click()
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_label("Repository")).to_have_value(REPO)
            await dialog.get_by_label("Repository").fill("no repository")
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_text("owner/name is needed")).to_be_visible()
            await dialog.get_by_label("Repository").fill("acme/nowhere")
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_role("alert")).to_contain_text("could not be listed")
            await dialog.get_by_label("Repository").fill(f"{github.base}/{REPO}")
            await seen(page, "import-asked")
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_text("3 new")).to_be_visible()
            await dialog.get_by_label("Old news").uncheck()
            await seen_everywhere(page, "import-preview")
            await dialog.get_by_role("button", name="Import 2 issues").click()
            await expect(dialog.get_by_text("2 new cards")).to_be_visible()
            await seen(page, "import-done")
            await page.keyboard.press("Enter")
            for one in (page, other):
                card = one.locator("[data-card]").filter(has_text="Uploads stop")
                await expect(card.get_by_role("link", name="Issue #1")).to_have_attribute(
                    "href", f"{github.base}/{REPO}/issues/1"
                )
                await expect(card).to_contain_text("bug")
                await expect(card).to_contain_text("grace")
                await expect(one.locator("[data-card]")).to_have_count(2)
            await seen_everywhere(page, "board-issues")


async def test_an_import_of_many_pages_shows_how_far_it_is_and_goes_on_after_it_broke_off(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        for number in range(1, 251):
            github.issue(REPO, f"Issue {number}")
        async with page_of(place.server, f"/p/{place.board}/settings") as page:
            github.fails("GET /repos/acme/wire/issues", 502, after=4, times=3)
            await page.get_by_role("button", name="Import issues").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_role("button", name="Look").click()
            await dialog.get_by_role("button", name="Import 250 issues").click()
            await expect(dialog.get_by_role("alert")).to_contain_text("The import broke off")
            await expect(dialog.get_by_role("progressbar")).to_be_visible()
            await expect(dialog.get_by_text("Page 1 of 3")).to_be_visible()
            await seen_everywhere(page, "import-broke-off")
            await dialog.get_by_role("button", name="Try again").click()
            await expect(dialog.get_by_text(f"{REPO} is imported")).to_be_visible()
        board = await place.call("GET", f"/boards/{place.board}")
        assert len(board["state"]["cards"]) == 250


async def test_a_project_is_kept_in_step_and_says_how_that_stands(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path) as place:
        github.issue(REPO, "First")
        async with page_of(place.server, f"/p/{place.board}/settings") as page:
            section = page.get_by_role("region", name="GitHub")
            await expect(section.get_by_text(f"In step with {REPO}")).to_be_visible()
            await expect(section.get_by_text("Nothing is planned")).to_be_visible()
            await section.get_by_label("Make cards of issues").click()
            await expect(section.get_by_text("Next:")).to_be_visible()
            await section.get_by_role("button", name="Sync now").click()
            await expect(section.get_by_text("Up to date")).to_be_visible()
            await expect(section.get_by_text("1 new")).to_be_visible()
            await expect(section.get_by_text("GitHub takes")).to_be_visible()
            await section.get_by_role("button", name="Sync now").scroll_into_view_if_needed()
            await seen_everywhere(page, "sync-fine")
            github.fails("GET /repos/acme/wire/issues", 403, body={"message": "Resource not accessible"})
            await section.get_by_role("button", name="Sync now").click()
            await expect(section.get_by_role("status").filter(has_text="Failed")).to_be_visible()
            await expect(section.get_by_role("alert")).to_contain_text("Resource not accessible")
            await seen(page, "sync-failed")


async def test_a_conflict_is_decided_side_by_side_and_comments_are_read(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        made = github.issue(REPO, "Uploads stop", "They stop after a minute.")
        github.comment(REPO, made["number"], "Seen **here**, too.", "grace")
        sync = f"/projects/{place.board}/github/issues/sync"
        await place.call("POST", sync)
        cards = (await place.call("GET", f"/boards/{place.board}"))["state"]["cards"]
        [(card_id, card)] = cards.items()
        path = f"/p/{place.board}/c/{card['ticketKey']}?tab=github"
        async with page_of(place.server, path) as page:
            panel = page.get_by_role("region", name="Issue", exact=True)
            await expect(panel.get_by_role("link", name=f"{REPO}#1")).to_be_visible()
            await panel.get_by_role("button", name="Show 1 comment").click()
            await expect(panel.get_by_role("strong")).to_have_text("here")
            await place.call(
                "PATCH",
                f"/boards/{place.board}/cards/{card_id}",
                {"description": "They stop after two minutes.", "title": "Uploads end"},
            )
            github.change_issue(
                REPO, made["number"], body="They stop after a quarter of a minute.", title="Uploads halt"
            )
            await place.call("POST", sync)
            title = panel.get_by_role("region", name="Title: changed on both sides")
            await expect(title).to_be_visible()
            await expect(page.locator("[data-card]")).to_contain_text("Conflict")
            text = panel.get_by_role("region", name="Description: changed on both sides")
            await expect(text.locator("mark").first).to_be_visible()
            await seen_everywhere(page, "conflict")
            await title.get_by_role("button", name="Keep the card's").click()
            await expect(title).to_be_hidden()
            await text.get_by_role("button", name="Take the issue's").click()
            await expect(text).to_be_hidden()
            await expect(page.locator("[data-card]")).not_to_contain_text("Conflict")
            now = await place.shown(card_id)
            assert (now["title"], now["description"]) == (
                "Uploads end",
                "They stop after a quarter of a minute.",
            )


async def test_a_new_card_makes_an_issue_and_says_when_it_does_not(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path) as place:
        await place.settings(githubIssueAutoCreateEnabled=True)
        async with page_of(place.server, f"/p/{place.board}") as page:
            await page.keyboard.press("c")
            await page.get_by_label("Title", exact=True).fill("Told to GitHub")
            await page.get_by_label("Make an issue on GitHub").check()
            await page.keyboard.press("Control+Enter")
            card = page.locator("[data-card]").filter(has_text="Told to GitHub")
            await expect(card.get_by_role("link", name="Issue #1")).to_be_visible()
            assert github.issues[REPO][1]["title"] == "[W-1] Told to GitHub"
            github.fails("POST /repos/acme/wire/issues", 410, body={"message": "Issues are disabled"})
            await page.keyboard.press("c")
            await page.get_by_label("Title", exact=True).fill("Not told")
            await page.get_by_label("Make an issue on GitHub").check()
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("alert")).to_contain_text("the issue on GitHub was not")
            await expect(page.get_by_role("alert")).to_contain_text("Issues are disabled")
