// A newcomer's way: from the start of the server to the first demo card merged, every step told by the page.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { check, opened, staged } from "../stage.mjs"

/** Seconds, and what a person takes to read a step and to press its button. */
const [LIMIT, READING] = [120, 4]

const begun = performance.now()
await staged(async ({ browser, base, folder }) => {
    const { page, errors } = await opened(browser)
    const pause = () => page.waitForTimeout(READING * 1_000)
    const press = async (name) => {
        const button = page.getByRole("button", { name }).first()
        await button.waitFor({ timeout: 60_000 })
        await pause()
        await button.click()
    }
    await page.goto(`${base}/p/nowhere`)
    await page.waitForURL("**/onboarding")
    check(true, "every place leads a newcomer to the first steps")
    await press("Next")
    await page.getByRole("heading", { name: "GitHub" }).waitFor()
    await press("Next")
    await press(/Try the demo/)
    await page.waitForURL("**/p/**")
    for (const name of ["Open it", "Start the demo agent", "Allow once", "Merge into main"]) {
        await page.getByRole("button", { name }).first().waitFor({ timeout: 60_000 })
        await page.reload()
        await press(name)
        check(true, `a page that is loaded anew is at the same step: ${name}`)
    }
    await page.getByRole("status").filter({ hasText: "is merged" }).waitFor()
    const seconds = (performance.now() - begun) / 1_000
    const log = execFileSync("git", ["log", "--format=%s", "main"], {
        cwd: join(folder, "data/demo"),
        encoding: "utf8",
    })
    check(log.trim().split("\n").length > 1, `main has the work: ${log.trim().split("\n")[0]}`)
    check(errors.length === 0, `no errors in the console ${errors.join("\n")}`)
    check(
        seconds < LIMIT,
        `first demo card merged ${seconds.toFixed(1)} s after the start, ${READING} s of it for reading each of 7 steps (limit: ${LIMIT} s)`,
    )
    await page.getByRole("button", { name: "Put the guide away" }).click()
    await page.reload()
    await page.getByRole("heading", { level: 1 }).first().waitFor()
    check(
        (await page.getByRole("complementary", { name: "Guide" }).count()) === 0,
        "put away, the guide stays away",
    )
})
