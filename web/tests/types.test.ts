import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
// @ts-expect-error: a script, without types of its own
import { generated } from "../scripts/types.mjs"

it("the generated types are fresh: `npm run types` writes them anew", async () => {
    const files = await (generated as () => Promise<Record<string, string>>)()
    for (const [name, content] of Object.entries(files)) {
        const found = readFileSync(new URL(`../src/api/${name}`, import.meta.url), "utf8")
        expect(found === content, `src/api/${name} is stale: \`npm run types\` writes it anew`).toBe(true)
    }
})
