import { Import } from "lucide-react"
import { useText } from "@/app/text"
import { IconButton } from "@/ui/Button"
import { importing } from "./asked"
import { shareOf, useSync } from "./following"
import { text } from "./text"

/** In the line above a board: brings issues in, and shows how far that is, whoever began it. */
export default function InHeader({ projectId }: { projectId: string }) {
    const say = useText(text)
    const sync = useSync(projectId)
    const share = sync?.status === "running" ? shareOf(sync) : null
    return (
        <>
            {sync?.status === "running" && (
                <span role="status" className="text-2 flex items-center gap-1.5 text-xs whitespace-nowrap">
                    <span aria-hidden className="bg-accent animate-soft size-1.5 rounded-full" />
                    <span className="max-sm:sr-only">{say("importing")}</span>
                    {share !== null && <span className="mono">{Math.round(share * 100)} %</span>}
                </span>
            )}
            <IconButton
                label={say("importFrom")}
                onClick={() => importing.set(projectId)}
                className="max-md:hidden"
            >
                <Import size={16} strokeWidth={1.5} />
            </IconButton>
        </>
    )
}
