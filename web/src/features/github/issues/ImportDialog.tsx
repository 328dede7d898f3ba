import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { IssueImportOrder, IssuePreview } from "@/api/api.gen"
import { call } from "@/api/client"
import { useGo } from "@/app/navigation"
import { paths } from "@/app/paths"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input, Select } from "@/ui/Field"
import { ConnectFirst } from "../parts/ConnectFirst"
import { Refusal } from "../parts/Refusal"
import { Chosen } from "./Chosen"
import { numbersOf, orderOf, type Wish } from "./order"
import { numbers, Progress } from "./Progress"
import { useSync } from "./following"
import { text } from "./text"

/** Brings issues in: which ones, a look at what they would become, then cards as they come. */
export default function ImportDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
    const say = useText(text)
    return (
        <Dialog isOpen onClose={onClose} title={say("importFrom")} closeLabel={say("close")} width="wide">
            <ConnectFirst>
                <Steps {...{ projectId, onClose }} />
            </ConnectFirst>
        </Dialog>
    )
}

function Steps({ projectId, onClose }: { projectId: string; onClose: () => void }) {
    const [wish, setWish] = useState<Wish>({ repository: "", state: "open", labels: "", withDeleted: false })
    const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
    const board = { board_id: projectId }
    const look = useMutation({
        mutationFn: ({ owner, repo, state, labels }: IssueImportOrder) =>
            call("POST /boards/{board_id}/import/github/issues/preview", {
                path: board,
                body: { owner, repo, ...(state ? { state } : {}), ...(labels ? { labels } : {}) },
            }),
        onSuccess: () => setLeft(new Set()),
    })
    const bring = useMutation({
        mutationFn: (body: IssueImportOrder) =>
            call("POST /boards/{board_id}/import/github/issues", { path: board, body }),
    })
    const order = orderOf(wish)
    const begin = (preview: IssuePreview): void => {
        if (order) bring.mutate({ ...order, numbers: numbersOf(preview, left) })
    }
    if (look.data && !bring.isIdle) {
        const again = (): void => begin(look.data)
        return <Coming {...{ projectId, onClose, bring, again }} repository={look.data.repository} />
    }
    if (look.data) {
        return (
            <Chosen
                preview={look.data}
                {...{ left, setLeft }}
                onBack={() => look.reset()}
                onImport={() => begin(look.data)}
            />
        )
    }
    return (
        <Asked
            {...{ projectId, wish, setWish }}
            isBusy={look.isPending}
            error={look.error}
            onClose={onClose}
            onLook={() => order && look.mutate(order)}
        />
    )
}

interface AskedProps {
    projectId: string
    wish: Wish
    setWish: (wish: Wish) => void
    isBusy: boolean
    error: unknown
    onLook: () => void
    onClose: () => void
}

