import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { useNeeds } from "./needs"
import { text } from "./text"

/** How much needs a person; loud only while somebody waits. */
export default function Count() {
    const say = useText(text)
    const { waiting, total } = useNeeds()
    if (total === 0) return null
    return (
        <span
            title={say("counted", { n: total })}
            className={classes(
                "mono inline-block min-w-5 rounded-full px-1.5 text-center",
                waiting.length > 0 ? "bg-accent text-on-accent font-medium" : "text-3",
            )}
        >
            {total}
        </span>
    )
}
