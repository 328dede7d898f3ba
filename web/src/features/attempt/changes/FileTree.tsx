import { Check, Folder } from "lucide-react"
import { useMemo } from "react"
import type { FileDiff } from "@/api/api.gen"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { Counts } from "../chat/ToolRow"
import { type Review, signatureOf } from "./review"
import { text } from "./text"
import { type Tree, treeOf } from "./tree"

interface Props {
    files: readonly FileDiff[]
    review: Review
    onChoose: (path: string) => void
    /** Two columns beside it need more room. */
    isSplit: boolean
}

/** The changed files by folder, with what changed in each. */
export function FileTree({ files, review, onChoose, isSplit }: Props) {
    const say = useText(text)
    const tree = useMemo(() => treeOf(files), [files])
    return (
        <nav
            aria-label={say("tree")}
            className={classes(
                "border-line hidden w-56 shrink-0 overflow-y-auto border-r py-1.5",
                isSplit ? "@4xl:block" : "@xl:block",
            )}
        >
            <Branch tree={tree} depth={0} review={review} onChoose={onChoose} />
        </nav>
    )
}

interface BranchProps {
    tree: Tree
    depth: number
    review: Review
    onChoose: (path: string) => void
}

function Branch({ tree, depth, review, onChoose }: BranchProps) {
    const viewed = useSignal(review.viewed)
    const say = useText(text)
    const indent = { paddingLeft: 8 + depth * 12 }
    return (
        <>
            {tree.folders.map((folder) => (
                <div key={folder.path}>
                    <p style={indent} className="text-3 flex h-6 items-center gap-1.5 pr-2 text-xs">
                        <Folder size={13} strokeWidth={1.5} className="shrink-0" aria-hidden />
                        <span className="truncate">{folder.name}</span>
                    </p>
                    <Branch tree={folder} depth={depth + 1} review={review} onChoose={onChoose} />
                </div>
            ))}
            {tree.files.map((file) => {
                const isViewed =
                    viewed[file.path] === signatureOf((file.hunks ?? []).flatMap(({ lines }) => lines))
                return (
                    <button
                        key={file.path}
                        type="button"
                        style={indent}
                        onClick={() => onChoose(file.path)}
                        title={file.path}
                        className="hover:bg-hover flex h-6 w-full items-center gap-1.5 pr-2 text-left text-xs"
                    >
                        <StatusLetter status={file.status} />
                        <span className={classes("min-w-0 flex-1 truncate", isViewed && "text-3")}>
                            {file.path.slice(file.path.lastIndexOf("/") + 1)}
                        </span>
                        {isViewed && (
                            <Check
                                size={12}
                                strokeWidth={2}
                                className="text-ok shrink-0"
                                aria-label={say("viewed")}
                            />
                        )}
                        <Counts added={file.additions ?? 0} removed={file.deletions ?? 0} />
                    </button>
                )
            })}
        </>
    )
}

const LETTERS: Record<FileDiff["status"], string> = {
    A: "text-ok",
    "?": "text-ok",
    C: "text-ok",
    M: "text-info",
    R: "text-info",
    D: "text-bad",
    U: "text-warn",
}

export function StatusLetter({ status }: { status: FileDiff["status"] }) {
    const say = useText(text)
    return (
        <span
            className={classes("mono w-3 shrink-0 font-medium", LETTERS[status])}
            title={say(`file.${status}`)}
        >
            <span aria-hidden>{status === "?" ? "A" : status}</span>
            <span className="sr-only">{say(`file.${status}`)}</span>
        </span>
    )
}
