import { describe, expect, it } from "vitest"
import { type Command, fit, merged, ranked } from "@/features/palette/ranking"

function command(label: string, group = "General"): Command {
    return { id: label, label, group, run: () => undefined }
}

describe("what fits", () => {
    it("has every word", () => {
        expect(fit("Go to Mission control", "mission go")).not.toBeNull()
        expect(fit("Go to Mission control", "mission board")).toBeNull()
    })
    it("by initials, too", () => {
        expect(fit("Go to Mission control", "mc")).not.toBeNull()
    })
    it("takes signs as they are", () => {
        expect(fit("What (is) this?", "(is)")).not.toBeNull()
        expect(fit("What", ".*")).toBeNull()
    })
    it("puts the beginning before the middle", () => {
        const all = [command("Unboard"), command("Go to Board"), command("Board"), command("Other")]
        expect(ranked(all, "board").map(({ label }) => label)).toEqual(["Board", "Go to Board", "Unboard"])
    })
    it("is everything, in its order, when nothing is wanted", () => {
        const all = [command("B"), command("A")]
        expect(ranked(all, " ")).toEqual(all)
    })
    it("can be found by its group, behind what is found by its name", () => {
        const all = [command("Add", "Projects"), command("Projects of mine")]
        expect(ranked(all, "projects").map(({ label }) => label)).toEqual(["Projects of mine", "Add"])
    })
})

it("what has one name is one entry with all its keys; of two for the same keys the last one works", () => {
    const all = [
        { id: "a", label: "Go", group: "G", keys: "g" },
        { id: "b", label: "Go", group: "G", keys: "h" },
        { id: "c", label: "Go", group: "G", keys: "g" },
        { id: "d", label: "Go", group: "Other", keys: "g" },
    ]
    expect(merged(all).map(({ id, allKeys }) => [id, allKeys])).toEqual([
        ["c", ["h", "g"]],
        ["d", ["g"]],
    ])
})
