/** What may be chosen in a field. */
export interface Offer {
    /** What stands in the field when it is chosen. */
    value: string
    /** What else it is known by; it can be searched for, too. */
    detail?: string
}

/** The offers that have all words of what is typed, in their order; the one that begins with it first. */
export function fitting(offers: readonly Offer[], typed: string): readonly Offer[] {
    const wanted = typed.trim().toLowerCase()
    if (wanted === "") return offers
    const words = wanted.split(/\s+/)
    const found = offers.filter(({ value, detail = "" }) => {
        const named = `${value} ${detail}`.toLowerCase()
        return words.every((word) => named.includes(word))
    })
    const begins = ({ value }: Offer): boolean => value.toLowerCase().startsWith(wanted)
    return [...found.filter(begins), ...found.filter((offer) => !begins(offer))]
}
