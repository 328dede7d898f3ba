import { describe, expect, it } from "vitest"
import { exampleOf } from "@/features/settings/branchExample"
import { pick } from "@/features/settings/saving"
import { outline } from "@/features/settings/TemplateSection"

describe("a branch template's example", () => {
    it("fills in what is known", () => {
        expect(exampleOf("{prefix}/{ticketKey}-{slug}")).toEqual({
            branch: "WC/WC-12-retry-uploads",
            unknown: [],
        })
        expect(exampleOf(" {type}/x ").branch).toBe("feat/x")
    })
    it("tells what is not known", () => {
        expect(exampleOf("{user}/{slug}-{}")).toEqual({
            branch: "{user}/retry-uploads-{}",
            unknown: ["{user}", "{}"],
        })
    })
})

it("undoing sends what was there, and null for what was not", () => {
    expect(pick<{ a?: number; b?: string }>({ a: 1 }, ["a", "b"])).toEqual({ a: 1, b: null })
})

describe("a template in a line", () => {
    it("is its headings, where it has some", () => {
        expect(outline("## Why\n\nBecause.\n\n### Done when\n- [ ] x")).toBe("Why · Done when")
    })
    it("is its beginning, where it has none", () => {
        expect(outline("First line\n\n  second ")).toBe("First line second")
    })
})
