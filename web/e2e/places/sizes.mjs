// Every page on a phone, a tablet, a laptop and a wide screen, in both languages: nothing beside the screen, no word of the
// frame left in English, nothing for axe to complain about in either theme.
import { apiOf, check, looksRight, opened, repository, staged } from "../stage.mjs"

const SIZES = [
    { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    { viewport: { width: 820, height: 1180 }, isMobile: true, hasTouch: true },
    { viewport: { width: 1280, height: 800 } },
    { viewport: { width: 2200, height: 1200 } },
]

/** What is wider than its place: of the document, of what scrolls down only, and words that are cut without a sign. */
function tooWide() {
    const found = []
    if (document.documentElement.scrollWidth > innerWidth) found.push("the document")
    for (const one of document.querySelectorAll("[data-scroller]")) {
        if (one.scrollWidth > one.clientWidth) found.push("the page")
    }
    for (const one of document.querySelectorAll("button, h1, h2, h3, label, [role=tab]")) {
        const { overflowX, textOverflow } = getComputedStyle(one)
        const isCut = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
        if (isCut && overflowX !== "visible" && textOverflow !== "ellipsis") found.push(one.textContent)
    }
    return found
}

/** English words in what is pressed and headed; names of people's own things and of programs are nobody's to translate. */
function english(own) {
    const words = [
        ...document.querySelectorAll("button, a, h1, h2, h3, label, legend, th, [role=tab], option"),
    ]
        .filter((one) => one.offsetParent !== null)
        .map((one) => one.innerText.trim())
    return [...new Set(words)].filter(
        (one) =>
            /^[A-Za-z][A-Za-z' ,.…]+$/.test(one) && !own.some((name) => one === name || one.startsWith(name)),
    )
}

const OWN = [
    "Web Shop",
    "W",
    "Backlog",
    "In Progress",
    "Review",
    "Done",
    "Fails",
    "Asks",
    "Plain",
    "English",
    "Git",
    "GitHub",
    "DEMO",
    "Demo agent",
    "Codex",
    "OpenCode",
    "Droid",
    "Claude",
    "Gemini",
    "Qwen",
    "Mistral",
    "Visual Studio Code",
    "WebStorm",
    "Zed",
    "Antigravity",
    "KanbanAI",
    "feat",
    "fix",
    "chore",
    "docs",
    "refactor",
    "perf",
    "test",
    "style",
    "build",
    "ci",
    "revert",
    "shop",
    "PR",
    "Issue",
    "Markdown",
]

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    const { at } = await repository(folder, "shop")
    const project = (await api("POST /projects", { name: "Web Shop", repositoryPath: at })).id
    const backlog = (await api(`GET /boards/${project}`)).state.columnOrder[0]
    const put = async (title, description) =>
        (await api(`POST /boards/${project}/cards`, { columnId: backlog, title, description })).card.id
    await put("Plain", null)
    for (const [title, words] of [
        ["Fails", "demo: fast\ndemo: fail"],
        ["Asks", "demo: ask"],
    ]) {
        await api(`POST /projects/${project}/cards/${await put(title, words)}/attempts`, { agent: "DEMO" })
    }
    const pages = {
        onboarding: "/onboarding",
        board: `/p/${project}`,
        card: `/p/${project}/c/WS-1`,
        pulls: `/p/${project}/pulls`,
        inbox: "/inbox",
        attempts: "/attempts",
        mission: "/mission",
        agents: "/agents",
        settings: "/settings",
        "project-settings": `/p/${project}/settings`,
        "add-project": "/projects/new",
        nowhere: "/nowhere",
    }
    for (const [name, path] of Object.entries(pages)) {
        // The first steps are over for whoever is past the first page.
        if (name === "board") await api("POST /onboarding/complete", {})
        for (const [place, size] of SIZES.entries()) {
            for (const language of ["en", "ja"]) {
                await api("PATCH /settings", { language })
                const { page, errors } = await opened(browser, { ...size, reducedMotion: "reduce" })
                await page.goto(base + path)
                await page.locator("h1, h2").filter({ visible: true }).first().waitFor()
                await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language)
                await page.waitForFunction(() => !document.querySelector("[aria-busy=true], .animate-late"))
                const { width } = size.viewport
                const wide = await page.evaluate(tooWide)
                check(wide.length === 0, `${name}, ${language}, ${width}: all of it is on the screen ${wide}`)
                if (language === "ja") {
                    const left = await page.evaluate(english, OWN)
                    check(left.length === 0, `${name}, ja, ${width}: no English is left ${left.join(" | ")}`)
                }
                // One language is enough for colours and roles, the two sizes at the ends for the layout.
                if (language === "ja" && (place === 0 || place === 2))
                    await looksRight(page, `${name}-${width}`)
                check(errors.length === 0, `${name}: no errors in the console ${errors.join("\n")}`)
                await page.context().close()
            }
        }
    }
})
