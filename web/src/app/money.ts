/** `$12.40`; of less than a tenth two digits that say something: `$0.0023`. */
export function money(value: number, currency: string | null | undefined, language: string): string {
    return formatted(value, currency, language, isSmall(value) ? { maximumSignificantDigits: 2 } : {})
}

/** The same as an axis has room for it: `$5`, `$1.5K`. */
export function shortMoney(value: number, currency: string | null | undefined, language: string): string {
    if (isSmall(value)) return money(value, currency, language)
    const form: Intl.NumberFormatOptions =
        value < 1_000
            ? { trailingZeroDisplay: "stripIfInteger" }
            : { notation: "compact", maximumFractionDigits: 1 }
    return formatted(value, currency, language, form)
}

function isSmall(value: number): boolean {
    return value !== 0 && Math.abs(value) < 0.1
}

function formatted(
    value: number,
    currency: string | null | undefined,
    language: string,
    form: Intl.NumberFormatOptions,
): string {
    const unit = currency ?? "USD"
    try {
        return new Intl.NumberFormat(language, { style: "currency", currency: unit, ...form }).format(value)
    } catch {
        // An agent may name a currency that there is none of.
        return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2, ...form }).format(value)} ${unit}`
    }
}
