// What the walks through attempts have in common: a project of a real repository, cards, attempts of the demo agent, and
// pages that look at them. With SHOTS=<folder> screenshots are kept.
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { apiOf, check, opened, repository, violations } from "../stage.mjs"

const SIZE = { width: 1440, height: 900 }
/** Milliseconds for what an agent or the server does by itself. */
export const PATIENCE = 60_000

export async function scene({ browser, base, folder }, name) {
    const api = apiOf(base)
    await api("POST /onboarding/complete", {})
    const { at, git } = await repository(folder)
    const project = await api("POST /projects", { repositoryPath: at, name: "Acme" })
    const board = await api(`GET /boards/${project.id}`)
    const errors = []
    let pictures = 0

    const card = async (title, description) =>
        (
            await api(`POST /boards/${project.id}/cards`, {
                columnId: board.state.columnOrder[0],
                title,
                description,
            })
        ).card
    const attempt = async (of, more = {}) =>
        await api(`POST /projects/${project.id}/cards/${of.id}/attempts`, { agent: "DEMO", ...more })
    const status = (page, word) =>
        page.getByRole("tabpanel").getByRole("status").filter({ hasText: word }).first()
    return {
        api,
        at,
        git,
        project,
        card,
        attempt,
        status,
        errors,
        /** The settings that are given. */
        set: (settings) => api(`PATCH /projects/${project.id}/settings`, settings),
        /** A page of a browser of its own; its errors are the scene's. */
        page: async (options = {}) => {
            const { page, errors: mine } = await opened(browser, { viewport: SIZE, ...options })
            errors.push(mine)
            return page
        },
        address: (of, tab, attemptId) =>
            `${base}/p/${project.id}/c/${of.ticketKey}?tab=${tab}${attemptId ? `&attempt=${attemptId}` : ""}`,
        /** Waits until an attempt has ended, as its page says it. */
        finished: (page) => status(page, "Finished").waitFor({ timeout: PATIENCE }),
        /** A finished attempt whose worktree holds these files, which nobody has committed. */
        worked: async (title, files) => {
            const of = await card(title, "demo: say 1")
            const made = await attempt(of)
            const done = await until(async () => {
                const now = await api(`GET /attempts/${made.id}`)
                return now.status === "succeeded" ? now : null
            })
            for (const [path, content] of Object.entries(files))
                await writeFile(join(done.worktreePath, path), content)
            return { card: of, attempt: done, at: done.worktreePath }
        },
        write: (folderOf, path, content) => writeFile(join(folderOf, path), content),
        read: (folderOf, path) => readFile(join(folderOf, path), "utf8"),
        keep: async (page, what) => {
            pictures += 1
            if (!process.env.SHOTS) return
            const number = String(pictures).padStart(2, "0")
            await page.waitForTimeout(250) // for what moves in
            await page.screenshot({ path: join(process.env.SHOTS, `${name}-${number}-${what}.png`) })
        },
        clean: async (page, what) => {
            const found = await violations(page, "[role=tabpanel], [role=dialog], aside")
            check(found.length === 0, `axe finds nothing: ${what} ${found.join("\n")}`)
        },
        calm: (allowed = /^$/) => {
            const loud = errors.flat().filter((error) => !allowed.test(error))
            check(loud.length === 0, `no errors in the console ${loud.join("\n")}`)
        },
    }
}

/** Looks until there is an answer. */
export async function until(look, patience = PATIENCE) {
    const end = Date.now() + patience
    for (;;) {
        const found = await look()
        if (found) return found
        if (Date.now() > end) throw new Error(`nothing came of ${look}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
    }
}
