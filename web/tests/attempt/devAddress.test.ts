import { describe, expect, it } from "vitest"
import { devAddress } from "@/features/attempt/work/devAddress"

const ESC = "\u001b"

describe("where a dev server listens", () => {
    it.each([
        ["  > Local:   http://127.0.0.1:8000/\n", "http://127.0.0.1:8000/"],
        [
            `${ESC}[32m➜${ESC}[39m Local: ${ESC}[36mhttp://localhost:${ESC}[1m5173${ESC}[22m/${ESC}[39m`,
            "http://localhost:5173/",
        ],
        ["Serving (http://localhost:3000/app?x=1) now", "http://localhost:3000/app?x=1"],
        ["Listening on http://0.0.0.0:8080", "http://board.lan:8080"],
        ["Listening on http://[::]:8080/", "http://board.lan:8080/"],
        ["https://[::1]:8443", "https://[::1]:8443"],
        ["see https://example.com/docs and xhttp://localhost", null],
        ["", null],
    ])("%j: %s", (printed, address) => {
        expect(devAddress(printed, "board.lan")).toBe(address)
    })
})
