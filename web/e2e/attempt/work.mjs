// What goes on around an agent, through its user's eyes: a script's output as it comes, the dev server with its address,
// requests answered from other pages and other tabs, a terminal that two share, and the card as a full page.
import { apiOf, check, repository, staged } from "../stage.mjs"
import { PATIENCE, scene, until } from "./scene.mjs"

/** A program that serves one page and says where. */
const SERVE = `python3 -u -c "
import http.server, os
server = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
print('  > Local:   http://127.0.0.1:%d/' % server.server_port)
server.serve_forever()
"`

await staged(async (stage) => {
    const play = await scene(stage, "work")
    const { card, attempt, address, finished, keep, clean, calm, set } = play
    const page = await play.page()
    const other = await play.page()

    // ── A script, as it runs ────────────────────────────────────────────────────────────────────────────────────────
    await set({
        setupScript: "echo begin\nuntil [ -e go ]; do sleep 0.1; done\necho over",
        devScript: SERVE,
    })
    const slow = await card("Set it up", "demo: say 1")
    const made = await attempt(slow)
    await page.goto(address(slow, "chat"))
    const script = page.getByRole("log").getByLabel("Output", { exact: true })
    await script.getByText("begin").waitFor({ timeout: PATIENCE })
    check(!(await script.innerText()).includes("over"), "what a script prints shows while it runs")
    await keep(page, "script")
    await clean(page, "a script that runs")
    await other.goto(address(slow, "processes"))
    await other.getByLabel("Output", { exact: true }).getByText("begin").waitFor()
    const { worktreePath } = await play.api(`GET /attempts/${made.id}`)
    await play.write(worktreePath, "go", "")
    await finished(page)
    await page.getByRole("log").locator("button[aria-expanded=false]", { hasText: "echo begin" }).click()
    await script.getByText("over").waitFor()
    check(true, "and all of it afterwards")

    // ── The dev server ──────────────────────────────────────────────────────────────────────────────────────────────
    await page.getByRole("tab", { name: "Processes" }).click()
    const panel = page.getByRole("tabpanel")
    await panel.getByRole("button", { name: "Start", exact: true }).click()
    const link = panel.getByRole("link", { name: /^http:\/\/127\.0\.0\.1:\d+\/$/ })
    await link.waitFor({ timeout: PATIENCE })
    await keep(page, "dev-server")
    await clean(page, "a dev server")
    const served = await link.getAttribute("href")
    check((await fetch(served)).ok, "the dev server's address is a link, and it answers there")
    await other.getByRole("link", { name: served }).waitFor()
    check(true, "the other browser has it, too")
    await other.getByRole("tabpanel").getByRole("button", { name: "Stop", exact: true }).click()
    await link.waitFor({ state: "detached" })
    await panel.getByRole("button", { name: "Start", exact: true }).waitFor()
    await until(async () => {
        try {
            await fetch(served)
            return false
        } catch {
            return true
        }
    })
    check(true, "stopped by the other one, it is gone")
    await keep(page, "dev-stopped")
    await set({ setupScript: null, devScript: null })

    // ── Requests, from elsewhere ────────────────────────────────────────────────────────────────────────────────────
    const asking = await card("Ask first", "demo: ask")
    await page.goto(address(asking, "chat"))
    await other.goto(`${stage.base}/agents`)
    await attempt(asking)
    const here = page.getByRole("tabpanel").getByRole("button", { name: "Allow once" })
    const notice = other.getByRole("complementary", { name: "An agent asks" })
    await notice.getByRole("button", { name: "Allow once" }).waitFor({ timeout: PATIENCE })
    await here.waitFor()
    await keep(other, "asked-elsewhere")
    await clean(other, "a request on another page")
    await notice.getByRole("button", { name: "Allow once" }).click()
    await here.waitFor({ state: "detached" })
    await finished(page)
    check(true, "a request is answered from a page that has nothing to do with it")

    const api = apiOf(stage.base)
    const { at } = await repository(stage.folder, "second")
    const second = await api("POST /projects", { repositoryPath: at, name: "Second" })
    const columns = (await api(`GET /boards/${second.id}`)).state.columnOrder
    const far = (
        await api(`POST /boards/${second.id}/cards`, {
            columnId: columns[0],
            title: "Ask from afar",
            description: "demo: ask",
        })
    ).card
    const asked = []
    page.on("request", (request) => {
        if (/\/permissions(\?|$)/.test(request.url())) asked.push(request.url())
    })
    await api(`POST /projects/${second.id}/cards/${far.id}/attempts`, { agent: "DEMO" })
    const mine = page.getByRole("complementary", { name: "An agent asks" })
    await mine.getByText("Ask from afar").waitFor({ timeout: PATIENCE })
    await page.waitForFunction(() => document.title.startsWith("(1) "))
    await page.waitForTimeout(5_000)
    check(
        asked.length <= 2,
        `a request of another project shows without looking again and again (${asked.length})`,
    )
    await mine.getByRole("button", { name: "Deny" }).click()
    await mine.waitFor({ state: "detached" })
    await page.waitForFunction(() => !document.title.startsWith("("))

    // ── A terminal for two ──────────────────────────────────────────────────────────────────────────────────────────
    await page.goto(address(slow, "terminal"))
    await other.goto(address(slow, "terminal"))
    for (const one of [page, other]) await one.locator(".xterm-helper-textarea").waitFor()
    const shows = (one, words) => one.locator(".xterm", { hasText: words }).waitFor()
    await page.locator(".xterm").click()
    await until(async () => (await page.locator(".xterm-rows").innerText()).trim() !== "")
    await page.keyboard.type("echo from-$((40+2))\n")
    await shows(page, "from-42")
    await shows(other, "from-42")
    await other.locator(".xterm").click()
    await other.keyboard.type("echo back-$((50+2))\n")
    await shows(page, "back-52")
    check(true, "two share a terminal, each sees what the other types")
    await keep(page, "terminal")
    await other.reload()
    await shows(other, "back-52")
    check(true, "who comes later sees what was there")

    // ── The card as a full page ─────────────────────────────────────────────────────────────────────────────────────
    await page.goto(address(slow, "chat"))
    await finished(page)
    const inspector = page.getByRole("complementary", { name: "Set it up" })
    await page.getByRole("heading", { name: "Set it up" }).click()
    await page.keyboard.press("f")
    await page.getByRole("button", { name: "Beside the board" }).waitFor()
    const box = await inspector.boundingBox()
    check(box.width > 1_100 && box.height === 900, `F makes it a full page (${box.width} × ${box.height})`)
    check(await page.getByRole("link", { name: "Board" }).isVisible(), "the side bar stays")
    await keep(page, "full-page")
    await clean(page, "the full page")
    await page.keyboard.press("f")
    check((await inspector.boundingBox()).width < 600, "and back")
    const line = await page
        .getByRole("tab", { selected: true })
        .evaluate((tab) => getComputedStyle(tab).borderBottomColor)
    check(line !== "rgba(0, 0, 0, 0)", "the chosen tab has a line below it")

    // ── Dark, and on a phone ────────────────────────────────────────────────────────────────────────────────────────
    await page.emulateMedia({ colorScheme: "dark" })
    await keep(page, "dark")
    await clean(page, "dark")
    await page.setViewportSize({ width: 390, height: 844 })
    const phone = {
        chat: "Line 1 of 1.",
        changes: "1 file",
        processes: "Dev script",
        logs: "[DEMO] start",
        history: "shown here",
    }
    for (const [tab, words] of Object.entries(phone)) {
        await page.goto(address(slow, tab))
        await page.getByRole("tabpanel").getByText(words).first().waitFor()
        await keep(page, `phone-${tab}`)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        check(width <= 390, `${tab}: nothing is wider than a phone`)
    }
    calm(/the server responded with a status of 4(09|22)/)
})
