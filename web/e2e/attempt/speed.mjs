// How a long conversation scrolls, and what comes of a fast stream. Numbers, in Chromium, on the production build.
// ITEMS: how many items are talked about (20,000); SECONDS: for how long the stream is watched (20).
import { apiOf, check, opened, repository, staged } from "../stage.mjs"

const ITEMS = Number(process.env.ITEMS ?? 20_000)
const SECONDS = Number(process.env.SECONDS ?? 20)
/** Milliseconds: the longest frame that may be. */
const LONGEST = 50

/** An item as the server tells it; kinds change so that little folds. */
function item(n) {
    const id = `item-${String(n).padStart(6, "0")}`
    const timestamp = "2026-01-01T00:00:00.000Z"
    const about = { id, timestamp }
    switch (n % 5) {
        case 0:
            return {
                ...about,
                type: "message",
                role: "assistant",
                format: "markdown",
                profileId: null,
                text: `Step **${n}**: I look at \`file${n}.py\`.\n\n\`\`\`python\ndef f${n}(a, b):\n    return a + ${n}\n\`\`\`\n`,
            }
        case 1:
            return { ...about, type: "thinking", format: "markdown", text: `What about ${n}? `.repeat(12) }
        case 2:
            return {
                ...about,
                type: "tool",
                tool: { name: `Read file${n}.py`, action: "read", status: "succeeded", durationMs: n },
            }
        case 3:
            return {
                ...about,
                type: "tool",
                tool: {
                    name: "pytest",
                    action: "exec",
                    command: `pytest -q tests/test_${n}.py`,
                    status: "succeeded",
                    durationMs: 1_000 + n,
                    exitCode: 0,
                    stdout: "ok",
                },
            }
        default:
            return {
                ...about,
                type: "tool",
                tool: {
                    name: "edit",
                    action: "apply_patch",
                    status: "succeeded",
                    durationMs: 40,
                    metadata: {
                        changes: [
                            {
                                path: `src/file${n}.py`,
                                kind: "update",
                                added: 3,
                                removed: 1,
                                diff: "@@ -1,1 +1,3 @@\n-a\n+b\n+c\n+d\n",
                            },
                        ],
                    },
                },
            }
    }
}

/** Scrolls by wheel-sized steps, one a frame, and says how long the frames were. */
function scrolled({ by, frames }) {
    const log = document.querySelector("[role=log]")
    return new Promise((resolve) => {
        const lengths = []
        let last = performance.now()
        const step = (now) => {
            lengths.push(now - last)
            last = now
            if (lengths.length > frames) return resolve(lengths.slice(2).sort((a, b) => b - a))
            log.scrollTop += by
            requestAnimationFrame(step)
        }
        requestAnimationFrame(step)
    })
}

const told = (lengths) =>
    `longest ${lengths
        .slice(0, 3)
        .map((n) => n.toFixed(0))
        .join(
            ", ",
        )} ms, 99 of 100 under ${lengths[Math.floor(lengths.length / 100)].toFixed(0)} ms, ${lengths.filter((n) => n > LONGEST).length} of ${lengths.length} above ${LONGEST} ms`

await staged(async ({ browser, base, folder }) => {
    const api = apiOf(base)
    await api("POST /onboarding/complete", {})
    const { at } = await repository(folder)
    const project = await api("POST /projects", { repositoryPath: at, name: "Acme" })
    const board = await api(`GET /boards/${project.id}`)
    const make = async (title, description) => {
        const columnId = board.state.columnOrder[0]
        const { card } = await api(`POST /boards/${project.id}/cards`, { columnId, title, description })
        const attempt = await api(`POST /projects/${project.id}/cards/${card.id}/attempts`, { agent: "DEMO" })
        return { card, attempt }
    }
    const { page, errors } = await opened(browser, { viewport: { width: 1440, height: 900 } })

    // The pages of a long conversation, as the server would send them.
    const long = await make("A long conversation", "demo: say 1")
    await page.route(`**/attempts/${long.attempt.id}/conversation?*`, (route) => {
        const query = new URL(route.request().url()).searchParams
        const [before, limit] = [query.get("before"), Number(query.get("limit"))]
        const end = before === null ? ITEMS : Number(before.slice(5))
        const from = Math.max(0, end - limit)
        const conversation = Array.from({ length: end - from }, (_, place) => item(from + place))
        return route.fulfill({ json: { conversation, before: from === 0 ? null : conversation[0].id } })
    })
    await page.goto(`${base}/p/${project.id}/c/${long.card.ticketKey}?tab=chat`)
    await page.locator("[role=log] [data-index]").first().waitFor()
    const begun = performance.now()
    await page.evaluate(async () => {
        const log = document.querySelector("[role=log]")
        for (;;) {
            log.scrollTop = 0
            await new Promise((next) => setTimeout(next, 5))
            if (log.scrollTop === 0 && log.textContent.includes("Step 0")) return
        }
    })
    console.log(
        `  ${ITEMS} items fetched page by page, all here after ${((performance.now() - begun) / 1_000).toFixed(1)} s`,
    )
    await page.waitForTimeout(1_000)
    const down = await page.evaluate(scrolled, { by: 240, frames: 400 })
    console.log(`  scrolling down from the top: ${told(down)}`)
    await page.evaluate(() => {
        const log = document.querySelector("[role=log]")
        log.scrollTop = log.scrollHeight / 2
    })
    await page.waitForTimeout(500)
    const up = await page.evaluate(scrolled, { by: -240, frames: 400 })
    console.log(`  scrolling up from the middle: ${told(up)}`)

    // A fast stream: a session of 31,314 updates, told 20 times as fast as it was.
    const fast = await make("A fast stream", "demo: trace")
    await page.goto(`${base}/p/${project.id}/c/${fast.card.ticketKey}?tab=chat`)
    await page.locator("[role=log] [data-index]").nth(2).waitFor({ timeout: 60_000 })
    const { lengths, growth } = await page.evaluate(async (seconds) => {
        const heap = () => performance.memory?.usedJSHeapSize ?? 0
        const [before, until] = [heap(), performance.now() + seconds * 1_000]
        const lengths = []
        let last = performance.now()
        await new Promise((resolve) => {
            const step = (now) => {
                lengths.push(now - last)
                last = now
                if (now > until) resolve()
                else requestAnimationFrame(step)
            }
            requestAnimationFrame(step)
        })
        return { lengths: lengths.slice(2).sort((a, b) => b - a), growth: heap() - before }
    }, SECONDS)
    console.log(
        `  watching the stream for ${SECONDS} s: ${told(lengths)}; heap ${(growth / 1e6).toFixed(1)} MB more`,
    )
    check(errors.length === 0, `no errors in the console ${errors.join("\n")}`)
    check(
        (down[0] ?? 0) <= LONGEST && (up[0] ?? 0) <= LONGEST,
        `no frame above ${LONGEST} ms while scrolling`,
    )
})
