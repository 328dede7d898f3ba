import { catalogue } from "@/app/text"

export const text = catalogue(
    {
        write: "Write",
        preview: "Preview",
        nothing: "Nothing written yet.",
        connectFirst: "This needs an account on GitHub.",
    },
    {
        write: "編集",
        preview: "プレビュー",
        nothing: "まだ何も書かれていません。",
        connectFirst: "GitHub アカウントの接続が必要です。",
    },
)
