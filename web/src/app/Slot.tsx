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

/** Loads what stands in a place before it is shown: it has to be there while the server cannot be reached, too. */
export async function loadSlot(name: keyof Slots): Promise<void> {
    await Promise.all(features.flatMap(({ slots }) => slots?.[name]?.() ?? []))
}

/**
 * What features have is beside the point of a place: what cannot be loaded is left out, and the rest is shown. It is
 * asked for again when the place is shown the next time.
 */
async function loadedOrNothing(
    name: keyof Slots,
    load: () => Promise<{ default: ComponentType }>,
): Promise<{ default: ComponentType }> {
    try {
        return await load()
    } catch (error) {
        console.warn("A part could not be loaded and is left out:", error)
        FILLED.delete(name)
        return { default: () => null }
    }
}

function partsOf(name: keyof Slots): readonly ComponentType[] {
    const known = FILLED.get(name)
    if (known) return known
    const parts = features.flatMap(({ slots }) => {
        // Each part takes what its own slot tells, which is what `Slot` gives it.
        const load = slots?.[name] as (() => Promise<{ default: ComponentType }>) | undefined
        return load ? [lazy(() => loadedOrNothing(name, load))] : []
    })
    FILLED.set(name, parts)
    return parts
}
