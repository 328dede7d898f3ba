import type { FieldError, Problem } from "./api.gen"

/** The server refused: it said so in a `Problem` (RFC 9457), or in words of its own if it is no server of ours. */
export class ApiProblem extends Error {
    override readonly name = "ApiProblem"

    constructor(
        readonly status: number,
        /** A word for a program, which does not change; "" when the server named none. */
        readonly code: string,
        /** A sentence for a person. */
        readonly detail: string,
        /** What is wrong with which field. */
        readonly fields: readonly FieldError[] = [],
        /** Seconds after which it makes sense to try again; null when the server named none. */
        readonly retryAfter: number | null = null,
    ) {
        super(detail)
    }

    /** What is wrong with one field of what was sent, if anything. */
    field(name: string): string | undefined {
        return this.fields.find((error) => error.field === name)?.message
    }

    /** Whether somebody else changed the thing meanwhile (`If-Match`). */
    get isConflict(): boolean {
        return this.status === 412
    }

    static async of(response: Response): Promise<ApiProblem> {
        const text = await response.text()
        const seconds = Number(response.headers.get("Retry-After") ?? "")
        const retryAfter = seconds > 0 ? seconds : null
        const problem = parsed(text)
        if (problem === null) {
            const words =
                text.trim().slice(0, 300) || response.statusText || `HTTP ${String(response.status)}`
            return new ApiProblem(response.status, "", words, [], retryAfter)
        }
        return ApiProblem.from({ ...problem, status: response.status }, retryAfter)
    }

    /** The problem as the server wrote it. */
    static from(problem: Partial<Problem>, retryAfter: number | null = null): ApiProblem {
        const { status = 500, code = "", detail, title, errors } = problem
        const words = detail ?? title ?? `HTTP ${String(status)}`
        return new ApiProblem(status, code, words, errors ?? [], retryAfter)
    }
}

/** Nobody answered: no network, no server, or the answer broke off. Whether the request was carried out is unknown. */
export class Unreachable extends Error {
    override readonly name = "Unreachable"

    constructor(cause: unknown) {
        super("The server cannot be reached", { cause })
    }
}

function parsed(text: string): Partial<Problem> | null {
    try {
        const value: unknown = JSON.parse(text)
        return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null
    } catch {
        return null // a proxy's page, or nothing at all
    }
}
