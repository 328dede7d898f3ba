// Generated from docs/api/openapi.json by `npm run types`. Do not edit.

/** It was given up. */
export interface Aborted {
    ok?: true
}

/** The card with its new text. */
export interface AcceptedAnswer {
    card: Card
}

/** An attempt that an agent is at work on. */
export interface ActiveAttempt {
    attemptId: string
    projectId: string
    projectName: string
    cardId: string
    cardTitle: string
    ticketKey: string | null
    agentId: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    startedAt: string | null
    updatedAt: string
}

/** A new agent: a program that speaks the Agent Client Protocol. It is run without a shell. */
export interface AgentDraft {
    /** 2 to 32 of A to Z, 0 to 9 and _. */
    key: string
    label: string
    /** A program on the PATH, or its path. */
    command: string
    args?: string[]
    env?: Record<string, string>
}

/**
 * An agent and what was found of it on this machine.
 *
 * `installed` is absent until it was looked for. `login`: whether it has what it needs to reach its model; `unknown`
 * until its first prompt where it does not tell before. `problem` says what stands in the way of using it, `hint` what
 * to do. `images`, `resume`, `modes` and `models` are there once it was looked at deeply. `program` is how an agent
 * that people added is started.
 */
export interface AgentEntry {
    key: string
    label: string
    capabilities: Capabilities
    installed?: boolean | null
    version?: string | null
    login?: "missing" | "ok" | "unknown" | null
    problem?: string | null
    hint?: string | null
    images?: boolean | null
    resume?: boolean | null
    modes?: string[]
    models?: string[]
    program?: Program | null
}

/** What to change of an agent that people added; `args` and `env` replace all that there were. */
export interface AgentPatch {
    label?: string | null
    command?: string | null
    args?: string[] | null
    env?: Record<string, string> | null
}

/** What the attempts of an agent that ended in a bucket took; `cost` and `totalTokens` as of `AgentSeries`. */
export interface AgentPoint {
    agentId: string
    cost: Record<string, number>
    totalTokens: number | null
}

/**
 * What the attempts of an agent that ended in the period took.
 *
 * `cost` by currency (ISO 4217), as agents reckon it; empty: none told. `totalTokens` null: none told. `workSeconds`
 * is the time in which turns were going on.
 */
export interface AgentSeries {
    agentId: string
    agentName: string
    ended: number
    succeeded: number
    failed: number
    cost: Record<string, number>
    totalTokens: number | null
    workSeconds: number
}

/** What an agent did in the period. `usage` is of the attempts among the 500 that ended last. */
export interface AgentStats {
    agentId: string
    agentName: string
    status: "online"
    attemptsStarted: number
    attemptsSucceeded: number
    attemptsFailed: number
    successRate?: number | null
    attemptsInRange: number
    successRateInRange: number | null
    lastActiveAt?: string | null
    lastActivityAt: string | null
    hasActivityInRange: boolean
    usage: AgentUsage
}

/**
 * What `attempts` attempts of an agent took that ended in the period.
 *
 * `cost` by currency (ISO 4217), as the agent reckons it; empty: it told none. `totalTokens` null: it told none.
 * `workSeconds` is the time in which turns were going on.
 */
export interface AgentUsage {
    attempts: number
    cost: Record<string, number>
    totalTokens: number | null
    workSeconds: number
}

/** The catalogue. */
export interface AgentsAnswer {
    agents: AgentEntry[]
}

/** The application's settings. */
export interface AppSettingsAnswer {
    settings: ShownAppSettings
}

/** What an edit of the application's settings sets. */
export interface AppSettingsChanges {
    theme?: "dark" | "light" | "system"
    language?: "browser" | "en" | "ja"
    telemetryEnabled?: boolean
    notificationsAgentCompletionSound?: boolean
    notificationsDesktop?: boolean
    autoStartAgentOnInProgress?: boolean
    editorType?: "ANTIGRAVITY" | "VS_CODE" | "WEBSTORM" | "ZED" | null
    editorCommand?: string | null
    gitUserName?: string | null
    gitUserEmail?: string | null
    branchTemplate?: string
    ghPrTitleTemplate?: string | null
    ghPrBodyTemplate?: string | null
    ghAutolinkTickets?: boolean
    opencodePort?: number
    /** Minutes. */
    permissionMinutes?: number | null
    streamdownAssistantEnabled?: boolean
    streamdownUserEnabled?: boolean
    streamdownSystemEnabled?: boolean
    streamdownThinkingEnabled?: boolean
}

/**
 * An attempt as the wire shows it.
 *
 * `startedAt` and `endedAt` are those of its last run: a follow-up begins a new one. `updatedAt` is when its status,
 * session or worktree last changed. `baseCommit` is the commit that its branch began at. `failure` is the sentence
 * that says why the last run failed. `waiting` is how many permission requests wait for a person. `prUrl` is its
 * pull request.
 */
export interface Attempt {
    id: string
    boardId: string
    cardId: string
    agent: string
    profileId?: string | null
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    baseBranch: string
    branchName: string
    worktreePath: string | null
    sessionId: string | null
    createdAt: string
    updatedAt: string
    startedAt: string | null
    endedAt: string | null
    baseCommit?: string | null
    failure?: string | null
    waiting?: number
    usage?: Usage | null
    prUrl?: string | null
}

/** An attempt that ended; `durationSeconds` of its last run, absent when it never ran. */
export interface AttemptActivity {
    attemptId: string
    projectId: string
    projectName: string
    cardId: string
    cardTitle: string
    ticketKey: string | null
    agentId: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    occurredAt: string
    durationSeconds?: number | null
}

/**
 * A new attempt. What is left out comes from the settings: the branch from the template, its base the project's.
 *
 * `parallel`: start it although another attempt of the card is active.
 */
export interface AttemptDraft {
    agent: string
    profileId?: string | null
    baseBranch?: string | null
    branchName?: string | null
    parallel?: boolean
}

/** One line of an attempt's log. */
export interface AttemptLog {
    id: string
    attemptId: string
    ts: string
    level: "error" | "info" | "warn"
    message: string
}

/** What becomes of an attempt: it is to be stopped. */
export interface AttemptPatch {
    status: "stopped"
}

/** A new pull request of an attempt's branch. */
export interface AttemptPullRequestDraft {
    title: string
    base?: string | null
    body?: string | null
    draft?: boolean
}

/** An attempt with what it said: the last 2,000 items and 5,000 lines, oldest first. */
export interface AttemptView {
    attempt: Attempt
    logs: AttemptLog[]
    conversation: (Message | Thinking | ToolCall | Failure | Automation)[]
    todos: Todos | null
}

/** A page of attempts, the newest first. `next` goes into the next request's `after`; null: the last page. */
export interface AttemptsAnswer {
    attempts: ListedAttempt[]
    next: string | null
}

/** A run of one of the project's scripts. `durationMs` in milliseconds. */
export interface Automation {
    type: "automation"
    id: string
    timestamp: string
    stage: "cleanup" | "copy_files" | "dev" | "setup"
    command: string
    cwd: string
    status: "failed" | "running" | "succeeded"
    allowedFailure?: boolean
    startedAt: string
    completedAt: string | null
    durationMs: number | null
    exitCode: number | null
    stdout: string | null
    stderr: string | null
    metadata?: Record<string, unknown> | null
}

/** The whole board. */
export interface BoardAnswer {
    state: BoardState
}

/** The whole board as the wire's `state` shows it. */
export interface BoardState {
    columns: Record<string, Column>
    columnOrder: string[]
    cards: Record<string, Card>
}

/**
 * A branch of a repository, or of one of its remotes.
 *
 * `isCurrent`: the work tree is on it; of a remote's branch: the current one follows it, or would by its name.
 */
export interface Branch {
    name: string
    displayName: string
    kind: "local" | "remote"
    remote?: string | null
    isCurrent: boolean
}

/** A repository's branches. */
export interface BranchesAnswer {
    branches: Branch[]
}

/** Cards to put one after the other at a place, in the order named. */
export interface BulkMove {
    cardIds: string[]
    columnId: string
    index: number
}

/** The cards that moved. */
export interface BulkMoveAnswer {
    cards: Card[]
}

/** The path of a program, or the name of a command. */
export interface Candidate {
    path: string
}

/** What an agent can do. `resume`: go on with a session that ended, so that a follow-up is possible. */
export interface Capabilities {
    resume: boolean
}

/** A card as the wire shows it. Fields with a default are left out of the JSON when they have nothing to say. */
export interface Card {
    id: string
    ticketKey?: string | null
    prUrl?: string | null
    pullRequest?: PullRequestBadge | null
    disableAutoCloseOnPRMerge: boolean
    disableAutoCloseOnIssueClose: boolean
    ticketType:
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
    isEnhanced: boolean
    githubIssue?: GithubIssueLink | null
    title: string
    description?: string | null
    dependsOn?: string[]
    createdAt: string
    updatedAt: string
}

/** One card and the column it stands in. */
export interface CardAnswer {
    card: Card
    columnId: string
    githubIssueError?: string | null
}

/** A board's cards by what their columns are for. */
export interface CardCounts {
    backlog: number
    inProgress: number
    review: number
    done: number
}

