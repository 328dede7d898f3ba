import { useQuery } from "@tanstack/react-query"
import { CircleAlert, Plus, X } from "lucide-react"
import { type SubmitEvent, useState } from "react"
import { call } from "@/api/client"
import { AGENTS, profilesOf } from "@/app/agents"
import { complain, tellOf } from "@/app/notices"
import { useGo } from "@/app/navigation"
import { paths } from "@/app/paths"
import { projectSettings, useBoard, useBoardStore, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { remember, remembered } from "@/app/theme"
import { isActive } from "@/sync/fold"
import { Button, IconButton } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input, Select } from "@/ui/Field"
import { Bones, Trouble } from "@/ui/states"
import { text } from "../text"
import { start, type Wanted, wanted } from "./acts"
import { firstWorker, type Known, type Worker, workerAs } from "./workers"

const LAST_AGENT = "kanbanai.agent"
/** Agents that one person may sensibly compare. */
const MOST = 4

/** Asks who is to work on a card; it is there whenever somebody wants to start something. */
export default function StartDialog() {
    const say = useText(text)
    const what = useSignal(wanted)
    const close = (): void => wanted.set(null)
    if (!what) return null
    const key = what.card.ticketKey ?? what.card.title
    return (
        <Dialog
            isOpen
            onClose={close}
            title={say(what.like ? "retryTitle" : "startTitle", { key })}
            closeLabel={say("close")}
        >
            <Form what={what} onDone={close} />
        </Dialog>
    )
}

function Form({ what, onDone }: { what: Wanted; onDone: () => void }) {
    const say = useText(text)
    const { projectId, card, like } = what
    const agents = useQuery(AGENTS)
    // As they are now: what is proposed is what will run.
    const profiles = useQuery({ ...profilesOf(projectId), staleTime: 0 })
    const settings = useQuery({ ...projectSettings(projectId), staleTime: 0 })
    if (agents.error) return <Trouble title={say("agentsNotLoaded")} {...tellOf(agents.error)} />
    if (!agents.data || !settings.isFetchedAfterMount || !profiles.isFetchedAfterMount)
        return (
            <div className="flex flex-col gap-3 p-4" aria-label={say("loading")}>
                <Bones className="h-8" />
                <Bones className="h-8" />
            </div>
        )
    const defaults = settings.data
    const known = { agents: agents.data, profiles: profiles.data ?? [], defaults, like }
    const begin = firstWorker({ ...known, last: remembered(LAST_AGENT) })
    const base = like?.baseBranch ?? defaults?.baseBranch ?? ""
    return <Chosen key={card.id} {...{ what, begin, base, known, onDone }} />
}

/** What workers are chosen from. */
type Chooseable = Pick<Known, "agents" | "profiles" | "defaults">

interface ChosenProps {
    what: Wanted
    begin: Worker
    base: string
    known: Chooseable
    onDone: () => void
}

function Chosen({ what, begin, base: usualBase, known, onDone }: ChosenProps) {
    const say = useText(text)
    const go = useGo()
    const { projectId, card } = what
    const store = useBoardStore(projectId)
    const isBusy = useBoard(store, ({ attempts }) =>
        (attempts[card.id] ?? []).some(({ status }) => isActive(status)),
    )
    const [workers, setWorkers] = useState<readonly Worker[]>([begin])
    const [base, setBase] = useState(usualBase)
    const [isSending, setSending] = useState(false)
    const [problem, setProblem] = useState<{ detail: string; code: string } | null>(null)
    const change = (place: number, worker: Worker): void =>
        setWorkers(workers.map((one, at) => (at === place ? worker : one)))
    const send = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault()
        setSending(true)
        setProblem(null)
        let first: string | null = null
        for (const [place, worker] of workers.entries()) {
            try {
                const parallel = isBusy || place > 0
                const made = await start(what, { ...worker, baseBranch: base.trim() || null, parallel })
                first ??= made.id
            } catch (error) {
                if (first === null) {
                    setProblem(tellOf(error))
                    setSending(false)
                    return
                }
                complain(say("notStarted", { agent: worker.agent }), error)
            }
        }
        remember(LAST_AGENT, workers[0]?.agent ?? "")
        onDone()
        if (first !== null) go(paths.attempt(projectId, card.ticketKey ?? card.id, first, "chat"))
    }
    return (
        <form onSubmit={(event) => void send(event)} className="flex min-h-0 flex-col">
            <div className="flex flex-col gap-4 overflow-y-auto p-4">
                <p className="text-2 line-clamp-2">{card.title}</p>
                {workers.map((worker, place) => (
                    <WorkerFields
                        key={place}
                        {...{ worker, known }}
                        number={workers.length > 1 ? place + 1 : null}
                        onChange={(next) => change(place, next)}
                        {...(workers.length > 1
                            ? { onRemove: () => setWorkers(workers.filter((_, at) => at !== place)) }
                            : {})}
                    />
                ))}
                {workers.length < MOST && (
                    <Button
                        isSmall
                        look="ghost"
                        className="self-start"
                        onClick={() =>
                            setWorkers([...workers, workerAs(begin.agent, known.defaults, known.profiles)])
                        }
                    >
                        <Plus size={14} strokeWidth={1.5} aria-hidden />
                        {say("anotherAgent")}
                    </Button>
                )}
                <BaseField projectId={projectId} value={base} onChange={setBase} />
                {isBusy && (
                    <p className="text-2 flex gap-2 text-xs">
                        <CircleAlert
                            size={14}
                            strokeWidth={1.5}
                            className="text-warn mt-px shrink-0"
                            aria-hidden
                        />
                        {say("besides")}
                    </p>
                )}
                {problem && (
                    <div role="alert" className="bg-bad-tint rounded px-3 py-2">
                        <p className="break-words">{problem.detail}</p>
                        {problem.code && <p className="text-3 mono mt-0.5">{problem.code}</p>}
                    </div>
                )}
            </div>
            <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                <Button onClick={onDone}>{say("cancel")}</Button>
                <Button type="submit" look="primary" disabled={isSending} autoFocus>
                    {workers.length > 1 ? say("startMany", { n: workers.length }) : say("start")}
                </Button>
            </footer>
        </form>
    )
}

