"""What the tests of GitHub in the browser share: a server that speaks to the stand-in, and what a person does there."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.followers import page_at
from tests.forge.standin import StandIn
from tests.system.server import Server, running

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}


@asynccontextmanager
async def speaking_to(github: StandIn, folder: Path, **environment: str) -> AsyncGenerator[Server]:
    """A server whose GitHub is the stand-in, and whose first steps are done."""
    given = {"KANBANAI_GITHUB_URL": github.base} | environment
    async with running(folder, environment=given) as server:
        async with server.client() as client:
            (await client.post("/onboarding/complete", json={})).raise_for_status()
        yield server


@asynccontextmanager
async def page_of(server: Server, path: str = "/") -> AsyncGenerator[Page]:
    """A browser of its own: another device."""
    async with page_at(f"{server.url}{path}") as page:
        await page.set_viewport_size({"width": 1280, "height": 800})
        yield page


async def seen(page: Page, name: str) -> None:
    """axe finds nothing on the page; a picture of it goes to the folder that SHOTS names, if there is one."""
    await page.wait_for_timeout(300)  # what moves in has to stand still: axe judges colours as they are
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES}
    found = await page.evaluate("(options) => window.axe.run(document, options)", options)
    told = [
        f"{one['id']}: {node['html'][:160]} - {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
    assert not told, f"{name}:\n" + "\n".join(told)


async def seen_everywhere(page: Page, name: str) -> None:
    """The same in light and in dark, and on a phone."""
    size = page.viewport_size
    await page.emulate_media(color_scheme="light")
    await seen(page, f"{name}-light")
    await page.emulate_media(color_scheme="dark")
    await seen(page, f"{name}-dark")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await seen(page, f"{name}-phone")
    await page.emulate_media(color_scheme="light")
    if size:
        await page.set_viewport_size(size)


async def app_given(page: Page, client_id: str = "Iv1.known") -> None:
    """Types the OAuth app's id into the settings that are shown."""
    app = page.get_by_role("form", name="OAuth app")
    await app.get_by_label("Client id").fill(client_id)
    await app.get_by_role("button", name="Save the app").click()
    await expect(app.get_by_text("Saved", exact=True)).to_be_visible()


async def connected(page: Page, github: StandIn, login: str = "ada") -> None:
    """Goes through the device flow, and agrees on the stand-in."""
    await page.get_by_role("button", name="Connect with").click()
    code = await page.locator("output").text_content()
    flow = next(one for one in github.flows if one.user_code == code)
    flow.answer = login
    await expect(page.get_by_text(login, exact=True)).to_be_visible()
