import { useQuery } from "@tanstack/react-query"
import { CornerDownLeft, ImagePlus, X } from "lucide-react"
import {
    type ClipboardEvent,
    type DragEvent,
    type KeyboardEvent,
    useEffect,
    useId,
    useRef,
    useState,
} from "react"
import type { Image } from "@/api/api.gen"
import { call, newKey } from "@/api/client"
import { profilesOf } from "@/app/agents"
import { useShortcuts } from "@/app/keys"
import { isMac } from "@/app/keys"
import { notify, tellOf } from "@/app/notices"
import { MOST_PICTURES, pictureOf } from "@/app/pictures"
import { useServices } from "@/app/services"
import { useText } from "@/app/text"
import { isActive } from "@/sync/fold"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import type { Shown } from "../frame/AttemptFrame"
import { WIDTH } from "../frame/width"
import { text } from "../text"
import { draftOf, keepDraft } from "./drafts"
import { QueueLines } from "./QueueLines"

/** Pixels that it grows to; then it scrolls. */
const TALLEST = 260

/** Where one writes to the agent; above it what waits to be said. */
export function Composer({ projectId, store, attempt, status }: Shown) {
    const say = useText(text)
    const { queries } = useServices()
    const attemptId = attempt.id
    const hintId = useId()
    const field = useRef<HTMLTextAreaElement>(null)
    const picker = useRef<HTMLInputElement>(null)
    const [words, setWords] = useState(() => draftOf(attemptId))
    const [images, setImages] = useState<readonly Image[]>([])
    const [profileId, setProfileId] = useState("")
    const [isSending, setSending] = useState(false)
    const [isOver, setOver] = useState(false)
    /** Why it was not sent: it stands here, a notice would lie over the field. */
    const [problem, setProblem] = useState<string | null>(null)
    const { data: profiles } = useQuery(profilesOf(projectId))
    const fitting = (profiles ?? []).filter(({ agent }) => agent === attempt.agent)
    const isReady = words.trim() !== "" && !isSending

    useEffect(() => keepDraft(attemptId, words), [attemptId, words])
    useEffect(() => {
        const element = field.current
        if (!element) return
        element.style.height = "auto"
        element.style.height = `${Math.min(TALLEST, element.scrollHeight)}px`
    }, [words])
    useShortcuts([
        {
            id: "reply",
            keys: "r",
            label: say("reply"),
            group: say("attempt"),
            run: () => field.current?.focus(),
        },
    ])

    const add = async (files: Iterable<File>): Promise<void> => {
        const next = [...images]
        for (const file of files) {
            const picture = await pictureOf(file)
            const title = picture === null ? say("badPicture", { name: file.name }) : say("tooManyPictures")
            if (picture !== null && next.length < MOST_PICTURES) next.push(picture)
            else notify({ kind: "error", title, detail: say("pictureHint"), code: "" })
        }
        setImages(next)
    }
    const send = async (): Promise<void> => {
        if (!isReady) return
        setSending(true)
        setProblem(null)
        try {
            await call("POST /attempts/{attempt_id}/messages", {
                path: { attempt_id: attemptId },
                body: {
                    prompt: words,
                    ...(images.length > 0 ? { images: [...images] } : {}),
                    ...(profileId === "" ? {} : { profileId }),
                },
                idempotencyKey: newKey(),
            })
            setWords("")
            setImages([])
            void queries.invalidateQueries({ queryKey: ["messages", attemptId] })
        } catch (error) {
            setProblem(tellOf(error).detail)
        } finally {
            setSending(false)
            field.current?.focus()
        }
    }
    const key = (event: KeyboardEvent): void => {
        const mod = isMac ? event.metaKey : event.ctrlKey
        if (event.key === "Enter" && mod && !event.nativeEvent.isComposing) {
            event.preventDefault()
            void send()
        } else if (event.key === "Escape") {
            event.stopPropagation()
            field.current?.blur()
        }
    }
    const paste = (event: ClipboardEvent): void => {
        if (event.clipboardData.files.length === 0) return
        event.preventDefault()
        void add(event.clipboardData.files)
    }
    const drop = (event: DragEvent): void => {
        event.preventDefault()
        setOver(false)
        void add(event.dataTransfer.files)
    }
    return (
        <div className="border-line bg-surface shrink-0 border-t pt-2 pb-3">
            <div className={WIDTH}>
                <QueueLines store={store} isUnderWay={isActive(status)} />
                <div
                    onDragOver={(event) => {
                        event.preventDefault()
                        setOver(true)
                    }}
                    onDragLeave={() => setOver(false)}
                    onDrop={drop}
                    className={classes(
                        "focus-within:border-accent focus-within:ring-accent rounded-md border transition-colors duration-100 focus-within:ring-1",
                        isOver ? "border-accent bg-accent-tint" : "border-line-strong",
                    )}
                >
                    {problem !== null && (
                        <p
                            role="alert"
                            className="bg-bad-tint rounded-t-[5px] px-3 py-1.5 text-xs break-words"
                        >
                            <span className="text-bad font-medium">{say("notSent")}</span> · {problem}
                        </p>
                    )}
                    {images.length > 0 && (
                        <Pictures
                            images={images}
                            onRemove={(place) => setImages(images.filter((_, at) => at !== place))}
                        />
                    )}
                    <textarea
                        ref={field}
                        rows={1}
                        value={words}
                        aria-label={say("messageField")}
                        aria-describedby={hintId}
                        placeholder={say(isActive(status) ? "placeholderRunning" : "placeholderEnded")}
                        onChange={(event) => setWords(event.target.value)}
                        onKeyDown={key}
                        onPaste={paste}
                        className="block w-full resize-none bg-transparent px-3 pt-2 pb-1 outline-none"
                    />
                    <div className="flex items-center gap-1 pr-1.5 pb-1.5 pl-1.5">
                        <IconButton
                            label={say("addPicture")}
                            onClick={() => picker.current?.click()}
                            className="size-6!"
                        >
                            <ImagePlus size={15} strokeWidth={1.5} />
                        </IconButton>
                        <input
                            ref={picker}
                            type="file"
                            accept="image/png,image/jpeg,image/webp"
                            multiple
                            hidden
                            onChange={(event) => {
                                if (event.target.files) void add([...event.target.files])
                                event.target.value = ""
                            }}
                        />
                        {fitting.length > 0 && (
                            <select
                                aria-label={say("profile")}
                                value={profileId}
                                onChange={(event) => setProfileId(event.target.value)}
                                className="text-2 hover:bg-hover h-6 max-w-40 rounded bg-transparent px-1 text-xs"
                            >
                                <option value="">{say("profileSame")}</option>
                                {fitting.map(({ id, name }) => (
                                    <option key={id} value={id}>
                                        {name}
                                    </option>
                                ))}
                            </select>
                        )}
                        <p id={hintId} className="text-3 ml-auto truncate px-1 text-xs max-sm:hidden">
                            {say(isActive(status) ? "willQueue" : "willWake")}
                        </p>
                        <Button
                            isSmall
                            look="primary"
                            disabled={!isReady}
                            onClick={() => void send()}
                            className="max-sm:ml-auto"
                        >
                            {say("send")}
                            <kbd className="mono flex items-center opacity-90">
                                {isMac ? "⌘" : "Ctrl"}
                                <CornerDownLeft size={12} strokeWidth={2} aria-hidden className="ml-0.5" />
                            </kbd>
                        </Button>
                    </div>
                </div>
            </div>
        </div>
    )
}

function Pictures({ images, onRemove }: { images: readonly Image[]; onRemove: (place: number) => void }) {
    const say = useText(text)
    return (
        <div className="flex flex-wrap gap-2 px-3 pt-2.5">
            {images.map(({ data, mime, name }, place) => (
                <figure key={place} className="border-line relative size-14 overflow-hidden rounded border">
                    <img
                        src={`data:${mime};base64,${data}`}
                        alt={name ?? ""}
                        className="size-full object-cover"
                    />
                    <IconButton
                        label={say("removePicture", { name: name ?? String(place + 1) })}
                        onClick={() => onRemove(place)}
                        className="bg-raised absolute top-0.5 right-0.5 size-5!"
                    >
                        <X size={12} strokeWidth={2} />
                    </IconButton>
                </figure>
            ))}
        </div>
    )
}
