// Generated from docs/api/asyncapi.json by `npm run types`. Do not edit.

import type {
    Automation,
    BoardState,
    Card,
    ColumnFields,
    Failure,
    GithubIssueLink,
    IssueCounts,
    Message,
    Overview,
    Permission,
    PullRequest,
    PullRequestBadge,
    QueuedBrief,
    Suggestion,
    Thinking,
    Todos,
    ToolCall,
    Usage,
} from "./api.gen"

/** A profile, of a project or of all, was created, updated or deleted. */
export interface AgentProfileChanged {
    kind: "created" | "deleted" | "updated"
    profileId: string
    agent: string
    label: string | null
}

/** An agent was found that was not there before. */
export interface AgentRegistered {
    agent: string
    label: string | null
}

/** A line of an attempt's log. */
export interface AttemptLogged {
    attemptId: string
    level: "error" | "info" | "warn"
    message: string
    ts: string
}

/** An agent asks for a permission, or what it asked was answered or lapsed; whole, by its id. */
export interface AttemptPermission {
    attemptId: string
    permission: Permission
}

/** A pull request was made for, or found of, an attempt's branch (`attemptId` is empty when it belongs to none). */
export interface AttemptPullRequest {
    attemptId: string | ""
    pr: PullRequest
}

/** The messages that wait for the agent, whole, in the order in which they will be sent. */
export interface AttemptQueueChanged {
    attemptId: string
    messages: QueuedBrief[]
}

/** The agent's own name for its session is known; a follow-up resumes it. */
export interface AttemptSessionRecorded {
    attemptId: string
    sessionId: string
}

/** An agent begins to work: a first run or a follow-up. */
export interface AttemptStarted {
    attemptId: string
    cardId: string
}

/**
 * An attempt entered `status`; the first one of an attempt, `queued`, says that it exists.
 *
 * It is said again with the same status when `waiting` changes: how many permission requests wait for a person.
 */
export interface AttemptStatusChanged {
    attemptId: string
    cardId: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    waiting?: number
}

/** The agent's plan, whole. */
export interface AttemptTodosChanged {
    attemptId: string
    todos: Todos
}

/** What the attempt has used so far, whole. */
export interface AttemptUsageChanged {
    attemptId: string
    usage: Usage
}

/** The last frame of a stream that the server ends; `reconnect` says whether to come back. */
export interface Bye {
    reason: "slow" | "shutdown" | "resync" | "gone" | "denied"
    reconnect: boolean
}

/** What an edit sets: a field left out stays, null (or an empty list) takes it away. */
export interface CardChanges {
    title?: string
    description?: string | null
    ticketType?:
        | "build"
        | "chore"
        | "ci"
        | "docs"
        | "feat"
        | "fix"
        | "perf"
        | "refactor"
        | "revert"
        | "style"
        | "test"
        | null
    isEnhanced?: boolean
    disableAutoCloseOnPRMerge?: boolean
    disableAutoCloseOnIssueClose?: boolean
    dependsOn?: string[]
    prUrl?: string | null
    pullRequest?: PullRequestBadge | null
    githubIssue?: GithubIssueLink | null
    updatedAt?: string
}

/** A card was put at `index` of a column. */
export interface CardCreated {
    card: Card
    columnId: string
    index: number
}

/** A card is gone, and with it its attempts. Cards that depended on it say so in events of their own. */
export interface CardDeleted {
    cardId: string
    columnId: string
}

/**
 * The rewriting of a card's text by an agent began, is ready, failed, or was put away (`status` null).
 *
 * `failure` is a sentence that says why it failed.
 */
export interface CardEnhancement {
    cardId: string
    status: "enhancing" | "failed" | "ready" | null
    suggestion?: Suggestion | null
    failure?: string | null
}

/** A card left one place and stands at `index` of `toColumnId` now (the index once it has left its old place). */
export interface CardMoved {
    cardId: string
    fromColumnId: string
    toColumnId: string
    index: number
    updatedAt: string
}

