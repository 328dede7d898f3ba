"""The screens of GitHub in Japanese, on a phone and on a wide screen: nothing is cut off, and no English is left."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.github import REPO, Shop, git, page_of, seen, shop
from tests.forge.standin import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]
expect.set_options(timeout=15_000)

SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "wide": {"width": 1440, "height": 900},
}
OWN = {
    *("GitHub", "GitHub Enterprise", "KanbanAI", "Issue", "Git", "PR", "Wire", "Markdown"),
    *("Backlog", "In Progress", "Review", "Done"),
    *("Demo agent", "Ghost", "Careful", "README", "lint", "tests", "ada", "grace", "bug", "main", "origin"),
    # The types of tickets are those of commit messages, everywhere.
    *("feat", "fix", "chore", "docs", "refactor", "perf", "test", "style", "build", "ci", "revert"),
}
"""Names, which are nobody's to translate."""
LEFT = """(own) => {
    const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
        const { parentElement: at, textContent } = walker.currentNode
        if (!shown(at) || at.closest(".mono, code, pre, textarea, output, mark, script, [lang=en]")) continue
        found.push(textContent.trim())
    }
    for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
        if (!shown(one)) continue
        for (const name of ["aria-label", "title", "placeholder"]) found.push(one.getAttribute(name) ?? "")
    }
    const told = found.filter((text) => /^[A-Za-z][A-Za-z' ,.…:“”-]*$/.test(text) && !own.includes(text))
    return [...new Set(told)]
}"""
"""English that is left in what is shown and in what is read out, but for these names and what is somebody's text."""
CUT = """() => {
    const found = []
    if (document.documentElement.scrollWidth > innerWidth) found.push("the document")
    for (const one of document.querySelectorAll("[data-scroller], [role=dialog]")) {
        if (one.scrollWidth > one.clientWidth + 1) found.push(one.getAttribute("role") ?? "the page")
    }
    for (const one of document.querySelectorAll("button, h1, h2, h3, h4, label, [role=tab], select")) {
        const { overflowX, textOverflow } = getComputedStyle(one)
        const isCut = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
        if (isCut && overflowX !== "visible" && textOverflow !== "ellipsis") found.push(one.textContent)
        const isHigh = one.clientHeight > 0 && one.scrollHeight > one.clientHeight + 1
        if (isHigh && one.matches("button:not([role])")) found.push(`too high: ${one.textContent}`)
    }
    return found
}"""
"""What is wider than its place, or cut off without a sign."""


