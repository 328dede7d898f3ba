import { describe, expect, it } from "vitest"
import { countsOf, hunksOf, pairsOf } from "@/ui/diff/unified"
import { changedWords } from "@/ui/diff/words"

const DIFF = `--- a/one.py
+++ b/one.py
@@ -1,3 +1,4 @@ def f():
 keep
-old line
+new line
+more
 end
\\ No newline at end of file
`

describe("a unified diff", () => {
    it("is read with its numbers", () => {
        const [hunk] = hunksOf(DIFF)
        expect(hunk).toMatchObject({ oldStart: 1, newStart: 1, heading: "def f():" })
        expect(hunk?.lines).toEqual([
            { kind: "context", text: "keep", old: 1, new: 1 },
            { kind: "delete", text: "old line", old: 2 },
            { kind: "add", text: "new line", new: 2 },
            { kind: "add", text: "more", new: 3 },
            { kind: "context", text: "end", old: 3, new: 4, bare: true },
        ])
        expect(countsOf(hunksOf(DIFF))).toEqual({ added: 2, removed: 1 })
    })

    it("stands side by side, each line beside the one that took its place", () => {
        const pairs = pairsOf(hunksOf(DIFF)[0]?.lines ?? [])
        expect(pairs.map(({ left, right }) => [left?.text, right?.text])).toEqual([
            ["keep", "keep"],
            ["old line", "new line"],
            [undefined, "more"],
            ["end", "end"],
        ])
    })
})

describe("words that differ", () => {
    it("are marked in both lines", () => {
        expect(changedWords("return a + b", "return a - b")).toEqual({ before: [[9, 10]], after: [[9, 10]] })
    })

    it("are not marked where nearly all is new", () => {
        expect(changedWords("import os", "class Reader(Base):")).toBeNull()
    })
})
