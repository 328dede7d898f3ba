/** A value that says when it is another one. */
export class Signal<T> {
    readonly #heard = new Set<() => void>()
    #value: T

    constructor(value: T) {
        this.#value = value
    }

    get value(): T {
        return this.#value
    }

    set(value: T): void {
        if (Object.is(value, this.#value)) return
        this.#value = value
        for (const heard of [...this.#heard]) heard()
    }

    /** Calls `heard` after each change, until the returned function is called. */
    readonly subscribe = (heard: () => void): (() => void) => {
        this.#heard.add(heard)
        return () => {
            this.#heard.delete(heard)
        }
    }

    /** As React's useSyncExternalStore wants it. */
    readonly get = (): T => this.#value
}

/** Values by key, each of which says by itself when it is another one. */
export class SignalMap<T> {
    readonly #values = new Map<string, T>()
    readonly #heard = new Map<string, Set<() => void>>()

    get(key: string): T | undefined {
        return this.#values.get(key)
    }

    has(key: string): boolean {
        return this.#values.has(key)
    }

    values(): IterableIterator<T> {
        return this.#values.values()
    }

    set(key: string, value: T): void {
        if (Object.is(this.#values.get(key), value)) return
        this.#values.set(key, value)
        this.#say(key)
    }

    delete(key: string): void {
        if (this.#values.delete(key)) this.#say(key)
    }

    clear(): void {
        for (const key of [...this.#values.keys()]) this.delete(key)
    }

    subscribe(key: string, heard: () => void): () => void {
        const all = this.#heard.get(key) ?? new Set()
        this.#heard.set(key, all)
        all.add(heard)
        return () => {
            all.delete(heard)
            if (all.size === 0 && this.#heard.get(key) === all) this.#heard.delete(key)
        }
    }

    #say(key: string): void {
        for (const heard of [...(this.#heard.get(key) ?? [])]) heard()
    }
}