class Looks:
    """What a page looks like in both sizes, and all that is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []

    async def at(self, name: str, *own: str) -> None:
        """Looks at what is shown now. `own`: what people and programs wrote that is seen there."""
        for size, viewport in SIZES.items():
            await self.page.set_viewport_size(viewport)
            await self.page.emulate_media(color_scheme="dark" if size == "phone" else "light")
            await seen(self.page, f"ja-{name}-{size}")
            cut, left = await self.page.evaluate(CUT), await self.page.evaluate(LEFT, sorted(OWN | {*own}))
            self.wrong += [f"{name}, {size}: {what}" for what in (*cut, *left)]


async def in_japanese(place: Shop) -> None:
    await place.call("PATCH", "/settings", {"language": "ja"})


async def test_connecting_and_importing(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path, is_connected=False) as place:
        await in_japanese(place)
        for number in range(1, 121):
            github.issue(REPO, f"Uploads {number}", labels=["bug"] if number == 1 else [])
        async with page_of(place.server, "/settings") as page:
            looks = Looks(page)
            await page.get_by_label("クライアント ID").scroll_into_view_if_needed()
            await looks.at("not-connected")
            await page.get_by_label("クライアント ID").fill("Iv1.known")
            await page.get_by_role("button", name="アプリを保存").click()
            await page.get_by_role("button", name="に接続").click()
            await expect(page.locator("output")).to_be_visible()
            await page.locator("output").scroll_into_view_if_needed()
            await looks.at("code")
            github.flows[0].answer = "access_denied"
            await expect(page.get_by_role("alert")).to_be_visible()
            await looks.at("denied")
            await page.get_by_role("button", name="新しいコードを取得").click()
            await expect(page.locator("output")).to_be_visible()
            github.flows[-1].answer = "ada"
            await expect(page.get_by_text("ada · ada@example.com")).to_be_visible()
            await page.get_by_role("button", name="確認", exact=True).click()
            await expect(page.get_by_text("リポジトリ 1 件が見えます")).to_be_visible()
            await looks.at("connected")

            await page.goto(f"{place.server.url}/p/{place.board}/settings#github")
            await page.get_by_role("button", name="Issue を取り込む").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("リポジトリ").fill("x")
            await page.keyboard.press("Enter")
            await looks.at("import-asked")
            await dialog.get_by_label("リポジトリ").fill(REPO)
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_text("新規 120")).to_be_visible()
            await looks.at("import-preview")
            github.fails("GET /repos/acme/wire/issues", 502, after=1, times=3)
            await dialog.get_by_role("button", name="120 件を取り込む").click()
            await expect(dialog.get_by_role("alert")).to_be_visible()
            await looks.at("import-broke-off")
            await dialog.get_by_role("button", name="再試行").click()
            await expect(dialog.get_by_text(f"{REPO} を取り込みました")).to_be_visible()
            await looks.at("import-done")
            assert looks.wrong == []


async def test_settings_and_conflicts(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path) as place:
        await in_japanese(place)
        made = github.issue(
            REPO, "Uploads stop", "They stop after a minute.", labels=["bug"], assignees=["ada"]
        )
        github.comment(REPO, made["number"], "**Here**, too.", "grace")
        sync = f"/projects/{place.board}/github/issues/sync"
        async with page_of(place.server, f"/p/{place.board}/settings") as page:
            looks = Looks(page)
            section = page.get_by_role("region", name="GitHub")
            await section.scroll_into_view_if_needed()
            await expect(section.get_by_text(f"{REPO} との同期")).to_be_visible()
            await looks.at("sync-idle")
            await section.get_by_label("Issue からカードを作る").click()
            await section.get_by_role("button", name="今すぐ同期").click()
            await expect(section.get_by_text("最新です")).to_be_visible()
            await section.get_by_role("button", name="今すぐ同期").scroll_into_view_if_needed()
            await looks.at("sync-fine")

            [(card_id, card)] = (await place.call("GET", f"/boards/{place.board}"))["state"]["cards"].items()
            changed = {"description": "They stop after two minutes.", "title": "Uploads end"}
            await place.call("PATCH", f"/boards/{place.board}/cards/{card_id}", changed)
            github.change_issue(REPO, made["number"], body="They stop at once.", title="Uploads halt")
            await place.call("POST", sync)
            await page.goto(f"{place.server.url}/p/{place.board}/c/{card['ticketKey']}?tab=github")
            panel = page.get_by_role("region", name="Issue", exact=True)
            await expect(panel.get_by_role("region", name="両方で変更されました")).to_have_count(2)
            await panel.get_by_role("button", name="コメント 1 件を表示").click()
            await expect(panel.get_by_role("strong")).to_have_text("Here")
            await looks.at(
                "conflict", "Uploads", "Uploads end", "Uploads stop", "They stop", "Here", ", too."
            )
            assert looks.wrong == []


async def test_better_texts(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path, {"KANBANAI_DEMO_SPEED": "0.2"}) as place:
        await in_japanese(place)
        await place.call("POST", "/agents", {"key": "GHOST", "label": "Ghost", "command": "no-such-program"})
        profile = {"agent": "DEMO", "name": "Careful", "config": {"mode": "full"}}
        await place.call("POST", "/agents/profiles", profile)
        own = {"Uploads stop", "They stop after a minute."}
        await place.card("Uploads stop", "They stop after a minute.")
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=details") as page:
            looks = Looks(page)
            await page.locator("[data-card]").focus()
            await page.keyboard.press("i")
            dialog = page.get_by_role("dialog", name="W-1 の文章を改善")
            await expect(dialog.get_by_text("Demo agent が書きます")).to_be_visible()
            await looks.at("enhance-nobody", *own)
            await dialog.get_by_label("エージェント").select_option("Demo agent")
            await dialog.get_by_label("プロファイル").select_option("Careful")
            await looks.at("enhance-chosen", *own)
            await dialog.get_by_role("button", name="改善", exact=True).click()
            proposal = page.get_by_role("region", name="改善案", exact=True)
            await expect(proposal.get_by_role("button", name="中止")).to_be_visible()
            await page.set_viewport_size(SIZES["wide"])
            await seen(page, "ja-enhancing")
            await proposal.get_by_role("button", name="中止").click()
            await expect(proposal).to_be_hidden()

            suggestion = {"title": "Uploads go on", "description": "They go on."}
            card_id = next(iter((await place.call("GET", f"/boards/{place.board}"))["state"]["cards"]))
            path = f"/projects/{place.board}/cards/{card_id}/enhancement"
            await place.call("PUT", path, {"status": "ready", "suggestion": suggestion})
            own |= {"Uploads go on", "They go on."}
            await expect(proposal.get_by_role("button", name="承認")).to_be_visible()
            await looks.at("proposal", *own)
            await proposal.get_by_role("button", name="編集する").click()
            await looks.at("proposal-edited", *own)
            await proposal.get_by_role("button", name="戻る").click()
            await proposal.get_by_role("button", name="破棄").click()

            await place.settings(inlineAgent="GHOST")
            await page.locator("[data-card]").focus()
            await page.keyboard.press("i")
            await expect(proposal.get_by_role("alert")).to_be_visible()
            own.add(await proposal.get_by_role("alert").locator("p").last.inner_text())
            await looks.at("not-enhanced", *own)

            await page.keyboard.press("c")
            await page.get_by_role("dialog").get_by_role("button", name="ほかを選ぶ").click()
            await looks.at("draft", *own)
            assert looks.wrong == []


async def listed(page: Page, looks: Looks, address: str, own: set[str]) -> None:
    """The project's pull requests, and the dialog for a new one of a branch that has one."""
    await page.goto(address)
    await expect(page.get_by_role("link", name="Retry uploads")).to_be_visible()
    await looks.at("pulls", *own)
    await page.get_by_role("button", name="クローズ済み").click()
    await expect(page.get_by_text("クローズ済みのプルリクエストはありません")).to_be_visible()
    await looks.at("pulls-none", *own)
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="新しいプルリクエスト").click()
    await dialog.get_by_role("combobox", name="ブランチ").fill("nowhere")
    await dialog.get_by_role("combobox", name="カード").fill("X")
    await looks.at("branch-unknown", *own)
    await page.keyboard.press("Escape")
    await dialog.get_by_role("combobox", name="カード").fill("")
    await dialog.get_by_role("combobox", name="ブランチ").fill("W/")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="#1 にプッシュ")).to_be_visible()
    await looks.at("pull-again", *own)


