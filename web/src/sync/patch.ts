import type { Operation } from "@/api/events.gen"

/** An operation that does not fit the document. The document is as it was. */
export class PatchFailed extends Error {
    override readonly name = "PatchFailed"
}

type Container = unknown[] | Record<string, unknown>

/**
 * The document after a JSON Patch (RFC 6902; the operations that the server sends: add, remove, replace, move).
 *
 * What no operation touches is shared with `document`, so that comparing by identity finds what changed; a container is
 * copied when a patch first writes to it.
 */
export function patched<T>(document: T, operations: readonly Operation[]): T {
    const own = new Set<Container>()
    let root: unknown = document

    /** The value, or a copy of it that this patch may write to. */
    function mine(value: unknown): Container {
        if (own.has(value as Container)) return value as Container
        const copy = copied(value)
        own.add(copy)
        return copy
    }

    function owned(path: readonly string[]): Container {
        let container = mine(root)
        root = container
        for (const name of path) {
            const inner = mine(child(container, name))
            put(container, name, inner)
            container = inner
        }
        return container
    }

    function add(path: readonly string[], value: unknown): void {
        const [name, parent] = split(path)
        const container = owned(parent)
        if (Array.isArray(container)) container.splice(place(name, container.length, true), 0, value)
        else container[name] = value
    }

    function remove(path: readonly string[]): unknown {
        const [name, parent] = split(path)
        const container = owned(parent)
        const value = child(container, name)
        if (Array.isArray(container)) container.splice(place(name, container.length - 1), 1)
        else Reflect.deleteProperty(container, name)
        return value
    }

    for (const operation of operations) {
        const path = tokens(operation.path)
        switch (operation.op) {
            case "add":
                add(path, operation.value)
                break
            case "replace": {
                const [name, parent] = split(path)
                const container = owned(parent)
                child(container, name)
                put(container, name, operation.value)
                break
            }
            case "remove":
                remove(path)
                break
            case "move":
                if (operation.from === undefined) throw new PatchFailed("a move without `from`")
                add(path, remove(tokens(operation.from)))
                break
            default:
                operation.op satisfies never
                throw new PatchFailed(`no operation is called ${String(operation.op)}`)
        }
    }
    return root as T
}

function tokens(pointer: string): string[] {
    if (pointer === "") return []
    if (!pointer.startsWith("/")) throw new PatchFailed(`${pointer} is no pointer`)
    return pointer
        .slice(1)
        .split("/")
        .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
}

function split(path: readonly string[]): [name: string, parent: readonly string[]] {
    const name = path.at(-1)
    if (name === undefined) throw new PatchFailed("the whole document cannot be replaced")
    return [name, path.slice(0, -1)]
}

function copied(value: unknown): Container {
    if (Array.isArray(value)) return (value as unknown[]).slice()
    if (typeof value === "object" && value !== null) return { ...value }
    throw new PatchFailed("a path leads into what is neither list nor object")
}

function child(container: Container, name: string): unknown {
    if (Array.isArray(container)) return container[place(name, container.length - 1)]
    if (!Object.hasOwn(container, name)) throw new PatchFailed(`there is no ${name}`)
    return container[name]
}

function put(container: Container, name: string, value: unknown): void {
    if (Array.isArray(container)) container[place(name, container.length - 1)] = value
    else container[name] = value
}

function place(name: string, last: number, orEnd = false): number {
    if (orEnd && name === "-") return last
    const index = /^(0|[1-9]\d{0,9})$/.test(name) ? Number(name) : -1
    if (index < 0 || index > last) throw new PatchFailed(`there is no place ${name}`)
    return index
}
