import { useQuery } from "@tanstack/react-query"
import { CircleAlert } from "lucide-react"
import { type ReactNode, useState } from "react"
import type { AgentEntry, ProfileRow } from "@/api/api.gen"
import { AGENTS, profilesOf } from "@/app/agents"
import { paths } from "@/app/paths"
import { projectSettings } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Field, Select } from "@/ui/Field"
import { text } from "./text"
import { AS_SET, type Choice, realAgents, type Task, type Writer, writerOf } from "./writer"

/** Who writes, as far as it is known. */
interface Known {
    writer: Writer
    /** The agent, as it is called. */
    name: string
    agents: readonly AgentEntry[]
    profiles: readonly ProfileRow[]
    /** What the settings alone would make of it, for the same agent. */
    asSet: Writer
    asSetName: string
}

/** Who would write; null as long as that is not known. It is asked for anew when somebody comes back from the settings. */
export function useWriter(projectId: string, task: Task, choice: Choice): Known | null {
    const agents = useQuery(AGENTS).data
    const profiles = useQuery({ ...profilesOf(projectId), staleTime: 0 }).data
    const settings = useQuery({ ...projectSettings(projectId), staleTime: 0 }).data
    if (!agents || !profiles || !settings) return null
    const named = (key: string): string => agents.find((agent) => agent.key === key)?.label ?? key
    const writer = writerOf(task, choice, settings, profiles)
    return {
        writer,
        name: named(writer.agent),
        agents,
        profiles,
        asSet: writerOf(task, { ...choice, profileId: null }, settings, profiles),
        asSetName: named(writerOf(task, AS_SET, settings, profiles).agent),
    }
}

interface Props {
    projectId: string
    task: Task
    choice: Choice
    onChange: (choice: Choice) => void
}

/** Chooses who writes this once; what the settings say is what is chosen at first. */
export function WriterFields({ projectId, task, choice, onChange }: Props) {
    const say = useText(text)
    const known = useWriter(projectId, task, choice)
    if (!known) return null
    const { writer, agents, profiles, asSet, asSetName } = known
    return (
        <div className="grid gap-3 sm:grid-cols-2">
            <Field label={say("agent")}>
                {(input) => (
                    <Select
                        {...input}
                        value={choice.agent ?? ""}
                        onChange={({ target }) => onChange({ agent: target.value || null, profileId: null })}
                    >
                        <option value="">{say("asSet", { what: asSetName })}</option>
                        {agents.map(({ key, label, installed }) => (
                            <option key={key} value={key}>
                                {installed === false ? say("notInstalledShort", { agent: label }) : label}
                            </option>
                        ))}
                    </Select>
                )}
            </Field>
            <Field label={say("profile")}>
                {(input) => (
                    <Select
                        {...input}
                        value={choice.profileId ?? ""}
                        onChange={({ target }) => onChange({ ...choice, profileId: target.value || null })}
                    >
                        <option value="">
                            {asSet.profile ? say("asSet", { what: asSet.profile.name }) : say("noProfile")}
                        </option>
                        {profiles
                            .filter((profile) => profile.agent === writer.agent)
                            .map(({ id, name }) => (
                                <option key={id} value={id}>
                                    {name}
                                </option>
                            ))}
                    </Select>
                )}
            </Field>
        </div>
    )
}

/** Says who writes, and what stands against it: nobody was chosen, or who was is not there. */
export function WriterSaid({ projectId, task, choice }: Omit<Props, "onChange">) {
    const say = useText(text)
    const known = useWriter(projectId, task, choice)
    if (!known) return null
    const { writer, name, agents } = known
    if (writer.isFallback) {
        const isOther = realAgents(agents).length > 0
        return (
            <Warned>
                {say(isOther ? "nobodyChosen" : "nobodyThere", { agent: name })}{" "}
                {isOther ? (
                    <Elsewhere to={`${paths.projectSettings(projectId)}#agent`}>{say("chooseOne")}</Elsewhere>
                ) : (
                    <Elsewhere to={paths.agents}>{say("installOne")}</Elsewhere>
                )}
            </Warned>
        )
    }
    const agent = agents.find(({ key }) => key === writer.agent)
    if (agent?.installed === false) {
        return (
            <Warned>
                {agent.problem ?? say("notInstalled", { agent: name })}{" "}
                <Elsewhere to={paths.agents}>{say("installIt")}</Elsewhere>
            </Warned>
        )
    }
    if (agent?.login === "missing")
        return <Warned>{agent.hint ?? say("notLoggedIn", { agent: name })}</Warned>
    return (
        <p className="text-2 text-xs">
            {writer.profile
                ? say("writesWith", { agent: name, profile: writer.profile.name })
                : say("writes", { agent: name })}
        </p>
    )
}

/** Who writes, in a line beside what begins it; the choice opens below. */
export function WriterLine({ children, ...props }: Props & { children: ReactNode }) {
    const say = useText(text)
    const { onChange, ...about } = props
    // What was chosen is seen when the line comes back after a text was written.
    const [isOpen, setOpen] = useState(about.choice.agent !== null || about.choice.profileId !== null)
    return (
        <div className="flex flex-col gap-2">
            <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
                {children}
                <WriterSaid {...about} />
                <Button
                    isSmall
                    look="ghost"
                    aria-expanded={isOpen}
                    onClick={() => {
                        setOpen(!isOpen)
                        if (isOpen) onChange(AS_SET)
                    }}
                >
                    {say(isOpen ? "asSetAgain" : "another")}
                </Button>
            </div>
            {isOpen && <WriterFields {...props} />}
        </div>
    )
}

function Warned({ children }: { children: ReactNode }) {
    return (
        <p className="text-2 flex min-w-0 gap-1.5 text-xs">
            <CircleAlert size={14} strokeWidth={1.5} className="text-warn mt-px shrink-0" aria-hidden />
            <span className="min-w-0 break-words">{children}</span>
        </p>
    )
}

/** In a tab of its own: what is typed here stays. */
function Elsewhere({ to, children }: { to: string; children: ReactNode }) {
    return (
        <a href={to} target="_blank" className="text-accent block w-fit underline">
            {children}
        </a>
    )
}
