import { useState } from "react"
import { complain } from "@/app/notices"
import { useServices } from "@/app/services"

export interface Deed {
    /** Whether one is being done. */
    isBusy: boolean
    /** Does it, says under `title` what went wrong, and asks again for what it may have changed. */
    act: (title: string, what: () => Promise<unknown>) => Promise<void>
}

/** Something that is done at the press of a button, one at a time; `changes` is the key of the queries it may change. */
export function useDeed(...changes: readonly string[]): Deed {
    const { queries } = useServices()
    const [isBusy, setBusy] = useState(false)
    const act = async (title: string, what: () => Promise<unknown>): Promise<void> => {
        setBusy(true)
        try {
            await what()
        } catch (error) {
            complain(title, error)
        } finally {
            setBusy(false)
            void queries.invalidateQueries({ queryKey: changes })
        }
    }
    return { isBusy, act }
}
