// Every address of the application, so that nobody spells one twice.

export const paths = {
    home: "/",
    board: (projectId: string) => `/p/${projectId}`,
    /** A card beside its board; by its key, or by its id as long as it has none. */
    card: (projectId: string, key: string) => `/p/${projectId}/c/${encodeURIComponent(key)}`,
    /** An attempt of a card, and what of it. */
    attempt: (projectId: string, key: string, attemptId: string, tab: string) =>
        `/p/${projectId}/c/${encodeURIComponent(key)}?attempt=${encodeURIComponent(attemptId)}&tab=${tab}`,
    pulls: (projectId: string) => `/p/${projectId}/pulls`,
    projectSettings: (projectId: string) => `/p/${projectId}/settings`,
    newProject: "/projects/new",
    inbox: "/inbox",
    attempts: "/attempts",
    mission: "/mission",
    agents: "/agents",
    settings: "/settings",
    onboarding: "/onboarding",
}
