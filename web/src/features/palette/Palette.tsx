import { useState } from "react"
import { useShortcuts } from "@/app/keys"
import { useText } from "@/app/text"
import { KeySheet } from "./KeySheet"
import { PaletteDialog } from "./PaletteDialog"
import { text } from "./text"

type Opened = "palette" | "keys" | null

/** Everything that can be done, by its name (Ctrl/⌘ K), and the sheet of keys (?). */
export default function Palette() {
    const say = useText(text)
    const [opened, setOpened] = useState<Opened>(null)
    useShortcuts([
        {
            id: "palette",
            keys: "mod+k",
            label: say("open"),
            group: say("general"),
            isGlobal: true,
            run: () => setOpened((before) => (before === "palette" ? null : "palette")),
        },
        {
            id: "key-sheet",
            keys: "?",
            label: say("keys"),
            group: say("general"),
            run: () => setOpened("keys"),
        },
    ])
    if (opened === "palette") return <PaletteDialog onClose={() => setOpened(null)} />
    return opened === "keys" ? <KeySheet onClose={() => setOpened(null)} /> : null
}
