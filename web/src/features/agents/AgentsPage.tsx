import { useQuery } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import { useState } from "react"
import type { AgentEntry, ProfileRow } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { useProjects } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Page, Section } from "@/ui/Page"
import { Bones, Trouble } from "@/ui/states"
import { AgentRow } from "./AgentRow"
import { ProfileDialog } from "./ProfileDialog"
import { ProgramDialog } from "./ProgramDialog"
import { sortedAgents, standingOf } from "./standing"
import { text } from "./text"

/** What lies over the page. */
export type Opened =
    | { kind: "program"; agent: AgentEntry | null }
    | { kind: "profile"; agent: AgentEntry; profile: ProfileRow | null }

/** The agents of the server's machine, and how each is set up. */
export default function AgentsPage() {
    const say = useText(text)
    const [opened, setOpened] = useState<Opened | null>(null)
    const agents = useQuery({
        queryKey: ["agents"],
        queryFn: async () => (await call("GET /agents")).agents,
        // Looking for them takes some seconds after a start; what is found is told only when it is new.
        refetchInterval: ({ state }) =>
            state.data?.some((agent) => standingOf(agent) === "unlooked") ? 2_000 : false,
    })
    const profiles = useProfiles()
    const sorted = sortedAgents(agents.data ?? [])
    const here = sorted.filter((agent) => standingOf(agent) !== "missing")
    const missing = sorted.filter((agent) => standingOf(agent) === "missing")
    const row = (agent: AgentEntry) => (
        <AgentRow
            key={agent.key}
            agent={agent}
            profiles={profiles.filter((profile) => profile.agent === agent.key)}
            onOpen={setOpened}
        />
    )
    return (
        <Page
            title={say("agents")}
            intro={say("intro")}
            actions={
                <Button onClick={() => setOpened({ kind: "program", agent: null })}>
                    <Plus size={14} strokeWidth={1.5} aria-hidden />
                    {say("add")}
                </Button>
            }
        >
            {agents.error && (
                <Trouble title={say("notLoaded")} {...tellOf(agents.error)}>
                    <Button isSmall onClick={() => void agents.refetch()}>
                        {say("again")}
                    </Button>
                </Trouble>
            )}
            {agents.isPending && <Bones className="h-64" />}
            {here.length > 0 && (
                <Section id="here" title={say("here")}>
                    {here.map(row)}
                </Section>
            )}
            {missing.length > 0 && (
                <Section id="missing" title={say("missingOnes")} hint={say("missingHint")}>
                    {missing.map(row)}
                </Section>
            )}
            {opened?.kind === "program" && (
                <ProgramDialog agent={opened.agent} onClose={() => setOpened(null)} />
            )}
            {opened?.kind === "profile" && (
                <ProfileDialog
                    agent={opened.agent}
                    profile={opened.profile}
                    onClose={() => setOpened(null)}
                />
            )}
        </Page>
    )
}

/** Global profiles, and those of all projects. */
function useProfiles(): readonly ProfileRow[] {
    const projects = useProjects()
    const ids = (projects ?? []).map(({ id }) => id)
    const { data } = useQuery({
        queryKey: ["profiles", "all", ...ids],
        queryFn: async () => {
            const lists = await Promise.all([
                call("GET /agents/profiles"),
                ...ids.map((id) =>
                    call("GET /projects/{project_id}/agents/profiles", { path: { project_id: id } }),
                ),
            ])
            return lists.flatMap((list) => list.profiles)
        },
        enabled: projects !== undefined,
        placeholderData: (before) => before,
    })
    return data ?? []
}
