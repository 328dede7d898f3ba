import { useQuery } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import type { Card, Image } from "@/api/api.gen"
import { ask, call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { useGuard } from "@/app/guard"
import { complain, notify, tellOf } from "@/app/notices"
import { useBoard } from "@/app/services"
import { Slot } from "@/app/Slot"
import { say as sayNow, useText } from "@/app/text"
import type { BoardStore } from "@/sync/boardStore"
import { createCard, editCard } from "@/sync/commands"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Bones, Trouble } from "@/ui/states"
import { change } from "./acts"
import { CardFields } from "./CardFields"
import { Conflict } from "./Conflict"
import { useBoardContext } from "./context"
import {
    type Beginning,
    conflictsOf,
    decided,
    type Draft,
    draftOf,
    followed,
    isDirty,
    patchOf,
    type Versions,
} from "./draft"
import { text } from "./text"

interface Props {
    /** The card to edit; null: a new one. */
    cardId: string | null
    /** Where the new one goes; undefined: into the first column. */
    columnId?: string | undefined
    /** What the new one begins with; undefined: nothing. */
    from?: Beginning | undefined
    onClose: () => void
}

export default function CardDialog({ cardId, columnId, from, onClose }: Props) {
    return cardId === null ? (
        <Creating {...{ columnId, from, onClose }} />
    ) : (
        <Loading cardId={cardId} onClose={onClose} />
    )
}

// ── A new card ──────────────────────────────────────────────────────────────────────────────────────────────────────

const BLANK: Draft = { title: "", description: "", ticketType: "feat", dependsOn: [] }

function Creating({ columnId, from, onClose }: Omit<Props, "cardId">) {
    const say = useText(text)
    const { store } = useBoardContext()
    const state = useBoard(store, (board) => board.state)
    const [draft, setDraft] = useState(from?.draft ?? BLANK)
    const [images, setImages] = useState<readonly Image[]>(from?.images ?? [])
    const [column, setColumn] = useState(columnId ?? state.columnOrder[0] ?? "")
    const [createGithubIssue, setIssue] = useState(false)
    const [isEnhanced, setEnhanced] = useState(false)
    const [staysOpen, setStaysOpen] = useState(false)

    const guard = useGuard(
        draft.title !== "" || draft.description !== "" || draft.dependsOn.length > 0 || images.length > 0,
    )

    const submit = (): void => {
        if (!draft.title.trim()) return
        const wishes = { createGithubIssue, isEnhanced }
        void create(store, { ...draft, title: draft.title.trim() }, column, images, wishes)
        if (!staysOpen) {
            onClose()
            return
        }
        setDraft({ ...BLANK, ticketType: draft.ticketType })
        setImages([])
        setEnhanced(false)
    }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say("createTitle")}
            closeLabel={say("close")}
            width="wide"
            guard={guard}
        >
            <CardFields
                {...{ draft, images, state }}
                cardId={null}
                onDraft={setDraft}
                onImages={setImages}
                onSubmit={submit}
                column={{ id: column, onChange: setColumn }}
            >
                <Slot
                    name="card.draft"
                    projectId={store.boardId}
                    {...{ draft, images }}
                    onText={(written) => {
                        setDraft({ ...draft, ...written })
                        setEnhanced(true)
                    }}
                />
                <footer className="border-line flex flex-wrap items-center gap-x-4 gap-y-2 border-t p-3">
                    <Check label={say("createIssue")} isChecked={createGithubIssue} onChange={setIssue} />
                    <Check label={say("createMore")} isChecked={staysOpen} onChange={setStaysOpen} />
                    <div className="ml-auto flex gap-2">
                        <Button onClick={onClose}>{say("cancel")}</Button>
                        <Button look="primary" type="submit" disabled={!draft.title.trim()}>
                            {say("create")}
                        </Button>
                    </div>
                </footer>
            </CardFields>
        </Dialog>
    )
}

function Check({
    label,
    isChecked,
    onChange,
}: {
    label: string
    isChecked: boolean
    onChange: (is: boolean) => void
}) {
    return (
        <label className="text-2 flex items-center gap-1.5 text-xs">
            <input
                type="checkbox"
                className="accent-accent size-3.5"
                checked={isChecked}
                onChange={(event) => onChange(event.target.checked)}
            />
            {label}
        </label>
    )
}

async function create(
    store: BoardStore,
    { title, description, ticketType, dependsOn }: Draft,
    columnId: string,
    images: readonly Image[],
    wishes: { createGithubIssue: boolean; isEnhanced: boolean },
): Promise<void> {
    const known = store.shown.value.state.cards
    const draft = {
        columnId,
        title,
        description: description || null,
        ticketType,
        dependsOn: [...dependsOn],
        images: [...images],
        createGithubIssue: wishes.createGithubIssue,
    }
    try {
        const { card, githubIssueError } = await store.perform(createCard(store.boardId, draft, known))
        if (githubIssueError !== null) {
            notify({ kind: "error", title: sayNow(text, "noIssue"), detail: githubIssueError, code: "" })
        }
        if (wishes.isEnhanced) await change(store, card.id, { isEnhanced: true })
    } catch (error) {
        const again = (): void =>
            void create(store, { title, description, ticketType, dependsOn }, columnId, images, wishes)
        complain(sayNow(text, "notCreated", { title }), error, {
            label: sayNow(text, "tryAgain"),
            run: again,
        })
    }
}

