import { describe, expect, it } from "vitest"
import { arrivedBetween, type Shown } from "@/features/board/arrivals"

const BASIS = {}
const shown = (cardIds: string[], told = cardIds, basis: unknown = BASIS): Shown => ({ cardIds, told, basis })

describe("cards that came into a column", () => {
    it("are those that the server told", () => {
        expect(arrivedBetween(shown(["a", "b"]), shown(["n", "a", "m", "b"]))).toEqual(["n", "m"])
    })
    it("are not those that one put there oneself", () => {
        expect(arrivedBetween(shown(["a"]), shown(["mine", "a"], ["a"]))).toEqual([])
    })
    it("are not those that another filter shows", () => {
        expect(arrivedBetween(shown(["a"]), shown(["a", "b"], ["a", "b"], {}))).toEqual([])
    })
    it("are not those that only have another place", () => {
        expect(arrivedBetween(shown(["a", "b"]), shown(["b", "a"]))).toEqual([])
    })
})
