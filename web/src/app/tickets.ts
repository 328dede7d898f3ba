/** What kind of work a card is, as the server knows it; those that are chosen most come first. */
export const TICKET_TYPES = [
    "feat",
    "fix",
    "chore",
    "docs",
    "refactor",
    "perf",
    "test",
    "style",
    "build",
    "ci",
    "revert",
] as const
export type TicketType = (typeof TICKET_TYPES)[number]
