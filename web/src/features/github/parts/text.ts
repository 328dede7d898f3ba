import { catalogue } from "@/app/text"

export const text = catalogue(
    { write: "Write", preview: "Preview", nothing: "Nothing written yet." },
    { write: "編集", preview: "プレビュー", nothing: "まだ何も書かれていません。" },
)
