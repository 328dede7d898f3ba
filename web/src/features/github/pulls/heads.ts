import type { Branch, Card } from "@/api/api.gen"
import type { Offer } from "@/ui/offers"

// What a pull request may come from when it is no attempt's: the branches of the repository, and the card it is for.

/** The branches of the repository itself, without those that are only known from a remote. */
export function headsOf(branches: readonly Branch[]): Offer[] {
    return branches.filter(({ kind }) => kind === "local").map(({ name }) => ({ value: name }))
}

/** The branch that somebody is at work on in the project's folder, unless it is the one to merge into. */
export function firstHead(branches: readonly Branch[], base: string): string {
    const at = branches.find(({ kind, isCurrent }) => kind === "local" && isCurrent)?.name
    return at === undefined || at === base ? "" : at
}

/** Why a branch cannot be proposed; null: it can. "": nothing is chosen yet, which needs no words. */
export function headObstacle(
    head: string,
    base: string,
    branches: readonly Branch[],
): "unknown" | "same" | "" | null {
    const name = head.trim()
    if (name === "") return ""
    if (!branches.some((branch) => branch.kind === "local" && branch.name === name)) return "unknown"
    return name === base.trim() ? "same" : null
}

/** Cards by what a person calls them: their key, else their title. */
export function cardOffers(cards: readonly Card[]): Offer[] {
    return cards.map(({ ticketKey, title }) =>
        ticketKey ? { value: ticketKey, detail: title } : { value: title },
    )
}

/** The card that is meant; undefined: none is called so. */
export function cardNamed(cards: readonly Card[], typed: string): Card | undefined {
    const wanted = typed.trim().toLowerCase()
    return cards.find(({ ticketKey, title }) => (ticketKey ?? title).toLowerCase() === wanted)
}
