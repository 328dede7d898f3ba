import { useSyncExternalStore } from "react"
import { Signal } from "@/sync/signal"

/** The time, second by second, for what counts; one timer for all who show it, none while nobody does. */
const second = new Signal(Math.floor(Date.now() / 1_000))
let timer: ReturnType<typeof setInterval> | null = null
let listeners = 0

function subscribe(heard: () => void): () => void {
    const stop = second.subscribe(heard)
    listeners += 1
    timer ??= setInterval(() => {
        second.set(Math.floor(Date.now() / 1_000))
    }, 1_000)
    return () => {
        stop()
        listeners -= 1
        if (listeners > 0 || timer === null) return
        clearInterval(timer)
        timer = null
    }
}

/** Now, in milliseconds; the component renders each second. */
export function useNow(): number {
    return useSyncExternalStore(subscribe, second.get) * 1_000
}

/** `4:12`, `1:04:12`. */
export function elapsed(milliseconds: number): string {
    const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
    const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    const two = (n: number): string => String(n).padStart(2, "0")
    return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