interface WorkerProps {
    worker: Worker
    known: Chooseable
    number: number | null
    onChange: (worker: Worker) => void
    onRemove?: () => void
}

function WorkerFields({ worker, known, number, onChange, onRemove }: WorkerProps) {
    const say = useText(text)
    const { agents, profiles, defaults } = known
    const agent = agents.find(({ key }) => key === worker.agent)
    const fitting = profiles.filter((profile) => profile.agent === worker.agent)
    const name = number === null ? say("agent") : say("agentNumber", { n: number })
    const warning =
        agent?.installed === false
            ? (agent.problem ?? say("notInstalled"))
            : agent?.login === "missing"
              ? (agent.hint ?? say("notLoggedIn"))
              : undefined
    const isDefault = worker.agent === defaults?.defaultAgent
    const isDefaultProfile = worker.profileId !== null && worker.profileId === defaults?.defaultProfileId
    return (
        <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
                <Field
                    label={name}
                    hint={
                        warning === undefined ? (
                            isDefault && say("ofProject")
                        ) : (
                            <span className="text-warn">{warning}</span>
                        )
                    }
                >
                    {(input) => (
                        <Select
                            {...input}
                            value={worker.agent}
                            onChange={(event) => onChange(workerAs(event.target.value, defaults, profiles))}
                        >
                            {agents.map(({ key, label, installed }) => (
                                <option key={key} value={key}>
                                    {installed === false ? say("agentMissing", { agent: label }) : label}
                                </option>
                            ))}
                        </Select>
                    )}
                </Field>
            </div>
            <div className="min-w-0 flex-1">
                <Field label={say("profile")} hint={isDefaultProfile && say("ofProject")}>
                    {(input) => (
                        <Select
                            {...input}
                            value={worker.profileId ?? ""}
                            onChange={(event) =>
                                onChange({ ...worker, profileId: event.target.value || null })
                            }
                        >
                            <option value="">{say("profileNone")}</option>
                            {fitting.map(({ id, name: label }) => (
                                <option key={id} value={id}>
                                    {label}
                                </option>
                            ))}
                        </Select>
                    )}
                </Field>
            </div>
            {onRemove && (
                <IconButton label={say("removeAgent", { name })} onClick={onRemove} className="mt-5">
                    <X size={16} strokeWidth={1.5} />
                </IconButton>
            )}
        </div>
    )
}

function BaseField({
    projectId,
    value,
    onChange,
}: {
    projectId: string
    value: string
    onChange: (base: string) => void
}) {
    const say = useText(text)
    const { data: branches } = useQuery({
        queryKey: ["branches", projectId],
        queryFn: async () =>
            (await call("GET /projects/{project_id}/git/branches", { path: { project_id: projectId } }))
                .branches,
    })
    const names = [...new Set((branches ?? []).map(({ name }) => name))]
    return (
        <Field label={say("base")} hint={say("baseHint")}>
            {(input) => (
                <>
                    <Input
                        {...input}
                        value={value}
                        list={`${input.id}-branches`}
                        placeholder={branches?.find(({ isCurrent }) => isCurrent)?.name ?? ""}
                        onChange={(event) => onChange(event.target.value)}
                        className="mono"
                    />
                    <datalist id={`${input.id}-branches`}>
                        {names.map((name) => (
                            <option key={name} value={name} />
                        ))}
                    </datalist>
                </>
            )}
        </Field>
    )
}
