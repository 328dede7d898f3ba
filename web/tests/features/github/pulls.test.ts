import { describe, expect, it } from "vitest"
import type { Branch, Card, PullRequest } from "@/api/api.gen"
import { cardNamed, cardOffers, firstHead, headObstacle, headsOf } from "@/features/github/pulls/heads"
import { byPull, digestOf, stateOf } from "@/features/github/pulls/list"
import { closing, followed, unclosed } from "@/features/github/pulls/words"
import { fitting } from "@/ui/offers"

function branch(name: string, more: Partial<Branch> = {}): Branch {
    return { name, displayName: name, kind: "local", isCurrent: false, ...more }
}

function card(more: Partial<Card>): Card {
    return { id: "card-1", title: "Uploads stop", createdAt: "", updatedAt: "", ...more } as Card
}

describe("a branch to propose", () => {
    const branches = [
        branch("main", { isCurrent: true }),
        branch("pause"),
        branch("origin/main", { kind: "remote" }),
    ]

    it("is one of the repository itself", () => {
        expect(headsOf(branches)).toEqual([{ value: "main" }, { value: "pause" }])
        expect(headObstacle("origin/main", "main", branches)).toBe("unknown")
        expect(headObstacle(" ", "main", branches)).toBe("")
        expect(headObstacle("pause ", "main", branches)).toBeNull()
    })

    it("is not the one that it is to go into", () => {
        expect(headObstacle("main", " main", branches)).toBe("same")
    })

    it("is at first what is checked out, if that is work of its own", () => {
        expect(firstHead(branches, "main")).toBe("")
        expect(firstHead(branches, "develop")).toBe("main")
        expect(firstHead([branch("pause")], "main")).toBe("")
    })
})

describe("the card of a pull request", () => {
    const cards = [card({ ticketKey: "W-1" }), card({ id: "card-2", title: "No key" })]

    it("is called by its key, else by its title", () => {
        expect(cardOffers(cards)).toEqual([{ value: "W-1", detail: "Uploads stop" }, { value: "No key" }])
        expect(cardNamed(cards, " w-1 ")?.id).toBe("card-1")
        expect(cardNamed(cards, "no KEY")?.id).toBe("card-2")
        expect(cardNamed(cards, "Uploads stop")).toBeUndefined()
        expect(cardNamed(cards, "")).toBeUndefined()
    })
})

describe("the words of a pull request", () => {
    const before = { title: "pause", body: "", base: "main" }
    const after = { title: "[W-1] Uploads stop", body: "They stop.", base: "develop" }

    it("follow the templates as far as nobody changed them", () => {
        expect(followed(before, before, after)).toEqual(after)
        expect(followed({ ...before, title: "Mine" }, before, after)).toEqual({ ...after, title: "Mine" })
    })

    it("say which issues they would leave open", () => {
        const proposed = { body: "They stop.\n\ncloses #7\nfixes acme/wire#12" }
        expect(unclosed(proposed, "Mine")).toEqual(["closes #7", "fixes acme/wire#12"])
        expect(unclosed(proposed, "Mine\n\nCloses #7 ")).toEqual(["fixes acme/wire#12"])
        expect(unclosed(proposed, "Mine\ncloses #70")).toContain("closes #7")
        expect(unclosed({ body: "It closes #7 and more" }, "")).toEqual([])
    })

    it("get the lines that close them", () => {
        expect(closing("Mine.\n", ["closes #7", "closes #8"])).toBe("Mine.\n\ncloses #7\ncloses #8")
        expect(closing(" \n", ["closes #7"])).toBe("closes #7")
    })
})

describe("a list of pull requests", () => {
    const pull = { merged: false, state: "open", draft: false } as PullRequest

    it("says how each stands, as cards do", () => {
        expect(stateOf(pull)).toBe("open")
        expect(stateOf({ ...pull, draft: true })).toBe("draft")
        expect(stateOf({ ...pull, state: "closed", draft: true })).toBe("closed")
        expect(stateOf({ ...pull, state: "closed", merged: true })).toBe("merged")
    })

    it("is another one when a card's pull request is, and not when a card is renamed", () => {
        const mine = card({ prUrl: "https://github.com/acme/wire/pull/1" })
        const told = { ...mine, pullRequest: { number: 1, state: "merged" as const } }
        expect(byPull([card({ id: "card-2" }), mine]).get(mine.prUrl ?? "")).toBe(mine)
        expect(digestOf([mine])).not.toBe(digestOf([told]))
        expect(digestOf([mine])).toBe(digestOf([{ ...mine, title: "Other" }]))
    })
})

describe("offers", () => {
    const offers = [
        { value: "fix/pause" },
        { value: "pause" },
        { value: "W-1", detail: "Pause uploads" },
        { value: "W-2", detail: "Uploads" },
    ]

    it("are all there as long as nothing is typed", () => {
        expect(fitting(offers, " ")).toBe(offers)
    })

    it("have every word that is typed; what begins so comes first", () => {
        expect(fitting(offers, "pause").map(({ value }) => value)).toEqual(["pause", "fix/pause", "W-1"])
        expect(fitting(offers, "uploads pause").map(({ value }) => value)).toEqual(["W-1"])
        expect(fitting(offers, "nothing")).toEqual([])
    })
})
