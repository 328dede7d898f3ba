// Every field of the settings, of a project's settings and of the profiles: what is set there is stored, as the API tells
// it, and is there after a reload; what cannot be is refused with a sentence at the field, and nothing is stored.
import { isDeepStrictEqual } from "node:util"
import { apiOf, check, opened, repository, staged } from "../stage.mjs"

const BELL = "\u0007"
const ONE_LINE = "one line without control characters"
const LONG = (limit) => ["x".repeat(limit + 1), `the limit is ${limit}`]
/** More cannot be typed: the field itself stops there. */
const UP_TO = (limit) => [limit]

// [section, kind, label, name on the wire, what is typed or chosen, what is stored, what is refused, what is said of it]
const APP = [
    ["look", "choice", "Theme", "theme", "dark", "dark"],
    ["notifications", "switch", "On the desktop", "notificationsDesktop"],
    ["notifications", "switch", "Sound", "notificationsAgentCompletionSound"],
    ["agents", "switch", "Start the agent when a card is moved to In Progress", "autoStartAgentOnInProgress"],
    ["agents", "text", "A permission request waits", "permissionMinutes", "90", 90, "0", ">= 1"],
    ["agents", "text", "OpenCode's port", "opencodePort", "5005", 5005, "70000", "<= 65535"],
    ["editor", "choice", "Editor", "editorType", "ZED", "ZED"],
    ["editor", "text", "Its program", "editorCommand", "/bin/sh", "/bin/sh", ...LONG(4_096)],
    ["git", "text", "Name on commits", "gitUserName", "Ada", "Ada", `A${BELL}`, ONE_LINE],
    [
        "git",
        "text",
        "E-mail on commits",
        "gitUserEmail",
        "ada@example.com",
        "ada@example.com",
        "nobody",
        "is not an e-mail address",
    ],
    [
        "git",
        "text",
        "Names of branches",
        "branchTemplate",
        "{type}/{slug}",
        "{type}/{slug}",
        "{nobody}/x",
        "{nobody} is not one of",
    ],
    ["github", "switch", "Link ticket keys", "ghAutolinkTickets"],
    [
        "github",
        "text",
        "Title of pull requests",
        "ghPrTitleTemplate",
        "{title} ({ticketKey})",
        "{title} ({ticketKey})",
        `T${BELL}`,
        ONE_LINE,
    ],
    [
        "github",
        "text",
        "Text of pull requests",
        "ghPrBodyTemplate",
        "## What\n\n{description}",
        "## What\n\n{description}",
        ...UP_TO(65_536),
    ],
    ["conversation", "switch", "The agent's messages", "streamdownAssistantEnabled"],
    ["conversation", "switch", "Your messages", "streamdownUserEnabled"],
    ["conversation", "switch", "Thinking", "streamdownThinkingEnabled"],
    ["conversation", "switch", "The system's messages", "streamdownSystemEnabled"],
    ["about", "switch", "Send telemetry", "telemetryEnabled"],
]
const LANGUAGE = ["look", "choice", "Language", "language", "en", "en"]

