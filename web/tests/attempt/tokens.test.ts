import { describe, expect, it } from "vitest"
import { languageNamed, languageOfPath } from "@/ui/code/languages"
import { tokensOf } from "@/ui/code/tokens"

describe("the highlighter's markup", () => {
    it("becomes tokens line by line, and entities their characters", () => {
        expect(tokensOf('<span class="hljs-keyword">if</span> a &lt; &quot;b&quot;\nend')).toEqual([
            [
                ["keyword", "if"],
                ["", ' a < "b"'],
            ],
            [["", "end"]],
        ])
    })

    it("goes on with a kind over a line's end", () => {
        expect(tokensOf('<span class="hljs-string">one\ntwo</span>')).toEqual([
            [["string", "one"]],
            [["string", "two"]],
        ])
    })

    it("gives what is nested and unnamed the kind around it", () => {
        expect(tokensOf('<span class="hljs-string">a<span class="language-x">b</span></span>')).toEqual([
            [["string", "ab"]],
        ])
    })
})

it("a language is known by a fence's word and by a file's name", () => {
    expect(languageNamed("TS")).toBe("typescript")
    expect(languageOfPath("src/app.py")).toBe("python")
    expect(languageOfPath("sub/Makefile")).toBe("makefile")
    expect(languageOfPath("LICENSE")).toBeNull()
})
