import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Trash2 } from "lucide-react"
import { type SubmitEvent, useState } from "react"
import type { AgentEntry, Field as SchemaField, ProfileRow, SchemaAnswer } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { tellOf } from "@/app/notices"
import { useProjects } from "@/app/services"
import { useGuard } from "@/app/guard"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input, Select } from "@/ui/Field"
import { Bones, Trouble } from "@/ui/states"
import { TextArea } from "@/ui/TextArea"
import { type Config, draftOf, readDraft } from "./form"
import { text } from "./text"

interface Props {
    agent: AgentEntry
    /** null: a new one. */
    profile: ProfileRow | null
    onClose: () => void
}

/** A profile in a form that is made of what the agent says it can be told. */
export function ProfileDialog({ agent, profile, onClose }: Props) {
    const say = useText(text)
    const [isTouched, setTouched] = useState(false)
    const guard = useGuard(isTouched)
    const { data, error } = useQuery({
        queryKey: ["schema", agent.key],
        queryFn: () => call("GET /agents/{agent_key}/schema", { path: { agent_key: agent.key } }),
    })
    return (
        <Dialog
            isOpen
            guard={guard}
            onInput={() => setTouched(true)}
            width="wide"
            onClose={onClose}
            title={profile ? profile.name : say("newProfileOf", { agent: agent.label })}
            closeLabel={say("close")}
        >
            {error && <Trouble title={say("notLoaded")} {...tellOf(error)} />}
            {data ? (
                <Form schema={data} agent={agent} profile={profile} onClose={onClose} />
            ) : (
                !error && <Bones className="m-4 h-64" />
            )}
        </Dialog>
    )
}

function Form({ schema, agent, profile, onClose }: Props & { schema: SchemaAnswer }) {
    const say = useText(text)
    const queries = useQueryClient()
    const projects = useProjects() ?? []
    const before = profile ? (JSON.parse(profile.configJson) as Config) : schema.defaultProfile
    const [name, setName] = useState(profile?.name ?? "")
    const [projectId, setProjectId] = useState("")
    const [draft, setDraft] = useState(() => draftOf(schema.fields, before))
    const [isTried, setTried] = useState(false)
    const { config, wrong } = readDraft(schema.fields, draft, before)

    const done = async (): Promise<void> => {
        await queries.invalidateQueries({ queryKey: ["profiles"] })
        onClose()
    }
    const save = useMutation({ mutationFn: () => store(), onSuccess: done })
    const remove = useMutation({ mutationFn: () => forget(), onSuccess: done })
    const own = profile?.projectId

    async function store(): Promise<void> {
        const body = { name: name.trim(), config }
        if (!profile) {
            const draftBody = { ...body, agent: agent.key }
            if (projectId === "") await call("POST /agents/profiles", { body: draftBody })
            else
                await call("POST /projects/{project_id}/agents/profiles", {
                    path: { project_id: projectId },
                    body: draftBody,
                })
        } else if (own) {
            const path = { project_id: own, profile_id: profile.id }
            await call("PATCH /projects/{project_id}/agents/profiles/{profile_id}", { path, body })
        } else await call("PATCH /agents/profiles/{profile_id}", { path: { profile_id: profile.id }, body })
    }
    async function forget(): Promise<void> {
        if (!profile) return
        if (own) {
            const path = { project_id: own, profile_id: profile.id }
            await call("DELETE /projects/{project_id}/agents/profiles/{profile_id}", { path })
        } else await call("DELETE /agents/profiles/{profile_id}", { path: { profile_id: profile.id } })
    }

    const problem = save.error instanceof ApiProblem ? save.error : null
    const errorOf = (key: string): string | undefined => {
        const mine = wrong[key]
        if (isTried && mine) return say(mine === "number" ? "noNumber" : "noJson")
        return problem?.field(`config.${key}`) ?? problem?.field(key)
    }
    const submit = (event: SubmitEvent): void => {
        event.preventDefault()
        setTried(true)
        if (Object.keys(wrong).length === 0) save.mutate()
    }
    const failure = save.error ?? remove.error
    return (
        <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
            <div className="grid gap-3 overflow-y-auto p-4 md:grid-cols-2">
                <Field label={say("profileName")} error={problem?.field("name")}>
                    {(input) => (
                        <Input
                            {...input}
                            required
                            autoFocus
                            maxLength={100}
                            value={name}
                            onChange={(e) => setName(e.target.value)}
                        />
                    )}
                </Field>
                <Field label={say("for")}>
                    {(input) => (
                        <Select
                            {...input}
                            disabled={profile !== null}
                            value={own ?? projectId}
                            onChange={(e) => setProjectId(e.target.value)}
                        >
                            <option value="">{say("allProjects")}</option>
                            {projects.map((project) => (
                                <option key={project.id} value={project.id}>
                                    {project.name}
                                </option>
                            ))}
                        </Select>
                    )}
                </Field>
                {schema.fields.map((field) => (
                    <SettingField
                        key={field.key}
                        field={field}
                        agent={agent}
                        value={draft[field.key] ?? ""}
                        error={errorOf(field.key)}
                        onChange={(value) => setDraft({ ...draft, [field.key]: value })}
                    />
                ))}
            </div>
            <footer className="border-line flex items-center gap-2 border-t p-3">
                {profile && (
                    <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
                        <Trash2 size={14} strokeWidth={1.5} aria-hidden />
                        {say("deleteProfile")}
                    </Button>
                )}
                {failure && (
                    <p role="alert" className="text-bad min-w-0 flex-1 text-xs">
                        {tellOf(failure).detail}
                    </p>
                )}
                <div className="ml-auto flex gap-2">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button type="submit" look="primary" disabled={save.isPending}>
                        {say("save")}
                    </Button>
                </div>
            </footer>
        </form>
    )
}

