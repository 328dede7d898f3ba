import { SquareTerminal } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import type { TabProps } from "@/app/feature"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Empty } from "@/ui/states"
import { AttemptFrame, type Shown } from "../frame/AttemptFrame"
import { openTerminal, type Phase, type TerminalHandle } from "./terminal"
import { text } from "./text"

/** A shell in the attempt's worktree, shared by all who look at it. */
export default function TerminalTab(about: TabProps) {
    return <AttemptFrame about={about}>{(shown) => <Shell {...shown} />}</AttemptFrame>
}

function Shell({ attempt, projectId, card }: Shown) {
    const say = useText(text)
    const box = useRef<HTMLDivElement>(null)
    const handle = useRef<TerminalHandle | null>(null)
    const [phase, setPhase] = useState<Phase>({ name: "connecting" })
    const hasWorktree = attempt.worktreePath !== null
    useEffect(() => {
        const element = box.current
        if (!element || !hasWorktree) return
        const opened = openTerminal(element, { projectId, cardId: card.id }, setPhase)
        handle.current = opened
        return () => opened.close()
    }, [projectId, card.id, hasWorktree])
    if (!hasWorktree)
        return (
            <Empty icon={SquareTerminal} title={say("noWorktree")}>
                {say("noWorktreeHint")}
            </Empty>
        )
    return (
        <div className="flex min-h-0 flex-1 flex-col">
            {phase.name !== "open" && (
                <div
                    role="status"
                    className={classes(
                        "flex min-h-9 items-center gap-3 px-4 py-1.5 text-xs",
                        phase.name === "closed" ? "bg-warn-tint" : "text-3",
                    )}
                >
                    <span className="min-w-0 flex-1">
                        {phase.name === "closed"
                            ? say("terminalClosed", { reason: phase.reason || "…" })
                            : say(phase.name === "waiting" ? "terminalWaiting" : "terminalConnecting")}
                    </span>
                    {phase.name !== "connecting" && (
                        <Button isSmall onClick={() => handle.current?.again()}>
                            {say("reconnect")}
                        </Button>
                    )}
                </div>
            )}
            <div ref={box} className="bg-sunken min-h-0 flex-1 overflow-hidden p-2" />
        </div>
    )
}