/** The whole board with the new card on it. */
export interface CardCreatedAnswer {
    state: BoardState
    cardId: string
    githubIssueError: string | null
}

/** A new card. */
export interface CardDraft {
    columnId: string
    /** 1 to 500 characters. */
    title: string
    /** Markdown, at most 200000 characters. */
    description?: string | null
    dependsOn?: string[]
    ticketType?: string | null
    createGithubIssue?: boolean
    images?: Image[]
    index?: number | null
}

/** A card that moved, and the columns that it left and entered. */
export interface CardMovedAnswer {
    card: Card
    columns: Record<string, Column>
}

/** What to change of a card: fields, images, or its place (`columnId` with `index`); what is left out stays. */
export interface CardPatch {
    /** 1 to 500 characters. */
    title?: string
    /** Markdown, at most 200000 characters. */
    description?: string | null
    ticketType?: string | null
    isEnhanced?: boolean
    disableAutoCloseOnPRMerge?: boolean
    disableAutoCloseOnIssueClose?: boolean
    dependsOn?: string[]
    images?: Image[]
    columnId?: string
    index?: number
}

/** A text for the description of a new card, and the type that the card gets with it; null: none. */
export interface CardTemplate {
    name: string
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
    description: string
}

/** A page of cards. `next` goes into the next request's `after`; null: this is the last page. */
export interface CardsAnswer {
    cards: CardAnswer[]
    next: string | null
}

/** How many files are what. Renamed ones and those in conflict count as modified, copies as added. */
export interface ChangeSummary {
    added: number
    modified: number
    deleted: number
    untracked: number
    staged: number
}

/** A file that differs from the base. `staged`: the index has something of it that is not committed. */
export interface ChangedFile {
    path: string
    oldPath?: string | null
    status: "?" | "A" | "C" | "D" | "M" | "R" | "U"
    staged: boolean
}

/** A check run, or the status that another service reported, of a pull request's last commit. */
export interface Check {
    name: string
    state: "failed" | "passed" | "pending" | "skipped"
    url: string | null
    description?: string | null
}

/** The answer: what is meant, or one of the agent's own options. Exactly one of the two. */
export interface Choice {
    decision?: "allow" | "allow_always" | "reject" | "reject_always" | null
    optionId?: string | null
}

/** A column as a board shows it: its fields and the ids of its cards from top to bottom. */
export interface Column {
    id: string
    title: string
    cardIds: string[]
    key?: "backlog" | "done" | "inProgress" | "review" | null
    wipLimit?: number | null
}

/** A column without its cards. */
export interface ColumnAnswer {
    column: ColumnFields
}

/** A new column; `key` is its role. */
export interface ColumnDraft {
    /** 1 to 100 characters. */
    title: string
    key?: "backlog" | "done" | "inProgress" | "review" | null
    /** How many cards the column should hold at most (advice, no lock). */
    wipLimit?: number | null
    /** The place in the board's order, from 0, cut to its end. */
    index?: number | null
}

/** A column without its cards. `key`: its role (absent: none); `wipLimit`: how many cards it should hold at most. */
export interface ColumnFields {
    id: string
    title: string
    key?: "backlog" | "done" | "inProgress" | "review" | null
    wipLimit?: number | null
}

/** What to change of a column; null takes role or limit away, what is left out stays. */
export interface ColumnPatch {
    /** 1 to 100 characters. */
    title?: string
    key?: "backlog" | "done" | "inProgress" | "review" | null
    /** How many cards the column should hold at most (advice, no lock). */
    wipLimit?: number | null
    /** The place in the board's order, from 0, cut to its end. */
    index?: number
}

/** A commit of everything in the worktree, or of the files in `paths`. */
export interface CommitDraft {
    subject: string
    body?: string | null
    /** Only these files, by their paths in the repository; of a renamed one both names. */
    paths?: string[] | null
}

/** The commits that a branch has and its base has not, the newest first. `truncated`: there are older ones. */
export interface CommitList {
    commits: CommitSummary[]
    truncated: boolean
}

/** A commit of a branch. */
export interface CommitSummary {
    sha: string
    shortSha: string
    subject: string
    body: string
    authorName: string
    authorEmail: string
    authoredAt: string
    isMerge: boolean
}

/** A commit, by its short name and its full one. */
export interface Committed {
    shortSha: string
    sha: string
}

/** Whether an account is connected, and whose it is. `url`: of the GitHub Enterprise; left out: github.com. */
export interface Connection {
    status: "invalid" | "valid"
    account?: GithubAccount | null
    url?: string | null
}

/** Items of a conversation, oldest first. `before` goes into the next query for the ones before; null: none. */
export interface ConversationAnswer {
    conversation: (Message | Thinking | ToolCall | Failure | Automation)[]
    before: string | null
}

/**
 * The curves over a period: a point for each hour or day of it, the oldest first, and the agents by name.
 *
 * `isPartial`: there were more attempts than are looked at one by one; then `reviewSeconds`, `took` and `agents` are
 * of the last ones (5,000).
 */
export interface DashboardSeries {
    timeRange: TimeRange
    bucketSeconds: number
    points: SeriesPoint[]
    agents: AgentSeries[]
    isPartial: boolean
}

/** A dev script that runs. What it prints is in the conversation's item `itemId`. */
export interface DevProcess {
    id: string
    attemptId: string
    itemId: string
    stage?: "dev"
    command: string
    cwd: string
    startedAt: string
}

/** The person has not answered yet; ask again after `interval` seconds. */
export interface DevicePending {
    status: "authorization_pending"
    interval: number | null
}

/** Which flow is asked about; without a code any that is open. */
export interface DevicePoll {
    userCode?: string | null
}

/** What a person has to type where. `expiresIn` and `interval` (between two polls) are seconds. */
export interface DeviceStart {
    userCode: string
    verificationUri: string
    verificationUriComplete: string | null
    expiresIn: number
    interval: number
}

/** The account is connected. */
export interface DeviceSuccess {
    status: "success"
    account: GithubAccount
}

/** How two states differ. `from` is a commit, `to` too (null: the worktree as it is, untracked files included). */
export interface Diff {
    from: string
    to: string | null
    files: FileDiff[]
    additions: number
    deletions: number
    truncated: boolean
}

/** A line of a difference, with its number before and after; `bare`: no line break follows it in the file. */
export interface DiffLine {
    kind: "add" | "context" | "delete"
    text: string
    old?: number | null
    new?: number | null
    bare?: boolean
}

/** It was done; the branch is at that commit now. */
export interface Done {
    ok: true
    sha: string
}

/** It was done. */
export interface DoneAnswer {
    ok?: true
}

/** What was started: a program, its arguments, and both as one would type them. */
export interface EditorCommand {
    cmd: string
    args: string[]
    line: string
}

/** A card whose terminal may be opened. `hasActiveTerminal`: it is open. */
export interface Eligible {
    cardId: string
    attemptId: string
    worktreePath: string
    hasActiveTerminal?: boolean
}

/** The cards of a project whose terminals may be opened. */
export interface EligibleAnswer {
    eligible: Eligible[]
}

/** Being written, ready to be looked at, or failed; `failure` is a sentence that says why. */
export interface Enhancement {
    status: "enhancing" | "failed" | "ready"
    suggestion?: Suggestion | null
    failure?: string | null
}

/** How far a proposal is, and its text once it is ready. */
export interface EnhancementDraft {
    status: "enhancing" | "ready"
    suggestion?: Suggestion | null
}

/** The proposals of a project, by card; a card without one is left out. */
export interface EnhancementsAnswer {
    enhancements: Record<string, Enhancement>
}

/** Who is to rewrite a card's text; left out: as the project's settings say. */
export interface Enhancer {
    agent?: string | null
    profileId?: string | null
}

/** Something that went wrong, in words for a person. */
export interface Failure {
    type: "error"
    id: string
    timestamp: string
    text: string
    details?: string | null
}

/** Whom to tell. `attemptId` left out: the newest attempt on the branch. `note` stands first in the message. */
export interface FeedbackDraft {
    attemptId?: string | null
    profileId?: string | null
    note?: string | null
    /** Also what the agent has been told already. */
    again?: boolean
}

/**
 * What an agent will be told: how many reviews and comments. `queued` is the message as it waits.
 *
 * `resolved`: comments that it is not told, because their threads are resolved. `threadsKnown` false: GitHub did not
 * say which threads are, so it is told of all.
 */
export interface FeedbackSent {
    attemptId: string
    reviews: number
    comments: number
    resolved: number
    threadsKnown: boolean
    queued: QueuedBrief
}

/**
 * One setting of a profile, as a form needs to know it.
 *
 * `options` are what an `enum` may be, `maximum` how large a `number` (none is below 0).
 */
export interface Field {
    key: string
    label: string
    optional: boolean
    nullable: boolean
    description: string | null
    type: "boolean" | "enum" | "json" | "number" | "string" | "string_array"
    options?: string[]
    maxLength?: number | null
    maximum?: number | null
}

/** One broken rule: `field` is the path of the input (`images[2].mime`), `message` says what is wrong with it. */
export interface FieldError {
    field: string
    message: string
}

