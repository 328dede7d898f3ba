"""What the tests of GitHub in the browser share: a server that speaks to the stand-in, and what a person does there."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.followers import page_at
from tests.forge.standin import StandIn
from tests.system.server import Server, project, running
from tests.system.work import FAST

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
REPO = "acme/wire"


@asynccontextmanager
async def speaking_to(github: StandIn, folder: Path, **environment: str) -> AsyncGenerator[Server]:
    """A server whose GitHub is the stand-in, and whose first steps are done."""
    given = {"KANBANAI_GITHUB_URL": github.base} | environment
    async with running(folder, environment=given) as server:
        async with server.client() as client:
            (await client.post("/onboarding/complete", json={})).raise_for_status()
        yield server


def git(path: str | Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", path, *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


class Shop:
    """A project whose remote is a repository of the stand-in, on a server that looks at GitHub each second."""

    def __init__(self, server: Server, github: StandIn, board: str, repository: Path) -> None:
        self.server = server
        self.github = github
        self.board = board
        self.repository = repository

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request that has to succeed."""
        async with self.server.client() as client:
            answer = await client.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def settings(self, **changes: Any) -> None:
        await self.call("PATCH", f"/projects/{self.board}/settings", changes)

    async def card(self, title: str, description: str = "", **fields: Any) -> str:
        order = (await self.call("GET", f"/boards/{self.board}"))["state"]["columnOrder"]
        body = {"columnId": order[0], "title": title, "description": description, **fields}
        return str((await self.call("POST", f"/boards/{self.board}/cards", body))["cardId"])

    async def shown(self, card_id: str) -> Any:
        """The card as the server has it."""
        return (await self.call("GET", f"/boards/{self.board}"))["state"]["cards"][card_id]

    async def attempt(self, card_id: str, **config: Any) -> str:
        """Lets the demo agent work on the card to its end."""
        profile = {"agent": "DEMO", "name": f"For {card_id}", "config": {"mode": "full", **config}}
        profile_id = (await self.call("POST", "/agents/profiles", profile))["id"]
        path = f"/projects/{self.board}/cards/{card_id}/attempts"
        made = await self.call("POST", path, {"agent": "DEMO", "profileId": profile_id})
        return str(made["id"])


@asynccontextmanager
async def shop(
    github: StandIn, folder: Path, environment: Mapping[str, str] | None = None, *, is_connected: bool = True
) -> AsyncGenerator[Shop]:
    """The project, with an account connected unless said otherwise."""
    github.repo(REPO)
    given = FAST | {"KANBANAI_GITHUB_POLL_SECONDS": "1"} | dict(environment or {})
    if is_connected:
        given["GITHUB_TOKEN"] = github.user("ada")
    async with speaking_to(github, folder, **given) as server:
        repository = folder / "wire"
        board = await project(server, repository, "Wire")
        address, place = github.host(REPO), str(github.hosted(REPO))
        for arguments in (
            ["remote", "add", "origin", address],
            ["config", "user.name", "Ada"],
            ["config", "user.email", "ada@example.com"],
            ["push", "--quiet", place, "HEAD:refs/heads/main"],
        ):
            await asyncio.to_thread(git, repository, *arguments)
        yield Shop(server, github, board, repository)


@asynccontextmanager
async def page_of(server: Server, path: str = "/") -> AsyncGenerator[Page]:
    """A browser of its own: another device."""
    async with page_at(f"{server.url}{path}") as page:
        await page.set_viewport_size({"width": 1280, "height": 800})
        if path.startswith("/p/") and not path.endswith("/settings"):
            await expect(page.locator('button[data-phase="live"]').first).to_be_attached()
            await expect(page.locator("[data-column]").first).to_be_visible()
        try:
            yield page
        except BaseException:
            await _taken(page, f"failed-{path.strip('/').partition('/')[0]}")
            raise


async def seen(page: Page, name: str) -> None:
    """axe finds nothing on the page; a picture of it goes to the folder that SHOTS names, if there is one."""
    await page.wait_for_timeout(300)  # what moves in has to stand still: axe judges colours as they are
    await _taken(page, name)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES}
    found = await page.evaluate("(options) => window.axe.run(document, options)", options)
    told = [
        f"{one['id']}: {node['html'][:160]} - {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
    assert not told, f"{name}:\n" + "\n".join(told)


async def _taken(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png")


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
    await expect(page.get_by_text(f"{login} · {login}@example.com")).to_be_visible()
