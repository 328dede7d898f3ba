import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { ChevronUp, Folder, FolderGit2 } from "lucide-react"
import { useState, type SubmitEvent } from "react"
import { call, newKey } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { useGo } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { PROJECTS, useProjects } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Field, Input } from "@/ui/Field"
import { Bones, Trouble } from "@/ui/states"
import { text } from "./text"

/** The last part of a path. */
function lastOf(path: string): string {
    return path.replace(/\/+$/, "").split("/").at(-1) ?? ""
}

/** Choosing a repository by search, by browsing, or by its path. */
export default function AddProject() {
    const say = useText(text)
    const go = useGo()
    const queries = useQueryClient()
    const [path, setPath] = useState("")
    const [name, setName] = useState<string | null>(null)
    const [initialize, setInitialize] = useState(false)
    const [isBrowsing, setBrowsing] = useState(false)
    const shownName = name ?? lastOf(path)

    const add = useMutation({
        mutationFn: (key: string) =>
            call("POST /projects", {
                body: { name: shownName.trim(), repositoryPath: path.trim(), initialize },
                idempotencyKey: key,
            }),
        onSuccess: async (project) => {
            await queries.invalidateQueries(PROJECTS)
            go(paths.board(project.id))
        },
    })
    const problem = add.error instanceof ApiProblem ? add.error : null
    const submit = (event: SubmitEvent): void => {
        event.preventDefault()
        add.mutate(newKey())
    }

    return (
        <div className="h-full overflow-y-auto">
            <form onSubmit={submit} className="mx-auto flex max-w-2xl flex-col gap-4 px-4 py-8">
                <header>
                    <h1 className="text-lg font-semibold">{say("title")}</h1>
                    <p className="text-2 mt-1">{say("intro")}</p>
                </header>
                <section className="border-line bg-surface overflow-hidden rounded-md border">
                    <div role="tablist" className="border-line flex gap-1 border-b p-1">
                        {[false, true].map((isForBrowsing) => (
                            <button
                                key={String(isForBrowsing)}
                                type="button"
                                role="tab"
                                aria-selected={isBrowsing === isForBrowsing}
                                onClick={() => setBrowsing(isForBrowsing)}
                                className={classes(
                                    "h-7 rounded px-2.5",
                                    isBrowsing === isForBrowsing
                                        ? "bg-hover font-medium"
                                        : "text-2 hover:bg-hover",
                                )}
                            >
                                {say(isForBrowsing ? "browse" : "found")}
                            </button>
                        ))}
                    </div>
                    {isBrowsing ? (
                        <Browse chosen={path} onChoose={setPath} />
                    ) : (
                        <Found chosen={path} onChoose={setPath} />
                    )}
                </section>
                <Field label={say("path")} hint={say("pathHint")} error={problem?.field("repositoryPath")}>
                    {(input) => (
                        <Input
                            {...input}
                            required
                            className="mono"
                            spellCheck={false}
                            value={path}
                            onChange={(event) => setPath(event.target.value)}
                        />
                    )}
                </Field>
                <Field label={say("name")} hint={say("nameHint")} error={problem?.field("name")}>
                    {(input) => (
                        <Input
                            {...input}
                            required
                            value={shownName}
                            onChange={(event) => setName(event.target.value)}
                        />
                    )}
                </Field>
                <label className="flex items-center gap-2">
                    <input
                        type="checkbox"
                        className="accent-accent size-4"
                        checked={initialize}
                        onChange={(event) => setInitialize(event.target.checked)}
                    />
                    {say("initialize")}
                </label>
                {add.error && (
                    <div className="-m-4">
                        <Trouble title={say("notAdded")} {...tellOf(add.error)} />
                    </div>
                )}
                <div>
                    <Button
                        look="primary"
                        type="submit"
                        disabled={add.isPending || !path.trim() || !shownName.trim()}
                    >
                        {say("submit")}
                    </Button>
                </div>
            </form>
        </div>
    )
}

