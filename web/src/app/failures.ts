/** The log says who tells it; a person wants to know what. */
const SOURCE = /^\[runner\] failed: /

/** Why an attempt failed, as the dashboard sums it up, without who says so; null: nobody knows. */
export function reasonOf(errorSummary: string | null | undefined): string | null {
    return errorSummary?.replace(SOURCE, "") ?? null
}
