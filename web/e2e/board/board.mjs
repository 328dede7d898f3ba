// The board as people use it: columns, cards, templates, pictures, moves by mouse, finger and keys, many at once, filters,
// and a text that somebody else changes while it is typed.
import { apiOf, check, fingerOf, looksRight, opened, repository, staged } from "../stage.mjs"

/** A picture of 2 by 2 pixels. */
const PICTURE =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=="

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    const { at } = await repository(folder, "shop")
    await api("POST /onboarding/complete", {})
    const { page, errors } = await opened(browser, { viewport: { width: 1680, height: 900 } })
    const other = await opened(browser)

    const column = (title, of = page) => of.getByRole("region", { name: new RegExp(`^${title},`) })
    const card = (title, of = page) => of.locator("[data-card]").filter({ hasText: title })
    const titles = (title, of = page) =>
        column(title, of).locator("[data-card] p:first-of-type").allInnerTexts()
    const shows = async (title, wanted, of = page) => {
        for (let turn = 0; turn < 100; turn += 1) {
            if (String(await titles(title, of)) === String(wanted)) return
            await of.waitForTimeout(50)
        }
        throw new Error(`${title} shows ${await titles(title, of)}, not ${wanted}`)
    }
    const menuOf = async (name, entry, of = page) => {
        await of.getByRole("button", { name, exact: true }).click()
        await of.getByRole("menuitem", { name: entry, exact: true }).click()
    }
    const says = (words, of = page) =>
        of.locator("[aria-live=assertive]").filter({ hasText: words }).waitFor({ state: "attached" })

    console.log("a project by browsing")
    await page.goto(`${base}/projects/new`)
    await page.getByRole("tab", { name: "Browse folders" }).click()
    await looksRight(page, "add-project")
    await page.getByRole("textbox", { name: /path/i }).fill(at)
    await page.getByRole("textbox", { name: "Name" }).fill("Web Shop")
    await page.getByRole("button", { name: "Add project" }).click()
    await page.getByRole("heading", { name: "A board begins with a card" }).waitFor()
    await looksRight(page, "empty-board")
    const project = new URL(page.url()).pathname.split("/")[2]
    await other.page.goto(`${base}/p/${project}`)

    console.log("columns")
    await page.getByRole("button", { name: "Add a column" }).click()
    await page.getByLabel("Name").fill("QA")
    await page.getByLabel("Role").selectOption("review")
    await page.getByLabel("Limit").fill("2")
    await looksRight(page, "column-dialog")
    await page.getByRole("button", { name: "Create" }).click()
    await column("QA").waitFor()
    await column("QA", other.page).waitFor()
    check(true, "a column is made, and others see it")
    await menuOf("Menu of the column QA", "Move left")
    await page.waitForFunction(
        () =>
            [...document.querySelectorAll("[data-board] section h2")].map((one) => one.textContent).join() ===
            "Backlog,In Progress,Review,QA,Done",
    )
    check(true, "it moves to the left")
    await menuOf("Menu of the column QA", "Edit column")
    await page.getByLabel("Name").fill("Test")
    await page.getByLabel("Limit").fill("1")
    await page.getByRole("button", { name: "Save" }).click()
    await column("Test", other.page).waitFor()
    check(
        (await column("Test").getAttribute("aria-label")).includes("0 of at most 1"),
        "renamed; the limit is told",
    )

    console.log("templates")
    await page.goto(`${base}/p/${project}/settings#templates`)
    await page.getByRole("heading", { name: "Templates of cards" }).waitFor()
    await page.getByRole("button", { name: "Delete Speed" }).click()
    await page.getByText("Saved", { exact: true }).waitFor()
    await page.getByRole("button", { name: "Edit Bug" }).click()
    await page.getByRole("dialog").getByLabel("Name").fill("Feature")
    await page.getByText("Another template has this name.").waitFor()
    await page.getByRole("dialog").getByLabel("Name").fill("Defect")
    await page.getByRole("button", { name: "Save" }).click()
    await page.getByText("Defect", { exact: true }).waitFor()
    await page.getByRole("button", { name: "Add a template" }).click()
    await page.getByRole("dialog").getByLabel("Name").fill("Spike")
    await page.getByLabel("Type of the card").selectOption("docs")
    await page.getByRole("dialog").getByLabel("Text").fill("## Question\n\n## Time\n\nOne day.")
    await looksRight(page, "template-dialog")
    await page.getByRole("button", { name: "Save" }).click()
    await page.getByText("Spike", { exact: true }).waitFor()
    await page.getByText("Question · Time").waitFor()
    await looksRight(page, "templates")
    const kept = (await api(`GET /projects/${project}/settings`)).settings.cardTemplates.map(
        ({ name }) => name,
    )
    check(
        String(kept) === "Feature,Defect,Refactoring,Documentation,Spike",
        `the project's own are stored: ${kept}`,
    )

    console.log("a new card")
    await page.goto(`${base}/p/${project}`)
    await column("Backlog").waitFor()
    await page.keyboard.press("c")
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Title").fill("Retry uploads")
    await dialog.getByRole("button", { name: "Spike" }).click()
    const description = dialog.getByLabel("Description")
    check((await description.inputValue()).startsWith("## Question"), "its template fills the description")
    check((await dialog.getByLabel("Type").inputValue()) === "docs", "and chooses the type")
    check(
        (await dialog.getByRole("button", { name: "Speed" }).count()) === 0,
        "the deleted one is not offered",
    )
    await description.fill(
        "## Why\n\nBecause **it breaks**.\n\n- [x] seen\n- [ ] mended\n\n```py\nretry(3)\n```",
    )
    await dialog.getByRole("button", { name: "Preview" }).click()
    await dialog.getByRole("heading", { name: "Why" }).waitFor()
    check((await dialog.locator("strong").innerText()) === "it breaks", "Markdown has a preview")
    await dialog.getByRole("button", { name: "Write" }).click()
    const files = (kind, file) =>
        dialog.locator("form").evaluate(
            (form, [type, { name, mime, data }]) => {
                const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
                const carried = new DataTransfer()
                carried.items.add(new File([bytes], name, { type: mime }))
                const event =
                    type === "paste"
                        ? new ClipboardEvent("paste", {
                              clipboardData: carried,
                              bubbles: true,
                              cancelable: true,
                          })
                        : new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
                form.querySelector("textarea").dispatchEvent(event)
            },
            [kind, file],
        )
    await files("paste", { name: "pasted.png", mime: "image/png", data: PICTURE })
    await dialog.getByRole("img", { name: "pasted.png" }).waitFor()
    await files("drop", { name: "dropped.png", mime: "image/png", data: PICTURE })
    await dialog.getByRole("img", { name: "dropped.png" }).waitFor()
    check(true, "pictures by paste and by drop")
    await files("drop", { name: "notes.txt", mime: "text/plain", data: PICTURE })
    await page.getByText("notes.txt is no PNG, JPEG or WebP picture of at most 10 MB.").waitFor()
    check(true, "what is no picture is refused in words")
    await page.getByRole("button", { name: "Dismiss", exact: true }).click()
    await looksRight(page, "new-card")
    await page.keyboard.press("Escape")
    await dialog.getByRole("alert").getByText("Throw away what you wrote?").waitFor()
    await page.keyboard.press("Escape")
    await dialog.getByRole("alert").waitFor({ state: "detached" })
    check(
        (await description.inputValue()).startsWith("## Why"),
        "Escape does not throw away what was written",
    )
    await dialog.getByRole("button", { name: "Create", exact: true }).click()
    await shows("Backlog", ["Retry uploads"])
    // On the screen at once, and with its key when the server has it.
    await card("WS-1").waitFor()
    const [made] = Object.values((await api(`GET /boards/${project}`)).state.cards)
    const { images } = await api(`GET /boards/${project}/cards/${made.id}/images`)
    check(String(images.map(({ name }) => name)) === "pasted.png,dropped.png", "both are stored")

    console.log("dependencies")
    const backlog = (await api(`GET /boards/${project}`)).state.columnOrder[0]
    const put = async (title, rest = {}) =>
        (await api(`POST /boards/${project}/cards`, { columnId: backlog, title, ...rest })).card.id
    await put("Second", { ticketType: "fix" })
    await card("Second").focus()
    await page.keyboard.press("e")
    await dialog.getByRole("combobox", { name: "Add a card…" }).fill("retry")
    await page.keyboard.press("Enter")
    await dialog.getByText("WS-1").waitFor()
    await dialog.getByRole("button", { name: "Save" }).click()
    await card("Second").getByText("Blocked by").waitFor()
    await card("Second", other.page).getByRole("link", { name: "WS-1" }).waitFor()
    check(true, "a card says what it waits for, and leads there")

    console.log("mouse")
    for (const title of ["Third", "Fourth", "Fifth"]) await put(title)
    await shows("Backlog", ["Retry uploads", "Second", "Third", "Fourth", "Fifth"])
    const drag = async (from, to, isAbove) => {
        await from.hover()
        await page.mouse.down()
        const box = await to.boundingBox()
        const y = isAbove ? box.y + 4 : box.y + box.height - 4
        await page.mouse.move(box.x + 40, y, { steps: 8 })
        await page.mouse.move(box.x + 42, y)
        await page.mouse.up()
    }
    await drag(card("Fifth"), card("Second"), true)
    await shows("Backlog", ["Retry uploads", "Fifth", "Second", "Third", "Fourth"])
    await drag(card("Third"), column("Test").locator("[data-column]"), false)
    await shows("Test", ["Third"])
    await shows("Test", ["Third"], other.page)
    await drag(card("Fourth"), column("Test").locator("[data-column]"), false)
    await shows("Test", ["Third", "Fourth"])
    check(
        (await column("Test").getAttribute("aria-label")).includes("over the limit"),
        "a column over its limit says so",
    )

    console.log("keys")
    await card("Third").focus()
    for (const key of ["Space", "ArrowLeft"]) await page.keyboard.press(key)
    await says("Third: Review, place 1 of 1")
    await page.keyboard.press("Space")
    await says("Third: put down in Review, place 1 of 1")
    await shows("Review", ["Third"], other.page)
    check(
        (await page.evaluate(() => document.activeElement.textContent)).includes("Third"),
        "it keeps the focus",
    )
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Escape")
    await says("Third: put back")
    await shows("Review", ["Third"])
    check(true, "picked up, moved, put down and put back by keys, and each is said")

    console.log("many at once")
    for (const title of ["Second", "Fifth"]) await card(title).click({ modifiers: ["Control"] })
    const bar = page.getByRole("toolbar", { name: "2 selected" })
    await looksRight(page, "selection")
    await bar.getByRole("button", { name: "Move to" }).click()
    await page.getByRole("menuitem", { name: "Review" }).click()
    await shows("Review", ["Third", "Fifth", "Second"], other.page)
    check(true, "both go, in the order of the board")
    for (const title of ["Third", "Fifth"]) await card(title).click({ modifiers: ["Control"] })
    await drag(card("Third"), column("Done").locator("[data-column]"), false)
    await shows("Done", ["Third", "Fifth"])
    check(true, "a selection is dragged as one")
    for (const title of ["Third", "Fifth"]) await card(title).click({ modifiers: ["Control"] })
    await page.getByRole("toolbar", { name: "2 selected" }).getByRole("button", { name: "Delete" }).click()
    await page.getByRole("heading", { name: "Delete 2 cards?" }).waitFor()
    await looksRight(page, "delete-cards")
    await dialog.getByRole("button", { name: "Delete" }).click()
    await shows("Done", [], other.page)
    check(true, "many are deleted at once")

    console.log("what a card says")
    const failing = await put("Fails", { description: "demo: fast\ndemo: fail" })
    const asking = await put("Asks", { description: "demo: ask" })
    const enhanced = await put("Better said")
    await api(`PATCH /boards/${project}/cards/${enhanced}`, { isEnhanced: true })
    for (const one of [failing, asking]) {
        await api(`POST /projects/${project}/cards/${one}/attempts`, { agent: "DEMO" })
    }
    await card("Fails").getByText("Failed", { exact: true }).waitFor()
    await card("Asks").getByText("Waits for you").waitFor()
    await looksRight(page, "board")

    console.log("menus")
    const entries = async (key) => {
        await page.getByRole("button", { name: `Menu of ${key}`, exact: true }).click()
        const said = await page.getByRole("menuitem").allInnerTexts()
        await page.keyboard.press("Escape")
        // The focus goes back to what opened it: a key before that would be for nobody.
        await page.getByRole("menu").waitFor({ state: "detached" })
        await page.waitForFunction(() => document.activeElement?.getAttribute("aria-haspopup") === "menu")
        return said.map((one) => one.split("\n")[0].trim())
    }
    const byColumn = {
        Backlog: await entries("WS-1"),
        "In Progress": await entries("WS-7"),
        Review: await entries("WS-2"),
    }
    check(
        ["Start", "Move to"].every((one) => byColumn.Backlog.some((said) => said.startsWith(one))) &&
            byColumn["In Progress"].some((said) => said.startsWith("Stop")) &&
            !byColumn.Backlog.some((said) => said.startsWith("Stop")),
        `a card's menu goes by its column: ${JSON.stringify(byColumn)}`,
    )

    console.log("filters")
    await page.keyboard.press("/")
    await page.waitForFunction(() => document.activeElement?.id === "board-filter")
    await page.keyboard.type("retr")
    await shows("Backlog", ["Retry uploads"])
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "View", exact: true }).click()
    await page.getByRole("button", { name: "failed", exact: true }).click()
    await looksRight(page, "filter")
    await page.keyboard.press("Escape")
    await shows("Review", [])
    await page.getByRole("button", { name: "Clear the filter" }).click()

    console.log("a text that another changes")
    const first = Object.values((await api(`GET /boards/${project}`)).state.cards).find(
        ({ ticketKey }) => ticketKey === "WS-1",
    ).id
    await card("Retry uploads").focus()
    await page.keyboard.press("e")
    await description.fill("Mine, half typ")
    await api(`PATCH /boards/${project}/cards/${first}`, {
        description: "Theirs.",
        title: "Retry all uploads",
    })
    const conflict = dialog.getByRole("alert")
    await conflict.getByText("Theirs.").waitFor()
    await conflict.getByText("Mine, half typ").waitFor()
    check((await description.inputValue()) === "Mine, half typ", "what is half typed stays")
    check(
        (await dialog.getByLabel("Title").inputValue()) === "Retry all uploads",
        "what is untouched follows",
    )
    await looksRight(page, "conflict")
    await conflict.getByRole("button", { name: "Take theirs" }).click()
    check((await description.inputValue()) === "Theirs.", "theirs can be taken")
    await page.keyboard.press("Escape")

    console.log("fingers")
    const phone = await opened(browser, {
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
    })
    await phone.page.goto(`${base}/p/${project}`)
    await card("Better said", phone.page).waitFor()
    const before = await titles("Backlog", phone.page)
    const finger = await fingerOf(phone.page)
    const list = column("Backlog", phone.page).locator("[data-column]")
    await finger.down(await finger.middle(card(before[0], phone.page)))
    await phone.page.waitForFunction(() => document.querySelector("body > [data-card]") !== null)
    check(true, "a card is taken by resting on it")
    if (process.env.SHOTS) await phone.page.screenshot({ path: `${process.env.SHOTS}/finger.png` })
    const below = await card(before[1], phone.page).boundingBox()
    await finger.move([below.x + 40, below.y + below.height - 6])
    await finger.up()
    await shows("Backlog", [before[1], before[0], ...before.slice(2)], phone.page)
    check((await phone.page.locator("body > [data-card]").count()) === 0, "and put down below another")
    check(new URL(phone.page.url()).pathname === `/p/${project}`, "it is not opened by that")

    for (let n = 0; n < 12; n += 1) await put(`Filler ${n}`)
    await card("Filler 3", phone.page).waitFor()
    const top = () => list.evaluate((one) => one.scrollTop)
    await finger.down(await finger.middle(card(before[0], phone.page)))
    await finger.move([120, 100], 6)
    await finger.up()
    await phone.page.waitForTimeout(600)
    check((await top()) > 0, "a finger that moves on at once scrolls")
    await shows("Backlog", await titles("Backlog", phone.page), phone.page)
    await phone.page.evaluate(() => document.querySelector("[data-column]").scrollTo({ top: 0 }))
    await card(before[1], phone.page).waitFor()

    const held = card(before[1], phone.page)
    await finger.down(await finger.middle(held))
    await phone.page.waitForFunction(() => document.querySelector("body > [data-card]") !== null)
    await finger.move([380, 300], 6)
    await phone.page.waitForFunction(() => document.querySelector("[data-board]").scrollLeft > 250)
    check(true, "a board scrolls under a card that is held at its edge")
    await finger.move([180, 300], 4)
    await finger.up()
    await phone.page.waitForFunction(
        (title) => !document.querySelectorAll("[data-column]")[0].textContent.includes(title),
        before[1],
    )
    check(true, "and another column takes it")
    await card("Filler 3", phone.page).tap()
    await phone.page.waitForURL("**/c/**")
    check(true, "a tap opens a card")

    check(
        other.errors.length + phone.errors.length === 0,
        `no errors elsewhere ${[...other.errors, ...phone.errors]}`,
    )
    check(errors.length === 0, `no errors in the console ${errors.join("\n")}`)
})
