import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Pencil } from "lucide-react"
import { lazy, type ReactNode, Suspense } from "react"
import { call } from "@/api/client"
import type { TabProps } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useBoard } from "@/app/services"
import { Slot } from "@/app/Slot"
import { useLanguage, useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Bones, Trouble } from "@/ui/states"
import { offersFor } from "../cardMenu"
import { useBoardContext } from "../context"
import { sourceOf } from "../images"
import { columnOf } from "../rules"
import { text } from "../text"

const Markdown = lazy(() => import("@/ui/Markdown"))

/** What a card says: its text, its pictures, what it waits for and what waits for it. */
export default function DetailsTab({ projectId, card }: TabProps) {
    const say = useText(text)
    const language = useLanguage()
    const context = useBoardContext()
    const { store, edit } = context
    const state = useBoard(store, (board) => board.state)
    // An attempt that begins anywhere takes the button away.
    useBoard(store, (board) => board.attempts[card.id])
    const next = offersFor(context, card).filter(({ isNext }) => isNext)
    const waiting = Object.values(state.cards).filter(({ dependsOn }) => dependsOn?.includes(card.id))
    const when = (time: string): string =>
        new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })
    return (
        <div className="flex flex-col gap-5 p-4">
            <Slot name="card.details" {...{ projectId, card }} />
            <section>
                {card.description ? (
                    <Suspense fallback={<Bones className="h-16" />}>
                        <Markdown text={card.description} className="max-w-[70ch]" />
                    </Suspense>
                ) : (
                    <p className="text-3">{say("noDescription")}</p>
                )}
                <div className="mt-3 flex flex-wrap gap-2">
                    {next.map(({ id, label, icon: Icon, obstacle, run }) => (
                        <Button
                            key={id}
                            isSmall
                            look="primary"
                            disabled={obstacle !== null}
                            title={obstacle ?? undefined}
                            onClick={run}
                        >
                            <Icon size={14} strokeWidth={1.5} aria-hidden />
                            {label}
                        </Button>
                    ))}
                    <Button isSmall onClick={() => edit(card)}>
                        <Pencil size={14} strokeWidth={1.5} aria-hidden />
                        {say("edit")}
                    </Button>
                </div>
            </section>
            <Pictures projectId={projectId} cardId={card.id} version={card.updatedAt} />
            <dl className="border-line grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 border-t pt-4">
                {(card.dependsOn?.length ?? 0) > 0 && (
                    <Row name={say("dependsOn")}>
                        <Cards projectId={projectId} cardIds={card.dependsOn ?? []} />
                    </Row>
                )}
                {waiting.length > 0 && (
                    <Row name={say("blocks")}>
                        <Cards projectId={projectId} cardIds={waiting.map(({ id }) => id)} />
                    </Row>
                )}
                <Row name={say("created")}>{when(card.createdAt)}</Row>
                <Row name={say("updated")}>{when(card.updatedAt)}</Row>
            </dl>
        </div>
    )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
    return (
        <>
            <dt className="text-3">{name}</dt>
            <dd className="min-w-0">{children}</dd>
        </>
    )
}

function Cards({ projectId, cardIds }: { projectId: string; cardIds: readonly string[] }) {
    const { store } = useBoardContext()
    const state = useBoard(store, (board) => board.state)
    return (
        <ul className="flex flex-col gap-1">
            {cardIds.map((cardId) => {
                const card = state.cards[cardId]
                if (!card) return null
                return (
                    <li key={cardId}>
                        <Link
                            to={paths.card(projectId, card.ticketKey ?? cardId)}
                            className="hover:bg-hover -mx-1 flex gap-2 rounded-sm px-1"
                        >
                            <span className="mono text-3 shrink-0">{card.ticketKey}</span>
                            <span className="truncate">{card.title}</span>
                            <span className="text-3 ml-auto shrink-0 text-xs">
                                {columnOf(state, cardId)?.title}
                            </span>
                        </Link>
                    </li>
                )
            })}
        </ul>
    )
}

function Pictures({ projectId, cardId, version }: { projectId: string; cardId: string; version: string }) {
    const say = useText(text)
    const { data, error } = useQuery({
        queryKey: ["images", cardId, version],
        queryFn: async () =>
            (
                await call("GET /boards/{board_id}/cards/{card_id}/images", {
                    path: { board_id: projectId, card_id: cardId },
                })
            ).images,
        staleTime: Infinity,
        placeholderData: (before) => before,
    })
    if (error) return <Trouble title={say("loadingPictures")} {...tellOf(error)} />
    if (!data?.length) return null
    return (
        <section aria-label={say("pictures")} className="flex flex-wrap gap-2">
            {data.map((image, place) => (
                <img
                    key={place}
                    src={sourceOf(image)}
                    alt={image.name ?? ""}
                    className="border-line max-h-60 max-w-full rounded border object-contain"
                />
            ))}
        </section>
    )
}
