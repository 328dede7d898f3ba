import { CircleCheck, CircleDashed, CircleSlash, CircleX, type LucideIcon } from "lucide-react"
import type { Check } from "@/api/api.gen"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { text } from "./text"

const LOOKS: Record<Check["state"], { icon: LucideIcon; colour: string }> = {
    failed: { icon: CircleX, colour: "text-bad" },
    pending: { icon: CircleDashed, colour: "text-warn" },
    passed: { icon: CircleCheck, colour: "text-ok" },
    skipped: { icon: CircleSlash, colour: "text-3" },
}
const ORDER = Object.keys(LOOKS)

/** The checks of a pull request; what failed comes first. */
export function Checks({ checks }: { checks: readonly Check[] }) {
    const say = useText(text)
    const sorted = [...checks].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state))
    return (
        <section aria-label={say("checks")}>
            <h4 className="text-2 mb-1 text-xs font-medium">{say("checks")}</h4>
            {sorted.length === 0 ? (
                <p className="text-3">{say("noChecks")}</p>
            ) : (
                <ul className="border-line divide-line divide-y rounded border">
                    {sorted.map((check) => (
                        <Row key={check.name} check={check} />
                    ))}
                </ul>
            )}
        </section>
    )
}

function Row({ check: { name, state, url, description } }: { check: Check }) {
    const say = useText(text)
    const { icon: Icon, colour } = LOOKS[state]
    return (
        <li className="flex min-h-8 items-center gap-2 px-2.5 py-1">
            <Icon size={14} strokeWidth={1.5} className={classes("shrink-0", colour)} aria-hidden />
            {url === null ? (
                <span className="min-w-0 break-words">{name}</span>
            ) : (
                <a
                    href={url}
                    target="_blank"
                    rel="noreferrer"
                    className="min-w-0 break-words hover:underline"
                >
                    {name}
                </a>
            )}
            {description && <span className="text-3 min-w-0 flex-1 truncate text-xs">{description}</span>}
            <span className={classes("ml-auto shrink-0 text-xs", colour)}>{say(`check.${state}`)}</span>
        </li>
    )
}