/** A file at some point. `content` null: it is missing there, or cannot be shown; `reason` says which. */
export interface FileContent {
    content: string | null
    reason?: "binary" | "missing" | "tooLarge" | null
    size?: number | null
}

/**
 * How one file differs.
 *
 * `additions` and `deletions` count lines (null: binary). `folded`: there is too much of it to be sent unasked; it is
 * to be had by its path. Modes are git's (`100755`: may be run, `120000`: a link, `160000`: a submodule).
 */
export interface FileDiff {
    path: string
    oldPath: string | null
    status: "?" | "A" | "C" | "D" | "M" | "R" | "U"
    oldMode: string | null
    newMode: string | null
    binary: boolean
    additions: number | null
    deletions: number | null
    folded?: boolean
    hunks?: Hunk[]
}

/** One entry of a folder. `size` is in bytes and left out for folders. */
export interface FileEntry {
    name: string
    path: string
    isDirectory: boolean
    isExecutable: boolean
    size?: number | null
}

/**
 * A folder's entries, folders first, each kind by name. `parentPath` is null where one cannot go up any further.
 *
 * `truncated`: the folder holds more than are shown.
 */
export interface Folder {
    entries: FileEntry[]
    currentPath: string
    parentPath: string | null
    truncated: boolean
}

/** A folder that is the top of a git work tree. */
export interface FoundRepository {
    name: string
    path: string
}

/** The connected person's account on GitHub. */
export interface GithubAccount {
    username: string
    primaryEmail?: string | null
    scope?: string | null
}

/** The OAuth app to speak as. A secret left out stays as it is, null takes it away. */
export interface GithubAppDraft {
    clientId: string
    clientSecret?: string | null
}

/** What may be told about the app: everything but its secret. */
export interface GithubAppStatus {
    clientId: string | null
    hasClientSecret: boolean
    updatedAt: string | null
    source: "db" | "env" | "unset"
}

/**
 * The GitHub issue that a card was made from or exported to.
 *
 * `comments`: how many there are. `conflicts`: texts that were changed on both sides since they were last the same;
 * the card shows ours, and a person has to say which one counts. `waiting`: a change of ours is still to be told to
 * GitHub. `refused`: GitHub did not take it when it was told last.
 */
export interface GithubIssueLink {
    issueNumber: number
    url: string
    state?: "closed" | "open"
    labels?: string[]
    assignees?: string[]
    comments?: number
    conflicts?: ("description" | "title")[]
    waiting?: boolean
    refused?: boolean
}

/** How busy a project is and how well its attempts go. */
export interface Health {
    activityScore: number
    failureRateInRange: number
    isHighActivity: boolean
    isAtRisk: boolean
    notes: string
}

/** Lines that changed, with some around them. `heading` is the function or section that they are in. */
export interface Hunk {
    oldStart: number
    oldLines: number
    newStart: number
    newLines: number
    heading: string
    lines: DiffLine[]
}

/** A picture that goes with a card: `data` is base64 without a data-URL prefix. */
export interface Image {
    data: string
    mime: string
    name?: string | null
}

/** A card's images. */
export interface ImagesAnswer {
    images: Image[]
}

/**
 * A project that came in and how much came with it.
 *
 * `dropped` says which fields were left empty, because they named a global profile that is not here.
 */
export interface ImportedProject {
    project: Project
    columns: number
    cards: number
    attempts: number
    dropped: FieldError[]
}

/**
 * What needs a person, each list the last changed first; `meta` is absent when nothing does.
 *
 * `waiting` are permission requests, the oldest first: behind each an agent stands still.
 */
export interface Inbox {
    review: InboxItem[]
    failed: InboxItem[]
    stuck: InboxItem[]
    waiting?: WaitingItem[]
    meta?: InboxTotals | null
}

/** Something that needs a person, with the reason that its kind has. */
export interface InboxItem {
    id: string
    type: "failed" | "review" | "stuck"
    kind: "failed" | "review" | "stuck"
    attemptId: string
    projectId: string
    projectName: string
    cardId: string
    cardTitle: string
    ticketKey: string | null
    agentId: string
    agentName: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    cardStatus: string
    createdAt: string
    updatedAt: string
    finishedAt: string | null
    lastUpdatedAt: string
    prUrl: string | null
    meta: Record<string, unknown>
    reason?: string | null
    errorSummary?: string | null
    stuckForSeconds?: number | null
}

/** How many there are, those over the limit included. */
export interface InboxTotals {
    totalItems: number
    totalReview: number
    totalFailed: number
    totalStuck: number
    totalWaiting?: number
}

/** Which profile an inline helper runs with; a helper left out uses the project's default. */
export interface InlineAgentProfiles {
    ticketEnhance?: string | null
    prSummary?: string | null
    prReview?: string | null
}

/** An editor that was found; `bin` is the path of the program that starts it. */
export interface InstalledEditor {
    key: string
    label: string
    bin: string
}

/** Which text counts where both sides changed it: the card's (`mine`) or the issue's (`theirs`). */
export interface IssueChoice {
    title?: "mine" | "theirs" | null
    description?: "mine" | "theirs" | null
}

/** What somebody (null: who is there no more) said to an issue, in Markdown. */
export interface IssueComment {
    id: number
    author: string | null
    body: string
    url: string
    createdAt: string
    updatedAt: string
}

/** What was said to an issue, the oldest first. */
export interface IssueComments {
    comments: IssueComment[]
}

/**
 * What became of issues.
 *
 * `skipped`: nothing was new, or their cards were deleted, or no card can hold them. `conflicts`: of those updated,
 * how many were changed on both sides. `closed`: cards that went to the done column, because their issue was closed.
 */
export interface IssueCounts {
    imported?: number
    updated?: number
    skipped?: number
    conflicts?: number
    closed?: number
}

/**
 * A card's issue. `number` null: GitHub has still to make it, and `error` says why it has not.
 *
 * `waiting`: a change of the card is still to be told to GitHub.
 */
export interface IssueDetails {
    repository: string
    number: number | null
    url: string | null
    direction: "exported" | "imported"
    state: "closed" | "open"
    labels: string[]
    assignees: string[]
    comments: number
    updatedAt: string | null
    conflicts: TextConflict[]
    waiting: boolean
    error: string | null
}

/**
 * Which issues to bring in: of a repository, open ones unless `state` says otherwise.
 *
 * `labels`: only those that have all of them. `numbers`: only these, as chosen from a preview.
 */
export interface IssueImport {
    owner: string
    repo: string
    state?: "all" | "closed" | "open"
    labels?: string[]
    numbers?: number[] | null
}

/** Which issues to make cards of. `withDeleted`: those whose cards were deleted come in again, too. */
export interface IssueImportOrder {
    owner: string
    repo: string
    state?: "all" | "closed" | "open"
    labels?: string[]
    numbers?: number[] | null
    withDeleted?: boolean
}

/** What an import would bring. `issues`: the first 500 of them, new ones first; the counts are of all. */
export interface IssuePreview {
    repository: string
    new: number
    updated: number
    skipped: number
    issues: ShownIssue[]
}

/** How many cards stand for issues, by where they began. */
export interface IssueStats {
    imported: number
    exported: number
    total: number
}

/**
 * How a project's issues are kept in step.
 *
 * `repository` null: the project's origin is no repository of GitHub. `waiting`: changes of cards that GitHub is still
 * to be told of; `waitingError` is why the last one could not be. `nextSyncAt` null: nothing is planned. `rateLimit`:
 * what GitHub said of it last.
 */
export interface IssueSyncStatus {
    enabled: boolean
    repository: string | null
    status: "failed" | "idle" | "running" | "succeeded"
    lastSyncAt: string | null
    lastSuccessAt: string | null
    nextSyncAt: string | null
    error: string | null
    errorCode: string | null
    counts: IssueCounts
    waiting: number
    waitingError: string | null
    rateLimit: RateLimit | null
}

/** The item of the conversation that tells of a script's run. */
export interface ItemAnswer {
    item: Automation
}

/** A ticket key and its parts. */
export interface KeyPreview {
    key: string
    prefix: string
    number: number
}

/**
 * An attempt. `queuePosition` is its place among all that wait on this server, 1 the next; null: it does not.
 *
 * `todos` is its agent's plan, while it is active; null: there is none.
 */
export interface ListedAttempt {
    id: string
    boardId: string
    cardId: string
    agent: string
    profileId?: string | null
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    baseBranch: string
    branchName: string
    worktreePath: string | null
    sessionId: string | null
    createdAt: string
    updatedAt: string
    startedAt: string | null
    endedAt: string | null
    baseCommit?: string | null
    failure?: string | null
    waiting?: number
    usage?: Usage | null
    prUrl?: string | null
    queuePosition?: number | null
    todos?: Todos | null
}

/** Whether all is well. */
export interface Liveness {
    ok: boolean
}

/** Lines of a log, oldest first. `before` goes into the next query for the ones before; null: there are none. */
export interface LogsAnswer {
    logs: AttemptLog[]
    before: string | null
}

/** How to merge into the base. */
export interface MergeDraft {
    /** Only move the base forward, make a merge commit, or one commit of all. */
    how?: "ff" | "merge" | "squash"
    message?: string | null
}

