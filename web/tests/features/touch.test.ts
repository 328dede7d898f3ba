import { expect, test } from "vitest"
import { pull } from "@/features/board/touch"

test("a list scrolls only under a finger that is near one of its ends, the nearer the faster", () => {
    expect(pull(400, 100, 700)).toBe(0)
    expect(pull(156, 100, 700)).toBe(0)
    expect(pull(128, 100, 700)).toBe(-7)
    expect(pull(100, 100, 700)).toBe(-14)
    expect(pull(690, 100, 700)).toBe(12)
})

test("beyond its end it scrolls no faster", () => {
    expect(pull(20, 100, 700)).toBe(-14)
    expect(pull(900, 100, 700)).toBe(14)
})
