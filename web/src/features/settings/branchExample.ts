/** What a branch template may name, with what it becomes on a card that could be. */
export const SAMPLE: Readonly<Record<string, string>> = {
    prefix: "WC",
    ticketKey: "WC-12",
    type: "feat",
    slug: "retry-uploads",
}

export interface Example {
    branch: string
    /** Names between braces that nothing is known of. */
    unknown: readonly string[]
}

/** The branch that a template makes of the sample. */
export function exampleOf(template: string): Example {
    const unknown: string[] = []
    const branch = template.trim().replace(/\{([^{}]*)\}/g, (hole, name: string) => {
        const value = SAMPLE[name]
        if (value === undefined) unknown.push(hole)
        return value ?? hole
    })
    return { branch, unknown }
}
