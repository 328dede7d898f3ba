import type { EditorWords } from "@/ui/MarkdownEditor"
import { catalogue, useText } from "./text"

const text = catalogue(
    {
        write: "Write",
        preview: "Preview",
        nothing: "Nothing written yet.",
    },
    {
        write: "編集",
        preview: "プレビュー",
        nothing: "まだ何も書かれていません。",
    },
)

/** The words of an editor for Markdown. */
export function useEditorWords(): EditorWords {
    const say = useText(text)
    return { write: say("write"), preview: say("preview"), nothing: say("nothing") }
}
