// The server is killed while people type and an agent works, and comes back: what was typed is still there, what was
// shown is current again, and the attempt goes on where it stopped.
import { check, staged } from "../stage.mjs"
import { PATIENCE, scene } from "./scene.mjs"

await staged(async (stage) => {
    const play = await scene(stage, "outage")
    const { card, attempt, address, status, finished, keep, clean, calm } = play
    const page = await play.page()
    const other = await play.page()
    const field = page.getByRole("textbox", { name: "Message to the agent" })

    const long = await card("Take long", "demo: shell 600")
    await attempt(long)
    await page.goto(address(long, "chat"))
    await page.getByText("sleep 600").first().waitFor({ timeout: PATIENCE })
    await other.goto(`${stage.base}/p/${play.project.id}`)
    await other.getByRole("button", { name: "New card" }).first().click()
    const dialog = other.getByRole("dialog")
    await dialog.getByLabel("Title").fill("Half a ti")
    await dialog.getByLabel("Description").fill("What is written he")
    await field.pressSequentially("Half a mess")

    // ── Killed in the middle of a word ──────────────────────────────────────────────────────────────────────────────
    await stage.server.end("SIGKILL")
    await page.keyboard.type("age to the agent.")
    await dialog.getByLabel("Title").press("End")
    await other.keyboard.type("tle")
    await page
        .getByText(/reconnecting|offline/)
        .first()
        .waitFor({ timeout: PATIENCE })
    check(true, "that the server is gone is said")
    await keep(page, "gone")
    await clean(page, "without a server")
    await page.keyboard.press("Control+Enter")
    await page.getByText("The message was not sent").waitFor()
    await keep(page, "not-sent")
    check(
        (await field.inputValue()).startsWith("Half a message to the agent."),
        "what could not be sent is still in its field",
    )

    // ── Back again ──────────────────────────────────────────────────────────────────────────────────────────────────
    await stage.server.start()
    await status(page, "Failed").waitFor({ timeout: PATIENCE })
    await page.getByText("live", { exact: true }).first().waitFor({ timeout: PATIENCE })
    await keep(page, "back")
    await clean(page, "an attempt that was cut off")
    check(
        (await field.inputValue()).startsWith("Half a message to the agent."),
        "the message is still there, and the attempt says that it was cut off",
    )
    check(
        (await dialog.getByLabel("Title").inputValue()) === "Half a title" &&
            (await dialog.getByLabel("Description").inputValue()) === "What is written he",
        "so is the half of a card",
    )
    await page.reload()
    await status(page, "Failed").waitFor({ timeout: PATIENCE })
    check((await field.inputValue()).startsWith("Half a message"), "a reload does not lose it either")
    await dialog.getByRole("button", { name: "Create", exact: true }).click()
    await dialog.waitFor({ state: "detached" })
    await page.getByText("Half a title").waitFor()
    check(true, "the card is made, and the other browser sees it")

    await field.fill("demo: say 3")
    await page.keyboard.press("Control+Enter")
    await finished(page)
    await page.getByText("Line 3 of 3.").waitFor()
    check(true, "a message wakes an attempt that was cut off")

    // ── Resumed by hand ─────────────────────────────────────────────────────────────────────────────────────────────
    const again = await card("Take long, too", "demo: ask")
    await attempt(again)
    await page.goto(address(again, "chat"))
    await page.getByRole("button", { name: "Allow once" }).waitFor({ timeout: PATIENCE })
    await stage.server.end("SIGKILL")
    await stage.server.start()
    await status(page, "Failed").waitFor({ timeout: PATIENCE })
    await page.getByRole("button", { name: "Allow once" }).waitFor({ state: "detached" })
    check(true, "a request that nobody can answer any more is gone")
    await page.getByRole("tabpanel").getByRole("button", { name: "Resume" }).click()
    await page
        .getByRole("tabpanel")
        .getByRole("button", { name: "Allow once" })
        .waitFor({ timeout: PATIENCE })
    await keep(page, "resumed")
    await page.getByRole("tabpanel").getByRole("button", { name: "Allow once" }).click()
    await finished(page)
    check(true, "resumed, it goes on to its end")
    // A server that is gone refuses connections, which Chromium itself writes to the console.
    calm(/Failed to load resource|ERR_|status of 4(09|22)/)
})
