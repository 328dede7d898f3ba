// An attempt's branch, through its user's eyes: some files committed, a push, conflicts with the base (refused, kept,
// given up, resolved; by rebase and by merge), and the three ways into the base, with what is in the way.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { check, staged } from "../stage.mjs"
import { scene } from "./scene.mjs"

await staged(async (stage) => {
    const { at, git, worked, address, page: open, keep, clean, calm, write, read } = await scene(stage, "git")
    const page = await open()
    const dialog = page.getByRole("dialog")
    const inWorktree = (of, ...args) => execFileSync("git", ["-C", of, ...args], { encoding: "utf8" }).trim()
    const act = (name) => page.getByRole("tabpanel").getByRole("button", { name, exact: true })
    const more = async (name) => {
        await page.getByRole("button", { name: "More that can be done with the branch" }).click()
        await page.getByRole("menuitem", { name }).click()
    }
    /** Changes `main` below the attempt's feet. */
    /** A commit in the person's own folder: the page that is open learns of it by itself. */
    const onMain = async (path, content, subject) => {
        await write(at, path, content)
        git("add", "-A")
        git("commit", "-qm", subject)
    }

    // ── Some of the files ───────────────────────────────────────────────────────────────────────────────────────────
    const first = await worked("Add shapes", {
        "circle.py": "PI = 3\n",
        "square.py": "SIDES = 4\n",
        "notes.txt": "not for others\n",
    })
    await page.goto(address(first.card, "changes"))
    await page.locator("[data-file='notes.txt']").waitFor()
    await act("Commit").click()
    await dialog.getByText("3 of 3 files").waitFor()
    await dialog.getByRole("checkbox", { name: "notes.txt" }).click()
    await dialog.getByText("2 of 3 files").waitFor()
    await keep(page, "commit-some")
    await clean(page, "the dialog that commits some files")
    await dialog.getByRole("button", { name: "Commit", exact: true }).click()
    await page.getByText(/^Committed as /).waitFor()
    check(
        inWorktree(first.at, "show", "--format=", "--name-only", "HEAD") === "circle.py\nsquare.py",
        "the commit has the chosen files",
    )
    check(inWorktree(first.at, "status", "--porcelain") === "?? notes.txt", "the other one waits uncommitted")
    await page.getByLabel("What is compared").selectOption({ label: "Not committed" })
    await page.locator("[data-file='circle.py']").waitFor({ state: "detached" })
    await page.locator("[data-file='notes.txt']").waitFor()
    check(true, "what is not committed can be looked at alone")

    // ── Push ────────────────────────────────────────────────────────────────────────────────────────────────────────
    await more("Push")
    await page.getByText("The branch was not pushed").waitFor()
    await keep(page, "no-remote")
    check(true, "without a remote a push says what is missing")
    await page.getByRole("button", { name: "Dismiss" }).first().click()
    const remote = join(stage.folder, "remote.git")
    execFileSync("git", ["init", "-q", "--bare", remote])
    git("remote", "add", "origin", remote)
    await more("Push")
    await page.getByText(`${first.attempt.branchName} was pushed to origin`).waitFor()
    await keep(page, "pushed")
    check(
        inWorktree(first.at, "rev-parse", "HEAD") ===
            inWorktree(remote, "rev-parse", `refs/heads/${first.attempt.branchName}`),
        "the remote has the branch",
    )
    git("remote", "remove", "origin")

    // ── A conflict, refused and kept, by rebase ─────────────────────────────────────────────────────────────────────
    const second = await worked("Say it louder", { "README.md": "# A loud project\n" })
    await page.goto(address(second.card, "changes"))
    await act("Commit").click()
    await dialog.getByText("1 of 1 files").waitFor()
    await dialog.getByRole("button", { name: "Commit", exact: true }).click()
    await dialog.waitFor({ state: "detached" })
    await onMain("README.md", "# A quiet project\n", "Quieter")
    await page.getByText("1 behind main").waitFor()
    const before = inWorktree(second.at, "rev-parse", "HEAD")
    await act("Update from main").click()
    await dialog.getByRole("button", { name: "Update from main" }).click()
    await dialog.getByRole("alert").waitFor()
    await keep(page, "update-refused")
    await clean(page, "a conflict that was refused")
    check((await dialog.getByRole("alert").innerText()).includes("README.md"), "a conflict names its files")
    check(
        inWorktree(second.at, "rev-parse", "HEAD") === before &&
            inWorktree(second.at, "status", "--porcelain") === "",
        "and changes nothing",
    )
    await dialog.getByRole("button", { name: "Keep the conflict, to resolve it" }).click()
    const conflicts = page.getByRole("region", { name: "Conflicts" })
    await conflicts.getByText("The rebase waits: 1 file is in conflict").waitFor()
    await keep(page, "conflict")
    await clean(page, "a conflict that waits")
    await conflicts.getByRole("button", { name: "Continue" }).click()
    await page.getByText("It could not be continued").waitFor()
    await keep(page, "continue-refused")
    check(true, "what still has the marks of a conflict is not continued")
    await page.getByRole("button", { name: "Dismiss" }).first().click()
    await conflicts.getByRole("button", { name: "Abort" }).click()
    await conflicts.waitFor({ state: "detached" })
    check(inWorktree(second.at, "rev-parse", "HEAD") === before, "what was given up is as it was")

    await act("Update from main").click()
    await dialog.getByRole("button", { name: "Update from main" }).click()
    await dialog.getByRole("button", { name: "Keep the conflict, to resolve it" }).click()
    await conflicts.waitFor()
    await write(second.at, "README.md", "# A quiet but loud project\n")
    await conflicts.getByRole("button", { name: "Continue" }).click()
    await conflicts.waitFor({ state: "detached" })
    await act("Merge into main").waitFor()
    check(
        (await read(second.at, "README.md")).includes("quiet but loud") &&
            inWorktree(second.at, "rev-list", "--count", "main..HEAD") === "1",
        "resolved, the rebase goes on to its end",
    )

    // ── The same by a merge of the base ─────────────────────────────────────────────────────────────────────────────
    await onMain("README.md", "# A very quiet project\n", "Quieter still")
    await act("Update from main").click()
    await dialog.getByLabel("How").selectOption("merge")
    await dialog.getByRole("button", { name: "Update from main" }).click()
    await dialog.getByRole("button", { name: "Keep the conflict, to resolve it" }).click()
    await conflicts.getByText("The merge waits: 1 file is in conflict").waitFor()
    await write(second.at, "README.md", "# A very quiet but loud project\n")
    await conflicts.getByRole("button", { name: "Continue" }).click()
    await conflicts.waitFor({ state: "detached" })
    await act("Merge into main").waitFor()
    check(inWorktree(second.at, "log", "-1", "--format=%P").includes(" "), "a merge is continued, too")

    // ── Into the base: what is in the way, and the three ways ───────────────────────────────────────────────────────
    const merge = async (how) => {
        await act("Merge into main").click()
        await dialog.getByLabel("How").selectOption(how)
        await dialog.getByRole("button", { name: "Merge into main" }).click()
    }
    await write(at, "README.md", "# Somebody is writing here\n")
    await merge("merge")
    await dialog.getByRole("alert").waitFor()
    await keep(page, "merge-in-the-way")
    await clean(page, "a merge that was refused")
    check(
        (await dialog.getByRole("alert").innerText()).includes("README.md") &&
            (await read(at, "README.md")).includes("Somebody"),
        "a merge does not run over what somebody has not committed, and says which file it is",
    )
    git("checkout", "-q", "README.md")
    await dialog.getByRole("button", { name: "Merge into main" }).click()
    await page.getByText("Merged into main").first().waitFor()
    await act("Merge into main").waitFor({ state: "detached" })
    await keep(page, "merged")
    check(git("log", "-1", "--format=%P", "main").includes(" "), "with a merge commit")

    const third = await worked("Write a list", { "list.txt": "one\n" })
    await page.goto(address(third.card, "changes"))
    inWorktree(third.at, "add", "-A")
    inWorktree(third.at, "commit", "-qm", "List")
    await write(third.at, "list.txt", "one\ntwo\n")
    inWorktree(third.at, "commit", "-qam", "Longer")
    await page.getByText("2 commits").waitFor()
    await merge("squash")
    await page.getByText("Merged into main").first().waitFor()
    check(
        git("log", "-1", "--format=%P", "main").split(" ").length === 1 &&
            git("show", "main:list.txt") === "one\ntwo",
        "as one commit",
    )
    await act("Merge into main").waitFor({ state: "detached" })
    await page.getByText("2 commits · Merged into main").waitFor()
    check(true, "and then it is not offered again, though the commits themselves are not there")
    await keep(page, "squashed")

    const fourth = await worked("Write a word", { "word.txt": "word\n" })
    await page.goto(address(fourth.card, "changes"))
    inWorktree(fourth.at, "add", "-A")
    inWorktree(fourth.at, "commit", "-qm", "Word")
    await onMain("other.txt", "other\n", "Other")
    await page.getByText("1 behind main").waitFor()
    await more("Merge into main")
    await dialog.getByLabel("How").selectOption("ff")
    await dialog.getByRole("button", { name: "Merge into main" }).click()
    await dialog.getByRole("alert").waitFor()
    await keep(page, "not-forward")
    check(true, "where the base cannot merely move forward it says so")
    await dialog.getByRole("button", { name: "Cancel" }).click()
    await act("Update from main").click()
    await dialog.getByRole("button", { name: "Update from main" }).click()
    await dialog.waitFor({ state: "detached" })
    await merge("ff")
    await page.getByText("Merged into main").first().waitFor()
    check(
        git("rev-parse", "main") === inWorktree(fourth.at, "rev-parse", "HEAD"),
        "after an update it moves forward",
    )
    // What was refused is a response of 4xx, which Chromium itself writes to the console.
    calm(/the server responded with a status of 4(00|09|22)/)
})
