import "@xterm/xterm/css/xterm.css"
import { FitAddon } from "@xterm/addon-fit"
import { Terminal } from "@xterm/xterm"
import { BASE } from "@/api/client"

/** How it stands with the connection. */
export type Phase =
    | { name: "connecting" | "open" }
    /** It was lost, and is tried again soon. */
    | { name: "waiting" }
    /** The server closed it, and says why: trying again is up to the person. */
    | { name: "closed"; reason: string }

export interface TerminalHandle {
    again: () => void
    close: () => void
}

/** Milliseconds before each further try; after the last one it waits for the person. */
const WAITS = [1_000, 2_000, 4_000, 8_000, 16_000]
/** The least close code that is the server's own word for why it closes. */
const OWN_CODES = 4_000

type Told = { type: "data"; data: string } | { type: "exit"; code: number }

/** Shows a card's shell in an element until it is closed. */
export function openTerminal(
    element: HTMLElement,
    { projectId, cardId }: { projectId: string; cardId: string },
    say: (phase: Phase) => void,
): TerminalHandle {
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string): string => {
        // The tokens are light-dark(): a probe says what they are now.
        const probe = document.createElement("span")
        probe.style.color = `var(${name})`
        element.append(probe)
        const value = getComputedStyle(probe).color
        probe.remove()
        return value
    }
    const terminal = new Terminal({
        fontFamily: style.getPropertyValue("--font-mono") || "monospace",
        fontSize: 12.5,
        lineHeight: 1.25,
        cursorBlink: true,
        scrollback: 10_000,
        screenReaderMode: true,
        theme: {
            background: colour("--sunken"),
            foreground: colour("--text-1"),
            cursor: colour("--accent"),
            selectionBackground: colour("--active"),
        },
    })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(element)
    let socket: WebSocket | null = null
    let timer: ReturnType<typeof setTimeout> | null = null
    let tries = 0
    let isOver = false

    const send = (frame: object): void => {
        if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    }
    const tellSize = (): void => send({ type: "resize", cols: terminal.cols, rows: terminal.rows })
    const connect = (): void => {
        say({ name: "connecting" })
        const scheme = location.protocol === "https:" ? "wss:" : "ws:"
        const query = new URLSearchParams({ projectId })
        const mine = new WebSocket(
            `${scheme}//${location.host}${BASE}/terminals/${encodeURIComponent(cardId)}/ws?${query.toString()}`,
        )
        socket = mine
        mine.onopen = () => {
            tries = 0
            say({ name: "open" })
            fit.fit()
            tellSize()
            terminal.focus()
        }
        mine.onmessage = ({ data }: MessageEvent<string>) => {
            const told = JSON.parse(data) as Told
            if (told.type === "data") terminal.write(told.data)
        }
        mine.onclose = ({ code, reason }) => {
            if (isOver || socket !== mine) return
            const wait = WAITS[tries]
            const isMeant = code >= OWN_CODES || (code === 1_000 && reason !== "")
            if (isMeant || wait === undefined) {
                say({ name: "closed", reason })
                return
            }
            tries += 1
            say({ name: "waiting" })
            timer = setTimeout(connect, wait)
        }
    }
    const typed = terminal.onData((data) => send({ type: "data", data }))
    const resized = terminal.onResize(tellSize)
    const observer = new ResizeObserver(() => fit.fit())
    observer.observe(element)
    connect()
    return {
        again: () => {
            if (timer !== null) clearTimeout(timer)
            tries = 0
            terminal.reset()
            connect()
        },
        close: () => {
            isOver = true
            if (timer !== null) clearTimeout(timer)
            observer.disconnect()
            typed.dispose()
            resized.dispose()
            socket?.close()
            terminal.dispose()
        },
    }
}
