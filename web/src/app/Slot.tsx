import { type ComponentType, lazy, Suspense } from "react"
import { features, type Slots } from "./feature"

type Props<Name extends keyof Slots> = { name: Name } & Slots[Name]

const FILLED = new Map<keyof Slots, readonly ComponentType[]>()

/** What features have for a place of another one; loaded when it is first shown. */
export function Slot<Name extends keyof Slots>({ name, ...told }: Props<Name>) {
    return (
        <Suspense>
            {partsOf(name).map((Part, place) => (
                <Part key={place} {...told} />
            ))}
        </Suspense>
    )
}

/**
 * Without a network a part may not come. The place that it would stand in goes on without it, and asks again when it is
 * shown the next time.
 */
function leftOut(name: keyof Slots): { default: ComponentType } {
    FILLED.delete(name)
    return { default: () => null }
}

function partsOf(name: keyof Slots): readonly ComponentType[] {
    const known = FILLED.get(name)
    if (known) return known
    const parts = features.flatMap(({ slots }) => {
        // Each part takes what its own slot tells, which is what `Slot` gives it.
        const load = slots?.[name] as (() => Promise<{ default: ComponentType }>) | undefined
        return load ? [lazy(() => load().catch(() => leftOut(name)))] : []
    })
    FILLED.set(name, parts)
    return parts
}