/** Fields of a card changed; where it stands did not. */
export interface CardUpdated {
    cardId: string
    changes: CardChanges
}

/** What an edit sets: a field left out stays, null takes it away. */
export interface ColumnChanges {
    title?: string
    key?: "backlog" | "done" | "inProgress" | "review" | null
    wipLimit?: number | null
}

/** A column was put at `index` of the board's order, empty. */
export interface ColumnCreated {
    column: ColumnFields
    index: number
}

/** An empty column is gone. */
export interface ColumnDeleted {
    columnId: string
}

/** A column stands at `index` of the board's order now. */
export interface ColumnMoved {
    columnId: string
    index: number
}

/** A column's title, role or limit changed. */
export interface ColumnUpdated {
    columnId: string
    changes: ColumnChanges
}

/**
 * Text of an item as the agent writes it: its pieces from `from` up to, not including, `to`.
 *
 * It is not stored; the whole item follows as `conversation_item` when it settles.
 */
export interface ConversationDelta {
    attemptId: string
    itemId: string
    from: number
    to: number
    text: string
}

/** An item of a conversation, whole. One with a known id replaces the one before. */
export interface ConversationItemAdded {
    attemptId: string
    item: Message | Thinking | ToolCall | Failure | Automation
}

/**
 * The better text for a card as the agent writes it: its pieces from `from` up to, not including, `to`.
 *
 * It is not stored; a `card_enhancement` follows when it is whole, failed, or was called off.
 */
export interface EnhancementDelta {
    cardId: string
    from: number
    to: number
    text: string
}

/** A commit was made in an attempt's worktree. */
export interface GitCommitted {
    attemptId: string
    shortSha: string
    subject: string
    ts: string
}

/** An attempt's branch was pushed. */
export interface GitPushed {
    attemptId: string
    remote: string
    branch: string
    ts: string
}

/** Files or commits of some worktree of the board changed; `attemptId` says whose, when it is known. */
export interface GitStatusChanged {
    attemptId?: string | null
}

/**
 * The board's issues come in from GitHub, or have come in: an import (`cause`), or the project's own sync.
 *
 * While it runs it is said after each page of the list: `page` of `pages`, as far as GitHub tells how many there are.
 * `counts` are of the run so far. `error` says why it failed; what came before stays.
 */
export interface GithubSync {
    status: "failed" | "running" | "succeeded"
    cause: "import" | "sync"
    repository: string
    counts: IssueCounts
    page?: number
    pages?: number | null
    error?: string | null
    at: string
}

/** A sign of life, every 15 seconds. */
export interface Heartbeat {
    ts: string
}

/** The first frame: what became of the reader's cursor, and where the frames after it lead to. */
export interface Hello {
    serverTime: string
    outcome: "epoch" | "resumed" | "snapshot"
    cursor: string
}

/** One operation of JSON Patch (RFC 6902) on the board's `state`. */
export interface Operation {
    op: "add" | "move" | "remove" | "replace"
    path: string
    value?: unknown
    from?: string
}

/** There is a new project. */
export interface ProjectCreated {
    projectId: string
    name: string
}

/** A project, its board and its board's channel are gone. */
export interface ProjectDeleted {
    projectId: string
}

/** A project has another name. */
export interface ProjectUpdated {
    projectId: string
    name: string
}

/** One change of the board, as operations to carry out in order. */
export interface StatePatch {
    ops: Operation[]
}

/** A terminal was closed; `reason` says why. */
export interface TerminalClosed {
    cardId: string
    attemptId: string
    reason: string
}

/** A terminal was opened in an attempt's worktree. */
export interface TerminalOpened {
    cardId: string
    attemptId: string
}

