"""The start dialog in the web client: the agent and the profile that it shows are those that run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.github import page_of, seen_everywhere
from tests.system.server import Server, project, running
from tests.system.work import FAST

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)


async def call(server: Server, method: str, path: str, body: Any = None) -> Any:
    """One request that has to succeed."""
    async with server.client() as client:
        answer = await client.request(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


async def started(server: Server, page: Page, key: str) -> Any:
    """Presses Start in the dialog that is open; the attempt of that card."""
    before = page.url
    await page.get_by_role("dialog").get_by_role("button", name="Start", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page).not_to_have_url(before)
    attempt_id = page.url.partition("attempt=")[2].partition("&")[0]
    assert f"/c/{key}" in page.url
    return await call(server, "GET", f"/attempts/{attempt_id}")


async def test_the_projects_profile_is_shown_and_runs_unless_another_is_chosen(tmp_path: Path) -> None:
    async with running(tmp_path, environment=FAST) as server:
        await call(server, "POST", "/onboarding/complete", {})
        board = await project(server, tmp_path / "wire", "Wire")
        ids = {}
        for name in ("Careful", "Quick"):
            profile = {"agent": "DEMO", "name": name, "config": {"mode": "full"}}
            ids[name] = (await call(server, "POST", "/agents/profiles", profile))["id"]
        chosen = {"defaultAgent": "DEMO", "defaultProfileId": ids["Careful"]}
        await call(server, "PATCH", f"/projects/{board}/settings", chosen)
        backlog = (await call(server, "GET", f"/boards/{board}"))["state"]["columnOrder"][0]
        for title in ("As set", "Without", "Other"):
            card = {"columnId": backlog, "title": title, "description": "demo: fast"}
            await call(server, "POST", f"/boards/{board}/cards", card)
        async with page_of(server, f"/p/{board}/c/W-1?tab=chat") as page:
            dialog = page.get_by_role("dialog")

            async def asks(key: str) -> None:
                """Opens that card's dialog by its key."""
                await page.goto(f"{server.url}/p/{board}/c/{key}?tab=chat")
                await page.get_by_role("tabpanel").get_by_role("button", name="Start").click()

            await asks("W-1")
            profiles = dialog.get_by_label("Profile")
            await expect(profiles).to_have_value(ids["Careful"])
            await expect(dialog.get_by_text("The project's default.")).to_have_count(2)
            await seen_everywhere(page, "start-default")
            assert (await started(server, page, "W-1"))["profileId"] == ids["Careful"]

            await asks("W-2")
            await profiles.select_option("Without a profile")
            await expect(dialog.get_by_text("The project's default.")).to_have_count(1)
            assert (await started(server, page, "W-2"))["profileId"] is None

            # Changed elsewhere meanwhile: what is proposed is what the settings say now.
            await call(server, "PATCH", f"/projects/{board}/settings", {"defaultProfileId": ids["Quick"]})
            await asks("W-3")
            await expect(profiles).to_have_value(ids["Quick"])
            assert (await started(server, page, "W-3"))["profileId"] == ids["Quick"]
