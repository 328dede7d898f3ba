import type { LucideIcon } from "lucide-react"
import type { ComponentType } from "react"
import type { Card, Image } from "@/api/api.gen"
import type { Board } from "@/sync/boardStore"

// How a feature joins the application: `src/features/<name>/feature.ts` exports a `feature`. Nothing else has to be
// touched: what it brings is found, sorted by `order`, and loaded when it is first needed.

type Loads<P = object> = () => Promise<{ default: ComponentType<P> }>

export interface Feature {
    routes?: readonly FeatureRoute[]
    places?: readonly Place[]
    tabs?: readonly InspectorTab[]
    cardActions?: readonly CardAction[]
    /** Parts that stand in places of other features (see `Slot`). */
    slots?: { readonly [Name in keyof Slots]?: Loads<Slots[Name]> }
    /** Parts that are always there and show themselves when they have something to show (a palette, notifications). */
    always?: readonly Loads[]
}

export interface FeatureRoute {
    /** As TanStack Router writes it: `/p/$project/settings`. */
    path: string
    load: Loads
    /** Shown in the `<Outlet />` of this one; their paths go on behind its path. */
    children?: readonly FeatureRoute[]
    /** Without the side bar (the first steps). */
    isBare?: boolean
}

/** A place in the side bar. */
export interface Place {
    id: string
    order: number
    label: () => string
    icon: LucideIcon
    /** Where it leads; null while there is none (a board without a project). */
    path: (projectId: string | null) => string | null
    /** The keys that lead there, one after the other: `g b`. */
    keys: string
    /** A number at its right. */
    Count?: ComponentType
    /** At the foot instead of among the others. */
    isAtFoot?: boolean
}

export interface TabProps {
    projectId: string
    card: Card
    /** The attempt that the inspector shows; null: there is none yet. */
    attemptId: string | null
}

/** A tab of the inspector. `order` is also its key (1 to 6), as far as there are so many. */
export interface InspectorTab {
    id: string
    order: number
    label: () => string
    load: Loads<TabProps>
    Count?: ComponentType<TabProps>
    /** Whether the card has it; left out: every card. */
    isFor?: (card: Card, board: Board, attemptId: string | null) => boolean
}

export interface CardContext {
    projectId: string
    card: Card
    board: Board
    /** The role of the card's column; null: none. */
    role: "backlog" | "inProgress" | "review" | "done" | null
}

/** An entry of a card's menu, and of the palette while the card is chosen. */
export interface CardAction {
    id: string
    order: number
    label: (context: CardContext) => string
    icon: LucideIcon
    /** The key that does it for the chosen card: `s`. */
    keys?: string
    isFor: (context: CardContext) => boolean
    /** Why it cannot be done now, as a sentence; null: it can. */
    obstacle?: (context: CardContext) => string | null
    run: (context: CardContext) => void | Promise<void>
    /** Whether it is what comes next for the card: its details have a button for it, beside the menu's entry. */
    isNext?: (context: CardContext) => boolean
    isDangerous?: boolean
}

/** Places that other features fill, each with what it tells the parts that stand in it. */
export interface Slots {
    /** The application's settings: whom and what this server is to GitHub. */
    "settings.account": object
    /** A project's settings: what comes and goes by itself. */
    "settings.project": { projectId: string }
    /** A step of the first steps. */
    "onboarding.account": object
    /** In the line above a board. */
    "board.header": { projectId: string }
    /** Beside the one next step of an empty board. */
    "board.empty": { projectId: string }
    /** Beside what brings an attempt's work home. */
    "changes.acts": { projectId: string; card: Card; attemptId: string }
    /** Above what a card says. */
    "card.details": { projectId: string; card: Card }
    /** In the form of a new card, above its buttons. */
    "card.draft": {
        projectId: string
        draft: { title: string; description: string; ticketType: Card["ticketType"] }
        images: readonly Image[]
        /** Another text is to be used, which an agent has written. */
        onText: (text: { title: string; description: string }) => void
    }
}

const found = import.meta.glob<Feature>("../features/*/feature.{ts,tsx}", { eager: true, import: "feature" })

/** All features there are. */
export const features: readonly Feature[] = Object.values(found)

function sorted<T extends { order: number }>(parts: readonly T[]): readonly T[] {
    return [...parts].sort((one, other) => one.order - other.order)
}

export const places = sorted(features.flatMap((feature) => feature.places ?? []))
export const tabs = sorted(features.flatMap((feature) => feature.tabs ?? []))
export const cardActions = sorted(features.flatMap((feature) => feature.cardActions ?? []))
