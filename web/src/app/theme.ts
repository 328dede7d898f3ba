export type Theme = "system" | "light" | "dark"

const KEY = "kanbanai.theme"

/** Shows the theme, and remembers it for the first picture of the next visit (index.html). */
export function showTheme(theme: Theme): void {
    document.documentElement.dataset.theme = theme
    remember(KEY, theme)
}

/** Keeps a word for the next visit, where the browser allows it. */
export function remember(key: string, value: string): void {
    try {
        localStorage.setItem(key, value)
    } catch {
        // Storage is full or forbidden (a private window): then the next visit begins as the first one did.
    }
}

export function remembered(key: string): string | null {
    try {
        return localStorage.getItem(key)
    } catch {
        return null
    }
}
