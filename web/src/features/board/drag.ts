import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element"
import { attachClosestEdge, extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge"
import { combine } from "@atlaskit/pragmatic-drag-and-drop/utils/combine"
import {
    draggable,
    dropTargetForElements,
    monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter"
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/utils/set-custom-native-drag-preview"
import { preserveOffsetOnSource } from "@atlaskit/pragmatic-drag-and-drop/utils/preserve-offset-on-source"
import type { Target, View } from "./view"

export type Edge = Target["edge"]

interface CardHandle {
    cardId: string
    columnId: string
    /** The cards that move when this one is dragged: the selection, if it is part of it. */
    moving: () => readonly string[]
    view: View
}

/** Lets a card be dragged, and others be dropped above and below it. */
export function makeDraggable(
    element: HTMLElement,
    { cardId, columnId, moving, view }: CardHandle,
): () => void {
    return combine(
        draggable({
            element,
            getInitialData: () => ({ kind: "card", cardId, moving: moving() }),
            onGenerateDragPreview: ({ nativeSetDragImage, location }) => {
                setCustomNativeDragPreview({
                    nativeSetDragImage,
                    getOffset: preserveOffsetOnSource({ element, input: location.current.input }),
                    render: ({ container }) => {
                        container.append(previewOf(element, moving().length))
                    },
                })
            },
            onDragStart: () => view.dragged.set(new Set(moving())),
            onDrop: () => view.dragged.set(new Set()),
        }),
        dropTargetForElements({
            element,
            canDrop: ({ source }) => source.data.kind === "card",
            getData: ({ input }) =>
                attachClosestEdge(
                    { kind: "card", cardId, columnId },
                    { element, input, allowedEdges: ["top", "bottom"] },
                ),
            onDrag: ({ self, source }) => {
                const edge = source.data.cardId === cardId ? null : extractClosestEdge(self.data)
                view.aim(edge === "top" || edge === "bottom" ? { columnId, cardId, edge } : null)
            },
            onDragLeave: () => view.aim(null),
            onDrop: () => view.aim(null),
        }),
    )
}

/** What is seen under the pointer or the finger: the card itself, and how many go with it. */
export function previewOf(element: HTMLElement, count: number): HTMLElement {
    const copy = element.cloneNode(true) as HTMLElement
    const { width } = element.getBoundingClientRect()
    Object.assign(copy.style, {
        width: `${width}px`,
        opacity: "1",
        transform: "rotate(1.2deg)",
        margin: "8px",
    })
    copy.classList.add("shadow-float")
    if (count > 1) {
        const badge = document.createElement("span")
        badge.textContent = String(count)
        badge.className = "bg-accent text-on-accent absolute top-1 right-1 rounded px-1.5 text-xs font-medium"
        copy.append(badge)
    }
    return copy
}

/** Lets cards be dropped on a column: below its last card. */
export function makeColumn(element: HTMLElement, columnId: string, view: View): () => void {
    return dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.kind === "card",
        getData: () => ({ kind: "column", columnId }),
        onDrag: ({ location }) => {
            if (location.current.dropTargets[0]?.data.kind !== "column") return
            view.aim({ columnId, cardId: null, edge: "bottom" })
        },
        onDragLeave: () => view.aim(null),
        onDrop: () => view.aim(null),
    })
}

/** A list that scrolls by itself when something is dragged near its edge. */
export function makeScrolling(element: HTMLElement): () => void {
    return autoScrollForElements({ element, canScroll: ({ source }) => source.data.kind === "card" })
}

export interface Dropped extends Target {
    cardIds: readonly string[]
}

/** Hears of every card that is dropped somewhere on the board. */
export function hearDrops(onDrop: (dropped: Dropped) => void): () => void {
    return monitorForElements({
        canMonitor: ({ source }) => source.data.kind === "card",
        onDrop: ({ source, location }) => {
            const [target] = location.current.dropTargets
            if (!target) return
            const { columnId, cardId } = target.data
            const edge = extractClosestEdge(target.data)
            onDrop({
                cardIds: source.data.moving as readonly string[],
                columnId: String(columnId),
                cardId: target.data.kind === "card" ? String(cardId) : null,
                edge: edge === "top" ? "top" : "bottom",
            })
        },
    })
}
