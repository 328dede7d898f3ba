"""Who writes, chosen for one text: in the enhance dialog, in the form of a new card and for a pull request's draft."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.e2e.github import Shop, page_of, seen_everywhere, shop
from tests.forge.standin import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)

SLOW = {"KANBANAI_DEMO_SPEED": "1"}
"""Slow enough for what is written to be seen while it is."""


async def second(place: Shop) -> str:
    """Another agent of this machine, which is the demo agent by another name, with a profile: that one's id."""
    program = {"command": sys.executable, "args": ["-m", "kanbanai.demo"]}
    await place.call("POST", "/agents", {"key": "SECOND", "label": "Second agent", **program})
    made = await place.call(
        "POST", "/agents/profiles", {"agent": "SECOND", "name": "Careful", "config": {"mode": "full"}}
    )
    return str(made["id"])


class Orders:
    """What a page asked agents to write."""

    def __init__(self, page: Page) -> None:
        self.bodies: list[Any] = []
        page.on("request", self._hear)

    def _hear(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith(("/enhance", "/summary")):
            self.bodies.append(json.loads(request.post_data or "null"))


async def test_where_nobody_is_chosen_the_dialog_says_so_and_lets_one_be_chosen(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path, SLOW) as place:
        await place.card("Uploads stop", "They stop after a minute.")
        async with page_of(place.server, f"/p/{place.board}") as page:
            orders = Orders(page)
            await page.locator("[data-card]").focus()
            await page.keyboard.press("i")
            dialog = page.get_by_role("dialog", name="Enhance the text of W-1")
            await expect(dialog).to_contain_text(re.compile("No (other )?agent is .* Demo agent writes"))
            await expect(dialog.get_by_role("link")).to_have_attribute("target", "_blank")
            await seen_everywhere(page, "enhance-nobody")
            assert orders.bodies == []

            profile_id = await second(place)
            await expect(dialog.get_by_role("option", name="Second agent")).to_be_attached()
            await dialog.get_by_label("Agent").select_option("Second agent")
            await expect(dialog).to_contain_text("Second agent writes.")
            await dialog.get_by_label("Profile").select_option("Careful")
            await expect(dialog).to_contain_text("Second agent writes, with the profile “Careful”.")
            await seen_everywhere(page, "enhance-chosen")
            await dialog.get_by_role("button", name="Enhance").click()
            await expect(dialog).to_be_hidden()
            await expect(page.locator("[data-card]")).to_contain_text("Proposal ready")
            assert orders.bodies == [{"agent": "SECOND", "profileId": profile_id}]


async def test_the_settings_stay_the_default_and_what_cannot_write_is_said(
    github: StandIn, tmp_path: Path
) -> None:
    async with shop(github, tmp_path) as place:
        ghost = {"key": "GHOST", "label": "Ghost", "command": "no-such-program"}
        await place.call("POST", "/agents", ghost)
        await place.call("POST", "/agents/GHOST/check")
        profile_id = await second(place)
        await place.settings(inlineAgent="SECOND", inlineProfileId=profile_id)
        await place.card("Uploads stop", "They stop after a minute.")
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=details") as page:
            orders = Orders(page)
            await page.get_by_role("button", name="Menu of W-1").last.click()
            await page.get_by_role("menuitem", name="Enhance with another agent").click()
            dialog = page.get_by_role("dialog", name="Enhance the text of W-1")
            await expect(dialog).to_contain_text("Second agent writes, with the profile “Careful”.")
            shown = dialog.get_by_role("option", name="Default: ")
            await expect(shown).to_have_text(["Default: Second agent", "Default: Careful"])
            await dialog.get_by_label("Agent").select_option("GHOST")
            await expect(dialog).to_contain_text("no-such-program")
            await seen_everywhere(page, "enhance-ghost")
            await dialog.get_by_role("button", name="Enhance").click()
            proposal = page.get_by_role("region", name="Proposal for a better text")
            await expect(proposal.get_by_role("alert")).to_contain_text("The text was not enhanced")
            await proposal.get_by_role("button", name="With another agent").click()
            await dialog.get_by_role("button", name="Enhance").click()
            await expect(proposal.get_by_role("button", name="Accept")).to_be_visible()
            assert orders.bodies == [{"agent": "GHOST"}, {}]


async def test_a_new_card_is_written_better_by_whom_one_chooses(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path, SLOW) as place:
        await second(place)
        async with page_of(place.server, f"/p/{place.board}") as page:
            orders = Orders(page)
            await page.keyboard.press("c")
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("Title", exact=True).fill("Uploads stop")
            await expect(dialog).to_contain_text("No agent is chosen for this project. Demo agent writes")
            await dialog.get_by_role("button", name="Choose another").click()
            await dialog.get_by_label("Agent").select_option("Second agent")
            await seen_everywhere(page, "draft-writer")
            await dialog.get_by_role("button", name="Enhance").click()
            await expect(dialog.get_by_text("Second agent reads the project")).to_be_visible()
            await expect(dialog.get_by_role("button", name="Use it")).to_be_visible()
            assert [body["agent"] for body in orders.bodies] == ["SECOND"]


async def test_a_pull_requests_text_is_drafted_by_whom_one_chooses(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path, SLOW) as place:
        await second(place)
        await place.settings(inlineAgent="DEMO", autoCommitOnFinish=True)
        await place.attempt(await place.card("Retry uploads", "With a pause. demo: fast"))
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=changes") as page:
            orders = Orders(page)
            await expect(page.get_by_role("region", name="Review, 1 card")).to_be_visible(timeout=60_000)
            await page.get_by_role("button", name="Pull request", exact=True).click()
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_text("Demo agent writes.")).to_be_visible()
            await dialog.get_by_role("button", name="Choose another").click()
            await dialog.get_by_label("Agent").select_option("Second agent")
            await seen_everywhere(page, "pull-writer")
            await dialog.get_by_role("button", name="Draft with agent").click()
            await expect(dialog.get_by_text("Second agent reads the changes")).to_be_visible()
            await expect(dialog.get_by_role("button", name="Back to my text")).to_be_visible()
            await dialog.get_by_role("button", name="Back to default").click()
            await expect(dialog.get_by_text("Demo agent writes.")).to_be_visible()
            assert [body["agent"] for body in orders.bodies] == ["SECOND"]