interface ChooserProps {
    chosen: string
    onChoose: (path: string) => void
}

const LIST = "h-64 overflow-y-auto p-1"
const ROW =
    "flex h-8 w-full items-center gap-2 rounded-sm px-2 text-left hover:bg-hover aria-pressed:bg-active"

function Found({ chosen, onChoose }: ChooserProps) {
    const say = useText(text)
    const [filter, setFilter] = useState("")
    const projects = useProjects() ?? []
    const { data, error, isPending } = useQuery({
        queryKey: ["git-repos"],
        queryFn: async () => (await call("GET /fs/git-repos")).entries,
    })
    const wanted = filter.trim().toLowerCase()
    const shown = (data ?? []).filter(({ path }) => path.toLowerCase().includes(wanted))
    const known = new Set(projects.map(({ repositoryPath }) => repositoryPath))
    return (
        <>
            <div className="border-line border-b p-2">
                <Input
                    type="search"
                    aria-label={say("filter")}
                    placeholder={say("filter")}
                    value={filter}
                    onChange={(event) => setFilter(event.target.value)}
                />
            </div>
            <div className={LIST} aria-busy={isPending}>
                {error && <Trouble title={say("notAdded")} {...tellOf(error)} />}
                {isPending && (
                    <p className="flex flex-col gap-2 p-2">
                        <span className="sr-only">{say("searching")}</span>
                        <Bones className="h-5 w-2/3" />
                        <Bones className="h-5 w-1/2" />
                    </p>
                )}
                {data && shown.length === 0 && (
                    <p className="text-2 p-3">{say(data.length === 0 ? "noneFound" : "noneMatch")}</p>
                )}
                {shown.map(({ name, path }) => (
                    <button
                        key={path}
                        type="button"
                        className={ROW}
                        aria-pressed={path === chosen}
                        onClick={() => onChoose(path)}
                    >
                        <FolderGit2 size={16} strokeWidth={1.5} className="text-3 shrink-0" aria-hidden />
                        <span className="shrink-0">{name}</span>
                        <span className="text-3 mono truncate">{path}</span>
                        {known.has(path) && (
                            <span className="text-3 ml-auto shrink-0 text-xs">{say("isHere")}</span>
                        )}
                    </button>
                ))}
            </div>
        </>
    )
}

function Browse({ chosen, onChoose }: ChooserProps) {
    const say = useText(text)
    const [folder, setFolder] = useState<string | undefined>(undefined)
    const { data, error, isPending } = useQuery({
        queryKey: ["browse", folder],
        queryFn: () => call("GET /fs/browse", folder === undefined ? {} : { query: { path: folder } }),
        placeholderData: (before) => before,
    })
    const open = (path: string): void => {
        setFolder(path)
        onChoose(path)
    }
    return (
        <>
            <p className="border-line mono text-2 truncate border-b px-3 py-2">{data?.currentPath ?? "…"}</p>
            <div className={LIST} aria-busy={isPending}>
                {error && <Trouble title={say("notAdded")} {...tellOf(error)} />}
                {data?.parentPath && (
                    <button type="button" className={ROW} onClick={() => open(data.parentPath ?? "")}>
                        <ChevronUp size={16} strokeWidth={1.5} className="text-3" aria-hidden />
                        {say("up", { name: lastOf(data.parentPath) || "/" })}
                    </button>
                )}
                {data?.entries
                    .filter(({ isDirectory }) => isDirectory)
                    .map(({ name, path }) => (
                        <button
                            key={path}
                            type="button"
                            className={ROW}
                            aria-pressed={path === chosen}
                            onClick={() => open(path)}
                        >
                            <Folder size={16} strokeWidth={1.5} className="text-3 shrink-0" aria-hidden />
                            <span className="truncate">{name}</span>
                        </button>
                    ))}
                {data?.truncated && <p className="text-3 px-2 py-1 text-xs">{say("truncated")}</p>}
            </div>
        </>
    )
}