/** What each event carries, by its name. */
export interface Events {
    /** The first frame: what became of the reader's cursor, and where the frames after it lead to. */
    hello: Hello
    /** A sign of life, every 15 seconds. */
    heartbeat: Heartbeat
    /** The last frame of a stream that the server ends; `reconnect` says whether to come back. */
    bye: Bye
    /** The whole board as the wire's `state` shows it. */
    state: BoardState
    /** One change of the board, as operations to carry out in order. */
    state_patch: StatePatch
    /** Text of an item as the agent writes it: its pieces from `from` up to, not including, `to`. It is not stored; the whole item follows as `conversation_item` when it settles. */
    conversation_delta: ConversationDelta
    /** The better text for a card as the agent writes it: its pieces from `from` up to, not including, `to`. It is not stored; a `card_enhancement` follows when it is whole, failed, or was called off. */
    enhancement_delta: EnhancementDelta
    /** A column was put at `index` of the board's order, empty. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "column.created": ColumnCreated
    /** A column's title, role or limit changed. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "column.updated": ColumnUpdated
    /** A column stands at `index` of the board's order now. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "column.moved": ColumnMoved
    /** An empty column is gone. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "column.deleted": ColumnDeleted
    /** A card was put at `index` of a column. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "card.created": CardCreated
    /** Fields of a card changed; where it stands did not. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "card.updated": CardUpdated
    /** A card left one place and stands at `index` of `toColumnId` now (the index once it has left its old place). Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "card.moved": CardMoved
    /** A card is gone, and with it its attempts. Cards that depended on it say so in events of their own. Kept so in the log; the stream tells it as `state` or `state_patch`. */
    "card.deleted": CardDeleted
    /** The rewriting of a card's text by an agent began, is ready, failed, or was put away (`status` null). `failure` is a sentence that says why it failed. */
    card_enhancement: CardEnhancement
    /** The board's issues come in from GitHub, or have come in: an import (`cause`), or the project's own sync. While it runs it is said after each page of the list: `page` of `pages`, as far as GitHub tells how many there are. `counts` are of the run so far. `error` says why it failed; what came before stays. */
    github_sync: GithubSync
    /** An attempt entered `status`; the first one of an attempt, `queued`, says that it exists. It is said again with the same status when `waiting` changes: how many permission requests wait for a person. */
    attempt_status: AttemptStatusChanged
    /** An agent begins to work: a first run or a follow-up. */
    attempt_started: AttemptStarted
    /** A line of an attempt's log. */
    attempt_log: AttemptLogged
    /** An item of a conversation, whole. One with a known id replaces the one before. */
    conversation_item: ConversationItemAdded
    /** The agent's plan, whole. */
    attempt_todos: AttemptTodosChanged
    /** The agent's own name for its session is known; a follow-up resumes it. */
    attempt_session: AttemptSessionRecorded
    /** An agent asks for a permission, or what it asked was answered or lapsed; whole, by its id. */
    attempt_permission: AttemptPermission
    /** The messages that wait for the agent, whole, in the order in which they will be sent. */
    attempt_queue: AttemptQueueChanged
    /** What the attempt has used so far, whole. */
    attempt_usage: AttemptUsageChanged
    /** A pull request was made for, or found of, an attempt's branch (`attemptId` is empty when it belongs to none). */
    attempt_pr: AttemptPullRequest
    /** Files or commits of some worktree of the board changed; `attemptId` says whose, when it is known. */
    git_status: GitStatusChanged
    /** A commit was made in an attempt's worktree. */
    git_commit: GitCommitted
    /** An attempt's branch was pushed. */
    git_push: GitPushed
    /** A terminal was opened in an attempt's worktree. */
    terminal_opened: TerminalOpened
    /** A terminal was closed; `reason` says why. */
    terminal_closed: TerminalClosed
    /** A profile, of a project or of all, was created, updated or deleted. */
    agent_profile: AgentProfileChanged
    /** An agent was found that was not there before. */
    agent_registered: AgentRegistered
    /** The whole dashboard for the last seven days: on connect, and when something in it changed. */
    dashboard_overview: Overview
    /** There is a new project. */
    project_created: ProjectCreated
    /** A project has another name. */
    project_updated: ProjectUpdated
    /** A project, its board and its board's channel are gone. */
    project_deleted: ProjectDeleted
}
