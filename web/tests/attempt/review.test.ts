import { describe, expect, it } from "vitest"
import { nextAct, otherActs } from "@/features/attempt/changes/next"
import { messageOf, Review, signatureOf } from "@/features/attempt/changes/review"
import { treeOf } from "@/features/attempt/changes/tree"
import type { FileDiff } from "@/api/api.gen"

const comment = (path: string, line: number, words: string) => ({
    id: `${path}:${line}`,
    path,
    line,
    isGone: false,
    code: "a = 1",
    words,
})

describe("comments", () => {
    it("become one message, file by file from top to bottom", () => {
        const message = messageOf([
            comment("b.py", 3, "Third."),
            comment("a.py", 9, "Second. "),
            comment("a.py", 2, "First."),
        ])
        expect(message.startsWith("3 comments on your changes:")).toBe(true)
        expect(message.indexOf("First.")).toBeLessThan(message.indexOf("Second."))
        expect(message.indexOf("Second.")).toBeLessThan(message.indexOf("Third."))
        expect(message).toContain("**a.py, line 2**\n\n```\na = 1\n```\n\nFirst.")
    })

    it("replace the one on the same line", () => {
        const review = new Review("a")
        review.add(comment("a.py", 2, "One."))
        review.add(comment("a.py", 2, "Other."))
        expect(review.comments.value.map(({ words }) => words)).toEqual(["Other."])
    })
})

it("a file's signature is another one when its change is, whatever stands around it", () => {
    const add = { kind: "add", text: "x", new: 1 } as const
    const context = { kind: "context", text: "y", old: 1, new: 2 } as const
    expect(signatureOf([add, context])).toBe(signatureOf([add, { ...context, text: "z" }]))
    expect(signatureOf([add])).not.toBe(signatureOf([{ ...add, text: "z" }]))
    expect(signatureOf([add])).not.toBe(signatureOf([{ kind: "delete", text: "x", old: 1 }]))
})

describe("the next sensible step", () => {
    const calm = { goingOn: null, hasUncommitted: false, ahead: 0, behind: 0, isMerged: false }
    it.each([
        [calm, null],
        [{ ...calm, hasUncommitted: true, behind: 2 }, "commit"],
        [{ ...calm, ahead: 1, behind: 2 }, "update"],
        [{ ...calm, ahead: 1 }, "merge"],
        [{ ...calm, ahead: 1, behind: 1, isMerged: true }, null],
        [{ ...calm, goingOn: "rebase", hasUncommitted: true }, null],
    ] as const)("of %o is %s", (standing, act) => {
        expect(nextAct(standing)).toBe(act)
        expect(otherActs(standing)).not.toContain(act)
    })
})

it("folders that hold one folder alone are one with it", () => {
    const file = (path: string) => ({ path }) as FileDiff
    const tree = treeOf([file("src/app/one.ts"), file("src/app/deep/er/two.ts"), file("top.md")])
    expect(tree.files.map(({ path }) => path)).toEqual(["top.md"])
    expect(tree.folders.map(({ name }) => name)).toEqual(["src/app"])
    expect(tree.folders[0]?.folders.map(({ name }) => name)).toEqual(["deep/er"])
})
