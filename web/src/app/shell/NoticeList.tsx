import { CircleAlert, Info, X } from "lucide-react"
import { dismiss, notices } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { text } from "./text"

/** What went wrong, until it is dealt with. */
export function NoticeList() {
    const say = useText(text)
    const all = useSignal(notices)
    return (
        <section
            aria-label={say("notices")}
            aria-live="polite"
            className="pointer-events-none fixed right-3 bottom-3 z-[60] flex w-[min(400px,calc(100vw-24px))] flex-col gap-2"
        >
            {all.map(({ id, kind, title, detail, code, action }) => {
                const Icon = kind === "error" ? CircleAlert : Info
                return (
                    <div
                        key={id}
                        role={kind === "error" ? "alert" : "status"}
                        className="animate-float bg-raised shadow-float pointer-events-auto flex gap-2.5 rounded-md py-2.5 pr-1.5 pl-3"
                    >
                        <Icon
                            size={16}
                            strokeWidth={1.5}
                            aria-hidden
                            className={classes(
                                "mt-0.5 shrink-0",
                                kind === "error" ? "text-bad" : "text-info",
                            )}
                        />
                        <div className="min-w-0 flex-1">
                            <p className="font-medium">{title}</p>
                            {detail && <p className="text-2 break-words whitespace-pre-wrap">{detail}</p>}
                            {code && <p className="text-3 mono mt-0.5">{say("code", { code })}</p>}
                            {action && (
                                <Button
                                    isSmall
                                    className="mt-2"
                                    onClick={() => {
                                        dismiss(id)
                                        action.run()
                                    }}
                                >
                                    {action.label}
                                </Button>
                            )}
                        </div>
                        <IconButton label={say("dismiss")} onClick={() => dismiss(id)}>
                            <X size={16} strokeWidth={1.5} />
                        </IconButton>
                    </div>
                )
            })}
        </section>
    )
}
