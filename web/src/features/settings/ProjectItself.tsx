import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Download, Trash2 } from "lucide-react"
import { type SubmitEvent, useState } from "react"
import type { Project } from "@/api/api.gen"
import { BASE, call } from "@/api/client"
import { useGo } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { PROJECTS, useProject } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input } from "@/ui/Field"
import { Section } from "@/ui/Page"
import { TextRow } from "./rows"
import { type Saving, SavingProvider, useSaving } from "./saving"
import { text } from "./text"

/** The project's name saves like any other field, to a route of its own. */
export function ProjectName({ projectId }: { projectId: string }) {
    const name = useProject(projectId)?.name
    return name === undefined ? null : <Named projectId={projectId} name={name} />
}

function Named({ projectId, name }: { projectId: string; name: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const saving = useSaving({ name }, ["project-name", projectId], async (changes) => {
        const body = { name: changes.name ?? "" }
        const project = await call("PATCH /projects/{project_id}", { path: { project_id: projectId }, body })
        await queries.invalidateQueries(PROJECTS)
        return { name: project.name }
    })
    // What can be undone is what was shown before.
    if (queries.getQueryData(["project-name", projectId]) === undefined) {
        queries.setQueryData(["project-name", projectId], { name })
    }
    return (
        <SavingProvider value={saving as unknown as Saving<Record<string, unknown>>}>
            <TextRow field="name" label={say("name")} hint={say("nameHint")} isNeeded maxLength={200} />
        </SavingProvider>
    )
}

export function ProjectDanger({ projectId }: { projectId: string }) {
    const say = useText(text)
    const [isOpen, setOpen] = useState(false)
    return (
        <Section id="danger" title={say("danger")}>
            <div className="flex flex-wrap items-center gap-3 px-3 py-2.5">
                <div className="min-w-0 flex-1">
                    <p className="font-medium">{say("export")}</p>
                    <p className="text-2 text-xs">{say("exportHint")}</p>
                </div>
                <a
                    href={`${BASE}/projects/${projectId}/export`}
                    download
                    className="border-line-strong bg-surface hover:bg-hover inline-flex h-7 items-center gap-1.5 rounded border px-2.5"
                >
                    <Download size={14} strokeWidth={1.5} aria-hidden />
                    {say("exportDo")}
                </a>
            </div>
            <div className="flex flex-wrap items-center gap-3 px-3 py-2.5">
                <div className="min-w-0 flex-1">
                    <p className="font-medium">{say("delete")}</p>
                    <p className="text-2 text-xs">{say("deleteHint")}</p>
                </div>
                <Button look="danger" onClick={() => setOpen(true)}>
                    <Trash2 size={14} strokeWidth={1.5} aria-hidden />
                    {say("deleteDo")}
                </Button>
            </div>
            {isOpen && <DeleteDialog projectId={projectId} onClose={() => setOpen(false)} />}
        </Section>
    )
}

function DeleteDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
    const say = useText(text)
    const go = useGo()
    const queries = useQueryClient()
    const project = useProject(projectId)
    const [typed, setTyped] = useState("")
    const [error, setError] = useState<unknown>(null)
    const [isBusy, setBusy] = useState(false)
    const cards = useQuery({
        queryKey: ["board-size", projectId],
        queryFn: async () => {
            const { state } = await call("GET /boards/{board_id}", { path: { board_id: projectId } })
            return Object.keys(state.cards).length
        },
    }).data
    const active = useQuery({
        queryKey: ["active-attempts", projectId],
        queryFn: async () =>
            (
                await call("GET /projects/{project_id}/attempts", {
                    path: { project_id: projectId },
                    query: { status: ["active"], limit: 100 },
                })
            ).attempts.length,
    }).data
    if (!project) return null
    const submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault()
        setBusy(true)
        try {
            await call("DELETE /projects/{project_id}", { path: { project_id: projectId } })
            // Home leads to a project that is known: this one must not be among them any more.
            queries.setQueryData<Project[]>(PROJECTS.queryKey, (all) =>
                all?.filter(({ id }) => id !== projectId),
            )
            go(paths.home, { replace: true })
            await queries.invalidateQueries(PROJECTS)
        } catch (refusal) {
            setError(refusal)
            setBusy(false)
        }
    }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say("deleteTitle", { name: project.name })}
            closeLabel={say("close")}
        >
            <form
                onSubmit={(event) => void submit(event)}
                className="flex flex-col gap-3 overflow-y-auto p-4"
            >
                <p>{say("goes")}</p>
                <ul className="list-disc pl-5">
                    <li>{say("goesCards", { n: cards ?? 0 })}</li>
                    <li>{say("goesAttempts")}</li>
                    {active ? <li className="text-warn">{say("goesActive", { n: active })}</li> : null}
                    <li>{say("goesWorktrees")}</li>
                </ul>
                <p className="text-2">
                    {say("stays")} <code className="mono break-all">{project.repositoryPath}</code>
                </p>
                <Field label={say("typeName", { name: project.name })}>
                    {(input) => (
                        <Input
                            {...input}
                            autoFocus
                            value={typed}
                            onChange={(e) => setTyped(e.target.value)}
                        />
                    )}
                </Field>
                {error !== null && (
                    <p role="alert" className="text-bad">
                        {tellOf(error).detail}
                    </p>
                )}
                <div className="flex justify-end gap-2">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button
                        type="submit"
                        look="danger"
                        disabled={isBusy || typed.trim() !== project.name.trim()}
                    >
                        {say("deleteForGood")}
                    </Button>
                </div>
            </form>
        </Dialog>
    )
}