/** The base now; `merged` false: it had everything already. */
export interface Merged {
    ok: true
    base: string
    sha: string
    merged: boolean
}

/**
 * Something said by a person, the agent or the system. `profileId` names the profile the agent ran with.
 *
 * `moreImages`: how many images it has beside `images`. The stream leaves out those that are large; the conversation,
 * asked for, has them all.
 */
export interface Message {
    type: "message"
    id: string
    timestamp: string
    role: "assistant" | "system" | "user"
    text: string
    format: "markdown" | "plaintext"
    profileId: string | null
    images?: Image[]
    moreImages?: number
}

/** A message that waits. */
export interface MessageAnswer {
    message: QueuedMessage
}

/** What an edit of a message sets: a field left out stays. */
export interface MessageChanges {
    prompt?: string
    images?: Image[]
    profileId?: string | null
}

/** Something to say to the agent. `profileId`: the profile to go on with. */
export interface MessageDraft {
    /** 1 to 200000 characters. */
    prompt: string
    profileId?: string | null
    images?: Image[]
}

/** The messages that wait, in the order in which the agent will be told them. */
export interface MessagesAnswer {
    messages: QueuedMessage[]
}

/** The headline numbers. */
export interface Metrics {
    byKey: Record<string, Series>
    activeAttempts: number
    attemptsInRange: number
    successRateInRange: number
    reviewItemsCount: number
    projectsWithActivity: number
}

/** The key that the next card gets, if it is made now. */
export interface NextKeyAnswer {
    preview: KeyPreview
}

/** The state of the first steps. They start with the first step that is shown and end when the user says so. */
export interface Onboarding {
    status?: "completed" | "pending"
    lastStep?: string | null
    startedAt?: string | null
    completedAt?: string | null
}

/** How far the first steps went. */
export interface OnboardingAnswer {
    status: Onboarding
}

/** The editor was started, by this command. */
export interface OpenedAnswer {
    ok?: true
    command: EditorCommand
}

/** `subpath`: a file or folder of the worktree. `editorKey`: only if the settings name this editor. */
export interface Opening {
    subpath?: string | null
    editorKey?: string | null
}

/** Where a repository came from; owner and repository only when that is github.com. */
export interface Origin {
    originUrl: string | null
    owner: string | null
    repo: string | null
}

/**
 * A part of what a tool or script printed.
 *
 * `offset` and `size` count bytes of the whole; `next` is the offset to ask for next, null at the end. A character
 * that the part's beginning or end cuts in two is shown as U+FFFD.
 */
export interface OutputAnswer {
    text: string
    offset: number
    size: number
    next: number | null
}

/** The whole dashboard. */
export interface Overview {
    timeRange: TimeRange
    generatedAt: string
    updatedAt: string
    metrics: Metrics
    activeAttempts: ActiveAttempt[]
    recentAttemptActivity: AttemptActivity[]
    projectSnapshots: ProjectSnapshot[]
    inboxItems: Inbox
    agentStats: AgentStats[]
    attemptsInRange: number
    successRateInRange: number
    projectsWithActivityInRange: number
    meta: OverviewMeta
}

/** Which version of this document it is, and what can be asked for. */
export interface OverviewMeta {
    version: string
    availableTimeRangePresets: ("all_time" | "last_24h" | "last_30d" | "last_7d" | "last_90d")[]
}

/**
 * A permission request. `itemId` is the tool call that waits for it; `tool` says what would be done.
 *
 * `expiresAt` null: it waits for as long as the agent does. `answeredBy` is the actor, null unless somebody answered.
 */
export interface Permission {
    id: string
    attemptId: string
    itemId: string | null
    title: string
    tool: ToolUse
    options: PermissionOption[]
    status: "allowed" | "cancelled" | "expired" | "pending" | "rejected"
    optionId: string | null
    requestedAt: string
    expiresAt: string | null
    answeredAt: string | null
    answeredBy: string | null
}

/** A permission request as it stands now. */
export interface PermissionAnswer {
    permission: Permission
}

/** One of the answers that the agent offers. `id` is the agent's own word and differs from agent to agent. */
export interface PermissionOption {
    id: string
    kind: "allow_always" | "allow_once" | "reject_always" | "reject_once"
    label: string
}

/** Permission requests, the oldest first. */
export interface PermissionsAnswer {
    permissions: Permission[]
}

/** A value over `bucketSizeSeconds` from `timestamp` on. */
export interface Point {
    timestamp: string
    value: number
    bucketSizeSeconds: number
}

/** The body of an error. `output`: what git said, when that is more than `detail` has of it. */
export interface Problem {
    type: string
    title: string
    status: number
    detail: string
    code?: string
    errors?: FieldError[]
    output?: string
}

/** A process that runs. */
export interface ProcessAnswer {
    process: DevProcess
}

/** Which of the project's scripts is to run on: only the dev script does. */
export interface ProcessDraft {
    stage?: "dev"
}

/** The processes that run for an attempt. */
export interface ProcessesAnswer {
    processes: DevProcess[]
}

/** A new profile. */
export interface ProfileDraft {
    /** The agent's key. */
    agent: string
    /** One line of 1 to 100 characters. */
    name: string
    /** The settings that the agent's schema knows; an empty text in a choice means that none was made. */
    config: Record<string, unknown>
}

/** What to change of a profile; `config` replaces all of its settings. */
export interface ProfilePatch {
    /** One line of 1 to 100 characters. */
    name?: string | null
    /** The settings that the agent's schema knows; an empty text in a choice means that none was made. */
    config?: Record<string, unknown> | null
}

/** A profile; `configJson` holds its settings as JSON text, `projectId` is absent from a global one. */
export interface ProfileRow {
    id: string
    projectId?: string | null
    agent: string
    name: string
    configJson: string
    createdAt: string
    updatedAt: string
}

/** Profiles, the oldest first. */
export interface ProfilesAnswer {
    profiles: ProfileRow[]
}

/** The program of an agent that people added: started with these arguments, it speaks the Agent Client Protocol. */
export interface Program {
    command: string
    args?: string[]
    env?: Record<string, string>
}

/** A project as the wire shows it. */
export interface Project {
    id: string
    boardId: string
    name: string
    status?: "Active"
    createdAt: string
    repositoryPath: string
    repositoryUrl: string | null
    repositorySlug: string | null
}

/** A new project: a name and the folder of its repository on the server's machine. */
export interface ProjectDraft {
    /** 1 to 200 characters. */
    name: string
    /** From the root, or from `~`. The top of a work tree: linked worktrees and submodules count. */
    repositoryPath: string
    /** Make the folder, and a repository in it, where there is none. */
    initialize?: boolean
    repositorySlug?: string | null
    repositoryUrl?: string | null
}

/** What to change of a project. */
export interface ProjectPatch {
    /** 1 to 200 characters. */
    name?: string
}

/** A project's settings. */
export interface ProjectSettingsAnswer {
    settings: ShownProjectSettings
}

/** What an edit of a project's settings sets. */
export interface ProjectSettingsChanges {
    baseBranch?: string
    preferredRemote?: string | null
    setupScript?: string | null
    devScript?: string | null
    cleanupScript?: string | null
    copyFiles?: string | null
    allowScriptsToFail?: boolean
    allowCopyFilesToFail?: boolean
    allowSetupScriptToFail?: boolean
    allowDevScriptToFail?: boolean
    allowCleanupScriptToFail?: boolean
    defaultAgent?: string | null
    defaultProfileId?: string | null
    inlineAgent?: string | null
    inlineProfileId?: string | null
    inlineAgentProfileMapping?: InlineAgentProfiles
    autoCommitOnFinish?: boolean
    autoPushOnAutocommit?: boolean
    /** Attempts at work at once. */
    maxParallelAttempts?: number | null
    /** Minutes. */
    scriptTimeoutMinutes?: number
    ticketPrefix?: string
    githubIssueSyncEnabled?: boolean
    githubIssueSyncState?: "all" | "closed" | "open"
    /** Minutes. */
    githubIssueSyncIntervalMinutes?: number
    githubIssueAutoCreateEnabled?: boolean
    githubIssueWriteBackEnabled?: boolean
    autoCloseTicketOnPRMerge?: boolean
    autoCloseTicketOnIssueClose?: boolean
    enhancePrompt?: string | null
    prSummaryPrompt?: string | null
    cardTemplates?: CardTemplate[] | null
}

/** One project at a glance. */
export interface ProjectSnapshot {
    projectId: string
    id: string
    name: string
    status: "healthy"
    repositorySlug: string | null
    repositoryPath: string
    createdAt: string
    activeAttempts: number
    activeAttemptsCount: number
    openCards: number
    totalCards: number
    columnCardCounts: CardCounts
    attemptsInRange: number
    failedAttemptsInRange: number
    failureRateInRange: number
    health: Health
}

/**
 * A pull request as lists and the stream show it. `merged` implies `closed`.
 *
 * `headLabel` is what its branch is called on GitHub: `owner:branch` for one of a fork, else as `headRef`; blank in
 * what was told before there was one.
 */
