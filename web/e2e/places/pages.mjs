// Settings, agents, mission control, attempts, palette: what people do there, on a real server with the demo agent.
import { check, opened, staged, violations } from "../stage.mjs"

const SHOTS = process.env.SHOTS
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

await staged(async ({ browser, base }) => {
    const api = async (method, path, body) => {
        const answer = await fetch(`${base}/api/v1${path}`, {
            method,
            headers: { "Content-Type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
        const text = await answer.text()
        return text === "" ? null : JSON.parse(text)
    }
    const { page, errors } = await opened(browser)
    const shoot = async (name, of = page) => {
        if (SHOTS) await of.screenshot({ path: `${SHOTS}/${name}.png` })
    }
    const clean = async (name, of = page) => {
        await of.waitForTimeout(400) // what moves in has to stand still: axe judges colours as they are
        await shoot(name, of)
        const found = await violations(of)
        check(found.length === 0, `${name}: axe finds nothing ${found.join("\n  ")}`)
    }

    const saved = page.getByText("Saved", { exact: true }).last()

    console.log("first steps")
    await page.goto(base)
    await page.getByRole("heading", { name: "Welcome" }).waitFor()
    await clean("onboarding-1")
    await page.getByLabel("日本語").click()
    await page.getByRole("heading", { name: "ようこそ" }).waitFor()
    check((await page.getAttribute("html", "lang")) === "ja", "the language changes at once")
    await page.getByLabel("English").click()
    await page.getByRole("heading", { name: "Welcome" }).waitFor()
    await page.getByRole("button", { name: "Next" }).click()
    await page.getByRole("heading", { name: "GitHub" }).waitFor()
    await page.getByRole("button", { name: "Use the account of gh" }).waitFor()
    await clean("onboarding-github")
    await page.getByRole("button", { name: "Next" }).click()
    await page.getByRole("heading", { name: "Something to work on" }).waitFor()
    await clean("onboarding-2")
    await page.reload()
    await page.getByRole("button", { name: /Try the demo/ }).waitFor()
    check(true, "a reload shows the same step")
    await page.getByRole("button", { name: /Try the demo/ }).click()
    await page.getByText("Open D-1").waitFor()
    await clean("guide")
    const project = new URL(page.url()).pathname.split("/")[2]

    const backlog = (await api("GET", `/boards/${project}`)).state.columnOrder[0]
    const start = async (title, description) => {
        const { cardId } = await api("POST", `/boards/${project}/cards`, {
            columnId: backlog,
            title,
            description,
        })
        return api("POST", `/projects/${project}/cards/${cardId}/attempts`, { agent: "DEMO" })
    }
    for (const [title, words] of [
        ["Works fast", "demo: fast\ndemo: tools 3"],
        ["Fails", "demo: fast\ndemo: fail"],
        ["Asks", "demo: fast\ndemo: ask"],
    ]) {
        await start(title, words)
    }

    console.log("settings")
    await page.goto(`${base}/settings`)
    const template = page.getByLabel("Names of branches")
    await template.fill("{type}/{slug}")
    await page.getByText("feat/retry-uploads").waitFor()
    await template.press("Enter")
    await saved.waitFor()
    check(
        (await api("GET", "/settings")).settings.branchTemplate === "{type}/{slug}",
        "a text is saved with Enter",
    )
    await page.getByRole("button", { name: "Undo" }).click()
    await page.getByText("As it was before").waitFor()
    check((await template.inputValue()) === "{prefix}/{ticketKey}-{slug}", "and undone")
    await template.fill("{nobody}/x")
    await template.blur()
    await page.getByText(/Not saved: .*nobody/).waitFor()
    check((await template.getAttribute("aria-invalid")) === "true", "what is refused says why, at the field")
    await page.keyboard.press("Escape")
    await page.getByLabel("Start the agent when").click()
    await saved.waitFor()
    check((await api("GET", "/settings")).settings.autoStartAgentOnInProgress, "a switch is saved at once")
    await page.getByLabel("Start the agent when").click()
    await clean("settings")

    console.log("project settings")
    await page.goto(`${base}/p/${project}/settings`)
    const prefix = page.getByLabel("Prefix of ticket keys")
    await prefix.fill("gr")
    await page.getByText("GR-7").waitFor()
    await prefix.blur()
    await saved.waitFor()
    check(
        (await api("GET", `/projects/${project}/settings`)).settings.ticketPrefix === "GR",
        "the prefix, with a preview",
    )
    const name = page.getByRole("textbox", { name: "Name", exact: true })
    await name.fill("Greeter")
    await name.press("Enter")
    await page.getByRole("button", { name: "Project: Greeter" }).waitFor()
    check(true, "renamed; the side bar knows")
    await page.getByLabel("Setup script", { exact: true }).fill("true")
    await page.getByLabel("Setup script", { exact: true }).blur()
    await saved.waitFor()
    await clean("project-settings")
    await page.getByRole("button", { name: "Delete…" }).click()
    await page.getByText("the board with its 6 cards").waitFor()
    check(await page.getByRole("button", { name: "Delete for good" }).isDisabled(), "deleting wants the name")
    await clean("project-delete")
    await page.keyboard.press("Escape")

    console.log("agents")
    await page.goto(`${base}/agents`)
    const demo = page.getByRole("article", { name: "Demo agent" })
    await demo.getByRole("button", { name: /New profile/ }).click()
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Careful")
    await clean("profile")
    await page.getByRole("button", { name: "Save" }).click()
    await demo.getByRole("button", { name: "Careful" }).waitFor()
    check((await api("GET", "/agents/profiles")).profiles.length === 1, "a profile is made")
    await api("POST", "/agents/profiles", { agent: "DEMO", name: "From elsewhere", config: {} })
    await demo.getByRole("button", { name: "From elsewhere" }).waitFor()
    check(true, "one that somebody else made shows up by itself")
    await demo.getByRole("button", { name: "Careful" }).click()
    await page.getByRole("button", { name: "Delete" }).click()
    await demo.getByRole("button", { name: "Careful" }).waitFor({ state: "detached" })
    await page.getByRole("button", { name: "Add an agent" }).click()
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("My agent")
    check((await page.getByLabel("Key").inputValue()) === "MY_AGENT", "a key is made of the name")
    await page.getByLabel("Program").fill("no-such-program")
    await clean("agent-add")
    await page.getByRole("button", { name: "Add", exact: true }).click()
    const mine = page.getByRole("article", { name: "My agent" })
    await mine.waitFor()
    await mine.getByText("not installed", { exact: true }).waitFor()
    check(true, "an agent of one's own is added, and is not there")
    await mine.getByRole("button", { name: "More for My agent" }).click()
    await page.getByRole("menuitem", { name: "Remove" }).click()
    await mine.waitFor({ state: "detached" })
    await demo.getByRole("button", { name: /Check now/ }).click()
    await demo.getByText("ready").waitFor()
    await clean("an agent that is being looked at, or was")
    await demo.getByRole("button", { name: /Check now/ }).waitFor()
    await clean("agents")

    console.log("mission control")
    await page.goto(`${base}/mission`)
    await page.getByText("asks", { exact: true }).waitFor()
    await page.getByRole("region", { name: "What needs you" }).getByText("failed", { exact: true }).waitFor()
    const chart = page.getByRole("img", { name: /^Attempts: a chart/ })
    await chart.focus()
    await page.keyboard.press("End")
    await page.getByRole("status").filter({ hasText: "Succeeded 1, Failed 1" }).waitFor()
    check(true, "the chart is told point by point with the keys")
    const told = (await api("GET", "/dashboard/series")).agents.find(({ agentId }) => agentId === "DEMO")
    const usd = (value) =>
        new Intl.NumberFormat("en", {
            style: "currency",
            currency: "USD",
            maximumSignificantDigits: 2,
        }).format(value)
    const money = page.getByRole("img", { name: /^Cost per agent: a chart/ })
    await money.scrollIntoViewIfNeeded()
    await money.focus()
    await page.keyboard.press("End")
    await page
        .getByRole("status")
        .filter({ hasText: `Demo agent ${usd(told.cost.USD)}` })
        .waitFor()
    check(told.cost.USD > 0 && told.cost.USD < 0.1, "what each agent cost is told point by point")
    const currencies = page.getByRole("group", { name: "Shown as" })
    check(
        (await currencies.getByRole("button").allInnerTexts()).join() === "USD,Tokens",
        "a currency and tokens are shown each by itself",
    )
    await clean("mission-cost")
    await page.getByRole("button", { name: "Cost per agent as a table" }).click()
    const sums = page.getByRole("region", { name: "Cost per agent" }).getByRole("row").last()
    check(
        (await sums.innerText()).replace(/\s+/g, " ").trim() === `In total ${usd(told.cost.USD)}`,
        "the table sums up what it cost",
    )
    await currencies.getByRole("button", { name: "Tokens" }).click()
    await page.getByRole("region", { name: "Tokens per agent" }).waitFor()
    await page.getByRole("button", { name: "Tokens per agent as a chart" }).click()
    await page.getByRole("img", { name: /^Tokens per agent: a chart/ }).waitFor()
    check(true, "and as a chart again, of tokens")
    await page.getByRole("button", { name: "Attempts as a table" }).click()
    await page.getByRole("columnheader", { name: "Failed" }).waitFor()
    await clean("mission")
    await page.getByRole("button", { name: "24 h" }).click()
    await page.waitForURL("**/mission?range=last_24h")
    await page.getByText("3 attempts").first().waitFor()
    check(true, "another period")
    await page.getByRole("button", { name: "Attempts as a chart" }).click()
    await page.emulateMedia({ colorScheme: "dark" })
    await clean("mission-dark")
    await page.emulateMedia({ colorScheme: "light" })

    console.log("attempts")
    await page.goto(`${base}/attempts`)
    await page.getByRole("row").filter({ hasText: "Works fast" }).waitFor()
    await page.getByRole("button", { name: "Card", exact: true }).click()
    const titles = await page.getByRole("row").allInnerTexts()
    check(titles[1].includes("Asks") && titles[3].includes("Works fast"), "sorted by card")
    await page.getByRole("row").filter({ hasText: "Works fast" }).getByRole("checkbox").check()
    await page.getByRole("row").filter({ hasText: "Fails" }).getByRole("checkbox").check()
    await clean("attempts")
    await page.getByRole("button", { name: "Compare (2/2)" }).click()
    await page.getByRole("row").filter({ hasText: "Changes" }).getByText(/file/).first().waitFor()
    await clean("attempts-compare")
    await page.keyboard.press("Escape")
    await page.getByLabel("Status").selectOption("failed")
    await page.getByRole("row").filter({ hasText: "Works fast" }).waitFor({ state: "detached" })
    await page.getByRole("row").filter({ hasText: "Fails" }).waitFor()
    check((await page.getByRole("row").count()) === 2, "filtered by status")

    console.log("palette")
    await page.keyboard.press("Control+k")
    await page.getByRole("combobox").fill("goodbye")
    await page.getByRole("option").filter({ hasText: "Say goodbye, too" }).waitFor()
    await clean("palette")
    await page.keyboard.press("Enter")
    await page.waitForURL("**/c/D-2")
    check(true, "a card is found by its text and opened with Enter")
    await page.keyboard.press("Control+k")
    await page.getByRole("combobox").fill("theme dark")
    await page.keyboard.press("Enter")
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark")
    check(true, "the theme by its name")
    await clean("card-dark")
    await page.keyboard.press("?")
    await page.getByRole("heading", { name: "Keys" }).waitFor()
    await clean("keys-dark")
    await page.keyboard.press("Escape")
    check(
        errors.filter((one) => !/40[04]|422/.test(one)).length === 0,
        `no errors in the console ${errors.join("\n")}`,
    )

    console.log("phone")
    const phone = await opened(browser, PHONE)
    for (const path of [
        "/settings",
        `/p/${project}/settings`,
        "/agents",
        "/mission",
        "/attempts",
        `/p/${project}`,
    ]) {
        await phone.page.goto(base + path)
        await phone.page.getByRole("main").waitFor()
        await phone.page.waitForTimeout(600)
        const name = `phone${path.replaceAll("/", "-").replace(project, "p")}`
        const wide = await phone.page.evaluate(() =>
            Math.max(
                document.documentElement.scrollWidth - innerWidth,
                ...[...document.querySelectorAll("[data-scroller]")].map(
                    (one) => one.scrollWidth - one.clientWidth,
                ),
            ),
        )
        check(wide <= 0, `${name}: nothing beside the screen`)
        await clean(name, phone.page)
    }
    check(phone.errors.length === 0, `no errors in the console ${phone.errors.join("\n")}`)

    console.log("delete")
    await page.goto(`${base}/p/${project}/settings`)
    await page.getByRole("button", { name: "Delete…" }).click()
    await page.getByLabel(/to be sure/).fill("Greeter")
    await page.getByRole("button", { name: "Delete for good" }).click()
    await page.getByText("Your first board").waitFor()
    check((await api("GET", "/projects")).length === 0, "the project is gone")
})