// ── A card that is there ────────────────────────────────────────────────────────────────────────────────────────────

/** A card with the version that an edit of it names. */
interface Fetched {
    card: Card
    etag: string | undefined
}

async function fetched(boardId: string, cardId: string): Promise<Fetched> {
    const { value, etag } = await ask("GET /boards/{board_id}/cards/{card_id}", {
        path: { board_id: boardId, card_id: cardId },
    })
    return { card: value.card, etag: etag ?? undefined }
}

function Loading({ cardId, onClose }: { cardId: string; onClose: () => void }) {
    const say = useText(text)
    const { store } = useBoardContext()
    const { data, error } = useQuery({
        queryKey: ["card", cardId, "edit"],
        gcTime: 0,
        queryFn: async () => {
            const path = { board_id: store.boardId, card_id: cardId }
            const [version, { images }] = await Promise.all([
                fetched(store.boardId, cardId),
                call("GET /boards/{board_id}/cards/{card_id}/images", { path }),
            ])
            return { version, images }
        },
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
    })
    if (data) return <Editing begun={data.version} hadImages={data.images} onClose={onClose} />
    return (
        <Dialog isOpen onClose={onClose} title={say("edit")} closeLabel={say("close")} width="wide">
            {error ? <Trouble title={say("edit")} {...tellOf(error)} /> : <Bones className="m-4 h-40" />}
        </Dialog>
    )
}

function Editing({
    begun,
    hadImages,
    onClose,
}: {
    begun: Fetched
    hadImages: readonly Image[]
    onClose: () => void
}) {
    const say = useText(text)
    const { store } = useBoardContext()
    const state = useBoard(store, (board) => board.state)
    const [{ card, etag }, setTheirs] = useState(begun)
    const [versions, setVersions] = useState<Versions>(() => {
        const draft = draftOf(begun.card)
        return { base: draft, mine: draft, theirs: draft }
    })
    const [images, setImages] = useState(hadImages)
    const save = useRef<HTMLButtonElement>(null)
    const changedAt = state.cards[card.id]?.updatedAt
    const conflicts = conflictsOf(versions)
    const guard = useGuard(isDirty(versions) || images !== hadImages)

    const follow = (now: Fetched): void => {
        setTheirs(now)
        setVersions((before) => followed(before, draftOf(now.card)))
    }
    // Somebody else changed the card while it was edited here: what was typed stays, the rest follows.
    useEffect(() => {
        if (changedAt === undefined || changedAt <= card.updatedAt) return
        let isOver = false
        fetched(store.boardId, card.id).then(
            (now) => {
                if (!isOver) follow(now)
            },
            (error: unknown) => console.warn("The card's new version could not be fetched:", error),
        )
        return () => {
            isOver = true
        }
    }, [changedAt, card, store])

    // The button that ended the last conflict is gone with it; saving is what comes next.
    const hadConflict = useRef(false)
    useEffect(() => {
        const isOver = hadConflict.current && conflicts.length === 0
        hadConflict.current = conflicts.length > 0
        if (!isOver) return
        // After the dialog has noticed that the focus is lost, and has taken it to itself.
        const timer = setTimeout(() => save.current?.focus())
        return () => clearTimeout(timer)
    }, [conflicts.length])

    const submit = async (): Promise<void> => {
        if (conflicts.length > 0 || !versions.mine.title.trim()) return
        const patch = { ...patchOf(versions), ...(images === hadImages ? {} : { images: [...images] }) }
        if (Object.keys(patch).length === 0) {
            onClose()
            return
        }
        try {
            await store.perform(editCard(store.boardId, card.id, patch, etag))
            onClose()
        } catch (error) {
            if (error instanceof ApiProblem && error.isConflict) follow(await fetched(store.boardId, card.id))
            else complain(say("notSaved", { key: card.ticketKey ?? card.title }), error)
        }
    }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say("editTitle", { key: card.ticketKey ?? "" })}
            closeLabel={say("close")}
            width="wide"
            guard={guard}
        >
            <CardFields
                {...{ images, state }}
                draft={versions.mine}
                cardId={card.id}
                onDraft={(mine) => setVersions({ ...versions, mine })}
                onImages={setImages}
                onSubmit={() => void submit()}
            >
                {conflicts.length > 0 && (
                    <Conflict
                        {...{ versions, conflicts, state }}
                        onDecide={(name, whose) => setVersions(decided(versions, name, whose))}
                    />
                )}
                <footer className="border-line flex justify-end gap-2 border-t p-3">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button
                        ref={save}
                        look="primary"
                        type="submit"
                        disabled={conflicts.length > 0 || !versions.mine.title.trim()}
                    >
                        {say("save")}
                    </Button>
                </footer>
            </CardFields>
        </Dialog>
    )
}
