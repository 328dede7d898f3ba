import { CircleAlert, Sparkles } from "lucide-react"
import type { Enhancement } from "@/api/api.gen"
import { useText } from "@/app/text"
import { Mark } from "@/ui/Mark"
import { text } from "./text"

interface Props {
    /** How far a proposal for a better text is; null: there is none. */
    status: Enhancement["status"] | null
    isEnhanced: boolean
}

/** Whether a card's text is being rewritten, was, or might be. */
export function EnhancementMark({ status, isEnhanced }: Props) {
    const say = useText(text)
    switch (status) {
        case "enhancing":
            return <Mark icon={Sparkles} colour="text-spark" word={say("enhancing")} isGoingOn />
        case "ready":
            return <Mark icon={Sparkles} colour="text-accent" word={say("proposal")} />
        case "failed":
            return <Mark icon={CircleAlert} colour="text-warn" word={say("notEnhanced")} />
        default:
            return isEnhanced ? <Mark icon={Sparkles} colour="text-spark" word={say("enhanced")} /> : null
    }
}
