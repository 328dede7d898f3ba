// A server of its own with an empty database, and a Chromium that looks at it. Everything ends with the test.
import { execFileSync, spawn } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"

const ROOT = new URL("../../", import.meta.url).pathname
const FLAGS =
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const { port } = server.address()
    await new Promise((resolve) => server.close(resolve))
    return port
}

/** A server that can be killed and started again, on the same port with the same data. */
class Server {
    constructor(folder, port) {
        this.folder = folder
        this.port = port
    }

    async start() {
        this.process = spawn(
            join(ROOT, ".venv/bin/kanbanai"),
            ["serve", "--port", String(this.port), "--data-dir", join(this.folder, "data")],
            {
                stdio: ["ignore", "pipe", "pipe"],
                env: {
                    ...process.env,
                    // A terminal is a login shell: what the files of whoever runs this make it do is not ours to test.
                    HOME: this.folder,
                    GIT_CONFIG_NOSYSTEM: "1",
                    GIT_CONFIG_GLOBAL: "/dev/null",
                    XDG_CONFIG_HOME: join(this.folder, "home"),
                },
            },
        )
        this.ended = new Promise((resolve) => this.process.once("exit", resolve))
        let said = ""
        await new Promise((resolve, reject) => {
            const hear = (piece) => {
                said += piece
                if (said.includes(`:${this.port}`)) resolve()
            }
            this.process.stdout.on("data", hear)
            this.process.stderr.on("data", hear)
            this.process.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)))
        })
    }

    async end(signal = "SIGTERM") {
        this.process.kill(signal)
        await this.ended
    }
}

/** Calls `play` with a server and a browser; whatever was started ends afterwards. */
export async function staged(play) {
    const folder = await mkdtemp(join(tmpdir(), "kanbanai-e2e-"))
    const server = new Server(folder, await freePort())
    let browser
    try {
        await server.start()
        browser = await chromium.launch({
            executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
            args: FLAGS.split(" "),
        })
        return await play({ browser, base: `http://127.0.0.1:${server.port}`, folder, server })
    } catch (error) {
        await picturesOfFailure(browser)
        throw error
    } finally {
        await browser?.close()
        await server.end()
        await rm(folder, { recursive: true, force: true })
    }
}

/** What every page showed when a walk failed, where pictures are kept. */
async function picturesOfFailure(browser) {
    const kept = process.env.SHOTS
    if (!kept || !browser) return
    const pages = browser.contexts().flatMap((context) => context.pages())
    for (const [place, page] of pages.entries())
        await page.screenshot({ path: join(kept, `failed-${place}.png`) })
}

/** A page whose errors fail the test. */
export async function opened(browser, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    const page = await context.newPage()
    const errors = []
    page.on("pageerror", (error) => errors.push(error.message))
    page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text())
    })
    return { page, errors }
}

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** What axe finds on the page, or in parts of it (WCAG 2.2 AA), one line a violation. */
export async function violations(page, within = "html") {
    await stands(page)
    await page.evaluate(AXE)
    const { violations: found } = await page.evaluate(
        (selector) =>
            window.axe.run([...document.querySelectorAll(selector)], {
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
            }),
        within,
    )
    return found.map(
        ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} — ${failureSummary}`).join("\n    ")}`,
    )
}

/** Waits until what moves stands still: axe judges colours as they are. What runs for ever is let run. */
export async function stands(page) {
    await page.evaluate(() =>
        Promise.allSettled(
            document
                .getAnimations()
                .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
                .map((one) => one.finished),
        ),
    )
}

/** Takes pictures (into the folder SHOTS, if there is one) of a page in both themes, and axe finds nothing on either. */
export async function looksRight(page, name) {
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme })
        await stands(page)
        if (process.env.SHOTS)
            await page.screenshot({ path: `${process.env.SHOTS}/${name}-${colorScheme}.png` })
        const found = await violations(page)
        check(found.length === 0, `${name}, ${colorScheme}: axe finds nothing ${found.join("\n  ")}`)
    }
    await page.emulateMedia({ colorScheme: "light" })
}

/** A finger on a page: where it goes is told by points or by what is there. */
export async function fingerOf(page) {
    const session = await page.context().newCDPSession(page)
    const send = (type, ...points) =>
        session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) })
    let at = [0, 0]
    const middle = async (locator) => {
        const { x, y, width, height } = await locator.boundingBox()
        return [x + width / 2, y + height / 2]
    }
    return {
        middle,
        down: async (point) => send("touchStart", (at = point)),
        up: () => send("touchEnd"),
        async move(point, steps = 12) {
            const from = at
            for (let step = 1; step <= steps; step += 1) {
                at = from.map((value, axis) => value + ((point[axis] - value) * step) / steps)
                await send("touchMove", at)
                await page.evaluate(() => new Promise(requestAnimationFrame))
            }
        },
    }
}

export function check(is, what) {
    if (!is) throw new Error(`Not so: ${what}`)
    console.log(`  ✓ ${what}`)
}

/** A small repository with one commit on `main`. */
export async function repository(folder, name = "repository") {
    const at = join(folder, name)
    await mkdir(join(at, "src"), { recursive: true })
    await writeFile(join(at, "README.md"), "# A small project\n")
    await writeFile(join(at, "src/calc.py"), "def add(a, b):\n    return a + b\n")
    const git = (...args) => execFileSync("git", ["-C", at, ...args], { encoding: "utf8" }).trim()
    git("init", "-q", "-b", "main")
    git("config", "user.name", "Dev")
    git("config", "user.email", "dev@example.com")
    git("add", "-A")
    git("commit", "-qm", "First")
    return { at, git }
}

/** The API, as any program uses it. */
export function apiOf(base) {
    return async (route, body) => {
        const [method, path] = route.split(" ")
        const response = await fetch(`${base}/api/v1${path}`, {
            method,
            headers: { "Content-Type": "application/json", Prefer: "return=minimal" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
        return response.status === 204 ? null : await response.json()
    }
}
