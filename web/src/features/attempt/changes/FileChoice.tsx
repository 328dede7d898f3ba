import type { FileDiff } from "@/api/api.gen"
import { useText } from "@/app/text"
import { Bones } from "@/ui/states"
import { Counts } from "../chat/ToolRow"
import { StatusLetter } from "./FileTree"
import { text } from "./text"

interface Props {
    /** What is not committed; null: it is not known yet. */
    files: readonly FileDiff[] | null
    leftOut: ReadonlySet<string>
    onChange: (leftOut: ReadonlySet<string>) => void
}

/** Which of the changed files go into the commit. */
export function FileChoice({ files, leftOut, onChange }: Props) {
    const say = useText(text)
    if (files === null) return <Bones className="h-8" />
    const chosen = files.filter(({ path }) => !leftOut.has(path)).length
    const toggle = (path: string): void => {
        const next = new Set(leftOut)
        if (!next.delete(path)) next.add(path)
        onChange(next)
    }
    return (
        <fieldset className="border-line min-w-0 rounded border">
            <legend className="sr-only">{say("whichFiles")}</legend>
            <label className="border-line bg-sunken text-2 flex h-8 items-center gap-2 rounded-t border-b px-2.5 text-xs font-medium">
                <input
                    type="checkbox"
                    aria-label={say("allFiles")}
                    checked={chosen === files.length}
                    ref={(box) => {
                        if (box) box.indeterminate = chosen > 0 && chosen < files.length
                    }}
                    onChange={() =>
                        onChange(new Set(chosen === files.length ? files.map(({ path }) => path) : []))
                    }
                    className="accent-accent"
                />
                <span role="status">{say("chosenFiles", { chosen, n: files.length })}</span>
            </label>
            <ul className="max-h-48 overflow-y-auto py-1">
                {files.map(({ path, status, additions, deletions }) => (
                    <li key={path}>
                        <label className="hover:bg-hover flex h-7 items-center gap-2 px-2.5" title={path}>
                            <input
                                type="checkbox"
                                checked={!leftOut.has(path)}
                                onChange={() => toggle(path)}
                                className="accent-accent shrink-0"
                            />
                            <StatusLetter status={status} />
                            <span className="mono min-w-0 flex-1 truncate">{path}</span>
                            <Counts added={additions ?? 0} removed={deletions ?? 0} />
                        </label>
                    </li>
                ))}
            </ul>
        </fieldset>
    )
}
