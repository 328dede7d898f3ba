"""The built web client in a real browser against the real server, as a person uses it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.followers import page_at
from tests.system.server import Server, repository

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 15_000
"""Milliseconds to wait for what should be there within a few tenths of a second; a busy machine needs more."""
expect.set_options(timeout=PATIENCE)


class Board:
    """A page of the client, by what a person sees."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def column(self, title: str) -> Locator:
        return self.page.get_by_role("region", name=title)

    def card(self, title: str) -> Locator:
        return self.page.locator("[data-card]").filter(has_text=title)

    async def shows(self, column: str, *titles: str) -> None:
        await expect(self.column(column).locator("[data-card] p")).to_have_text(list(titles))

    async def state(self, phase: str) -> None:
        """What the dot at the foot of the side bar says, or would say if nothing lay over it."""
        await expect(self.page.locator(f'button[data-phase="{phase}"]').first).to_be_attached()


async def cards(server: Server, board_id: str, *titles: str, column: int = 0) -> list[str]:
    made = []
    async with server.client() as client:
        order = (await client.get(f"/boards/{board_id}")).json()["state"]["columnOrder"]
        for title in titles:
            body = {"columnId": order[column], "title": title}
            answer = await client.post(
                f"/boards/{board_id}/cards", json=body, headers={"Prefer": "return=minimal"}
            )
            made.append(answer.json()["card"]["id"])
    return made


async def edit(server: Server, board_id: str, card_id: str, **fields: Any) -> None:
    async with server.client() as client:
        answer = await client.patch(f"/boards/{board_id}/cards/{card_id}", json=fields)
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def board(server: Server, board_id: str) -> AsyncGenerator[Board]:
    async with page_at(f"{server.url}/p/{board_id}") as page:
        shown = Board(page)
        await shown.state("live")
        yield shown


def browser_of(page: Page) -> Browser:
    browser = page.context.browser
    assert browser is not None
    return browser


async def drag(board: Board, card: Locator, to: Locator, *, above: bool = False) -> None:
    """By mouse, with the stops that a hand makes."""
    mouse = board.page.mouse
    await card.hover()
    await mouse.down()
    box = await to.bounding_box()
    assert box is not None
    y = box["y"] + (4 if above else box["height"] - 4)
    await mouse.move(box["x"] + 40, y, steps=8)
    await mouse.move(box["x"] + 42, y)
    await mouse.up()


async def test_from_an_empty_database_to_a_card_on_a_board(server: Server) -> None:
    (server.home / "code").mkdir()
    repository(server.home / "code" / "shop")
    async with page_at(f"{server.url}/") as page:
        await page.get_by_role("button", name="Next").click()
        await expect(page.get_by_role("heading", name="GitHub")).to_be_visible()
        await page.get_by_role("button", name="Next").click()
        await page.get_by_role("button", name="Add a repository of mine").click()
        await page.get_by_role("button", name="shop").click()
        await page.get_by_role("textbox", name="Name").fill("Web Shop")
        await page.get_by_role("button", name="Add project").click()
        await expect(page.get_by_role("heading", name="A board begins with a card")).to_be_visible()

        await page.keyboard.press("c")
        await page.get_by_label("Title", exact=True).fill("Retry uploads")
        await page.get_by_label("Description").fill("With a **pause** that doubles.")
        await page.keyboard.press("Control+Enter")
        shown = Board(page)
        await shown.shows("Backlog", "Retry uploads")
        await expect(shown.card("Retry uploads")).to_contain_text("WS-1")

        await shown.card("Retry uploads").click()
        await expect(page.get_by_role("complementary").get_by_role("strong")).to_have_text("pause")
        assert page.url.endswith("/c/WS-1")


async def test_what_one_moves_another_sees_by_mouse_and_by_keys(server: Server, board_id: str) -> None:
    await cards(server, board_id, "One", "Two", "Three")
    async with board(server, board_id) as mine, board(server, board_id) as theirs:
        await drag(mine, mine.card("One"), mine.card("Three"))
        for one in (mine, theirs):
            await one.shows("Backlog", "Two", "Three", "One")

        await mine.card("Two").focus()
        for key in ("Space", "ArrowRight", "ArrowRight"):
            await mine.page.keyboard.press(key)
        await expect(mine.page.get_by_text("Two: Review, place 1 of 1")).to_be_attached()
        await theirs.shows("Backlog", "Two", "Three", "One")
        await mine.page.keyboard.press("Space")
        for one in (mine, theirs):
            await one.shows("Review", "Two")

        await mine.card("One").focus()
        for key in ("Space", "ArrowUp", "Escape"):
            await mine.page.keyboard.press(key)
        await mine.shows("Backlog", "Three", "One")


