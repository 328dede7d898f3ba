import { useMutation, useQueryClient } from "@tanstack/react-query"
import {
    Check,
    CircleAlert,
    CircleDashed,
    CircleHelp,
    Download,
    KeyRound,
    type LucideIcon,
    MoreHorizontal,
    Plus,
    RefreshCw,
} from "lucide-react"
import type { AgentEntry, ProfileRow } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useProjects } from "@/app/services"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { CopyButton } from "@/ui/CopyButton"
import { Menu } from "@/ui/Menu"
import type { Opened } from "./AgentsPage"
import { piecesOf, withoutHint } from "./form"
import { type Standing, standingOf } from "./standing"
import { text } from "./text"

const LOOKS: Record<Standing, { icon: LucideIcon; colour: string }> = {
    ready: { icon: Check, colour: "text-ok" },
    unknown: { icon: CircleHelp, colour: "text-info" },
    login: { icon: KeyRound, colour: "text-warn" },
    broken: { icon: CircleAlert, colour: "text-bad" },
    missing: { icon: Download, colour: "text-2" },
    unlooked: { icon: CircleDashed, colour: "text-2" },
}

interface Props {
    agent: AgentEntry
    profiles: readonly ProfileRow[]
    onOpen: (opened: Opened) => void
}

export function AgentRow({ agent, profiles, onOpen }: Props) {
    const say = useText(text)
    const queries = useQueryClient()
    const check = useMutation({
        mutationFn: () => call("POST /agents/{agent_key}/check", { path: { agent_key: agent.key } }),
        onSuccess: () => queries.invalidateQueries({ queryKey: ["agents"] }),
        onError: (error) => complain(say("notChecked", { agent: agent.label }), error),
    })
    const remove = useMutation({
        mutationFn: () => call("DELETE /agents/{agent_key}", { path: { agent_key: agent.key } }),
        onSuccess: () => queries.invalidateQueries({ queryKey: ["agents"] }),
        onError: (error) => complain(say("notRemoved", { agent: agent.label }), error),
    })
    const standing = standingOf(agent)
    const { icon: Icon, colour } = LOOKS[standing]
    const facts = [
        agent.version,
        agent.models && agent.models.length > 0 && say("models", { n: agent.models.length }),
        agent.images && say("images"),
        agent.resume && say("resumes"),
    ].filter(Boolean)
    return (
        <article aria-label={agent.label} className="px-3 py-2.5">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h3 className="font-medium">{agent.label}</h3>
                <span className={classes("flex items-center gap-1 text-xs", colour)}>
                    <Icon size={14} strokeWidth={1.5} aria-hidden />
                    {say(standing)}
                </span>
                <span className="text-2 mono truncate">{facts.join(" · ")}</span>
                <div className="ml-auto flex items-center gap-1">
                    <Button
                        isSmall
                        look="ghost"
                        aria-label={`${say(check.isPending ? "checking" : "check")}: ${agent.label}`}
                        disabled={check.isPending}
                        onClick={() => check.mutate()}
                    >
                        <RefreshCw size={12} strokeWidth={1.5} aria-hidden />
                        {say(check.isPending ? "checking" : "check")}
                    </Button>
                    {agent.program && (
                        <Menu
                            align="end"
                            entries={() => [
                                {
                                    id: "edit",
                                    label: say("edit"),
                                    run: () => onOpen({ kind: "program", agent }),
                                },
                                {
                                    id: "remove",
                                    label: say("remove"),
                                    isDangerous: true,
                                    run: () => remove.mutate(),
                                },
                            ]}
                        >
                            <IconButton label={say("more", { agent: agent.label })} className="size-6">
                                <MoreHorizontal size={14} strokeWidth={1.5} />
                            </IconButton>
                        </Menu>
                    )}
                </div>
            </div>
            {agent.program && (
                <p className="text-2 mono mt-0.5 truncate">
                    {[agent.program.command, ...(agent.program.args ?? [])].join(" ")}
                </p>
            )}
            {agent.problem && standing !== "missing" && (
                <p className="mt-1">{withoutHint(agent.problem, agent.hint)}</p>
            )}
            {agent.hint && <Hint hint={agent.hint} isInstalling={standing === "missing"} />}
            {standing !== "missing" && (
                <ul className="mt-1.5 flex flex-wrap items-center gap-1.5">
                    {profiles.map((profile) => (
                        <li key={profile.id}>
                            <button
                                type="button"
                                onClick={() => onOpen({ kind: "profile", agent, profile })}
                                className="border-line hover:bg-hover flex h-6 items-center gap-1.5 rounded border px-2 text-xs"
                            >
                                {profile.name}
                                {profile.projectId && <Owner projectId={profile.projectId} />}
                            </button>
                        </li>
                    ))}
                    <li>
                        <Button
                            isSmall
                            look="ghost"
                            aria-label={`${say("newProfile")}: ${agent.label}`}
                            onClick={() => onOpen({ kind: "profile", agent, profile: null })}
                        >
                            <Plus size={12} strokeWidth={1.5} aria-hidden />
                            {say("newProfile")}
                        </Button>
                    </li>
                </ul>
            )}
        </article>
    )
}

function Owner({ projectId }: { projectId: string }) {
    const project = useProjects()?.find(({ id }) => id === projectId)
    return <span className="text-3">{project?.name}</span>
}

/** What to do, with its commands in a form that can be copied. What installs it is said in the person's language. */
function Hint({ hint, isInstalling }: { hint: string; isInstalling: boolean }) {
    const say = useText(text)
    const pieces = piecesOf(hint)
    const commands = pieces.filter(({ isCommand }) => isCommand)
    const isKnown = isInstalling && commands.length === 1
    return (
        <p className="text-2 mt-0.5">
            {isKnown && `${say("installWith")} `}
            {(isKnown ? commands : pieces).map(({ text: piece, isCommand }) =>
                isCommand ? (
                    <span key={piece} className="inline-flex items-center gap-1 align-middle">
                        <code className="mono bg-sunken text-1 rounded-sm px-1 break-all">{piece}</code>
                        <CopyButton text={piece} label={say("copy", { what: piece })} done={say("copied")} />
                    </span>
                ) : (
                    piece
                ),
            )}
        </p>
    )
}