interface SettingProps {
    field: SchemaField
    agent: AgentEntry
    value: string
    error: string | undefined
    onChange: (value: string) => void
}

/** From this many characters on a text is written in several lines. */
const LONG = 1_000

function SettingField({ field, agent, value, error, onChange }: SettingProps) {
    const say = useText(text)
    const { key, type, options = [], description } = field
    const isLong =
        type === "json" || type === "string_array" || (type === "string" && (field.maxLength ?? 0) > LONG)
    const hint = [description, type === "string_array" && say("onePerLine")].filter(Boolean).join(" ")
    const offers = key === "model" ? (agent.models ?? []) : key === "mode" ? (agent.modes ?? []) : []
    return (
        <div className={isLong ? "md:col-span-2" : ""}>
            <Field label={field.label} hint={hint === "" ? undefined : hint} error={error}>
                {(input) => {
                    if (type === "boolean" || type === "enum") {
                        const choices =
                            type === "enum"
                                ? options.map((option) => [option, option] as const)
                                : ([
                                      ["true", say("yes")],
                                      ["false", say("no")],
                                  ] as const)
                        return (
                            <Select {...input} value={value} onChange={(e) => onChange(e.target.value)}>
                                <option value="">{say("notSet")}</option>
                                {choices.map(([option, label]) => (
                                    <option key={option} value={option}>
                                        {label}
                                    </option>
                                ))}
                            </Select>
                        )
                    }
                    if (isLong) {
                        return (
                            <TextArea
                                {...input}
                                className={type === "string" ? "" : "mono"}
                                maxLength={type === "string" ? (field.maxLength ?? undefined) : undefined}
                                value={value}
                                onChange={(e) => onChange(e.target.value)}
                            />
                        )
                    }
                    return (
                        <>
                            <Input
                                {...input}
                                type={
                                    type === "number"
                                        ? "number"
                                        : /key|token|secret/i.test(key)
                                          ? "password"
                                          : "text"
                                }
                                min={type === "number" ? 0 : undefined}
                                max={type === "number" ? (field.maximum ?? undefined) : undefined}
                                maxLength={type === "string" ? (field.maxLength ?? undefined) : undefined}
                                placeholder={say("notSet")}
                                list={offers.length > 0 ? `${input.id}-offers` : undefined}
                                spellCheck={false}
                                value={value}
                                onChange={(e) => onChange(e.target.value)}
                            />
                            {offers.length > 0 && (
                                <datalist id={`${input.id}-offers`}>
                                    {offers.map((offer) => (
                                        <option key={offer} value={offer} />
                                    ))}
                                </datalist>
                            )}
                        </>
                    )
                }}
            </Field>
        </div>
    )
}
