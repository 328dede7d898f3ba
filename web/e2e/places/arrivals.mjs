// What comes in while somebody looks: nothing moves under the eye or the hand, and it is said that there is more.
import { apiOf, check, looksRight, opened, staged } from "../stage.mjs"

await staged(async ({ browser, base }) => {
    const api = apiOf(base)
    await api("POST /onboarding/complete", {})
    const project = (await api("POST /projects/demo", {})).id
    const [backlog] = (await api(`GET /boards/${project}`)).state.columnOrder
    const make = async (title, more = {}) =>
        (await api(`POST /boards/${project}/cards`, { columnId: backlog, title, ...more })).card.id
    const attempt = async (title, description) =>
        api(`POST /projects/${project}/cards/${await make(title, { description })}/attempts`, {
            agent: "DEMO",
        })
    const ended = async ({ id }, status) => {
        for (let turn = 0; turn < 400; turn += 1) {
            if ((await api(`GET /attempts/${id}`)).status === status) return
            await new Promise((resolve) => setTimeout(resolve, 50))
        }
        throw new Error(`${id} did not end as ${status}`)
    }
    const { page, errors } = await opened(browser)
    const top = async (locator) => Math.round((await locator.boundingBox()).y)
    /** Waits for something while a hand is on the mouse: it moves a little all the time. */
    const withHandOn = async (place, awaited) => {
        const { x, y, height } = await place.boundingBox()
        const move = (turn) => page.mouse.move(x + 30 + (turn % 5), y + height / 2)
        await move(0)
        let isThere = false
        const there = awaited().then(() => {
            isThere = true
        })
        for (let turn = 1; !isThere; turn += 1) {
            await Promise.race([there, page.waitForTimeout(200)])
            await move(turn)
        }
    }

    console.log("a column")
    for (let n = 1; n <= 40; n += 1) await make(`Card ${n}`)
    await page.goto(`${base}/p/${project}`)
    const column = page.locator(`[data-column="${backlog}"]`)
    const card = (title) =>
        page.locator("[data-card]").filter({ has: page.getByText(title, { exact: true }) })
    const pill = page.getByRole("button", { name: /^\d+ new$/ })
    await card("Card 1").waitFor()
    await column.evaluate((element) => (element.scrollTop = 900))
    const titleIn = () =>
        column.evaluate((element) => {
            const middle = element.getBoundingClientRect()
            const found = document.elementFromPoint(middle.x + 40, middle.y + middle.height / 2)
            return found.closest("[data-card]").querySelector("p").textContent
        })
    await page.waitForFunction(() => document.querySelectorAll("[data-card]").length > 10)
    await page.waitForTimeout(200)
    const looked = card(await titleIn())
    const place = await top(looked)
    await api(`PATCH /boards/${project}/cards/${await make("From elsewhere")}`, {
        columnId: backlog,
        index: 0,
    })
    await pill.waitFor()
    await make("At the end")
    await page.waitForFunction(() => document.body.innerText.match(/1 new/g)?.length === 2)
    check(Math.abs((await top(looked)) - place) <= 1, "what is looked at stays where it is")
    await looksRight(page, "arrivals-column")
    await pill.first().click()
    await card("From elsewhere").waitFor()
    await page.waitForFunction(() => document.body.innerText.match(/1 new/g)?.length === 1)
    check(true, "the pill leads to the card, and is gone when it was seen")
    await pill.click()
    await card("At the end").waitFor()
    await pill.waitFor({ state: "detached" })
    check(true, "and to one at the end")
    await column.evaluate((element) => (element.scrollTop = 0))
    await page.waitForTimeout(200)
    await api(`PATCH /boards/${project}/cards/${await make("On top")}`, { columnId: backlog, index: 0 })
    await card("On top").waitFor()
    check(
        (await column.evaluate((element) => element.scrollTop)) === 0,
        "who is at the top sees what comes in there",
    )

    console.log("attempts")
    await ended(await attempt("Failed one", "demo: fast\ndemo: fail"), "failed")
    const second = await attempt("Failed two", "demo: fast\ndemo: fail")
    await ended(second, "failed")
    await page.goto(`${base}/attempts`)
    const row = (title) => page.getByRole("row").filter({ hasText: title })
    await row("Failed two").waitFor()
    const [above, below] = [await top(row("Failed two")), await top(row("Failed one"))]
    await row("Failed one").hover()
    const third = await attempt("Failed three", "demo: fast\ndemo: fail")
    await withHandOn(row("Failed one"), () => pill.waitFor())
    check(
        (await top(row("Failed two"))) === above && (await top(row("Failed one"))) === below,
        "no row moves under the hand",
    )
    check((await row("Failed three").count()) === 0, "the new one waits")
    await pill.click()
    await row("Failed three").waitFor()
    check((await top(row("Failed three"))) === above, "until one wants to see it")
    await ended(third, "failed")

    console.log("the inbox")
    await page.goto(`${base}/inbox`)
    const entry = (title) => page.getByRole("listitem").filter({ hasText: title })
    await entry("Failed three").waitFor()
    await entry("Failed one").waitFor()
    const one = await top(entry("Failed one"))
    await entry("Failed one").hover()
    await attempt("Failed four", "demo: fast\ndemo: fail")
    await withHandOn(entry("Failed one"), () => pill.waitFor())
    check((await top(entry("Failed one"))) === one, "no entry moves when another one comes")
    await api(`DELETE /boards/${project}/cards/${second.cardId}`)
    const dealtWith = page.getByText("Dealt with", { exact: true })
    await withHandOn(entry("Failed one"), () => dealtWith.waitFor())
    check((await top(entry("Failed one"))) === one, "nor when one goes")
    await looksRight(page, "arrivals-inbox")
    await page.mouse.move(100, 500)
    await dealtWith.waitFor({ state: "detached" })
    await entry("Failed four").waitFor()
    check((await pill.count()) === 0, "with the hand away it is as it is")
    check(errors.length === 0, `no errors in the console ${errors.join("\n")}`)
})
