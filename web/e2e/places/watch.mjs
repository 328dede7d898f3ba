// What is told while nobody looks, and how honest the page is about its connection: notifications of one tab of many, the
// sound, a laptop that slept, a stream that does not come through, no network at all.
import { apiOf, check, looksRight, opened, repository, staged } from "../stage.mjs"

/** In the test's page only: what would be shown and played is noted, and nobody looks at the page. */
const NOTED = `
    globalThis.told = []
    globalThis.asked = 0
    const permission = () => globalThis.allowed ?? sessionStorage.getItem("allowed") ?? "default"
    globalThis.Notification = class {
        constructor(title, { body }) { globalThis.told.push(title + ": " + body); globalThis.last = this }
        close() {}
        static get permission() { return permission() }
        static async requestPermission() {
            globalThis.asked += 1
            sessionStorage.setItem("allowed", "granted")
            return "granted"
        }
    }
    document.hasFocus = () => false
    globalThis.tones = 0
    const make = AudioContext.prototype.createOscillator
    AudioContext.prototype.createOscillator = function () { globalThis.tones += 1; return make.call(this) }
`

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    const { at } = await repository(folder, "shop")
    await api("POST /onboarding/complete", {})
    const project = (await api("POST /projects", { name: "Web Shop", repositoryPath: at })).id
    const backlog = (await api(`GET /boards/${project}`)).state.columnOrder[0]
    const put = async (title, description = null) =>
        (await api(`POST /boards/${project}/cards`, { columnId: backlog, title, description })).card.id
    const start = async (title, words) =>
        api(`POST /projects/${project}/cards/${await put(title, words)}/attempts`, { agent: "DEMO" })
    const phase = (page, name) =>
        page.locator(`button[data-phase="${name}"]`).first().waitFor({ state: "attached" })

    console.log("notifications")
    const { page, errors } = await opened(browser)
    await page.context().addInitScript(NOTED)
    await page.goto(`${base}/settings#notifications`)
    await page.getByRole("heading", { name: "Notifications" }).waitFor()
    check((await page.evaluate("asked")) === 0, "nobody is asked for a permission when a page is opened")
    await page.getByLabel("On the desktop").click()
    await page.getByText("Saved", { exact: true }).waitFor()
    check((await page.evaluate("asked")) === 1, "the browser asks when the switch is turned on")
    await page.getByLabel("Sound").click()
    await page.getByText("Saved", { exact: true }).waitFor()
    const { settings } = await api("GET /settings")
    check(
        settings.notificationsDesktop && settings.notificationsAgentCompletionSound,
        "both are the server's settings",
    )
    const tabs = [page]
    for (let n = 0; n < 3; n += 1) {
        const tab = await page.context().newPage()
        await tab.addInitScript(() => sessionStorage.setItem("allowed", "granted"))
        tabs.push(tab)
    }
    for (const tab of tabs) {
        await tab.goto(`${base}/p/${project}`)
        await phase(tab, "live")
    }
    const told = async () => (await Promise.all(tabs.map((tab) => tab.evaluate("told")))).flat()
    const tones = async () =>
        (await Promise.all(tabs.map((tab) => tab.evaluate("tones")))).reduce((all, one) => all + one, 0)
    const until = async (what, is) => {
        for (let turn = 0; turn < 200; turn += 1) {
            if (await is()) return
            await page.waitForTimeout(50)
        }
        throw new Error(`${what}; there is ${JSON.stringify(await told())}, ${await tones()} tones`)
    }
    await start("Quick", "demo: fast\ndemo: tools 3")
    await until("one is told that it finished", async () => (await told()).length === 1)
    check(String(await told()) === "DEMO finished WS-1: Quick", `one tab of four tells it: ${await told()}`)
    check((await tones()) === 2, "and one tab of four sounds")
    await start("Asks", "demo: ask")
    await until("one is told that it asks", async () => (await told()).length === 2)
    check((await told()).includes("DEMO asks on WS-2: Asks"), "a question is told")
    await start("Breaks", "demo: fast\ndemo: fail")
    await until("one is told that it failed", async () => (await told()).length === 3)
    check((await told()).includes("DEMO failed on WS-3: Breaks"), "a failure is told")
    for (const tab of tabs) {
        if (!(await tab.evaluate("told.length > 0"))) continue
        await tab.evaluate("last.onclick()")
        await tab.waitForURL("**/c/WS-*")
        check(true, "a click on it leads to the card")
        break
    }
    await api("PATCH /settings", { notificationsDesktop: false, notificationsAgentCompletionSound: false })
    await page.context().close()

    console.log("a laptop that slept")
    const alone = await opened(browser)
    await alone.page.clock.install()
    // Without shared workers the page itself holds the stream: then its clock is the stream's, too.
    await alone.page.addInitScript("delete globalThis.SharedWorker")
    await alone.page.goto(`${base}/p/${project}`)
    await phase(alone.page, "live")
    await put("While it slept")
    await alone.page.clock.fastForward(10 * 60_000)
    await alone.page.locator("[data-card]").filter({ hasText: "While it slept" }).waitFor()
    await phase(alone.page, "live")
    check(true, "ten minutes later it is live again, with what happened")

    console.log("a stream that does not come through")
    const streams = (url) => url.pathname.endsWith("/sse")
    await alone.page.route(streams, (route) => route.abort())
    await alone.page.clock.fastForward(60_000)
    await phase(alone.page, "reconnecting")
    await looksRight(alone.page, "reconnecting")
    for (let turn = 0; turn < 40; turn += 1) {
        if (await alone.page.locator('button[data-phase="refreshing"]').count()) break
        await alone.page.clock.runFor(5_000)
        await alone.page.waitForTimeout(50)
    }
    await phase(alone.page, "refreshing")
    await looksRight(alone.page, "refreshing")
    await put("Asked for")
    await alone.page.clock.runFor(16_000)
    await alone.page.locator("[data-card]").filter({ hasText: "Asked for" }).waitFor()
    check(true, "over plain HTTP the board goes on")

    console.log("no network")
    await alone.page.context().setOffline(true)
    await alone.page.clock.runFor(16_000)
    await phase(alone.page, "offline")
    await alone.page.clock.runFor(90_000)
    await looksRight(alone.page, "offline")
    const word = await alone.page.locator('button[data-phase="offline"]').first().innerText()
    check(/offline\s+\d+:\d\d/.test(word), `it says so, and how old it is: ${word.replace("\n", " ")}`)
    await alone.page.keyboard.press("c")
    await alone.page.getByRole("dialog").getByLabel("Title").fill("Written offline")
    await alone.page.keyboard.press("Control+Enter")
    await alone.page.getByText("1 change waits").first().waitFor()
    check(true, "what is written waits")
    await alone.page.unroute(streams)
    await alone.page.context().setOffline(false)
    await alone.page.clock.runFor(15_000)
    await phase(alone.page, "live")
    await alone.page.getByText("1 change waits").first().waitFor({ state: "detached" })
    const written = alone.page.locator("[data-card]").filter({ hasText: "Written offline" })
    await written.getByText(/^WS-/).waitFor()
    const titles = Object.values((await api(`GET /boards/${project}`)).state.cards).map(({ title }) => title)
    check(titles.includes("Written offline"), "and is sent when there is a network again")
    check(errors.length === 0, `no errors in the console ${errors.join("\n")}`)
})
