import { CircleCheck, CircleX, Cog } from "lucide-react"
import { memo } from "react"
import type { Automation } from "@/api/api.gen"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { text } from "../text"
import { duration } from "../words"
import { useOpen } from "./context"
import { Line } from "./ItemRow"
import { Output } from "./Output"
import { Since } from "./ToolRow"

/** A run of one of the project's scripts. While it goes on it shows what it prints. */
export const AutomationRow = memo(function AutomationRow({ item }: { item: Automation }) {
    const say = useText(text)
    const [isToggled, toggle] = useOpen(item.id)
    const isRunning = item.status === "running"
    const isBad = item.status === "failed" && !item.allowedFailure
    // What runs, or went wrong, is open unless somebody closed it.
    const isOpen = isRunning || isBad ? !isToggled : isToggled
    const Icon = isRunning ? Cog : item.status === "failed" ? CircleX : CircleCheck
    return (
        <div className="py-px">
            <Line isOpen={isOpen} onToggle={toggle}>
                <Icon
                    size={14}
                    strokeWidth={1.5}
                    aria-hidden
                    className={classes(
                        "shrink-0",
                        isRunning ? "animate-soft text-accent" : isBad ? "text-bad" : "text-3",
                    )}
                />
                <span className="shrink-0">{say(`stage.${item.stage}`)}</span>
                <span className="mono text-1 min-w-0 truncate">{item.command.split("\n", 1)[0]}</span>
                <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-xs">
                    {item.status === "failed" && (
                        <span className={isBad ? "text-bad" : "text-warn"}>
                            {item.allowedFailure
                                ? say("allowedFailure")
                                : item.exitCode === null
                                  ? say("failed")
                                  : say("exit", { code: item.exitCode })}
                        </span>
                    )}
                    {isRunning && (
                        <span className="text-accent">
                            <Since time={item.startedAt} />
                        </span>
                    )}
                    {item.durationMs !== null && (
                        <span className="mono text-3">{duration(item.durationMs)}</span>
                    )}
                </span>
            </Line>
            {isOpen && (
                <div className="mb-2 ml-5 pt-1">
                    <Output
                        itemId={item.id}
                        stdout={item.stdout}
                        stderr={item.stderr}
                        bytes={
                            typeof item.metadata?.outputBytes === "number" ? item.metadata.outputBytes : null
                        }
                        isRunning={isRunning}
                    />
                </div>
            )}
        </div>
    )
})