export interface PullRequest {
    number: number
    url: string
    state: "closed" | "open"
    draft: boolean
    title: string
    headRef: string
    baseRef: string
    createdAt: string
    updatedAt: string
    merged: boolean
    headLabel?: string
}

/** A pull request. */
export interface PullRequestAnswer {
    pr: PullRequest
}

/** What a card shows of its pull request, as GitHub last told it. `checks` left out: there are none. */
export interface PullRequestBadge {
    number: number
    state: "closed" | "draft" | "merged" | "open"
    checks?: "failed" | "passed" | "pending" | null
}

/** A pull request whole. `mergeable` null: GitHub has not found out yet, or it is merged. */
export interface PullRequestDetail {
    number: number
    url: string
    state: "closed" | "open"
    draft: boolean
    title: string
    headRef: string
    baseRef: string
    createdAt: string
    updatedAt: string
    merged: boolean
    headLabel?: string
    body: string | null
    author: string | null
    headSha: string
    mergeable: boolean | null
    /** GitHub's own word: clean, dirty, blocked, behind, unstable, draft, unknown. */
    mergeableState: string
    additions: number
    deletions: number
    changedFiles: number
    commits: number
}

/**
 * A pull request with its checks, reviews and comments, and the card and the attempt that it belongs to.
 *
 * `threadsKnown` false: GitHub did not say which threads are resolved, so none counts as resolved.
 */
export interface PullRequestDetails {
    pr: PullRequestDetail
    checks: Check[]
    reviews: Review[]
    comments: ReviewComment[]
    threadsKnown: boolean
    cardId: string | null
    attemptId: string | null
}

/**
 * A new pull request. One of `branch`, `attemptId` and `cardId` says what of.
 *
 * A `base` left out is what the attempt began at, a `body` left out what the template makes of the ticket.
 */
export interface PullRequestDraft {
    title: string
    base?: string | null
    body?: string | null
    draft?: boolean
    branch?: string | null
    attemptId?: string | null
    cardId?: string | null
}

/** Pull requests, the one that was changed last first, 50 at most. */
export interface PullRequestList {
    pullRequests: PullRequest[]
}

/** The title and body that a pull request gets unless a person writes others, and the branches it is between. */
export interface PullRequestText {
    title: string
    body: string
    base: string
    branch: string
}

/** What a pull request would say. */
export interface PullRequestTextAnswer {
    text: PullRequestText
}

/** The text of a pull request; `body` is Markdown. */
export interface PullSummary {
    title: string
    body: string
}

/** How to push. */
export interface PushDraft {
    /** Note where the branch was pushed to. */
    setUpstream?: boolean
}

/** Where the branch was pushed to. */
export interface Pushed {
    remote: string
    branch: string
}

/** The same as viewers see it: `images` is how many there are. */
export interface QueuedBrief {
    id: string
    text: string
    images: number
    profileId: string | null
    createdAt: string
}

/** A message that waits for the agent to be done with the one before. */
export interface QueuedMessage {
    id: string
    attemptId: string
    text: string
    images: Image[]
    profileId: string | null
    createdAt: string
    createdBy: string
}

/** How many requests GitHub takes of the account in an hour, and how many more until `resetAt`. */
export interface RateLimit {
    limit: number
    remaining: number
    resetAt: string
}

/** Repositories as GitHub tells them. */
export interface Repositories {
    repos: Record<string, unknown>[]
}

/** Repositories that were found. */
export interface RepositoriesAnswer {
    entries: FoundRepository[]
}

/** What to bring back, as a branch. */
export interface RestoreDraft {
    /** As the list has it. */
    ref: string
    /** Its name; a number is put behind one that is taken. Left out: as it was. */
    branch?: string | null
}

/** The branch that has the work again. */
export interface Restored {
    branch: string
}

/** What a reviewer said of the whole. */
export interface Review {
    id: number
    author: string | null
    state: "approved" | "changesRequested" | "commented" | "dismissed" | "pending"
    body: string
    submittedAt: string | null
    url: string
}

/**
 * What somebody said, of a line or (`path` null) in the conversation below the pull request.
 *
 * `line` null: of the whole file, or of a line that a later commit has changed (`outdated`). `code` is the end of the
 * difference that the comment was written under. `inReplyTo` is the comment that began the thread. `resolved`:
 * somebody has marked the thread as done.
 */
export interface ReviewComment {
    id: number
    author: string | null
    path: string | null
    line: number | null
    outdated: boolean
    resolved: boolean
    code: string | null
    body: string
    inReplyTo: number | null
    createdAt: string
    updatedAt: string
    url: string
}

/** The message will be told. `queued` is there when the attempt was active already: the message waits its turn. */
export interface SaidAnswer {
    ok: boolean
    queued?: QueuedBrief | null
}

/**
 * Work that was saved before its worktree went. `ref` keeps it; `commit` is what it points at.
 *
 * `uncommitted`: files that were not committed, `unmerged`: commits that are nowhere else. `nested`: repositories
 * inside the worktree (submodules, clones) whose own work is kept beside it, by their folders.
 */
export interface Salvage {
    ref: string
    commit: string
    branch: string
    savedAt: string
    uncommitted: number
    unmerged: number
    nested?: string[]
}

/** What was saved in a project's repository, the newest first. */
export interface SalvagesAnswer {
    salvages: Salvage[]
}

/** What a profile of an agent may set, for a form to be built from. */
export interface SchemaAnswer {
    agent: string
    label: string
    defaultProfile: Record<string, unknown>
    fields: Field[]
}

/** A metric: its total, and as one point when the period has a beginning. */
export interface Series {
    label: string
    unit: string
    points: Point[]
    total: number
}

/**
 * What happened in `bucketSeconds` from `timestamp` on.
 *
 * Of the attempts made then: how many, and how they stand now. `ended`: how many ended then. `reviewSeconds`: of those
 * that ended then with success, the median of the time from when they were made; null: there were none. `took`: what
 * those that ended then took, by agent; an agent that told neither a cost nor tokens is left out.
 */
export interface SeriesPoint {
    timestamp: string
    attempts: number
    succeeded: number
    failed: number
    ended: number
    reviewSeconds: number | null
    took: AgentPoint[]
}

/** The application's settings. */
export interface ShownAppSettings {
    theme?: "dark" | "light" | "system"
    language?: "browser" | "en" | "ja"
    telemetryEnabled?: boolean
    notificationsAgentCompletionSound?: boolean
    notificationsDesktop?: boolean
    autoStartAgentOnInProgress?: boolean
    editorType?: "ANTIGRAVITY" | "VS_CODE" | "WEBSTORM" | "ZED" | null
    editorCommand?: string | null
    gitUserName?: string | null
    gitUserEmail?: string | null
    branchTemplate?: string
    ghPrTitleTemplate?: string | null
    ghPrBodyTemplate?: string | null
    ghAutolinkTickets?: boolean
    opencodePort?: number
    /** Minutes. */
    permissionMinutes?: number | null
    streamdownAssistantEnabled?: boolean
    streamdownUserEnabled?: boolean
    streamdownSystemEnabled?: boolean
    streamdownThinkingEnabled?: boolean
    createdAt: string
    updatedAt: string
    id?: string
}

/** An issue of a preview, and what an import would make of it. `cardId`: the card that stands for it already. */
export interface ShownIssue {
    number: number
    title: string
    url: string
    state: "closed" | "open"
    labels: string[]
    assignees: string[]
    updatedAt: string
    fate: "new" | "skipped" | "updated"
    cardId: string | null
}

/** A project's settings, and the number that its next card gets. */
export interface ShownProjectSettings {
    baseBranch?: string
    preferredRemote?: string | null
    setupScript?: string | null
    devScript?: string | null
    cleanupScript?: string | null
    copyFiles?: string | null
    allowScriptsToFail?: boolean
    allowCopyFilesToFail?: boolean
    allowSetupScriptToFail?: boolean
    allowDevScriptToFail?: boolean
    allowCleanupScriptToFail?: boolean
    defaultAgent?: string | null
    defaultProfileId?: string | null
    inlineAgent?: string | null
    inlineProfileId?: string | null
    inlineAgentProfileMapping?: InlineAgentProfiles
    autoCommitOnFinish?: boolean
    autoPushOnAutocommit?: boolean
    /** Attempts at work at once. */
    maxParallelAttempts?: number | null
    /** Minutes. */
    scriptTimeoutMinutes?: number
    ticketPrefix: string
    githubIssueSyncEnabled?: boolean
    githubIssueSyncState?: "all" | "closed" | "open"
    /** Minutes. */
    githubIssueSyncIntervalMinutes?: number
    githubIssueAutoCreateEnabled?: boolean
    githubIssueWriteBackEnabled?: boolean
    autoCloseTicketOnPRMerge?: boolean
    autoCloseTicketOnIssueClose?: boolean
    enhancePrompt?: string | null
    prSummaryPrompt?: string | null
    cardTemplates?: CardTemplate[] | null
    lastGithubIssueSyncAt?: string | null
    lastGithubIssueSyncStatus?: "failed" | "idle" | "running" | "succeeded"
    lastGithubPrAutoCloseAt?: string | null
    lastGithubPrAutoCloseStatus?: "failed" | "idle" | "running" | "succeeded"
    lastGithubIssueAutoCloseAt?: string | null
    lastGithubIssueAutoCloseStatus?: "failed" | "idle" | "running" | "succeeded"
    createdAt: string
    updatedAt: string
    projectId: string
    boardId: string
    nextTicketNumber: number
}

