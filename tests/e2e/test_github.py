"""GitHub in the web client: a real browser, the real server, and the stand-in for GitHub."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import expect

from kanbanai.http.ui import PACKAGED
from tests.e2e.followers import Chromium, require
from tests.e2e.github import app_given, page_of, seen, seen_everywhere, speaking_to
from tests.forge.standin import StandIn, standing_in
from tests.system.server import Server, running

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)


@pytest.fixture(autouse=True)
def _built() -> None:
    require(Chromium)
    if not (PACKAGED / "index.html").is_file():
        pytest.skip("the web client is not built: scripts/build-web builds it")


@pytest.fixture
async def github() -> AsyncGenerator[StandIn]:
    async with standing_in() as github:
        github.interval = 1
        yield github


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
