import type { Card, CardPatch, Image } from "@/api/api.gen"
import type { TicketType } from "@/app/tickets"

// Editing a card while others may edit it, too: three versions, and what follows from them. Pure.

/** What is edited of a card. */
export interface Draft {
    title: string
    description: string
    ticketType: TicketType | null
    dependsOn: readonly string[]
}

/** What a new card begins with. */
export interface Beginning {
    draft: Draft
    images: readonly Image[]
}

export type FieldName = keyof Draft

export function draftOf(card: Card): Draft {
    const { title, description, ticketType, dependsOn } = card
    return { title, description: description ?? "", ticketType, dependsOn: dependsOn ?? [] }
}

/** `base`: what the person began from; `mine`: what they have now; `theirs`: what the server has. */
export interface Versions {
    base: Draft
    mine: Draft
    theirs: Draft
}

function isSame(one: Draft[FieldName], other: Draft[FieldName]): boolean {
    return JSON.stringify(one) === JSON.stringify(other)
}

const FIELDS: readonly FieldName[] = ["title", "description", "ticketType", "dependsOn"]

/** The fields that both changed, and not to the same. */
export function conflictsOf({ base, mine, theirs }: Versions): readonly FieldName[] {
    return FIELDS.filter((name) => {
        const changed = !isSame(mine[name], base[name]) && !isSame(theirs[name], base[name])
        return changed && !isSame(mine[name], theirs[name])
    })
}

/** After the server's version became another one: what the person has not touched follows it. */
export function followed({ base, mine }: Versions, theirs: Draft): Versions {
    const pick = <T>(name: FieldName, own: T, their: T): T => (isSame(mine[name], base[name]) ? their : own)
    return {
        base: {
            title: pick("title", base.title, theirs.title),
            description: pick("description", base.description, theirs.description),
            ticketType: pick("ticketType", base.ticketType, theirs.ticketType),
            dependsOn: pick("dependsOn", base.dependsOn, theirs.dependsOn),
        },
        mine: {
            title: pick("title", mine.title, theirs.title),
            description: pick("description", mine.description, theirs.description),
            ticketType: pick("ticketType", mine.ticketType, theirs.ticketType),
            dependsOn: pick("dependsOn", mine.dependsOn, theirs.dependsOn),
        },
        theirs,
    }
}

/** Ends the conflict over one field. */
export function decided(versions: Versions, name: FieldName, whose: "mine" | "theirs"): Versions {
    const { base, mine, theirs } = versions
    return {
        theirs,
        base: { ...base, [name]: theirs[name] },
        mine: whose === "mine" ? mine : { ...mine, [name]: theirs[name] },
    }
}

/** What has to be sent. */
export function patchOf({ mine, theirs }: Versions): CardPatch {
    const patch: CardPatch = {}
    if (mine.title !== theirs.title) patch.title = mine.title
    if (mine.description !== theirs.description) patch.description = mine.description || null
    if (mine.ticketType !== theirs.ticketType) patch.ticketType = mine.ticketType
    if (!isSame(mine.dependsOn, theirs.dependsOn)) patch.dependsOn = [...mine.dependsOn]
    return patch
}

export function isDirty({ base, mine }: Versions): boolean {
    return FIELDS.some((name) => !isSame(mine[name], base[name]))
}
