import { describe, expect, it } from "vitest"
import { money, shortMoney } from "@/app/money"

describe("money", () => {
    it("is told as exactly as it takes to tell it from nothing", () => {
        expect([12.4, 0, 0.0013, 0.00234].map((value) => money(value, "USD", "en"))).toEqual([
            "$12.40",
            "$0.00",
            "$0.0013",
            "$0.0023",
        ])
    })

    it("is in dollars where an agent names no currency, and bears one that there is none of", () => {
        expect(money(2, null, "en")).toBe("$2.00")
        expect(money(12.4, "credits", "en")).toBe("12.4 credits")
        expect(money(0.0013, "credits", "en")).toBe("0.0013 credits")
        expect(shortMoney(1_500, "credits", "en")).toBe("1.5K credits")
    })

    it("is short on an axis", () => {
        expect([5, 1.5, 1_500, 0.01].map((value) => shortMoney(value, "USD", "en"))).toEqual([
            "$5",
            "$1.50",
            "$1.5K",
            "$0.01",
        ])
    })
})