async def test_a_blocked_card_does_not_enter_work_and_the_page_says_why(
    server: Server, board_id: str
) -> None:
    first, second = await cards(server, board_id, "First", "Second")
    await edit(server, board_id, second, dependsOn=[first])
    async with board(server, board_id) as mine:
        await expect(mine.card("Second")).to_contain_text("Blocked by")
        await expect(mine.card("Second").get_by_role("link", name="WS-1")).to_be_visible()
        await drag(mine, mine.card("Second"), mine.column("In Progress").locator("[data-column]"))
        await expect(mine.page.get_by_role("alert")).to_contain_text("WS-2 waits for WS-1")
        await mine.shows("Backlog", "First", "Second")


async def test_two_who_edit_the_same_lose_nothing(server: Server, board_id: str) -> None:
    [card_id] = await cards(server, board_id, "As it was")
    async with board(server, board_id) as mine:
        await mine.card("As it was").focus()
        await mine.page.keyboard.press("e")
        title = mine.page.get_by_label("Title", exact=True)
        await title.fill("Mine")
        await edit(server, board_id, card_id, title="Theirs", ticketType="fix")
        conflict = mine.page.get_by_role("alert")
        await expect(conflict).to_contain_text("Theirs")
        await expect(title).to_have_value("Mine")
        await expect(mine.page.get_by_label("Type")).to_have_value("fix")
        await conflict.get_by_role("button", name="Keep mine").click()
        await expect(mine.page.get_by_role("button", name="Save")).to_be_focused()
        await mine.page.keyboard.press("Enter")
        await mine.shows("Backlog", "Mine")


async def test_a_server_that_dies_while_something_is_typed_costs_nothing(
    server: Server, board_id: str
) -> None:
    await cards(server, board_id, "Before")
    async with board(server, board_id) as mine:
        await mine.page.keyboard.press("c")
        await mine.page.get_by_label("Title", exact=True).fill("Typed")
        await server.kill()
        await mine.state("reconnecting")
        await mine.page.keyboard.press("Control+Enter")
        await mine.shows("Backlog", "Before", "Typed")
        await expect(mine.page.get_by_text("1 change waits").first).to_be_visible()
        await server.start()
        await mine.state("live")
        await expect(mine.card("Typed")).to_contain_text("WS-2")
        async with server.client() as client:
            found = (await client.get(f"/boards/{board_id}")).json()["state"]["cards"].values()
        assert sorted(card["title"] for card in found) == ["Before", "Typed"]


async def test_ten_tabs_of_a_browser_are_all_live_over_one_stream(server: Server, board_id: str) -> None:
    await cards(server, board_id, "Seen by all")
    async with board(server, board_id) as other:
        context = await browser_of(other.page).new_context()
        tabs = []
        for _ in range(10):
            page = await context.new_page()
            await page.goto(f"{server.url}/p/{board_id}")
            tabs.append(Board(page))
        for tab in tabs:
            await tab.state("live")
        await cards(server, board_id, "And this")
        await asyncio.gather(*(tab.shows("Backlog", "Seen by all", "And this") for tab in tabs))
        # Two browsers, each with one stream for the board and one for the dashboard.
        assert await streams(server) == 4
        await context.close()


async def test_without_shared_workers_one_tab_leads_and_another_takes_over(
    server: Server, board_id: str
) -> None:
    await cards(server, board_id, "Seen by all")
    async with page_at(f"{server.url}/api/v1/healthz") as page:
        context = await browser_of(page).new_context()
        await context.add_init_script("delete globalThis.SharedWorker")
        tabs = []
        for _ in range(10):
            tab = await context.new_page()
            await tab.goto(f"{server.url}/p/{board_id}")
            tabs.append(Board(tab))
        for one in tabs:
            await one.state("live")
        assert await streams(server) == 2
        leader, *others = tabs
        await leader.page.close()
        await cards(server, board_id, "After it went")
        await asyncio.gather(*(one.shows("Backlog", "Seen by all", "After it went") for one in others))
        await cards(server, board_id, "Live again")
        await asyncio.gather(
            *(one.shows("Backlog", "Seen by all", "After it went", "Live again") for one in others)
        )
        for one in others:
            await one.state("live")
        assert await streams(server) == 2
        await context.close()


async def begin(server: Server, board_id: str, title: str, description: str) -> None:
    """A card on which the demo agent works."""
    [card_id] = await cards(server, board_id, title)
    await edit(server, board_id, card_id, description=description)
    async with server.client() as client:
        address = f"/projects/{board_id}/cards/{card_id}/attempts"
        answer = await client.post(address, json={"agent": "DEMO"})
    assert answer.status_code == 201, answer.text