function Asked({ projectId, wish, setWish, isBusy, error, onLook, onClose }: AskedProps) {
    const say = useText(text)
    const [isTouched, setTouched] = useState(false)
    const own = useQuery({
        queryKey: ["github-sync", projectId],
        queryFn: () =>
            call("GET /projects/{project_id}/github/issues/sync", { path: { project_id: projectId } }),
    }).data?.repository
    const known = useQuery({
        queryKey: ["github-repositories"],
        queryFn: async () =>
            (await call("GET /auth/github/repos")).repos.flatMap(({ full_name: name }) =>
                typeof name === "string" ? [name] : [],
            ),
        staleTime: 300_000,
    }).data
    // Until something is typed, the project's own repository is meant.
    if (!isTouched && wish.repository === "" && own) setWish({ ...wish, repository: own })
    const isFine = orderOf(wish) !== null
    return (
        <form
            className="flex min-h-0 flex-col"
            onSubmit={(event) => {
                event.preventDefault()
                setTouched(true)
                if (isFine) onLook()
            }}
        >
            <div className="flex flex-col gap-3 overflow-y-auto p-4">
                <Field
                    label={say("repository")}
                    hint={say("repositoryHint")}
                    error={isTouched && !isFine ? say("notARepository") : undefined}
                >
                    {(input) => (
                        <Input
                            {...input}
                            autoFocus
                            className="mono"
                            spellCheck={false}
                            list="github-repositories"
                            value={wish.repository}
                            onChange={({ target }) => {
                                setTouched(true)
                                setWish({ ...wish, repository: target.value })
                            }}
                        />
                    )}
                </Field>
                <datalist id="github-repositories">
                    {known?.map((name) => (
                        <option key={name} value={name} />
                    ))}
                </datalist>
                <div className="grid gap-3 sm:grid-cols-2">
                    <Field label={say("which")}>
                        {(input) => (
                            <Select
                                {...input}
                                value={wish.state}
                                onChange={({ target }) =>
                                    setWish({ ...wish, state: target.value as Wish["state"] })
                                }
                            >
                                {(["open", "all", "closed"] as const).map((state) => (
                                    <option key={state} value={state}>
                                        {say(state)}
                                    </option>
                                ))}
                            </Select>
                        )}
                    </Field>
                    <Field label={say("labels")} hint={say("labelsHint")}>
                        {(input) => (
                            <Input
                                {...input}
                                value={wish.labels}
                                onChange={({ target }) => setWish({ ...wish, labels: target.value })}
                            />
                        )}
                    </Field>
                </div>
                <label className="flex items-center gap-2">
                    <input
                        type="checkbox"
                        className="accent-accent size-3.5"
                        checked={wish.withDeleted}
                        onChange={({ target }) => setWish({ ...wish, withDeleted: target.checked })}
                    />
                    {say("withDeleted")}
                </label>
                <p className="text-2">{say("writesBack")}</p>
                {error !== null && <Refusal title={say("notLooked")} error={error} />}
            </div>
            <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                <Button onClick={onClose}>{say("cancel")}</Button>
                <Button look="primary" type="submit" disabled={isBusy}>
                    {say(isBusy ? "looking" : "look")}
                </Button>
            </footer>
        </form>
    )
}

interface ComingProps {
    projectId: string
    repository: string
    bring: {
        data:
            | { imported?: number; updated?: number; skipped?: number; conflicts?: number; closed?: number }
            | undefined
        error: unknown
    }
    again: () => void
    onClose: () => void
}

/** Issues on their way in, and what became of them. */
function Coming({ projectId, repository, bring: { data, error }, again, onClose }: ComingProps) {
    const say = useText(text)
    const go = useGo()
    const told = useSync(projectId)
    const nothing = {
        status: "running",
        cause: "import",
        repository,
        counts: {},
        at: "",
    } as const
    const isDone = data !== undefined
    return (
        <>
            <div className="flex flex-col gap-3 p-4">
                {isDone ? (
                    <div role="status" className="flex flex-col gap-1">
                        <p className="font-medium">{say("done", { repository })}</p>
                        <p>{say("soFar", numbers(data))}</p>
                        {(data.conflicts ?? 0) > 0 && (
                            <p className="text-warn">{say("conflictsCame", { n: data.conflicts ?? 0 })}</p>
                        )}
                        {(data.closed ?? 0) > 0 && <p>{say("closedCame", { n: data.closed ?? 0 })}</p>}
                    </div>
                ) : (
                    <Progress sync={told ?? nothing} />
                )}
                {error !== null && (
                    <Refusal title={say("notImported")} error={error}>
                        <p className="text-2 w-full text-xs">{say("stays")}</p>
                        <Button isSmall autoFocus onClick={again}>
                            {say("again")}
                        </Button>
                    </Refusal>
                )}
                {!isDone && error === null && <p className="text-2 text-xs">{say("goesOn")}</p>}
            </div>
            <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                {isDone ? (
                    <Button
                        key="done"
                        look="primary"
                        autoFocus
                        onClick={() => {
                            onClose()
                            go(paths.board(projectId))
                        }}
                    >
                        {say("openBoard")}
                    </Button>
                ) : (
                    <Button key="under way" onClick={onClose}>
                        {say("close")}
                    </Button>
                )}
            </footer>
        </>
    )
}