/** How much of a terminal can be seen. */
export interface Size {
    /** Characters in a line. */
    cols?: number
    /** Lines. */
    rows?: number
}

/** The step that is shown, at most 64 characters. */
export interface Step {
    step?: string | null
}

/** The attempt, and its status: `stopping` until its run has ended, `stopped` when there was none. */
export interface StopAnswer {
    attempt: Attempt
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
}

/** What is in the folder of worktrees and belongs to no attempt; a `folder` is no worktree of git's. */
export interface Stray {
    kind: "folder" | "worktree"
    path: string
    branch: string | null
    repository: string | null
}

/** The proposed text. */
export interface Suggestion {
    title: string
    description?: string | null
}

/** Editors that are installed. */
export interface SuggestionsAnswer {
    suggestions: InstalledEditor[]
}

/** The drafted text. */
export interface SummaryAnswer {
    summary: PullSummary
}

/** Which branch to describe, and who is to; what is left out comes from the attempt, the card, the settings. */
export interface SummaryDraft {
    base?: string | null
    branch?: string | null
    attemptId?: string | null
    cardId?: string | null
    agent?: string | null
    profileId?: string | null
}

/** A terminal as the wire shows it. `id` is the card's; `clientCount`: how many look at it now. */
export interface Terminal {
    id: string
    cardId: string
    projectId: string
    attemptId: string
    worktreePath: string
    cols: number
    rows: number
    shell: string
    createdAt: string
    clientCount: number
}

/** A project's open terminals, the oldest first. */
export interface TerminalsAnswer {
    terminals: Terminal[]
}

/** A text that was changed on both sides: what both had, the card's, the issue's. */
export interface TextConflict {
    field: "description" | "title"
    base: string | null
    mine: string | null
    theirs: string | null
}

/** What the agent thought before it acted. */
export interface Thinking {
    type: "thinking"
    id: string
    timestamp: string
    title?: string | null
    text: string
    format: "markdown" | "plaintext"
}

/** The better text. */
export interface TicketAnswer {
    ticket: TicketText
}

/** A ticket's text; the description is Markdown. */
export interface TicketText {
    title: string
    description: string
}

/** A ticket's text, and who is to rewrite it; left out: as the project's settings say. */
export interface TicketToEnhance {
    title: string
    description?: string | null
    agent?: string | null
    profileId?: string | null
    ticketType?: string | null
    images?: Image[]
}

/** Rules for once; without any of them the server's own settings count. */
export interface Tidying {
    /** Those untouched for more than so many days go. */
    maxAgeDays?: number | null
    /** While all together take more than so many MB, the longest untouched one goes. */
    quotaMb?: number | null
}

/** A stretch of time, `from` included, `to` not. A preset ends now and goes on; `all_time` has no `from`. */
export interface TimeRange {
    preset?: "all_time" | "last_24h" | "last_30d" | "last_7d" | "last_90d" | null
    from?: string | null
    to: string
}

/** One line of an agent's plan. */
export interface Todo {
    id: string
    text: string
    status: "done" | "open"
}

/** An agent's plan as a whole. */
export interface Todos {
    total: number
    completed: number
    items: Todo[]
}

/** A tool call. */
export interface ToolCall {
    type: "tool"
    id: string
    timestamp: string
    tool: ToolUse
}

/**
 * A call of one of the agent's tools and what came of it. `durationMs` in milliseconds.
 *
 * `action` is what kind of thing it does: `exec` a command, `apply_patch` to files, `read`, `search`, `fetch`,
 * `think`, `mcp_tool_call`, or `other`. `metadata` may have `changes`, a list of `{path, kind, diff}` with unified
 * diffs, `title`, and `outputBytes`: how much was printed in all, where `stdout` shows only its end.
 */
export interface ToolUse {
    name: string
    action: string
    command?: string | null
    cwd?: string | null
    status: "cancelled" | "created" | "failed" | "running" | "succeeded"
    startedAt?: string | null
    completedAt?: string | null
    durationMs?: number | null
    exitCode?: number | null
    stdout?: string | null
    stderr?: string | null
    metadata?: Record<string, unknown> | null
}

/** How to bring in what the base has got meanwhile. */
export interface UpdateDraft {
    how?: "merge" | "rebase"
    /** Let a conflict wait in the worktree, to be continued or aborted. */
    keep?: boolean
}

/**
 * Added up over all turns of an attempt. What an agent does not tell is left out.
 *
 * `contextUsed` of `contextSize` tokens fill the model's window now. `cost` is in `currency` (ISO 4217), as the agent
 * reckons it. `workMs` is the time in milliseconds in which a turn was going on.
 */
export interface Usage {
    inputTokens?: number | null
    outputTokens?: number | null
    cachedTokens?: number | null
    totalTokens?: number | null
    contextUsed?: number | null
    contextSize?: number | null
    cost?: number | null
    currency?: string | null
    workMs?: number
    turns?: number
}

/** Whether it can be started, and why not. */
export interface Verdict {
    valid: boolean
    error?: string | null
}

/** The version that runs and the latest that is known; `checkedAt` is when it was looked for. */
export interface VersionAnswer {
    currentVersion: string
    latestVersion: string
    updateAvailable: boolean
    checkedAt: string
}

/** A permission request that nobody has answered. `id` is its own; `title` says what the agent wants to do. */
export interface WaitingItem {
    id: string
    type?: "waiting"
    kind?: "waiting"
    attemptId: string
    projectId: string
    projectName: string
    cardId: string
    cardTitle: string
    ticketKey: string | null
    agentId: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    title: string
    requestedAt: string
    expiresAt: string | null
}

/**
 * All worktrees, the longest untouched first, and what is in their folder that belongs to no attempt.
 *
 * `freed`: bytes that go with those that go. `saved`: the work that was kept of those that went. `failed`: why some
 * that should have gone did not.
 */
export interface WorktreePlan {
    rules: WorktreeRules
    worktrees: WorktreeUse[]
    strays: Stray[]
    total: number
    freed: number
    applied: boolean
    saved?: Salvage[]
    failed?: string[]
}

/**
 * Which worktrees may go: those untouched for so many days; the longest untouched ones while all take more.
 *
 * None: no such rule. Worktrees of active attempts never go.
 */
export interface WorktreeRules {
    maxAgeDays?: number | null
    quotaMb?: number | null
}

/**
 * How a worktree stands to its base.
 *
 * `ahead` and `behind` count commits. `isMerged`: the base has all that the branch's commits change, though not the
 * commits themselves, as after a squash; it is not looked for while something is uncommitted. `comparedWith` is the
 * base as git names it: the remote's branch, else the local one, else the commit that the attempt began at; null when
 * none of them is there any more, and then the head is compared with. `truncated`: there are more files than are told;
 * the summary counts those that are.
 */
export interface WorktreeStatus {
    branch: string
    ahead: number
    behind: number
    isMerged: boolean
    hasUncommitted: boolean
    files: ChangedFile[]
    summary: ChangeSummary
    comparedWith: string | null
    goingOn: "cherry-pick" | "merge" | "rebase" | "revert" | null
    conflicts: string[]
    truncated: boolean
}

/** What an attempt's worktree takes, and whether it goes: `why` says for which rule. Its work is saved first. */
export interface WorktreeUse {
    attemptId: string
    boardId: string
    cardId: string
    status: "failed" | "queued" | "running" | "stopped" | "stopping" | "succeeded"
    path: string
    branch: string
    bytes: number
    touchedAt: string
    goes: boolean
    why: string | null
}