async def test_cards_say_what_their_attempts_do_after_a_reload_and_a_restart_too(
    server: Server, board_id: str
) -> None:
    async with board(server, board_id) as mine:
        await begin(server, board_id, "Asks", "demo: ask")
        await begin(server, board_id, "Breaks", "demo: fail")
        await begin(server, board_id, "Plans", "demo: slow")

        async def are_right() -> None:
            await expect(mine.card("Asks")).to_contain_text("Waits for you")
            await expect(mine.card("Breaks")).to_contain_text("Failed")
            await expect(mine.card("Breaks")).to_contain_text("Demo agent failed")
            await expect(mine.card("Plans")).to_contain_text("DEMO")
            await expect(mine.card("Plans").get_by_title("of 5 steps done")).to_be_visible()
            bar = mine.page.get_by_role("navigation")
            await expect(bar.get_by_role("link", name="WS-1")).to_contain_text("Waits for you")

        await are_right()
        await mine.page.reload()
        await are_right()
        await server.stop()
        await mine.state("reconnecting")
        await server.start()
        await mine.state("live")
        await expect(mine.card("Asks")).to_contain_text("The server was stopped")
        await expect(mine.card("Asks")).not_to_contain_text("Waits for you")
        await expect(mine.card("Breaks")).to_contain_text("Demo agent failed")
    # Agents were at work when it was ended, and the server says so at its next start.
    assert "did not end in order" in server.errors()
    server.log.write_text("")


async def test_a_finger_moves_cards_by_their_menu(server: Server, board_id: str) -> None:
    await cards(server, board_id, "One", "Two")
    async with page_at(f"{server.url}/api/v1/healthz") as page:
        context = await browser_of(page).new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        tab = await context.new_page()
        await tab.goto(f"{server.url}/p/{board_id}")
        phone = Board(tab)

        async def move(title: str, to: str) -> None:
            await phone.card(title).get_by_role("button").tap()
            await tab.get_by_role("menuitem", name="Move to").tap()
            await tab.get_by_role("menuitem", name=to).tap()

        await move("Two", "To the top")
        await phone.shows("Backlog", "Two", "One")
        await move("Two", "Review")
        await phone.shows("Review", "Two")
        assert await tab.evaluate("document.documentElement.scrollWidth") == 390
        await context.close()


async def test_a_new_card_begins_with_a_template_or_another_card(server: Server, board_id: str) -> None:
    async with board(server, board_id) as mine:
        await mine.page.keyboard.press("c")
        await mine.page.get_by_label("Title", exact=True).fill("Broken")
        await mine.page.get_by_role("button", name="Bug").click()
        await expect(mine.page.get_by_label("Description")).to_have_value(re.compile("## Steps"))
        await expect(mine.page.get_by_label("Type")).to_have_value("fix")
        await mine.page.keyboard.press("Control+Enter")
        await mine.shows("Backlog", "Broken")
        await mine.card("Broken").hover()
        await mine.card("Broken").get_by_role("button").click()
        await mine.page.get_by_role("menuitem", name="Duplicate").click()
        await expect(mine.page.get_by_label("Description")).to_have_value(re.compile("## Steps"))
        await mine.page.keyboard.press("Control+Enter")
        await mine.shows("Backlog", "Broken", "Broken")


async def streams(server: Server) -> float:
    """How many streams the server has open."""
    async with server.client() as client:
        said = (await client.get("/metrics")).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in said if line.startswith("kanbanai_subscribers{"))


async def test_a_phone_shows_column_by_column_and_a_card_as_a_page(server: Server, board_id: str) -> None:
    await cards(server, board_id, "Small")
    async with board(server, board_id) as desk:
        context = await browser_of(desk.page).new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await page.goto(f"{server.url}/p/{board_id}")
        phone = Board(page)
        await phone.card("Small").click()
        await expect(page.get_by_role("complementary", name="Small")).to_be_visible()
        await expect(phone.card("Small")).to_be_hidden()
        await page.go_back()
        await expect(phone.card("Small")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        await context.close()


async def test_axe_finds_nothing_to_complain_about(server: Server, board_id: str) -> None:
    if not AXE.is_file():
        pytest.skip("the web client's packages are not installed")
    await cards(server, board_id, "One", "Two")
    async with board(server, board_id) as mine:
        await mine.page.emulate_media(reduced_motion="reduce")
        places: dict[str, Callable[[], Awaitable[object]]] = {
            "board": lambda: mine.page.keyboard.press("Escape"),
            "card": lambda: mine.card("One").click(),
            "dialog": lambda: mine.page.keyboard.press("c"),
            "add project": lambda: mine.page.goto(f"{server.url}/projects/new"),
        }
        for place, go in places.items():
            await go()
            if place == "dialog":
                await mine.page.get_by_role("dialog").wait_for()
            if place == "card":
                await mine.page.get_by_role("complementary").wait_for()
            if place == "add project":
                await mine.page.get_by_role("heading", level=1).wait_for()
            for scheme in ("light", "dark"):
                await mine.page.emulate_media(color_scheme=scheme)
                await mine.page.evaluate(
                    "Promise.allSettled(document.getAnimations().map((one) => one.finished))"
                )
                # By evaluate: the page's policy allows no script of a stranger.
                await mine.page.evaluate(AXE.read_text(encoding="utf-8"))
                found = await mine.page.evaluate("axe.run()")
                told = [
                    (one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]])
                    for one in found["violations"]
                ]
                assert not told, f"{place}, {scheme}"
