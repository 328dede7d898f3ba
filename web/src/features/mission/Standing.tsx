import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { TriangleAlert } from "lucide-react"
import type { Overview } from "@/api/api.gen"
import { call } from "@/api/client"
import { paths } from "@/app/paths"
import { useServices, useSignal } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { useNow } from "@/app/time"
import { Section } from "@/ui/Page"
import { ago, percent } from "./figures"
import { text } from "./text"

/** How it stands with each project. */
export function ProjectSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const language = useLanguage()
    return (
        <Section id="projects" title={say("projects")}>
            {overview.projectSnapshots.map((project) => {
                const { health, columnCardCounts: cards } = project
                return (
                    <Link
                        key={project.projectId}
                        to={paths.board(project.projectId)}
                        className="hover:bg-hover block px-3 py-2"
                    >
                        <span className="flex items-center gap-2">
                            <span className="min-w-0 flex-1 truncate font-medium">{project.name}</span>
                            {health.isAtRisk ? (
                                <span className="text-bad flex items-center gap-1 text-xs">
                                    <TriangleAlert size={14} strokeWidth={1.5} aria-hidden />
                                    {say("atRisk", { rate: percent(health.failureRateInRange, language) })}
                                </span>
                            ) : (
                                <span className="text-2 text-xs">
                                    {say(health.isHighActivity ? "busy" : "calm")}
                                </span>
                            )}
                        </span>
                        <span className="text-2 flex flex-wrap gap-x-3 text-xs">
                            <span>{say("cardsBacklog", { n: cards.backlog })}</span>
                            <span>{say("cardsProgress", { n: cards.inProgress })}</span>
                            <span>{say("cardsReview", { n: cards.review })}</span>
                            <span>{say("cardsDone", { n: cards.done })}</span>
                            <span>{say("attemptsN", { n: project.attemptsInRange })}</span>
                        </span>
                    </Link>
                )
            })}
        </Section>
    )
}

/** What each agent did, and how it stands with the server. */
export function AgentSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const language = useLanguage()
    const now = useNow()
    const { feed } = useServices()
    const health = useSignal(feed.overviewHealth)
    const version = useQuery({ queryKey: ["version"], queryFn: () => call("GET /version") }).data
    const seen = overview.agentStats.filter(
        ({ lastActivityAt, attemptsStarted }) => lastActivityAt ?? attemptsStarted,
    )
    return (
        <Section
            id="agents"
            title={say("agentsAndSystem")}
            actions={
                <Link to={paths.agents} className="text-accent text-xs hover:underline">
                    {say("allAgents")}
                </Link>
            }
        >
            {seen.length === 0 && <p className="text-2 px-3 py-3">{say("noAgentYet")}</p>}
            {seen.map((agent) => (
                <div key={agent.agentId} className="flex items-center gap-3 px-3 py-1.5">
                    <span className="min-w-0 flex-1 truncate">{agent.agentName}</span>
                    <span className="text-2 text-xs">{say("attemptsN", { n: agent.attemptsInRange })}</span>
                    <span className="text-2 w-12 text-right text-xs">
                        {agent.successRateInRange === null
                            ? "–"
                            : percent(agent.successRateInRange, language)}
                    </span>
                    <span className="text-3 w-20 text-right text-xs">
                        {agent.lastActivityAt ? ago(agent.lastActivityAt, now, language) : "–"}
                    </span>
                </div>
            ))}
            <p className="text-2 flex flex-wrap gap-x-4 px-3 py-2 text-xs">
                <span>{say("server", { version: version?.currentVersion ?? "…" })}</span>
                <span>{say("stream", { phase: say(`phase_${health.phase}`) })}</span>
                <span>
                    {say("asOf", { when: new Date(overview.generatedAt).toLocaleTimeString(language) })}
                </span>
            </p>
        </Section>
    )
}
