// Talking with an agent, through its user's eyes: pictures pasted and dropped, messages that wait and are changed or
// taken back, a plan and what it used, the whole of a long output, comments that go as one message; a try again, several
// agents of one card at once, and two attempts compared.
import { check, staged } from "../stage.mjs"
import { PATIENCE, scene, until } from "./scene.mjs"

/** A picture of one pixel. */
const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

await staged(async (stage) => {
    const play = await scene(stage, "talk")
    const { api, card, attempt, address, status, finished, keep, clean, calm } = play
    const page = await play.page()
    const other = await play.page()
    const field = page.getByRole("textbox", { name: "Message to the agent" })
    const composer = page.locator("textarea[aria-label='Message to the agent']")
    /** Brings a picture to the composer as a paste, a drop or what else the browser tells. */
    const bring = (event, name) =>
        composer.evaluate(
            (element, [kind, title, data]) => {
                const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
                const transfer = new DataTransfer()
                transfer.items.add(new File([bytes], title, { type: "image/png" }))
                const init = { bubbles: true, cancelable: true }
                element.dispatchEvent(
                    kind === "paste"
                        ? new ClipboardEvent("paste", { ...init, clipboardData: transfer })
                        : new DragEvent(kind, { ...init, dataTransfer: transfer }),
                )
            },
            [event, name, PIXEL],
        )

    // ── Pictures ────────────────────────────────────────────────────────────────────────────────────────────────────
    const greet = await card("Greet people", "Say hello.\ndemo: fast")
    await attempt(greet)
    await page.goto(address(greet, "chat"))
    await page.getByRole("button", { name: "Always allow" }).click()
    await finished(page)
    await bring("paste", "pasted.png")
    await page.getByRole("button", { name: "Remove the picture pasted.png" }).waitFor()
    await bring("dragover", "dropped.png")
    await keep(page, "picture-over")
    await bring("drop", "dropped.png")
    await page.getByRole("button", { name: "Remove the picture dropped.png" }).waitFor()
    await bring("paste", "wrong.png")
    await page.getByRole("button", { name: "Remove the picture wrong.png" }).click()
    await field.fill("Look at these pictures.\ndemo: fast")
    await keep(page, "pictures")
    await clean(page, "the composer with pictures")
    await page.keyboard.press("Control+Enter")
    await page.getByText("I was given 2 picture(s): image/png, image/png.").waitFor({ timeout: PATIENCE })
    check(true, "a picture that was pasted and one that was dropped reach the agent")
    await page.getByRole("log").getByRole("img", { name: "pasted.png" }).waitFor()
    check(true, "and stand in the conversation")
    await finished(page)
    await keep(page, "pictures-sent")
    await field.fill("")

    // ── Messages that wait ──────────────────────────────────────────────────────────────────────────────────────────
    await field.fill("demo: ask")
    await page.keyboard.press("Control+Enter")
    await page.getByRole("button", { name: "Allow once" }).waitFor({ timeout: PATIENCE })
    await other.goto(page.url())
    const queue = page.getByRole("region", { name: "Messages that wait" })
    const say = async (words) => {
        await field.fill(words)
        await page.keyboard.press("Control+Enter")
        await queue.getByText(words.split("\n")[0]).waitFor()
    }
    await say("First of all.\ndemo: say 1")
    await say("Then this one.\ndemo: say 1")
    await say("And never this.\ndemo: say 1")
    await keep(page, "queue")
    await clean(page, "messages that wait")
    const theirs = other.getByRole("region", { name: "Messages that wait" })
    await theirs.getByText("And never this.").waitFor()
    await theirs
        .getByRole("listitem")
        .filter({ hasText: "And never this." })
        .getByRole("button", { name: "Take the message back" })
        .click()
    await queue.getByText("And never this.").waitFor({ state: "detached" })
    check(true, "a message that was taken back in one browser is gone in the other")
    await queue
        .getByRole("listitem")
        .filter({ hasText: "Then this one." })
        .getByRole("button", { name: "Change the message" })
        .click()
    await page.getByRole("textbox", { name: "Change the message" }).fill("Then that one.\ndemo: say 1")
    await keep(page, "queue-changed")
    await page.keyboard.press("Enter")
    await theirs.getByText("Then that one.").waitFor()
    check(true, "a change shows in the other browser")
    await other.getByRole("button", { name: "Allow once" }).click()
    await page.getByText("Then that one.").last().waitFor()
    await queue.waitFor({ state: "detached", timeout: PATIENCE })
    await finished(page)
    const attemptId = (await api(`GET /projects/${play.project.id}/cards/${greet.id}/attempts`)).attempts[0]
        .id
    const said = async () =>
        (await api(`GET /attempts/${attemptId}/conversation`)).conversation
            .filter(({ role }) => role === "user")
            .map(({ text }) => text)
    const words = (await said()).join("\n")
    check(
        words.includes("First of all.") && words.includes("Then that one.") && !words.includes("never this"),
        "the agent got what was left, as it was left",
    )

    // ── Plan and use ────────────────────────────────────────────────────────────────────────────────────────────────
    const plan = page.getByRole("button", { name: "5 of 5 steps done" })
    await plan.click()
    await keep(page, "plan")
    await clean(page, "the plan")
    check(
        await page
            .getByText(/tokens/)
            .first()
            .isVisible(),
        "tokens and cost stand at the top",
    )

    // ── The whole of an output ──────────────────────────────────────────────────────────────────────────────────────
    const loud = await card("Print a lot", "demo: big-output 1")
    await attempt(loud)
    await page.goto(address(loud, "chat"))
    await finished(page)
    await page.locator("button[aria-expanded=false]", { hasText: "import sys" }).click()
    const whole = page.getByRole("button", { name: "Show it from the beginning" })
    await whole.waitFor()
    await keep(page, "output")
    await whole.click()
    const shown = page.getByLabel("The whole output")
    await shown.waitFor()
    const more = page.getByRole("button", { name: "Show more" })
    while (await more.isVisible()) {
        await more.click()
        await page.waitForFunction(
            () =>
                ![...document.querySelectorAll("button")].some(
                    (one) => one.disabled && /more/.test(one.innerText),
                ),
        )
    }
    const lines = (await shown.innerText()).trim().split("\n")
    check(
        lines.length === 16_384 && lines[0].trim() === "0" && lines.at(-1).trim() === "16383",
        `the whole output is there, from the first line to the last (${lines.length})`,
    )
    await keep(page, "whole-output")
    await clean(page, "a long output")

    // ── Comments, as one message ────────────────────────────────────────────────────────────────────────────────────
    await page.goto(address(greet, "changes"))
    const comment = async (place, text) => {
        const file = page.locator("[data-file]").nth(place)
        await file.getByRole("button", { name: "Comment on line 2" }).first().click()
        await page.getByRole("textbox", { name: "Comment" }).fill(text)
        await page.keyboard.press("Control+Enter")
    }
    await page.locator("[data-file]").nth(1).waitFor()
    await comment(0, "Why not shorter?")
    await comment(1, "This one can go.")
    await page.getByText("2 comments for the agent").waitFor()
    await keep(page, "comments")
    await clean(page, "comments")
    await page.reload()
    await page.getByText("2 comments for the agent").waitFor()
    check(true, "comments are still there after a reload")
    const before = (await said()).length
    await page.getByRole("button", { name: "Send to agent" }).click()
    await page.getByText("2 comments for the agent").waitFor({ state: "detached" })
    const told = await until(async () => {
        const now = await said()
        return now.length > before ? now.at(-1) : null
    })
    check(
        told.includes("Why not shorter?") && told.includes("This one can go.") && told.includes("line 2"),
        "all comments reach the agent as one message, with files and lines",
    )
    await page.getByRole("tab", { name: "Chat" }).click()
    await finished(page)
    await keep(page, "comments-said")

    // ── Again, several at once, compared ────────────────────────────────────────────────────────────────────────────
    await page.getByRole("tabpanel").getByRole("button", { name: "Retry" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button", { name: "Start", exact: true }).waitFor()
    await keep(page, "retry")
    await clean(page, "the dialog that tries again")
    await dialog.getByRole("button", { name: "Start", exact: true }).click()
    await status(page, "Waits for you").waitFor({ timeout: PATIENCE })
    check(!page.url().includes(attemptId), "a retry is another attempt, and it is shown")
    await page.getByRole("tabpanel").getByRole("button", { name: "Stop" }).click()
    await status(page, "Stopped").waitFor({ timeout: PATIENCE })

    const many = await card("Try it twice", "demo: ask")
    await page.goto(address(many, "chat"))
    await page.getByRole("tabpanel").getByRole("button", { name: "Start" }).click()
    await dialog.getByLabel("Agent").selectOption("DEMO")
    await dialog.getByRole("button", { name: "Let another agent try, too" }).click()
    await keep(page, "several")
    await clean(page, "the dialog that starts several")
    await dialog.getByRole("button", { name: "Start 2 agents" }).click()
    await status(page, "Waits for you").waitFor({ timeout: PATIENCE })
    const both = await until(async () => {
        const { attempts } = await api(`GET /projects/${play.project.id}/cards/${many.id}/attempts`)
        return attempts.length === 2 && attempts.every((one) => one.status === "running") ? attempts : null
    })
    check(both[0].branchName !== both[1].branchName, "two agents work on one card, each on its own branch")
    await page.getByRole("tab", { name: "History" }).click()
    await page.getByText("Running").nth(1).waitFor()
    await keep(page, "two-at-work")
    for (const one of both) {
        const { permissions } = await until(async () => {
            const asked = await api(`GET /attempts/${one.id}/permissions`)
            return asked.permissions.length > 0 ? asked : null
        })
        await api(`POST /attempts/${one.id}/permissions/${permissions[0].id}`, { decision: "allow" })
    }
    const rows = page.getByRole("tabpanel").getByRole("checkbox")
    await page.getByRole("tabpanel").getByText("Finished").nth(1).waitFor({ timeout: PATIENCE })
    await rows.nth(0).check()
    await rows.nth(1).check()
    const comparison = page.getByRole("region", { name: "Comparison" })
    await comparison.getByText("±0").nth(1).waitFor()
    await keep(page, "compared")
    await clean(page, "two attempts compared")
    check((await comparison.getByText("Demo agent").count()) === 2, "two attempts stand side by side")
    calm(/the server responded with a status of 4(09|22)/)
})
