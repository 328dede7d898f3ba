import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { projectSettings, useBoard, useBoardStore } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Combobox } from "@/ui/Combobox"
import { Field } from "@/ui/Field"
import { Bones } from "@/ui/states"
import { Refusal } from "../parts/Refusal"
import { branchesOf, useProposedText } from "./asking"
import { cardNamed, cardOffers, firstHead, headObstacle, headsOf } from "./heads"
import { PullForm } from "./PullForm"
import { text } from "./text"

interface Props {
    projectId: string
    /** The card that it is for, to begin with. */
    cardId: string | null
    onClose: () => void
}

/** Any branch of the repository: which one, and which card it is for, is chosen here. */
export function OfBranch({ projectId, cardId, onClose }: Props) {
    const say = useText(text)
    const branches = useQuery(branchesOf(projectId))
    const settings = useQuery(projectSettings(projectId))
    const store = useBoardStore(projectId)
    const cardsById = useBoard(store, ({ state }) => state.cards)
    const cards = Object.values(cardsById)
    const [typedHead, setHead] = useState<string | null>(null)
    const [typedCard, setCard] = useState<string | null>(null)
    const usual = settings.data?.baseBranch ?? ""
    const given = cardId === null ? undefined : cardsById[cardId]
    const head = typedHead ?? firstHead(branches.data ?? [], usual)
    const named = typedCard ?? given?.ticketKey ?? given?.title ?? ""
    const card = cardNamed(cards, named)
    const isCardUnknown = named.trim() !== "" && card === undefined
    const isKnown = headObstacle(head, "", branches.data ?? []) === null && !isCardUnknown
    const origin = isKnown ? { branch: head.trim(), ...(card ? { cardId: card.id } : {}) } : null
    const proposed = useProposedText(projectId, origin)

    const failed = branches.error ?? settings.error
    if (failed) {
        return (
            <div className="p-4">
                <Refusal title={say("branchesNotLoaded")} error={failed}>
                    <Button
                        isSmall
                        onClick={() => void Promise.all([branches.refetch(), settings.refetch()])}
                    >
                        {say("again")}
                    </Button>
                </Refusal>
            </div>
        )
    }
    if (!branches.data || !settings.data) return <Bones className="m-4 h-64" />
    const obstacle = headObstacle(head, proposed.data?.base ?? usual, branches.data)
    return (
        <PullForm
            {...{ projectId, origin, onClose }}
            attemptId={null}
            proposed={proposed.data ?? { ...NOTHING, base: usual }}
            branch={origin?.branch ?? null}
        >
            <div className="min-w-0 flex-1 basis-56">
                <Field
                    label={say("branch")}
                    hint={say("headHint")}
                    error={obstacle === "unknown" ? say("headUnknown") : undefined}
                >
                    {(input) => (
                        <Combobox
                            {...input}
                            isMono
                            autoFocus
                            listLabel={say("branches")}
                            none={say("noBranches")}
                            placeholder={say("headPlaceholder")}
                            offers={headsOf(branches.data)}
                            value={head}
                            onChange={setHead}
                        />
                    )}
                </Field>
            </div>
            <div className="order-last min-w-0 flex-1 basis-56">
                <Field
                    label={say("card")}
                    hint={card?.title ?? say("cardHint")}
                    error={isCardUnknown ? say("cardUnknown") : undefined}
                >
                    {(input) => (
                        <Combobox
                            {...input}
                            listLabel={say("cards")}
                            none={say("noCards")}
                            placeholder={say("cardPlaceholder")}
                            offers={cardOffers(cards)}
                            value={named}
                            onChange={setCard}
                        />
                    )}
                </Field>
            </div>
            {proposed.error && (
                <div className="order-last w-full">
                    <Refusal title={say("notKnown")} error={proposed.error} />
                </div>
            )}
        </PullForm>
    )
}

const NOTHING = { title: "", body: "", base: "", branch: "" }
