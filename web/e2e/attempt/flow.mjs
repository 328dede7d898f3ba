// An attempt through its user's eyes, from an empty database: start, watch, answer, review, comment, commit, merge;
// stop, follow-up; and a second browser that sees all of it. With SHOTS=<folder> it keeps screenshots.
import { join } from "node:path"
import { apiOf, check, opened, repository, staged, violations } from "../stage.mjs"

const pictures = process.env.SHOTS

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    await api("POST /onboarding/complete", {})
    const { at, git } = await repository(folder)
    const project = await api("POST /projects", { repositoryPath: at, name: "Acme" })
    const board = await api(`GET /boards/${project.id}`)
    const make = async (title, description) =>
        (
            await api(`POST /boards/${project.id}/cards`, {
                columnId: board.state.columnOrder[0],
                title,
                description,
            })
        ).card
    const card = await make("Greet people", "Say hello.")
    const { page, errors } = await opened(browser, { viewport: { width: 1440, height: 900 } })
    const { page: other, errors: otherErrors } = await opened(browser, {
        viewport: { width: 1440, height: 900 },
    })
    const keep = async (name, of = page) => {
        if (pictures) await of.screenshot({ path: join(pictures, `${name}.png`) })
    }
    const status = (word, of = page) =>
        of.getByRole("tabpanel").getByRole("status").filter({ hasText: word }).first()
    const clean = async (what) => {
        const found = await violations(page, "[role=tabpanel], [role=dialog], aside")
        check(found.length === 0, `axe finds nothing: ${what} ${found.join("\n")}`)
    }

    // ── Start, by keyboard alone ────────────────────────────────────────────────────────────────────────────────────
    await page.goto(`${base}/p/${project.id}/c/${card.ticketKey}`)
    await page.getByRole("tabpanel").getByRole("button", { name: "Start an agent" }).press("Enter")
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Agent").selectOption("DEMO")
    await clean("the dialog that starts an agent")
    await keep("start")
    await dialog.getByRole("button", { name: "Start", exact: true }).press("Enter")
    await status("Running").waitFor()
    check(page.url().includes("attempt="), "the address names the attempt")
    await other.goto(page.url())

    // ── Watch and answer ────────────────────────────────────────────────────────────────────────────────────────────
    await page.getByRole("button", { name: "Allow once" }).waitFor({ timeout: 30_000 })
    await page.waitForFunction(() => document.title.startsWith("(1) "))
    check(true, "the tab's title counts the request")
    await keep("asked")
    await clean("the conversation with a request")
    await other.getByRole("button", { name: "Allow once" }).waitFor()
    check(true, "the other browser shows the request, too")
    await page.getByRole("textbox", { name: "Message to the agent" }).fill("Also greet cats.\ndemo: fast")
    await page.keyboard.press("Control+Enter")
    await other.getByText("Also greet cats.").first().waitFor()
    check(true, "a message that waits is shown in both browsers")
    await page.getByRole("button", { name: "Change the message" }).click()
    await page.getByRole("textbox", { name: "Change the message" }).fill("Also greet dogs.\ndemo: fast")
    await page.keyboard.press("Enter")
    await other.getByText("Also greet dogs.").first().waitFor()
    check(true, "it can be changed")
    await other.goto(`${base}/inbox`)
    await other.getByRole("button", { name: "Always allow" }).waitFor()
    await keep("inbox", other)
    await other.getByRole("button", { name: "Always allow" }).click()
    await page.getByRole("button", { name: "Allow once" }).waitFor({ state: "detached" })
    check(true, "answered in the inbox, the request is gone everywhere")
    await status("Finished").waitFor({ timeout: 60_000 })
    await page.getByText("Also greet dogs.").first().waitFor()
    await page.locator("button[aria-expanded=false]", { hasText: "python" }).last().click()
    await page.getByLabel("Output", { exact: true }).first().waitFor()
    await keep("finished")
    await clean("the conversation at its end")

    // ── Changes, a comment, commit, merge ───────────────────────────────────────────────────────────────────────────
    await page.getByRole("tab", { name: "Changes" }).click()
    const file = page.locator("[data-file]").first()
    await file.waitFor()
    await keep("changes")
    await clean("the changes")
    await file.getByRole("button", { name: "Comment on line 3" }).first().press("Enter")
    await page.getByRole("textbox", { name: "Comment" }).fill("Say it in fewer words.")
    await page.keyboard.press("Control+Enter")
    await page.getByText("1 comment for the agent").waitFor()
    await keep("commented")
    await page.getByRole("button", { name: "Send to agent" }).click()
    await status("Finished").waitFor({ state: "detached" })
    check(true, "a comment wakes the agent")
    await status("Finished").waitFor({ timeout: 60_000 })
    const attemptId = new URL(page.url()).searchParams.get("attempt")
    const { conversation } = await api(`GET /attempts/${attemptId}/conversation`)
    check(
        conversation.some(({ role, text }) => role === "user" && text?.includes("fewer words")),
        "the comment reached the agent with its file and line",
    )
    await page.getByRole("checkbox", { name: "Viewed" }).first().check()
    await page.reload()
    await page.getByRole("checkbox", { name: "Viewed" }).first().waitFor()
    check(
        await page.getByRole("checkbox", { name: "Viewed" }).first().isChecked(),
        "what was viewed stays so",
    )
    await page.getByRole("button", { name: "Commit", exact: true }).click()
    await clean("the dialog that commits")
    await page.getByRole("dialog").getByRole("button", { name: "Commit" }).click()
    await page.getByRole("button", { name: "Merge into main" }).click()
    await page.getByRole("dialog").getByRole("button", { name: "Merge into main" }).click()
    await page.getByText("Merged into main").waitFor()
    check(
        git("log", "-1", "--format=%s", "main").length > 0 && git("ls-files", "demo") !== "",
        "main has the work",
    )
    await page.getByRole("button", { name: "Merge into main" }).waitFor({ state: "detached" })
    check(true, "what is merged is not offered again")
    await keep("merged")

    // ── Log, terminal, history ──────────────────────────────────────────────────────────────────────────────────────
    await page.getByRole("tab", { name: "Log" }).click()
    await page.getByText("[DEMO] start").first().waitFor()
    await keep("log")
    await page.getByRole("tab", { name: "Terminal" }).click()
    await page.locator(".xterm-helper-textarea").waitFor()
    await page.waitForTimeout(500)
    await page.keyboard.type("echo from-$((40+2))\n")
    await page.locator(".xterm", { hasText: "from-42" }).waitFor()
    check(true, "the terminal answers")
    await keep("terminal")
    await page.getByRole("tab", { name: "Processes" }).click()
    await page.getByText("No script has run yet").waitFor()
    await page.getByRole("tab", { name: "History" }).click()
    await page.getByText("shown here").waitFor()
    await keep("history")
    await clean("the history")

    // ── Stop, resume ────────────────────────────────────────────────────────────────────────────────────────────────
    const slow = await make("Take long", "demo: hang")
    await page.goto(`${base}/p/${project.id}/c/${slow.ticketKey}?tab=chat`)
    await page.getByRole("tabpanel").getByRole("button", { name: "Start" }).click()
    await page.getByRole("dialog").getByLabel("Agent").selectOption("DEMO")
    await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click()
    await page.getByRole("log").getByText("demo: hang").waitFor()
    await page.getByRole("tabpanel").getByRole("button", { name: "Stop" }).click()
    await status("Stopped").waitFor({ timeout: 30_000 })
    check(true, "a stop ends it")
    await page.getByRole("textbox", { name: "Message to the agent" }).fill("demo: say 3")
    await page.getByRole("button", { name: /^Send/ }).click()
    await status("Finished").waitFor({ timeout: 30_000 })
    check(true, "a message wakes an attempt that was stopped")
    const bad = await make("Go wrong", "demo: fail")
    await api(`POST /projects/${project.id}/cards/${bad.id}/attempts`, { agent: "DEMO" })
    await page.goto(`${base}/p/${project.id}/c/${bad.ticketKey}?tab=chat`)
    await status("Failed").waitFor({ timeout: 30_000 })
    await page.getByRole("tabpanel").getByRole("button", { name: "Resume" }).waitFor()
    await keep("failed")
    await clean("a failed attempt")

    // ── On a phone ──────────────────────────────────────────────────────────────────────────────────────────────────
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${base}/p/${project.id}/c/${card.ticketKey}?tab=chat`)
    await status("Finished").waitFor()
    await keep("phone")
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    check(width <= 390, "nothing is wider than a phone")
    check(
        errors.length + otherErrors.length === 0,
        `no errors in the console ${[...errors, ...otherErrors].join("\n")}`,
    )
})
