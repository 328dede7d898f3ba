import { printed, shortcuts } from "@/app/keys"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Dialog } from "@/ui/Dialog"
import { merged } from "./ranking"
import { text } from "./text"

/** All keys that do something where one is. */
export function KeySheet({ onClose }: { onClose: () => void }) {
    const say = useText(text)
    const all = merged(useSignal(shortcuts).filter(({ keys }) => keys !== ""))
    const groups = [...new Set(all.map(({ group }) => group))]
    return (
        <Dialog isOpen onClose={onClose} title={say("keys")} closeLabel={say("close")} width="wide">
            <div className="columns-1 gap-8 overflow-y-auto p-4 md:columns-2" tabIndex={0}>
                {groups.map((group) => (
                    <section key={group} className="mb-4 break-inside-avoid">
                        <h3 className="text-2 mb-1 text-xs font-medium">{group}</h3>
                        <dl>
                            {all
                                .filter((one) => one.group === group)
                                .map(({ allKeys, label }) => (
                                    <div key={label} className="flex min-h-7 items-center gap-3">
                                        <dt className="min-w-0 flex-1">{label}</dt>
                                        <dd className="flex flex-wrap justify-end gap-x-2.5 gap-y-1">
                                            {allKeys.map((keys) => (
                                                <Keys key={keys} keys={keys} />
                                            ))}
                                        </dd>
                                    </div>
                                ))}
                        </dl>
                    </section>
                ))}
            </div>
        </Dialog>
    )
}

const SIGNS: Record<string, string> = {
    ARROWUP: "↑",
    ARROWDOWN: "↓",
    ARROWLEFT: "←",
    ARROWRIGHT: "→",
    ESCAPE: "ESC",
}

export function Keys({ keys }: { keys: string }) {
    return (
        <span className="flex gap-1">
            {printed(keys)
                .split(" ")
                .map((key, place) => (
                    <kbd
                        key={place}
                        className="border-line-strong bg-surface text-2 mono rounded-sm border px-1.5 text-xs leading-5"
                    >
                        {SIGNS[key] ?? key}
                    </kbd>
                ))}
        </span>
    )
}
