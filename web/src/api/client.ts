import type { Routes } from "./api.gen"
import { ApiProblem, Unreachable } from "./problem"

/** Where the API is, seen from the page. */
export const BASE = "/api/v1"

export type Route = keyof Routes
type Method<R extends Route> = R extends `${infer M} ${string}` ? M : never
type PathOf<R extends Route> = R extends `${string} ${infer P}` ? P : never
type Names<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

type Path<R extends Route> = [Names<PathOf<R>>] extends [never]
    ? { path?: never }
    : { path: Record<Names<PathOf<R>>, string> }
type Query<R extends Route> = [Routes[R]["query"]] extends [never]
    ? { query?: never }
    : Partial<Routes[R]["query"]> extends Routes[R]["query"]
      ? { query?: Routes[R]["query"] }
      : { query: Routes[R]["query"] }
type Body<R extends Route> = [Routes[R]["body"]] extends [never]
    ? { body?: never }
    : { body: Routes[R]["body"] }

interface Common {
    /** The ETag of the version that the caller knows; a change of any other is refused with 412. */
    ifMatch?: string | undefined
    /** Makes repeating a POST safe: the same key is carried out once. */
    idempotencyKey?: string | undefined
    /** Answer with the thing alone instead of the whole board. */
    minimal?: boolean
    signal?: AbortSignal | undefined
    /** Let the request outlive the page. */
    keepalive?: boolean
}

export type Call<R extends Route> = Path<R> & Query<R> & Body<R> & Common

export interface Answered<T> {
    value: T
    /** The version of what was answered; null when the route has none. */
    etag: string | null
}

/** Asks the server, and says what it answered. Raises ApiProblem when it refuses, Unreachable when nobody answers. */
export async function ask<R extends Route>(
    route: R,
    ...given: Given<R>
): Promise<Answered<Routes[R]["answer"]>> {
    const call = (given[0] ?? {}) as AnyCall
    const [method, template] = route.split(" ") as [Method<R>, string]
    const response = await sent(addressOf(template, call), requestOf(method, call))
    if (!response.ok) throw await ApiProblem.of(response)
    const etag = response.headers.get("ETag")
    return { value: (await read(response)) as Routes[R]["answer"], etag }
}

/** The same, for who only wants the answer itself. */
export async function call<R extends Route>(route: R, ...given: Given<R>): Promise<Routes[R]["answer"]> {
    return (await ask(route, ...given)).value
}

/** The same for an answer that is a stream of events: its text, as it comes. Raises an AbortError when called off. */
export async function* streamOf<R extends Route>(route: R, given: Call<R>): AsyncGenerator<string> {
    const [method, template] = route.split(" ") as [Method<R>, string]
    const call = given as AnyCall
    const response = await sent(addressOf(template, call), requestOf(method, call, "text/event-stream"))
    if (!response.ok) throw await ApiProblem.of(response)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    while (reader) {
        const { done, value } = await piece(reader)
        if (done) return
        yield value
    }
}

async function piece(reader: ReadableStreamDefaultReader<string>): Promise<ReadableStreamReadResult<string>> {
    try {
        return await reader.read()
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error
        throw new Unreachable(error)
    }
}

/** A new key for `Idempotency-Key`. */
export function newKey(): string {
    // randomUUID is missing where the page came over plain HTTP from another machine.
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

type Given<R extends Route> = Partial<Call<R>> extends Call<R> ? [call?: Call<R>] : [call: Call<R>]

interface AnyCall extends Common {
    path?: Record<string, string>
    query?: Record<string, unknown>
    body?: unknown
}

function addressOf(template: string, { path, query }: AnyCall): string {
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path?.[name] ?? ""))
    const asked = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) {
        for (const one of Array.isArray(value) ? value : [value]) {
            if (one !== undefined && one !== null) asked.append(name, String(one))
        }
    }
    const text = asked.toString()
    return `${BASE}${filled}${text ? `?${text}` : ""}`
}

function requestOf(
    method: string,
    { body, ifMatch, idempotencyKey, minimal, signal, keepalive }: AnyCall,
    accept = "application/json",
): RequestInit {
    const headers = new Headers({ Accept: accept })
    if (body !== undefined) headers.set("Content-Type", "application/json")
    if (ifMatch !== undefined) headers.set("If-Match", ifMatch)
    if (idempotencyKey !== undefined) headers.set("Idempotency-Key", idempotencyKey)
    if (minimal) headers.set("Prefer", "return=minimal")
    const request: RequestInit = { method, headers, credentials: "same-origin" }
    if (body !== undefined) request.body = JSON.stringify(body)
    if (signal) request.signal = signal
    if (keepalive) request.keepalive = true
    return request
}

async function sent(address: string, request: RequestInit): Promise<Response> {
    try {
        return await fetch(address, request)
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error
        throw new Unreachable(error)
    }
}

async function read(response: Response): Promise<unknown> {
    let text: string
    try {
        text = await response.text()
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error
        throw new Unreachable(error)
    }
    if (text === "") return null
    const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "")
    return isJson ? (JSON.parse(text) as unknown) : text
}
