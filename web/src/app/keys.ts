import { useEffect, useRef } from "react"
import { Signal } from "@/sync/signal"

/** Something that can be done with keys; the palette and the sheet of keys show it. */
export interface Shortcut {
    id: string
    /** `c`, `mod+k`, `?`, or two keys one after the other: `g b`. "" for what only the palette has. */
    keys: string
    label: string
    /** Under which heading the sheet shows it. */
    group: string
    run: () => void
    /** Works while something is typed, too. */
    isGlobal?: boolean
}

/** Milliseconds in which the second of two keys has to follow. */
const SEQUENCE = 1_200

export const shortcuts = new Signal<readonly Shortcut[]>([])
let begun: { key: string; at: number } | null = null

/** Registers what can be done while the component is there. */
export function useShortcuts(mine: readonly Shortcut[]): void {
    const latest = useRef(mine)
    useEffect(() => {
        latest.current = mine
    })
    const ids = mine.map(({ id, keys, label }) => `${id} ${keys} ${label}`).join("\n")
    useEffect(() => {
        const stable = latest.current.map((one) => ({
            ...one,
            run: () => latest.current.find(({ id }) => id === one.id)?.run(),
        }))
        shortcuts.set([...shortcuts.value, ...stable])
        return () => {
            shortcuts.set(shortcuts.value.filter((one) => !stable.includes(one)))
        }
    }, [ids])
}

export const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent)

const NAMES: Readonly<Record<string, string>> = {
    mod: isMac ? "⌘" : "Ctrl",
    shift: "⇧",
    enter: "↵",
    escape: "Esc",
    space: "Space",
    arrowup: "↑",
    arrowdown: "↓",
    arrowleft: "←",
    arrowright: "→",
}

/** A shortcut as it is printed: `⌘ K`, `G B`. */
export function printed(keys: string): string {
    return keys
        .split(/[ +]/)
        .map((key) => NAMES[key] ?? key.toUpperCase())
        .join(" ")
}

function isTyping(target: EventTarget | null): boolean {
    if (!(target instanceof HTMLElement)) return false
    return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)
}

/** Whether Enter and the space bar already mean something there. */
function isPressed(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest("button, a[href], summary, [role=tab]") !== null
}

/** Whether something lies over the page that has the keys to itself. */
function isCovered(): boolean {
    return (
        document.querySelector('[role="dialog"][data-state="open"]:not([data-beside]), [role="menu"]') !==
        null
    )
}

/** Listens to the keyboard for as long as the page lives. */
export function listenToKeys(): void {
    addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.isComposing) return
        const mod = isMac ? event.metaKey : event.ctrlKey
        if ((event.ctrlKey || event.metaKey || event.altKey) && !mod) return
        const key = event.key === " " ? "space" : event.key.toLowerCase()
        if ((key === "enter" || key === "space") && isPressed(event.target)) return
        const pressed = mod ? `mod+${key}` : key
        const sequence = begun && Date.now() - begun.at < SEQUENCE ? `${begun.key} ${pressed}` : null
        begun = null
        const all = [...shortcuts.value].reverse()
        const allowed = (one: Shortcut): boolean =>
            (one.isGlobal ?? false) || (!isTyping(event.target) && !isCovered())
        const hit = all.find((one) => (one.keys === sequence || one.keys === pressed) && allowed(one))
        if (hit) {
            event.preventDefault()
            hit.run()
        } else if (!isTyping(event.target) && all.some((one) => one.keys.startsWith(`${pressed} `))) {
            begun = { key: pressed, at: Date.now() }
        }
    })
}
