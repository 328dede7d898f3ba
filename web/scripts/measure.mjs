// What a board costs in the browser: `node scripts/measure.mjs http://127.0.0.1:3000/p/<project>`, with Chromium at hand.
// Says when its cards are on the screen, what came over the wire, and the longest frames while one is dragged across it,
// while the filter is typed in and while a column scrolls. README.md has the figures of a board of 1,000 cards.
import process from "node:process"
import { chromium } from "playwright-core"

const address = process.argv[2]
if (!address) throw new Error("usage: node scripts/measure.mjs ADDRESS-OF-A-BOARD")
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"
const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu"],
})
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
const page = await context.newPage()
let bytes = 0
const session = await context.newCDPSession(page)
await session.send("Network.enable")
session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength))

await page.goto(address, { waitUntil: "commit" })
const shown = await page.evaluate(
    () =>
        new Promise((resolve) => {
            const look = () =>
                document.querySelectorAll("[data-card]").length > 10
                    ? requestAnimationFrame(() => resolve(performance.now()))
                    : requestAnimationFrame(look)
            look()
        }),
)
console.log(`cards on the screen after ${Math.round(shown)} ms, ${Math.round(bytes / 1000)} KB over the wire`)
await page.evaluate(() => {
    window.frames_ = []
    let last = performance.now()
    const note = (now) => {
        window.frames_.push(now - last)
        last = now
        requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
})

/** The longest frames while something is done, in milliseconds. */
async function longest(what, act) {
    await page.evaluate(() => (window.frames_.length = 0))
    await act()
    const frames = (await page.evaluate(() => window.frames_)).sort((one, other) => other - one)
    const worst = frames.slice(0, 3).map((frame) => frame.toFixed(1))
    console.log(`${what}: ${frames.length} frames, the longest ${worst.join(", ")} ms`)
}

await longest("dragging", async () => {
    await page.locator("[data-card]").first().hover()
    await page.mouse.down()
    const stops = [
        [700, 300],
        [700, 700],
        [1000, 300],
        [1000, 600],
        [400, 700],
    ]
    for (const [x, y] of stops) await page.mouse.move(x, y, { steps: 15 })
    await page.mouse.up()
})
await longest("typing in the filter", () =>
    page.locator("#board-filter").pressSequentially("memory index", { delay: 30 }),
)
await page.locator("#board-filter").fill("")
await longest("scrolling", async () => {
    await page.mouse.move(300, 500)
    for (let turn = 0; turn < 40; turn += 1) {
        await page.mouse.wheel(0, 400)
        await page.waitForTimeout(16)
    }
})
await browser.close()
