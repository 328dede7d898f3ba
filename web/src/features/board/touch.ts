import { type Dropped, type Edge, previewOf } from "./drag"
import type { Target, View } from "./view"

// Dragging with a finger. Some browsers begin their own drag and drop with a long press, others never do, so that a
// finger is followed here: a card is taken by resting on it, while a finger that moves on at once scrolls as ever.

/** Milliseconds that a finger rests on a card to take it: less than until a phone thinks of its context menu. */
const REST = 350
/** Pixels that a resting finger may stray. */
const STRAY = 8
/** Pixels from an edge at which a list begins to scroll under a finger that carries something. */
const NEAR = 56
/** Pixels that it scrolls at most in a drawn frame. */
const FASTEST = 14

interface Point {
    x: number
    y: number
}

/** A card in a finger's hand. */
class Carrying {
    readonly #board: HTMLElement
    readonly #view: View
    readonly #moving: readonly string[]
    readonly #preview: HTMLElement
    readonly #grip: Point
    #at: Point
    #frame = 0

    constructor(board: HTMLElement, view: View, card: HTMLElement, moving: readonly string[], at: Point) {
        const { left, top } = card.getBoundingClientRect()
        this.#board = board
        this.#view = view
        this.#moving = moving
        this.#grip = { x: at.x - left, y: at.y - top }
        this.#at = at
        this.#preview = previewOf(card, moving.length)
        Object.assign(this.#preview.style, {
            position: "fixed",
            inset: "0 auto auto 0",
            margin: "0",
            zIndex: "70",
            pointerEvents: "none",
        })
        document.body.append(this.#preview)
        // A board that snaps to its columns would not let itself be scrolled little by little.
        board.style.scrollSnapType = "none"
        view.dragged.set(new Set(moving))
        // Not every browser has it.
        ;(navigator as Partial<Navigator>).vibrate?.(10)
        this.#draw()
    }

    move(at: Point): void {
        this.#at = at
    }

    /** Puts the card down; null: nowhere. */
    end(): Dropped | null {
        cancelAnimationFrame(this.#frame)
        const target = this.#view.target.value
        this.#preview.remove()
        this.#board.style.scrollSnapType = ""
        this.#view.dragged.set(new Set())
        this.#view.target.set(null)
        return target === null ? null : { cardIds: this.#moving, ...target }
    }

    /** Once a drawn frame: the preview goes with the finger, lists scroll near their edges, and the target is found anew. */
    #draw = (): void => {
        const { x, y } = this.#at
        this.#preview.style.transform = `translate(${x - this.#grip.x}px, ${y - this.#grip.y}px) rotate(1.2deg)`
        const under = document.elementFromPoint(x, y)
        const list = under?.closest<HTMLElement>("[data-column]")
        if (list) {
            const { top, bottom } = list.getBoundingClientRect()
            list.scrollTop += pull(y, top, bottom)
        }
        const { left, right } = this.#board.getBoundingClientRect()
        this.#board.scrollLeft += pull(x, left, right)
        this.#view.aim(targetAt(under, y, this.#moving))
        this.#frame = requestAnimationFrame(this.#draw)
    }
}

/** How far a list scrolls in a frame when a finger is at `at` between its two ends: nothing, unless it is near one. */
export function pull(at: number, start: number, end: number): number {
    const [before, after] = [at - start, end - at]
    if (before < NEAR) return -Math.ceil((FASTEST * (NEAR - Math.max(0, before))) / NEAR)
    if (after < NEAR) return Math.ceil((FASTEST * (NEAR - Math.max(0, after))) / NEAR)
    return 0
}

function targetAt(under: Element | null, y: number, moving: readonly string[]): Target | null {
    const columnId = under?.closest<HTMLElement>("[data-column]")?.dataset.column
    if (columnId === undefined) return null
    const card = under?.closest<HTMLElement>("[data-card]")
    const cardId = card?.dataset.card
    if (!card || cardId === undefined) return { columnId, cardId: null, edge: "bottom" }
    if (moving.includes(cardId)) return null
    const { top, height } = card.getBoundingClientRect()
    const edge: Edge = y < top + height / 2 ? "top" : "bottom"
    return { columnId, cardId, edge }
}

/** Lets fingers take the cards of a board. */
export function hearTouches(board: HTMLElement, view: View, onDrop: (dropped: Dropped) => void): () => void {
    let stop: (() => void) | null = null
    const begin = (event: TouchEvent): void => {
        stop?.()
        const [finger] = event.touches
        const target = event.target as HTMLElement
        const card = target.closest<HTMLElement>("[data-card]")
        if (!finger || event.touches.length > 1 || !card || target.closest("a, button")) return
        stop = follow(board, view, card, event, onDrop)
    }
    board.addEventListener("touchstart", begin, { passive: true })
    return () => {
        stop?.()
        board.removeEventListener("touchstart", begin)
    }
}

/** Follows one finger from when it touches a card until it leaves the screen. */
function follow(
    board: HTMLElement,
    view: View,
    card: HTMLElement,
    event: TouchEvent,
    onDrop: (dropped: Dropped) => void,
): () => void {
    const target = event.target as HTMLElement
    const start = pointOf(event)
    let carrying: Carrying | null = null
    // The browser's own dragging would take the finger away.
    const wasDraggable = card.getAttribute("draggable")
    card.setAttribute("draggable", "false")
    const timer = setTimeout(() => {
        const cardId = card.dataset.card ?? ""
        const chosen = view.selected.value
        carrying = new Carrying(board, view, card, chosen.has(cardId) ? [...chosen] : [cardId], start)
    }, REST)

    const stop = (): Dropped | null => {
        clearTimeout(timer)
        // All of them hang on what was touched: it hears of the finger even when its list has let go of the card.
        target.removeEventListener("touchmove", move)
        target.removeEventListener("touchend", end)
        target.removeEventListener("touchcancel", stop)
        removeEventListener("contextmenu", refuse, true)
        if (wasDraggable !== null) card.setAttribute("draggable", wasDraggable)
        const dropped = carrying?.end() ?? null
        carrying = null
        return dropped
    }
    const move = (moved: TouchEvent): void => {
        const at = pointOf(moved)
        if (carrying) {
            moved.preventDefault()
            carrying.move(at)
        } else if (Math.hypot(at.x - start.x, at.y - start.y) > STRAY) stop()
    }
    const end = (ended: TouchEvent): void => {
        // What a finger put down is not opened by it, too.
        if (carrying) ended.preventDefault()
        const dropped = stop()
        if (dropped) onDrop(dropped)
    }
    const refuse = (asked: Event): void => asked.preventDefault()
    target.addEventListener("touchmove", move, { passive: false })
    target.addEventListener("touchend", end, { passive: false })
    target.addEventListener("touchcancel", stop)
    addEventListener("contextmenu", refuse, true)
    return stop
}

function pointOf({ touches }: TouchEvent): Point {
    const [finger] = touches
    return { x: finger?.clientX ?? 0, y: finger?.clientY ?? 0 }
}
