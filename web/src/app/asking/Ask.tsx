import { useQueryClient } from "@tanstack/react-query"
import { ShieldQuestion } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import type { Permission, PermissionOption } from "@/api/api.gen"
import { useAgentName } from "@/app/agents"
import { useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { changesOf } from "@/app/tools"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { languageOfPath } from "@/ui/code/languages"
import { hunksOf } from "@/ui/diff/unified"
import { answer } from "./permissions"
import { text } from "./text"

const Hunks = lazy(() => import("@/ui/diff/Hunks").then((module) => ({ default: module.Hunks })))

/** The order in which answers are offered: the careful one first. */
const ORDER: PermissionOption["kind"][] = ["allow_once", "allow_always", "reject_once", "reject_always"]
const WORDS = {
    allow_once: "allow",
    allow_always: "allow_always",
    reject_once: "reject",
    reject_always: "reject_always",
} as const
const WHATS = ["exec", "apply_patch", "read", "search", "fetch", "mcp_tool_call"] as const

interface Props {
    permission: Permission
    /** Who asks; left out where it is plain. */
    /** The key of the agent that asks. */
    agent: string | null
    isCompact?: boolean
}

/** A permission request: what exactly is asked, and the answers. */
export function Ask({ permission, agent, isCompact = false }: Props) {
    const say = useText(text)
    const name = useAgentName(agent)
    const { tool, title, expiresAt } = permission
    const action = WHATS.find((one) => one === tool.action) ?? "other"
    const what = say(`what.${action}`)
    return (
        <section
            aria-label={title}
            data-permission={permission.id}
            className={classes("bg-surface rounded-md border", isCompact ? "border-line" : "border-accent")}
        >
            <header className="flex items-center gap-2 px-3 pt-2">
                <ShieldQuestion size={16} strokeWidth={1.5} className="text-accent shrink-0" aria-hidden />
                <h3 className="min-w-0 flex-1 font-medium">
                    {name === "" ? say("asksPlain", { what }) : say("asks", { agent: name, what })}
                </h3>
                {expiresAt !== null && <Expiry time={expiresAt} />}
            </header>
            <div className="flex flex-col gap-2 px-3 pt-1.5 pb-2.5">
                <What permission={permission} isCompact={isCompact} />
                <Answers permission={permission} />
            </div>
        </section>
    )
}

function Expiry({ time }: { time: string }) {
    const say = useText(text)
    const now = useNow()
    return <span className="text-3 text-xs">{say("expires", { time: elapsed(Date.parse(time) - now) })}</span>
}

/** The command, the difference, or what else it is about. */
function What({ permission: { tool, title }, isCompact }: { permission: Permission; isCompact: boolean }) {
    const say = useText(text)
    const changes = changesOf(tool)
    const height = isCompact ? "max-h-24" : "max-h-80"
    const command = tool.command ?? null
    return (
        <>
            {command !== null && (
                <pre
                    tabIndex={0}
                    className={classes(
                        "mono bg-sunken overflow-auto rounded px-2 py-1.5 break-words whitespace-pre-wrap",
                        height,
                    )}
                >
                    {command}
                </pre>
            )}
            {command === null && title !== "" && <p className="text-2 break-words">{title}</p>}
            {command !== null && tool.cwd && !isCompact && (
                <p className="text-3 mono truncate" title={tool.cwd}>
                    {say("inFolder", { folder: tool.cwd })}
                </p>
            )}
            {changes.map(({ path, diff }) => (
                <div key={path} className="border-line overflow-hidden rounded border">
                    <p className="mono bg-sunken truncate px-2 py-1">{path}</p>
                    {diff !== null && (
                        <div className={classes("overflow-auto", height)} tabIndex={0}>
                            <Suspense>
                                <Hunks hunks={hunksOf(diff)} language={languageOfPath(path)} />
                            </Suspense>
                        </div>
                    )}
                </div>
            ))}
        </>
    )
}

function Answers({ permission }: { permission: Permission }) {
    const say = useText(text)
    const queries = useQueryClient()
    const [chosen, setChosen] = useState<string | null>(null)
    const choose = async (id: string): Promise<void> => {
        setChosen(id)
        await answer(queries, permission, { optionId: id })
        setChosen(null)
    }
    const options = [...permission.options].sort(
        (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
    )
    /** Two options of one kind are told apart by the agent's own words. */
    const isOnly = ({ kind }: PermissionOption): boolean =>
        options.filter((option) => option.kind === kind).length === 1
    return (
        <div className="flex flex-wrap gap-2">
            {options.map((option) => (
                <Button
                    key={option.id}
                    isSmall
                    look={
                        option.kind === "allow_once"
                            ? "primary"
                            : option.kind === "reject_always"
                              ? "danger"
                              : "plain"
                    }
                    title={option.label}
                    disabled={chosen !== null}
                    onClick={() => void choose(option.id)}
                >
                    {isOnly(option) ? say(WORDS[option.kind]) : option.label}
                </Button>
            ))}
        </div>
    )
}