/** Every route: what it takes and what it answers. */
export interface Routes {
    /** The catalogue of agents */
    "GET /agents": { query: never; body: never; answer: AgentsAnswer }
    /** Add an agent */
    "POST /agents": { query: never; body: AgentDraft; answer: AgentEntry }
    /** Global profiles */
    "GET /agents/profiles": { query: never; body: never; answer: ProfilesAnswer }
    /** Make a global profile */
    "POST /agents/profiles": { query: never; body: ProfileDraft; answer: ProfileRow }
    /** One global profile */
    "GET /agents/profiles/{profile_id}": { query: never; body: never; answer: ProfileRow }
    /** Change a global profile */
    "PATCH /agents/profiles/{profile_id}": { query: never; body: ProfilePatch; answer: ProfileRow }
    /** Delete a global profile */
    "DELETE /agents/profiles/{profile_id}": { query: never; body: never; answer: null }
    /** Change an added agent */
    "PATCH /agents/{agent_key}": { query: never; body: AgentPatch; answer: AgentEntry }
    /** Remove an added agent */
    "DELETE /agents/{agent_key}": { query: never; body: never; answer: null }
    /** Look at an agent */
    "POST /agents/{agent_key}/check": { query: never; body: never; answer: AgentEntry }
    /** An agent's settings */
    "GET /agents/{agent_key}/schema": { query: never; body: never; answer: SchemaAnswer }
    /** Attempts of all projects */
    "GET /attempts": {
        query: {
            status?: ("queued" | "running" | "stopping" | "succeeded" | "failed" | "stopped" | "active")[]
            agent?: string[]
            after?: string
            limit?: number
        }
        body: never
        answer: AttemptsAnswer
    }
    /** One attempt */
    "GET /attempts/{attempt_id}": { query: never; body: never; answer: Attempt }
    /** Stop an attempt */
    "PATCH /attempts/{attempt_id}": { query: never; body: AttemptPatch; answer: StopAnswer }
    /** Run the dev script to its end */
    "POST /attempts/{attempt_id}/automation/dev": { query: never; body: never; answer: ItemAnswer }
    /** An attempt's conversation */
    "GET /attempts/{attempt_id}/conversation": {
        query: { before?: string; limit?: number }
        body: never
        answer: ConversationAnswer
    }
    /** Abort what waits */
    "POST /attempts/{attempt_id}/git/abort": { query: never; body: never; answer: Aborted }
    /** Commit */
    "POST /attempts/{attempt_id}/git/commit": { query: never; body: CommitDraft; answer: Committed }
    /** The commits of an attempt */
    "GET /attempts/{attempt_id}/git/commits": { query: never; body: never; answer: CommitList }
    /** Continue what waits */
    "POST /attempts/{attempt_id}/git/continue": { query: never; body: never; answer: Done }
    /** The difference an attempt makes */
    "GET /attempts/{attempt_id}/git/diff": {
        query: { against?: "base" | "head"; commit?: string; path?: string }
        body: never
        answer: Diff
    }
    /** A file of an attempt */
    "GET /attempts/{attempt_id}/git/file": {
        query: { path?: string; source?: "worktree" | "index" | "head" | "base" }
        body: never
        answer: FileContent
    }
    /** Merge into the base */
    "POST /attempts/{attempt_id}/git/merge": { query: never; body: MergeDraft; answer: Merged }
    /** Push the branch */
    "POST /attempts/{attempt_id}/git/push": { query: never; body: PushDraft; answer: Pushed }
    /** What an attempt changed */
    "GET /attempts/{attempt_id}/git/status": { query: never; body: never; answer: WorktreeStatus }
    /** Bring the base in */
    "POST /attempts/{attempt_id}/git/update": { query: never; body: UpdateDraft; answer: Done }
    /** Make a pull request of an attempt */
    "POST /attempts/{attempt_id}/github/pr": {
        query: never
        body: AttemptPullRequestDraft
        answer: PullRequestAnswer
    }
    /** The whole output of an item */
    "GET /attempts/{attempt_id}/items/{item_id}/output": {
        query: { offset?: number; limit?: number }
        body: never
        answer: OutputAnswer
    }
    /** An attempt's log */
    "GET /attempts/{attempt_id}/logs": {
        query: { before?: string; limit?: number }
        body: never
        answer: LogsAnswer
    }
    /** What waits to be said */
    "GET /attempts/{attempt_id}/messages": { query: never; body: never; answer: MessagesAnswer }
    /** Say something to the agent */
    "POST /attempts/{attempt_id}/messages": { query: never; body: MessageDraft; answer: SaidAnswer }
    /** Change a message that waits */
    "PATCH /attempts/{attempt_id}/messages/{message_id}": {
        query: never
        body: MessageChanges
        answer: MessageAnswer
    }
    /** Take a message back */
    "DELETE /attempts/{attempt_id}/messages/{message_id}": { query: never; body: never; answer: null }
    /** Open an attempt's worktree in the editor */
    "POST /attempts/{attempt_id}/open-editor": { query: never; body: Opening; answer: OpenedAnswer }
    /** An attempt's permission requests */
    "GET /attempts/{attempt_id}/permissions": { query: never; body: never; answer: PermissionsAnswer }
    /** Answer a permission request */
    "POST /attempts/{attempt_id}/permissions/{permission_id}": {
        query: never
        body: Choice
        answer: PermissionAnswer
    }
    /** What runs for an attempt */
    "GET /attempts/{attempt_id}/processes": { query: never; body: never; answer: ProcessesAnswer }
    /** Start the dev script */
    "POST /attempts/{attempt_id}/processes": { query: never; body: ProcessDraft; answer: ProcessAnswer }
    /** Stop a process */
    "DELETE /attempts/{attempt_id}/processes/{process_id}": { query: never; body: never; answer: ItemAnswer }
    /** Let an attempt go on */
    "POST /attempts/{attempt_id}/resume": { query: never; body: never; answer: Attempt }
    /** The raw transcript of an attempt */
    "GET /attempts/{attempt_id}/transcript": { query: never; body: never; answer: string }
    /** The GitHub app */
    "GET /auth/github/app": { query: never; body: never; answer: GithubAppStatus }
    /** Set the GitHub app */
    "PUT /auth/github/app": { query: never; body: GithubAppDraft; answer: GithubAppStatus }
    /** The GitHub account */
    "GET /auth/github/check": { query: never; body: never; answer: Connection }
    /** Whether the account is connected */
    "POST /auth/github/device/poll": { query: never; body: DevicePoll; answer: DeviceSuccess | DevicePending }
    /** Begin to connect an account */
    "POST /auth/github/device/start": { query: never; body: never; answer: DeviceStart }
    /** Connect the account of the gh program */
    "POST /auth/github/gh": { query: never; body: never; answer: Connection }
    /** Disconnect the account */
    "POST /auth/github/logout": { query: never; body: never; answer: null }
    /** The account's repositories */
    "GET /auth/github/repos": { query: never; body: never; answer: Repositories }
    /** The board */
    "GET /boards/{board_id}": { query: never; body: never; answer: BoardAnswer }
    /** Find cards */
    "GET /boards/{board_id}/cards": {
        query: {
            text?: string
            columnId?: string[]
            role?: ("backlog" | "inProgress" | "review" | "done")[]
            ticketType?: (
                | "feat"
                | "fix"
                | "chore"
                | "docs"
                | "style"
                | "refactor"
                | "perf"
                | "test"
                | "build"
                | "ci"
                | "revert"
            )[]
            enhanced?: boolean
            blocked?: boolean
            hasPullRequest?: boolean
            updatedSince?: string
            order?: "board" | "updated" | "created" | "key"
            after?: string
            limit?: number
        }
        body: never
        answer: CardsAnswer
    }
    /** Make a card */
    "POST /boards/{board_id}/cards": { query: never; body: CardDraft; answer: CardCreatedAnswer | CardAnswer }
    /** Move several cards */
    "POST /boards/{board_id}/cards/move": { query: never; body: BulkMove; answer: BulkMoveAnswer | null }
    /** One card */
    "GET /boards/{board_id}/cards/{card_id}": { query: never; body: never; answer: CardAnswer }
    /** Change or move a card */
    "PATCH /boards/{board_id}/cards/{card_id}": {
        query: never
        body: CardPatch
        answer: BoardAnswer | CardMovedAnswer | CardAnswer
    }
    /** Delete a card */
    "DELETE /boards/{board_id}/cards/{card_id}": { query: never; body: never; answer: null }
    /** A card's newest attempt */
    "GET /boards/{board_id}/cards/{card_id}/attempt": { query: never; body: never; answer: AttemptView }
    /** Start an attempt (older address) */
    "POST /boards/{board_id}/cards/{card_id}/attempts": { query: never; body: AttemptDraft; answer: Attempt }
    /** A card's issue */
    "GET /boards/{board_id}/cards/{card_id}/github/issue": { query: never; body: never; answer: IssueDetails }
    /** Make an issue for a card */
    "POST /boards/{board_id}/cards/{card_id}/github/issue": {
        query: never
        body: never
        answer: IssueDetails
    }
    /** What was said to a card's issue */
    "GET /boards/{board_id}/cards/{card_id}/github/issue/comments": {
        query: never
        body: never
        answer: IssueComments
    }
    /** Choose between a card's text and its issue's */
    "POST /boards/{board_id}/cards/{card_id}/github/issue/resolve": {
        query: never
        body: IssueChoice
        answer: IssueDetails
    }
    /** A card's images */
    "GET /boards/{board_id}/cards/{card_id}/images": { query: never; body: never; answer: ImagesAnswer }
    /** Make a column */
    "POST /boards/{board_id}/columns": { query: never; body: ColumnDraft; answer: ColumnAnswer }
    /** One column */
    "GET /boards/{board_id}/columns/{column_id}": { query: never; body: never; answer: ColumnAnswer }
    /** Change or move a column */
    "PATCH /boards/{board_id}/columns/{column_id}": { query: never; body: ColumnPatch; answer: ColumnAnswer }
    /** Delete an empty column */
    "DELETE /boards/{board_id}/columns/{column_id}": { query: never; body: never; answer: null }
    /** How many cards stand for issues */
    "GET /boards/{board_id}/github/issues/stats": { query: never; body: never; answer: IssueStats }
    /** Import issues */
    "POST /boards/{board_id}/import/github/issues": {
        query: never
        body: IssueImportOrder
        answer: IssueCounts
    }
    /** What an import of issues would bring */
    "POST /boards/{board_id}/import/github/issues/preview": {
        query: never
        body: IssueImport
        answer: IssuePreview
    }
    /** The dashboard */
    "GET /dashboard": {
        query: { from?: string; to?: string; timeRangePreset?: string; range?: string }
        body: never
        answer: Overview
    }
    /** The dashboard's curves */
    "GET /dashboard/series": {
        query: { from?: string; to?: string; timeRangePreset?: string; range?: string }
        body: never
        answer: DashboardSeries
    }
    /** Editors that are installed */
    "GET /editors/suggestions": { query: never; body: never; answer: SuggestionsAnswer }
    /** Whether a path is a program */
    "POST /editors/validate": { query: never; body: Candidate; answer: Verdict }
    /** Look into a folder */
    "GET /fs/browse": {
        query: { path?: string; showHidden?: boolean; executablesOnly?: boolean }
        body: never
        answer: Folder
    }
    /** Find repositories */
    "GET /fs/git-repos": { query: { path?: string }; body: never; answer: RepositoriesAnswer }
    /** Whether the server lives */
    "GET /healthz": { query: never; body: never; answer: Liveness }
    /** What worktrees take */
    "GET /housekeeping/worktrees": {
        query: { max_age_days?: number; quota_mb?: number }
        body: never
        answer: WorktreePlan
    }
    /** Put worktrees away */
    "POST /housekeeping/worktrees": { query: never; body: Tidying; answer: WorktreePlan }
    /** What the server counts */
    "GET /metrics": { query: never; body: never; answer: string }
    /** End the first steps */
    "POST /onboarding/complete": { query: never; body: Step; answer: OnboardingAnswer }
    /** Note a step */
    "PATCH /onboarding/progress": { query: never; body: Step; answer: OnboardingAnswer }
    /** How far the first steps went */
    "GET /onboarding/status": { query: never; body: never; answer: OnboardingAnswer }
    /** What waits for a person */
    "GET /permissions": { query: { boardId?: string }; body: never; answer: PermissionsAnswer }
    /** All projects */
    "GET /projects": { query: never; body: never; answer: Project[] }
    /** Add a project */
    "POST /projects": { query: never; body: ProjectDraft; answer: Project }
    /** The demo project */
    "POST /projects/demo": { query: never; body: never; answer: Project }
    /** Import a project */
    "POST /projects/import": { query: { repositoryPath?: string }; body: string; answer: ImportedProject }
    /** One project */
    "GET /projects/{project_id}": { query: never; body: never; answer: Project }
    /** Rename a project */
    "PATCH /projects/{project_id}": { query: never; body: ProjectPatch; answer: Project }
    /** Delete a project */
    "DELETE /projects/{project_id}": { query: never; body: never; answer: null }
    /** A project's profiles */
    "GET /projects/{project_id}/agents/profiles": { query: never; body: never; answer: ProfilesAnswer }
    /** Make a profile of a project */
    "POST /projects/{project_id}/agents/profiles": { query: never; body: ProfileDraft; answer: ProfileRow }
    /** One profile of a project */
    "GET /projects/{project_id}/agents/profiles/{profile_id}": {
        query: never
        body: never
        answer: ProfileRow
    }
    /** Change a profile of a project */
    "PATCH /projects/{project_id}/agents/profiles/{profile_id}": {
        query: never
        body: ProfilePatch
        answer: ProfileRow
    }
    /** Delete a profile of a project */
    "DELETE /projects/{project_id}/agents/profiles/{profile_id}": { query: never; body: never; answer: null }
    /** A project's attempts */
    "GET /projects/{project_id}/attempts": {
        query: {
            status?: ("queued" | "running" | "stopping" | "succeeded" | "failed" | "stopped" | "active")[]
            agent?: string[]
            cardId?: string
            after?: string
            limit?: number
        }
        body: never
        answer: AttemptsAnswer
    }
    /** A card's newest attempt */
    "GET /projects/{project_id}/cards/{card_id}/attempt": { query: never; body: never; answer: AttemptView }
    /** A card's attempts */
    "GET /projects/{project_id}/cards/{card_id}/attempts": {
        query: { after?: string; limit?: number }
        body: never
        answer: AttemptsAnswer
    }
    /** Start an attempt */
    "POST /projects/{project_id}/cards/{card_id}/attempts": {
        query: never
        body: AttemptDraft
        answer: Attempt
    }
    /** Have a card's text rewritten */
    "POST /projects/{project_id}/cards/{card_id}/enhance": {
        query: never
        body: Enhancer
        answer: DoneAnswer
    }
    /** Note a proposal */
    "PUT /projects/{project_id}/cards/{card_id}/enhancement": {
        query: never
        body: EnhancementDraft
        answer: DoneAnswer
    }
    /** Put a proposal away */
    "DELETE /projects/{project_id}/cards/{card_id}/enhancement": {
        query: never
        body: never
        answer: DoneAnswer
    }
    /** Accept a proposal */
    "POST /projects/{project_id}/cards/{card_id}/enhancement/accept": {
        query: never
        body: never
        answer: AcceptedAnswer
    }
    /** Proposals for better texts */
    "GET /projects/{project_id}/enhancements": { query: never; body: never; answer: EnhancementsAnswer }
    /** Export a project */
    "GET /projects/{project_id}/export": { query: never; body: never; answer: string }
    /** Branches of a project */
    "GET /projects/{project_id}/git/branches": { query: never; body: never; answer: BranchesAnswer }
    /** How issues are kept in step */
    "GET /projects/{project_id}/github/issues/sync": { query: never; body: never; answer: IssueSyncStatus }
    /** Bring in what is new of issues now */
    "POST /projects/{project_id}/github/issues/sync": { query: never; body: never; answer: IssueCounts }
    /** Where a project came from */
    "GET /projects/{project_id}/github/origin": { query: never; body: never; answer: Origin }
    /** A project's pull requests */
    "GET /projects/{project_id}/pull-requests": {
        query: { branch?: string; state?: "open" | "closed" | "all" }
        body: never
        answer: PullRequestList
    }
    /** Make a pull request */
    "POST /projects/{project_id}/pull-requests": {
        query: never
        body: PullRequestDraft
        answer: PullRequestAnswer
    }
    /** Draft a pull request's text */
    "POST /projects/{project_id}/pull-requests/summary": {
        query: never
        body: SummaryDraft
        answer: SummaryAnswer
    }
    /** What a pull request would say */
    "GET /projects/{project_id}/pull-requests/text": {
        query: { branch?: string; attemptId?: string; cardId?: string; base?: string }
        body: never
        answer: PullRequestTextAnswer
    }
    /** A pull request */
    "GET /projects/{project_id}/pull-requests/{number}": {
        query: never
        body: never
        answer: PullRequestDetails
    }
    /** Tell an agent what reviewers said */
    "POST /projects/{project_id}/pull-requests/{number}/feedback": {
        query: never
        body: FeedbackDraft
        answer: FeedbackSent
    }
    /** Saved work */
    "GET /projects/{project_id}/salvages": { query: never; body: never; answer: SalvagesAnswer }
    /** Forget saved work */
    "DELETE /projects/{project_id}/salvages": { query: { ref: string }; body: never; answer: null }
    /** Bring saved work back */
    "POST /projects/{project_id}/salvages/restore": { query: never; body: RestoreDraft; answer: Restored }
    /** A project's settings */
    "GET /projects/{project_id}/settings": { query: never; body: never; answer: ProjectSettingsAnswer }
    /** Change a project's settings */
    "PATCH /projects/{project_id}/settings": {
        query: never
        body: ProjectSettingsChanges
        answer: ProjectSettingsAnswer
    }
    /** A project's open terminals */
    "GET /projects/{project_id}/terminals": { query: never; body: never; answer: TerminalsAnswer }
    /** Cards whose terminals may be opened */
    "GET /projects/{project_id}/terminals/eligible": { query: never; body: never; answer: EligibleAnswer }
    /** Write a ticket's text better */
    "POST /projects/{project_id}/tickets/enhance": {
        query: never
        body: TicketToEnhance
        answer: TicketAnswer
    }
    /** The next ticket key */
    "GET /projects/{project_id}/tickets/next-key": { query: never; body: never; answer: NextKeyAnswer }
    /** Whether the server can work */
    "GET /readyz": { query: never; body: never; answer: Liveness }
    /** The application's settings */
    "GET /settings": { query: never; body: never; answer: AppSettingsAnswer }
    /** Change the application's settings */
    "PATCH /settings": { query: never; body: AppSettingsChanges; answer: AppSettingsAnswer }
    /** Watch a board or the dashboard */
    "GET /sse": {
        query: {
            boardId?: string
            projectId?: string
            view?: string
            attempts?: string
            lastEventId?: string
        }
        body: never
        answer: string
    }
    /** A card's terminal */
    "GET /terminals/{card_id}": { query: never; body: never; answer: Terminal }
    /** Close a terminal */
    "DELETE /terminals/{card_id}": { query: never; body: never; answer: DoneAnswer }
    /** Resize a terminal */
    "POST /terminals/{card_id}/resize": { query: never; body: Size; answer: DoneAnswer }
    /** Which version this is */
    "GET /version": { query: never; body: never; answer: VersionAnswer }
}
