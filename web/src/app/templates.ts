import { useQuery } from "@tanstack/react-query"
import type { CardTemplate } from "@/api/api.gen"
import { projectSettings } from "@/app/services"
import { catalogue, type Say, useText } from "@/app/text"

const text = catalogue(
    {
        feat: "Feature",
        "feat.text":
            "## Why\n\n\n\n## What it should do\n\n- \n\n## Done when\n\n- [ ] \n- [ ] Tests cover it\n",
        fix: "Bug",
        "fix.text":
            "## Steps\n\n1. \n\n## What happens\n\n\n\n## What should happen\n\n\n\n## Done when\n\n- [ ] A test fails without the fix and passes with it\n",
        refactor: "Refactoring",
        "refactor.text":
            "## What is in the way\n\n\n\n## How it should be\n\n\n\n## What must not change\n\n- \n",
        perf: "Speed",
        "perf.text":
            "## What is slow\n\n\n\n## Measured how, and how much\n\n\n\n## Done when\n\n- [ ] Measured again: \n",
        docs: "Documentation",
        "docs.text": "## Who reads it\n\n\n\n## What they want to know\n\n- \n\n## Where it belongs\n\n\n",
    },
    {
        feat: "機能",
        "feat.text": "## 理由\n\n\n\n## 動作\n\n- \n\n## 完了の条件\n\n- [ ] \n- [ ] テストがある\n",
        fix: "不具合",
        "fix.text":
            "## 手順\n\n1. \n\n## 実際の動作\n\n\n\n## 期待する動作\n\n\n\n## 完了の条件\n\n- [ ] 修正なしでは失敗し、修正後は通るテストがある\n",
        refactor: "リファクタリング",
        "refactor.text":
            "## 妨げになっているもの\n\n\n\n## あるべき姿\n\n\n\n## 変えてはいけないもの\n\n- \n",
        perf: "速度",
        "perf.text": "## 遅いもの\n\n\n\n## 測り方と値\n\n\n\n## 完了の条件\n\n- [ ] 再測定：\n",
        docs: "ドキュメント",
        "docs.text": "## 読む人\n\n\n\n## 知りたいこと\n\n- \n\n## 置く場所\n\n\n",
    },
)

/** The types for which there is something to begin with. */
const KINDS = ["feat", "fix", "refactor", "perf", "docs"] as const

/** What new cards may begin with in a project that has no templates of its own, in the person's language. */
function builtIn(say: Say<typeof text.en>): readonly CardTemplate[] {
    return KINDS.map((kind) => ({
        name: say(kind),
        ticketType: kind,
        description: say(`${kind}.text`),
    }))
}

/** The templates of a project: its own, else those that come with the client. Null: not known yet. */
export function useTemplates(projectId: string): readonly CardTemplate[] | null {
    const say = useText(text)
    const { data, isError } = useQuery(projectSettings(projectId))
    if (!data) return isError ? builtIn(say) : null
    return data.cardTemplates ?? builtIn(say)
}
