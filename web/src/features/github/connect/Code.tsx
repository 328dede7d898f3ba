import { ExternalLink } from "lucide-react"
import { useRef, useEffect } from "react"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { Button } from "@/ui/Button"
import { CopyButton } from "@/ui/CopyButton"
import type { Standing } from "./flow"
import { text } from "./text"

interface Props {
    standing: Extract<Standing, { kind: "waiting" }>
    host: string
    onCancel: () => void
}

/** The code of a device flow, large, with the way to where it has to be typed. */
export function Code({ standing: { userCode, address, expires, trouble }, host, onCancel }: Props) {
    const say = useText(text)
    const link = useRef<HTMLAnchorElement>(null)
    useEffect(() => link.current?.focus(), [])
    return (
        <div className="flex flex-col items-start gap-2">
            <p className="text-2">{say("codeIs", { host })}</p>
            <div className="flex items-center gap-2">
                <output className="border-line-strong bg-sunken rounded border px-3 py-1.5 font-mono text-2xl font-semibold tracking-[0.12em] select-all">
                    {userCode}
                </output>
                <CopyButton text={userCode} label={say("copy")} done={say("copied")} />
            </div>
            <div className="flex flex-wrap items-center gap-2 pt-1">
                <a
                    ref={link}
                    href={address}
                    target="_blank"
                    rel="noreferrer"
                    className="bg-accent text-on-accent hover:bg-accent-strong inline-flex h-7 items-center gap-1.5 rounded px-2.5 font-medium"
                >
                    <ExternalLink size={14} strokeWidth={1.5} aria-hidden />
                    {say("open", { host })}
                </a>
                <Button look="ghost" onClick={onCancel}>
                    {say("cancel")}
                </Button>
            </div>
            <Left {...{ host, expires }} />
            {trouble !== null && (
                <p role="status" className="text-warn text-xs">
                    {say("troubled", { why: tellOf(trouble).detail })}
                </p>
            )}
        </div>
    )
}

function Left({ host, expires }: { host: string; expires: number }) {
    const say = useText(text)
    return (
        <p className="text-3 flex items-center gap-1.5 text-xs">
            <span aria-hidden className="bg-accent animate-soft size-1.5 shrink-0 rounded-full" />
            {say("waits", { host, left: elapsed(expires - useNow()) })}
        </p>
    )
}
