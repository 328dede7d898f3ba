import type { GithubSync } from "@/api/events.gen"
import { useText } from "@/app/text"
import { shareOf } from "./following"
import { text } from "./text"

/** Issues on their way in: how far it is, and what became of those that came. */
export function Progress({ sync }: { sync: GithubSync }) {
    const say = useText(text)
    const share = shareOf(sync)
    const { page = 0, pages, counts } = sync
    const where = page === 0 ? "" : pages ? say("page", { page, pages }) : say("pagePlain", { page })
    return (
        <div className="flex flex-col gap-1.5">
            <div
                role="progressbar"
                aria-label={say("importing")}
                aria-valuemin={0}
                aria-valuemax={100}
                {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) })}
                className="bg-sunken h-1.5 overflow-hidden rounded-full"
            >
                <div
                    className={
                        share === null
                            ? "running-line h-full w-full"
                            : "bg-accent h-full transition-[width] duration-150"
                    }
                    style={share === null ? undefined : { width: `${share * 100}%` }}
                />
            </div>
            <p className="text-2 flex flex-wrap gap-x-3 text-xs tabular-nums">
                <span>{say("soFar", numbers(counts))}</span>
                {where && <span className="ml-auto">{where}</span>}
            </p>
        </div>
    )
}

/** The counts as a sentence wants them. */
export function numbers({ imported = 0, updated = 0, skipped = 0 }: GithubSync["counts"]) {
    return { imported, updated, skipped }
}
