// An agent that streams for MINUTES (10), with 63 updates a second: whether the page's memory stays as it is.
// Numbers, in Chromium, on the production build; the heap is read after a garbage collection.
import { check, staged } from "../stage.mjs"
import { scene } from "./scene.mjs"

const MINUTES = Number(process.env.MINUTES ?? 10)
/** Seconds between two looks. */
const LOOK = 30
/** Times as fast as it was: 31,314 updates of 41 minutes are 63 a second then, for 8 minutes. */
const SPEED = Number(process.env.SPEED ?? 5)

await staged(async (stage) => {
    const play = await scene(stage, "steady")
    const page = await play.page()
    const devtools = await page.context().newCDPSession(page)
    const card = await play.card(
        "A steady stream",
        Array(Math.ceil(MINUTES / 8))
            .fill(`demo: trace ${SPEED}`)
            .join("\n"),
    )
    await play.attempt(card)
    await page.goto(play.address(card, "chat"))
    await page.locator("[role=log] [data-index]").nth(2).waitFor({ timeout: 60_000 })
    const heap = async () => {
        await devtools.send("HeapProfiler.collectGarbage")
        return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1e6
    }
    const heaps = []
    const begun = Date.now()
    for (let second = LOOK; second <= MINUTES * 60; second += LOOK) {
        await page.waitForTimeout(begun + second * 1_000 - Date.now())
        heaps.push(await heap())
        console.log(`  ${second} s: ${heaps.at(-1).toFixed(1)} MB`)
    }
    check(await play.status(page, "Running").isVisible(), "the agent streamed to the end")
    const [early, late] = [heaps.slice(0, 4), heaps.slice(-4)].map(
        (some) => some.reduce((a, b) => a + b) / some.length,
    )
    console.log(
        `  heap: ${early.toFixed(1)} MB in the first two minutes, ${late.toFixed(1)} MB in the last two`,
    )
    check(late < early * 1.25 + 2, "memory stays flat")
    play.calm()
})
