import { useQueryClient, type QueryKey } from "@tanstack/react-query"
import { createContext, useCallback, useContext, useRef, useState } from "react"
import { ApiProblem } from "@/api/problem"
import { tellOf } from "@/app/notices"

/** How it stands with a field that was changed. */
export type Standing =
    | { kind: "saving" }
    | { kind: "saved"; undo: () => void }
    | { kind: "undone" }
    | { kind: "refused"; why: string }

export interface Saving<S> {
    settings: S
    standing: (field: string) => Standing | undefined
    /** Stores what is given; how it went stands at `field`. */
    save: (field: keyof S & string, changes: Partial<S>) => void
}

type Patch<S> = (changes: Partial<S>) => Promise<S>

/**
 * Saves field by field. What was saved last can be undone, until something else is saved.
 *
 * Requests go one after the other: of two quick changes the later one wins.
 */
export function useSaving<S extends object>(settings: S, key: QueryKey, patch: Patch<S>): Saving<S> {
    const queries = useQueryClient()
    const [standings, setStandings] = useState<Record<string, Standing>>({})
    const line = useRef<Promise<unknown>>(Promise.resolve())

    const send = useCallback(
        (field: string, changes: Partial<S>, end: (before: S) => Standing) => {
            setStandings((all) => ({ ...withoutSaved(all), [field]: { kind: "saving" } }))
            const request = line.current.then(async () => {
                const before = queries.getQueryData<S>(key)
                queries.setQueryData(key, await patch(changes))
                return before
            })
            line.current = request.catch(() => undefined)
            request.then(
                (before) => {
                    if (before) setStandings((all) => ({ ...all, [field]: end(before) }))
                },
                (error: unknown) => {
                    setStandings((all) => ({
                        ...all,
                        [field]: { kind: "refused", why: whyOf(error, field) },
                    }))
                },
            )
        },
        [queries, key, patch],
    )
    const save = useCallback(
        (field: string, changes: Partial<S>) => {
            send(field, changes, (before) => ({
                kind: "saved",
                undo: () => send(field, pick(before, Object.keys(changes)), () => ({ kind: "undone" })),
            }))
        },
        [send],
    )
    return { settings, standing: (field) => standings[field], save }
}

function withoutSaved(all: Record<string, Standing>): Record<string, Standing> {
    return Object.fromEntries(Object.entries(all).filter(([, { kind }]) => kind === "refused"))
}

/** The values that these fields had; one that was left out is null. */
export function pick<S extends object>(settings: S, fields: readonly string[]): Partial<S> {
    const values = settings as Record<string, unknown>
    return Object.fromEntries(fields.map((field) => [field, values[field] ?? null])) as Partial<S>
}

function whyOf(error: unknown, field: string): string {
    if (error instanceof ApiProblem) return error.field(field) ?? tellOf(error).detail
    return tellOf(error).detail
}

const Context = createContext<Saving<Record<string, unknown>> | null>(null)
export const SavingProvider = Context.Provider

/** What the fields below a page save to. */
export function useSavingContext(): Saving<Record<string, unknown>> {
    const saving = useContext(Context)
    if (!saving) throw new Error("there is nothing to save to above this field")
    return saving
}