async def test_pull_requests(github: StandIn, tmp_path: Path) -> None:
    async with shop(github, tmp_path) as place:
        await in_japanese(place)
        await place.settings(inlineAgent="DEMO", autoCommitOnFinish=True)
        card_id = await place.card("Retry uploads", "With a pause.")
        own = {"Retry uploads", "With a pause.", "Pause", "W-1 Retry uploads"}
        await place.attempt(card_id)
        await asyncio.to_thread(git, place.repository, "branch", "empty", "main")
        async with page_of(place.server, f"/p/{place.board}/c/W-1?tab=github") as page:
            looks = Looks(page)
            panel = page.get_by_role("region", name="プルリクエスト", exact=True)
            await expect(page.get_by_role("region", name=re.compile("^Review"))).to_be_visible()
            await panel.get_by_role("button", name="プルリクエストを作成").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_role("button", name="ほかを選ぶ").click()
            await looks.at("pull-new", *own)
            await dialog.get_by_label("マージ先").fill("nowhere")
            await page.keyboard.press("Escape")
            await page.keyboard.press("Control+Enter")
            await expect(dialog.get_by_role("alert")).to_be_visible()
            await dialog.get_by_role("alert").scroll_into_view_if_needed()
            await seen(page, "ja-pull-refused")
            await dialog.get_by_label("マージ先").fill("main")
            await page.keyboard.press("Control+Enter")
            await expect(panel.get_by_role("link", name="Retry uploads")).to_be_visible()
            github.check(REPO, 1, "tests", "success")
            github.check(REPO, 1, "lint", "failure")
            github.review(REPO, 1, "Nearly.")
            github.remark(REPO, 1, "README", 1, "Say why.")
            await panel.get_by_role("button", name="更新").click()
            await expect(panel.get_by_role("listitem")).to_have_count(2)
            own |= {"Nearly.", "Say why.", "[W-1] Retry uploads"}
            await looks.at("pull-panel", *own)
            await panel.get_by_role("button", name="エージェントに送る").click()
            await looks.at("pull-tell", *own)
            await page.get_by_role("dialog").get_by_role("button", name="閉じる").click()

            await listed(page, looks, f"{place.server.url}/p/{place.board}/pulls", own)
            assert looks.wrong == []
