import { describe, expect, it } from "vitest"
import type { IssuePreview, Review, ReviewComment } from "@/api/api.gen"
import type { GithubSync } from "@/api/events.gen"
import { titled } from "@/features/github/enhance/titled"
import { followed, shareOf } from "@/features/github/issues/following"
import { marked } from "@/features/github/issues/marked"
import { numbersOf, orderOf } from "@/features/github/issues/order"
import { isOver, numberOf } from "@/features/github/pulls/number"
import { threadsOf } from "@/features/github/pulls/threads"

describe("what an agent writes", () => {
    it.each([
        ["# Retry\n\nWith a pause.", "Retry", "With a pause."],
        ["I looked first.\n\n# Retry", "Retry", ""],
        ["# Retry\n## Why\nIt stops.", "Retry", "## Why\nIt stops."],
        ["#", "", ""],
        ["## No title\nText", "", ""],
    ])("%j is read as far as it is there", (written, title, description) => {
        expect(titled(written)).toEqual({ title, description })
    })
})

describe("an import", () => {
    const wish = { repository: "acme/wire", state: "open" as const, labels: "", withDeleted: false }

    it.each(["acme/wire", " acme/wire ", "https://github.com/acme/wire", "http://127.0.0.1:1/acme/wire.git"])(
        "knows %s",
        (repository) => {
            expect(orderOf({ ...wish, repository })).toMatchObject({ owner: "acme", repo: "wire" })
        },
    )

    it.each(["", "wire", "acme/wire/x", "acme /wire"])("does not know %j", (repository) => {
        expect(orderOf({ ...wish, repository })).toBeNull()
    })

    it("takes labels once each, however they are typed", () => {
        expect(orderOf({ ...wish, labels: " bug, ,wish,bug" })?.labels).toEqual(["bug", "wish"])
    })

    it("names issues only where some are left out", () => {
        const issues = [1, 2, 3].map((number) => ({ number })) as IssuePreview["issues"]
        const preview = { repository: "acme/wire", new: 3, updated: 0, skipped: 0, issues }
        expect(numbersOf(preview, new Set())).toBeNull()
        expect(numbersOf(preview, new Set([2]))).toEqual([1, 3])
    })

    it("is as far as its pages, and stays where it broke off", () => {
        const run: GithubSync = {
            status: "running",
            cause: "import",
            repository: "acme/wire",
            counts: {},
            page: 2,
            pages: 4,
            at: "",
        }
        expect(shareOf(run)).toBe(0.5)
        expect(shareOf({ ...run, pages: null })).toBeNull()
        const failed = followed(run, { ...run, status: "failed", page: 0, pages: null })
        expect(failed).toMatchObject({ status: "failed", page: 2, pages: 4 })
        expect(followed(failed, { ...run, page: 0 }).page).toBe(0)
    })
})

describe("texts in conflict", () => {
    it("are marked where they differ", () => {
        expect(marked("It stops at once", "It stops later")).toEqual([
            [
                { text: "It stops ", isOther: false },
                { text: "at once", isOther: true },
            ],
            [
                { text: "It stops ", isOther: false },
                { text: "later", isOther: true },
            ],
        ])
    })

    it("are not marked where nothing is the same", () => {
        expect(marked("One", "Another")[0]).toEqual([{ text: "One", isOther: false }])
    })
})

describe("a pull request", () => {
    it("has the number that GitHub told, else that of its address", () => {
        expect(numberOf({ prUrl: "https://github.com/acme/wire/pull/7" })).toBe(7)
        expect(numberOf({ prUrl: "x", pullRequest: { number: 8, state: "open" } })).toBe(8)
        expect(numberOf({})).toBeNull()
        expect(isOver({ pullRequest: { number: 8, state: "merged" } })).toBe(true)
        expect(isOver({ prUrl: "x" })).toBe(false)
    })

    it("shows what was said in its order, answers below what they answer", () => {
        const review = {
            id: 1,
            author: "a",
            body: "",
            state: "commented",
            submittedAt: "3",
            url: "",
        } as Review
        const comment = {
            author: "a",
            path: "f",
            line: 1,
            outdated: false,
            code: null,
            body: "b",
            updatedAt: "",
            url: "",
        }
        const said = threadsOf([review, { ...review, id: 2, state: "approved", submittedAt: "2" }], [
            { ...comment, id: 12, inReplyTo: 11, createdAt: "4" },
            { ...comment, id: 11, inReplyTo: null, createdAt: "1" },
            { ...comment, id: 13, inReplyTo: 99, createdAt: "5" },
        ] as ReviewComment[])
        expect(said.map((one) => (one.kind === "review" ? `r${one.review.id}` : `c${one.first.id}`))).toEqual(
            ["c11", "r2", "c13"],
        )
        expect(said[0]).toMatchObject({ answers: [{ id: 12 }] })
    })
})
