import { catalogue } from "@/app/text"

export const text = catalogue(
    {
        enhanced: "Enhanced",
        enhancing: "Enhancing…",
        proposal: "Proposal ready",
        notEnhanced: "Not enhanced",
    },
    {
        enhanced: "改善済み",
        enhancing: "改善中…",
        proposal: "提案あり",
        notEnhanced: "改善できませんでした",
    },
)
