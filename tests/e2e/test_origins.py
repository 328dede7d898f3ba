"""A real browser, led to us by pages that are none of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.followers import Chromium, page_at, require
from tests.system.server import Server, project, running

pytestmark = pytest.mark.e2e

FOREIGN = "elsewhere.example"
TO_US = f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1"
"""What an attacker's name server can do: say that the page's own host is this machine."""
UNGUARDED = "--disable-features=LocalNetworkAccessChecks"
"""Recent Chromium keeps pages of the open network from this machine by itself. Older browsers, and others, leave it to
the server."""

OPEN = """async (address) => {
    const source = new EventSource(address);
    const told = await new Promise((resolve) => {
        source.addEventListener("hello", () => resolve("hello"));
        source.onerror = () => resolve("error");
    });
    const isClosed = source.readyState === EventSource.CLOSED;
    source.close();
    return [told, isClosed];
}"""


async def foreign(page: Page, origin: str) -> None:
    """Takes the page to that origin, which has a page of its own."""
    await page.route(
        f"{origin}/", lambda route: route.fulfill(content_type="text/html", body="<title>Hi</title>")
    )
    await page.goto(f"{origin}/")


async def test_rt11_a_page_of_another_origin_cannot_follow_a_board(server: Server, board_id: str) -> None:
    require(Chromium)
    stream = f"{server.url}/api/v1/sse?boardId={board_id}"
    async with page_at("about:blank", UNGUARDED) as page:
        await foreign(page, f"http://{FOREIGN}")
        assert await page.evaluate(OPEN, stream) == ["error", True]


async def test_a_page_of_a_listed_origin_can(tmp_path: Path) -> None:
    require(Chromium)
    origin = f"http://{FOREIGN}"
    async with running(tmp_path, options=["--allowed-origin", origin]) as server:
        board_id = await project(server, tmp_path / "shop")
        async with page_at("about:blank", UNGUARDED) as page:
            await foreign(page, origin)
            address = f"{server.url}/api/v1/sse?boardId={board_id}"
            assert await page.evaluate(OPEN, address) == ["hello", False]


async def test_a_name_that_was_turned_to_this_machine_leads_nowhere(server: Server, board_id: str) -> None:
    """DNS rebinding: for the browser the page and the API are of one origin, so that no CORS keeps them apart."""
    require(Chromium)
    origin = f"http://{FOREIGN}:{server.port}"
    async with page_at("about:blank", TO_US, UNGUARDED) as page:
        answer = await page.goto(f"{origin}/api/v1/projects")
        assert answer is not None
        assert answer.status == 403
        assert FOREIGN in (await answer.json())["detail"]
        assert await page.evaluate(OPEN, f"{origin}/api/v1/sse?boardId={board_id}") == ["error", True]