/** `profiles` are the ids of two that the project can use. */
const PROJECT = ({ whole, own }) => [
    ["tickets", "text", "Prefix of ticket keys", "ticketPrefix", "ab1", "AB1", "A!", "A-Z and 0-9"],
    [
        "branches",
        "text",
        "Base branch",
        "baseBranch",
        "release/1",
        "release/1",
        "a..b",
        "git does not allow it",
    ],
    ["branches", "text", "Remote", "preferredRemote", "upstream", "upstream", "a b", "git does not allow it"],
    ["agent", "choice", "Default agent", "defaultAgent", "DEMO", "DEMO"],
    ["agent", "choice", "Its profile", "defaultProfileId", whole, whole],
    ["agent", "text", "Attempts at once", "maxParallelAttempts", "3", 3, "101", "<= 100"],
    ["agent", "choice", "Agent for small helpers", "inlineAgent", "DEMO", "DEMO"],
    ["agent", "choice", "Its profile", "inlineProfileId", own, own],
    ["agent", "choice", "For better texts", "inlineAgentProfileMapping.ticketEnhance", whole, whole],
    ["agent", "choice", "For summaries", "inlineAgentProfileMapping.prSummary", own, own],
    ["agent", "choice", "For reviews", "inlineAgentProfileMapping.prReview", whole, whole],
    ...[
        ["Copied files", "copyFiles", ".env\n*.local", "allowCopyFilesToFail"],
        ["Setup script", "setupScript", "npm ci\nnpm test", "allowSetupScriptToFail"],
        ["Dev script", "devScript", "npm run dev", "allowDevScriptToFail"],
        ["Cleanup script", "cleanupScript", "rm -rf tmp", "allowCleanupScriptToFail"],
    ].flatMap(([label, name, value, mayFail]) => [
        ["scripts", "text", label, name, value, value, ...LONG(100_000)],
        ["scripts", "switch", `${label}: may fail`, mayFail],
    ]),
    ["scripts", "switch", "All scripts may fail", "allowScriptsToFail"],
    ["scripts", "text", "A script may take", "scriptTimeoutMinutes", "45", 45, "0", ">= 1"],
    ["finish", "switch", "Commit when an agent is done", "autoCommitOnFinish"],
    ["finish", "switch", "Push after that", "autoPushOnAutocommit"],
    ["finish", "switch", "Move the card to Done when its pull request is merged", "autoCloseTicketOnPRMerge"],
    ["finish", "switch", "Move the card to Done when its issue is closed", "autoCloseTicketOnIssueClose"],
    ["github", "switch", "Make cards of issues", "githubIssueSyncEnabled"],
    ["github", "choice", "Which issues", "githubIssueSyncState", "all", "all"],
    ["github", "text", "Look every", "githubIssueSyncIntervalMinutes", "30", 30, "4", ">= 5"],
    ["github", "switch", "Write edits back to imported issues", "githubIssueWriteBackEnabled"],
    ["github", "switch", "Make an issue for each new card", "githubIssueAutoCreateEnabled"],
    ["prompts", "text", "For better texts", "enhancePrompt", "Be short.", "Be short.", ...UP_TO(4_000)],
    [
        "prompts",
        "text",
        "For summaries of pull requests",
        "prSummaryPrompt",
        "Say why.",
        "Say why.",
        ...UP_TO(4_000),
    ],
]

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    const { at } = await repository(folder, "shop")
    await api("POST /onboarding/complete", {})
    const { page, errors } = await opened(browser, { permissions: ["notifications"] })
    const { id: project } = await api("POST /projects", { name: "Shop", repositoryPath: at })

    const until = async (what, is) => {
        for (let turn = 0; turn < 200; turn += 1) {
            if (await is()) return
            await page.waitForTimeout(25)
        }
        throw new Error(`Not so: ${what}`)
    }
    const stopsAt = async (place, limit, label) => {
        await place.fill("x".repeat(limit + 1))
        const { length } = await place.inputValue()
        if (length !== limit) throw new Error(`${label} takes ${length} characters, not ${limit}`)
    }
    const valueIn = (settings, name) => name.split(".").reduce((value, part) => value?.[part], settings)

    /** Sets each field and reads it back from the API, at once and after a reload. */
    const drive = async (address, fields, settings) => {
        await page.goto(address)
        // Labels may be there twice in a section: then they are told apart by their order.
        const seen = new Map()
        const places = fields.map(([section, , label]) => {
            const key = `${section} ${label}`
            seen.set(key, (seen.get(key) ?? -1) + 1)
            return page.locator(`#${section}`).getByLabel(label, { exact: true }).nth(seen.get(key))
        })
        const before = await settings()
        const stored = new Map()
        for (const [turn, field] of fields.entries()) {
            const [, kind, label, name, typed, wanted, refused, why] = field
            const place = places[turn]
            await place.waitFor()
            const expected = kind === "switch" ? !valueIn(before, name) : wanted
            if (kind === "switch") await place.click()
            else if (kind === "choice") await place.selectOption(typed)
            else {
                if (typeof refused === "number") await stopsAt(place, refused, label)
                else if (refused !== undefined) {
                    await place.fill(refused)
                    await place.blur()
                    const said = page
                        .locator("[role=status]")
                        .filter({ hasText: /^Not saved: / })
                        .filter({ hasText: why })
                    await said.waitFor()
                    if ((await place.getAttribute("aria-invalid")) !== "true")
                        throw new Error(`${name}: what is refused is not marked`)
                    if (!isDeepStrictEqual(valueIn(await settings(), name), valueIn(before, name)))
                        throw new Error(`${name}: what was refused is stored`)
                }
                await place.fill(typed)
                await place.blur()
            }
            await until(`${name} (${label}) is stored as ${expected}`, async () =>
                isDeepStrictEqual(valueIn(await settings(), name) ?? null, expected),
            )
            stored.set(name, expected)
        }
        const told = await settings()
        for (const [name, expected] of stored)
            if (!isDeepStrictEqual(valueIn(told, name), expected))
                throw new Error(`${name} is ${JSON.stringify(valueIn(told, name))} at the end`)
        await page.reload()
        for (const [turn, [, kind, label, name, , wanted]] of fields.entries()) {
            const place = places[turn]
            await place.waitFor()
            const shown =
                kind === "switch"
                    ? (await place.getAttribute("aria-checked")) === "true"
                    : await place.inputValue()
            const expected = kind === "switch" ? stored.get(name) : String(wanted)
            if (shown !== expected) throw new Error(`${label} shows ${shown}, not ${expected}`)
        }
        const untouched = Object.keys(told).filter(
            (name) => isDeepStrictEqual(told[name], before[name]) && !NOTED.test(name),
        )
        return {
            refused: fields.filter(([, , , , , , refused]) => typeof refused === "string").length,
            untouched,
        }
    }
    /** What the server notes of its own work, or what has a place of its own. */
    const NOTED = /^(id|createdAt|updatedAt|boardId|projectId|last.*|nextTicketNumber)$/

    console.log("the application's settings")
    const app = async () => (await api("GET /settings")).settings
    await page.goto(`${base}/settings`)
    await page.locator("#look").getByLabel("Language", { exact: true }).waitFor()
    const ofApp = await drive(`${base}/settings`, [LANGUAGE, ...APP], app)
    check(true, `${APP.length + 1} fields are stored, and there after a reload`)
    check(true, `${ofApp.refused} say why a value is refused, and store none`)
    check(ofApp.untouched.length === 0, `no field is left out: ${ofApp.untouched}`)
    const language = page.locator("#look").getByLabel("Language", { exact: true })
    await language.selectOption("ja")
    await page.getByRole("heading", { name: "設定", exact: true }).waitFor()
    check((await app()).language === "ja", "the other language is stored, and spoken at once")
    await page.locator("#look select").nth(1).selectOption("en")
    await page.getByRole("heading", { name: "Settings", exact: true }).waitFor()

    console.log("a project's settings")
    const whole = (await api("POST /agents/profiles", { agent: "DEMO", name: "For all", config: {} })).id
    const own = (
        await api(`POST /projects/${project}/agents/profiles`, { agent: "DEMO", name: "Own", config: {} })
    ).id
    const ofProject = async () => (await api(`GET /projects/${project}/settings`)).settings
    const fields = PROJECT({ whole, own })
    const told = await drive(`${base}/p/${project}/settings`, fields, ofProject)
    check(true, `${fields.length} fields are stored, and there after a reload`)
    check(true, `${told.refused} say why a value is refused, and store none`)
    // Its templates have a walk of their own (board/board).
    const left = told.untouched.filter((name) => name !== "cardTemplates")
    check(left.length === 0, `no field is left out: ${left}`)
    const name = page.locator("#project").getByLabel("Name", { exact: true })
    await stopsAt(name, 200, "Name")
    await name.fill("Web shop")
    await name.blur()
    await until("the name is stored", async () => (await api(`GET /projects/${project}`)).name === "Web shop")
    await page.reload()
    await name.waitFor()
    check((await name.inputValue()) === "Web shop", "its name, too")
    const agent = page.locator("#agent")
    await agent.getByLabel("Default agent", { exact: true }).selectOption("CODEX")
    await until("another agent has none of its profiles", async () => {
        const { defaultAgent, defaultProfileId } = await ofProject()
        return defaultAgent === "CODEX" && defaultProfileId === null
    })
    check(true, "another default agent lets go of the profile of the one before")

    console.log("profiles")
    const dialog = page.getByRole("dialog")
    const save = dialog.getByRole("button", { name: "Save" })
    const { agents } = await api("GET /agents")
    for (const { key, label } of agents) {
        const { fields: schema } = await api(`GET /agents/${key}/schema`)
        const entry = page.getByRole("article", { name: label, exact: true })
        const field = (one) => dialog.getByLabel(one.label, { exact: true })
        await page.goto(`${base}/agents`)
        // An agent that is not installed here has no profiles to set up.
        await entry.waitFor()
        if ((await entry.getByRole("button", { name: /New profile/ }).count()) === 0) continue
        await entry.getByRole("button", { name: /New profile/ }).click()
        await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(`All of ${key}`)
        for (const one of schema.filter(({ type }) => type === "string")) {
            await stopsAt(field(one), one.maxLength, `${key}: ${one.label}`)
            await field(one).fill("")
        }
        for (const one of schema.filter(({ type }) => type === "number")) {
            await field(one).fill(String(one.maximum + 1))
            await save.click()
            if (await field(one).evaluate((input) => input.validity.valid))
                throw new Error(`${key}: ${one.label} takes more than its most`)
        }
        if ((await profilesOf(key)).some(({ name: called }) => called === `All of ${key}`))
            throw new Error(`${key}: a profile with a refused field was stored`)
        const config = {}
        for (const one of schema) {
            const value = valueFor(one)
            config[one.key] = value
            if (one.type === "boolean" || one.type === "enum") await field(one).selectOption(String(value))
            else await field(one).fill(Array.isArray(value) ? value.join("\n") : String(value))
        }
        await save.click()
        await dialog.waitFor({ state: "detached" })
        const kept = async () => {
            const found = (await profilesOf(key)).find(({ name: called }) => called === `All of ${key}`)
            return JSON.parse(found.configJson)
        }
        const expected = Object.fromEntries(Object.entries(config).filter(([one]) => one !== "apiKey"))
        const shown = async () => {
            const { apiKey, ...rest } = await kept()
            if ("apiKey" in config && (apiKey === undefined || apiKey === config.apiKey))
                throw new Error("a key is to be kept, and not to be told")
            return rest
        }
        if (!isDeepStrictEqual(sorted(await shown()), sorted(expected)))
            throw new Error(`${key} has ${JSON.stringify(await shown())}, not ${JSON.stringify(expected)}`)
        await page.reload()
        await entry.getByRole("button", { name: `All of ${key}`, exact: true }).click()
        await field(schema[0]).waitFor()
        for (const one of schema.filter(({ key: called }) => called !== "apiKey")) {
            const value = await field(one).inputValue()
            const wanted = Array.isArray(config[one.key])
                ? config[one.key].join("\n")
                : String(config[one.key])
            if (value !== wanted) throw new Error(`${key}: ${one.label} shows ${value}, not ${wanted}`)
        }
        // One field is emptied: the others stay as they are.
        const first = schema[0]
        await field(first).fill("")
        await save.click()
        await dialog.waitFor({ state: "detached" })
        const left = Object.fromEntries(Object.entries(expected).filter(([name]) => name !== first.key))
        await until(`${key}: an emptied field is not set`, async () =>
            isDeepStrictEqual(sorted(await shown()), sorted(left)),
        )
        check(true, `${label}: ${schema.length} fields are stored, and there after a reload`)
    }

    async function profilesOf(key) {
        return (await api("GET /agents/profiles")).profiles.filter(({ agent: of }) => of === key)
    }
    const other = errors.filter((one) => !/4(00|13|22)/.test(one))
    check(other.length === 0, `no errors in the console ${other.join("\n")}`)
})

function valueFor({ key, type, options, maximum }) {
    if (type === "boolean") return true
    if (type === "enum") return options.at(-1)
    if (type === "number") return maximum - 1
    if (type === "string_array") return ["one", "two three"]
    return `${key} of a walk`
}

function sorted(config) {
    return Object.fromEntries(Object.entries(config).sort(([a], [b]) => a.localeCompare(b)))
}
