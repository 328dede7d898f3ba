import { useQuery } from "@tanstack/react-query"
import { Fragment, useCallback } from "react"
import type { ProfileRow, ShownProjectSettings } from "@/api/api.gen"
import { call } from "@/api/client"
import { useParam } from "@/app/navigation"
import { projectSettings, useProject } from "@/app/services"
import { Slot } from "@/app/Slot"
import { useText } from "@/app/text"
import { Select } from "@/ui/Field"
import { Section } from "@/ui/Page"
import { ProjectDanger, ProjectName } from "./ProjectItself"
import { ChoiceRow, NumberRow, Row, SwitchRow, TextRow } from "./rows"
import { useSavingContext } from "./saving"
import { SettingsPage } from "./SettingsPage"
import { TemplateSection } from "./TemplateSection"
import { text } from "./text"

/** A project and its settings. */
export default function ProjectSettings() {
    const projectId = useParam("project")
    return <Loaded key={projectId} projectId={projectId} />
}

function Loaded({ projectId }: { projectId: string }) {
    const say = useText(text)
    const project = useProject(projectId)
    const patch = useCallback(
        async (body: Partial<ShownProjectSettings>) => {
            const path = { project_id: projectId }
            return (await call("PATCH /projects/{project_id}/settings", { path, body })).settings
        },
        [projectId],
    )
    return (
        <SettingsPage
            title={say("projectSettings")}
            intro={
                project && (
                    <>
                        {project.name} · <code className="mono break-all">{project.repositoryPath}</code>
                    </>
                )
            }
            query={projectSettings(projectId)}
            patch={patch}
            sections={[
                ["project", say("project")],
                ["tickets", say("tickets")],
                ["templates", say("cardTemplates")],
                ["branches", say("branches")],
                ["agent", say("agentsAndProfiles")],
                ["scripts", say("scripts")],
                ["finish", say("whenDone")],
                ["github", say("github")],
                ["prompts", say("prompts")],
                ["danger", say("danger")],
            ]}
        >
            {(settings) => <Sections projectId={projectId} settings={settings} />}
        </SettingsPage>
    )
}

/** Each script, with what says that a failure of it is none of the attempt. */
const SCRIPTS = [
    ["copyFiles", "allowCopyFilesToFail"],
    ["setupScript", "allowSetupScriptToFail"],
    ["devScript", "allowDevScriptToFail"],
    ["cleanupScript", "allowCleanupScriptToFail"],
] as const

function Sections({ projectId, settings }: { projectId: string; settings: ShownProjectSettings }) {
    const say = useText(text)
    return (
        <>
            <Section id="project" title={say("project")}>
                <ProjectName projectId={projectId} />
            </Section>
            <Section id="tickets" title={say("tickets")}>
                <TextRow
                    field="ticketPrefix"
                    label={say("ticketPrefix")}
                    hint={say("ticketPrefixHint")}
                    isMono
                    isNeeded
                    maxLength={6}
                    shape={(typed) => typed.toUpperCase()}
                    preview={(typed) => (
                        <>
                            {say("nextCard")}{" "}
                            <code className="mono text-1">
                                {typed.trim() || settings.ticketPrefix}-{settings.nextTicketNumber}
                            </code>
                        </>
                    )}
                />
            </Section>
            <TemplateSection projectId={projectId} />
            <BranchSection projectId={projectId} />
            <AgentSection projectId={projectId} />
            <Section id="scripts" title={say("scripts")} hint={say("scriptsHint")}>
                {SCRIPTS.map(([script, mayFail]) => (
                    <Fragment key={script}>
                        <TextRow
                            field={script}
                            label={say(script)}
                            hint={say(`${script}Hint`)}
                            isMono
                            isLong
                        />
                        <SwitchRow field={mayFail} label={say("mayFail", { what: say(script) })} />
                    </Fragment>
                ))}
                <SwitchRow
                    field="allowScriptsToFail"
                    label={say("allMayFail")}
                    hint={say("allMayFailHint")}
                />
                <NumberRow
                    field="scriptTimeoutMinutes"
                    label={say("scriptTimeout")}
                    hint={say("scriptTimeoutHint")}
                    least={1}
                    most={1_440}
                    unit={say("minutes")}
                />
            </Section>
            <Section id="finish" title={say("whenDone")}>
                <SwitchRow
                    field="autoCommitOnFinish"
                    label={say("autoCommit")}
                    hint={say("autoCommitHint")}
                />
                <SwitchRow field="autoPushOnAutocommit" label={say("autoPush")} hint={say("autoPushHint")} />
                <SwitchRow field="autoCloseTicketOnPRMerge" label={say("closeOnMerge")} />
                <SwitchRow field="autoCloseTicketOnIssueClose" label={say("closeOnIssue")} />
            </Section>
            <IssueSection projectId={projectId} />
            <Section id="prompts" title={say("prompts")} hint={say("promptsHint")}>
                <TextRow field="enhancePrompt" label={say("enhancePrompt")} isLong maxLength={4_000} />
                <TextRow field="prSummaryPrompt" label={say("prSummaryPrompt")} isLong maxLength={4_000} />
            </Section>
            <ProjectDanger projectId={projectId} />
        </>
    )
}

function BranchSection({ projectId }: { projectId: string }) {
    const say = useText(text)
    const path = { project_id: projectId }
    const branches =
        useQuery({
            queryKey: ["branches", projectId],
            queryFn: async () => (await call("GET /projects/{project_id}/git/branches", { path })).branches,
        }).data ?? []
    const remotes = [...new Set(branches.flatMap(({ remote }) => remote ?? []))]
    return (
        <Section id="branches" title={say("branches")}>
            <TextRow
                field="baseBranch"
                label={say("baseBranch")}
                hint={say("baseBranchHint")}
                isMono
                isNeeded
                offers={branches.filter(({ kind }) => kind === "local").map(({ name }) => name)}
            />
            <TextRow
                field="preferredRemote"
                label={say("remote")}
                hint={say("remoteHint")}
                isMono
                placeholder="origin"
                offers={remotes}
            />
        </Section>
    )
}

const HELPERS = [
    ["ticketEnhance", "helperEnhance"],
    ["prSummary", "helperSummary"],
    ["prReview", "helperReview"],
] as const

function AgentSection({ projectId }: { projectId: string }) {
    const say = useText(text)
    const { settings, save } = useSavingContext()
    const agents = useQuery({
        queryKey: ["agents"],
        queryFn: async () => (await call("GET /agents")).agents,
    }).data
    const global = useQuery({
        queryKey: ["profiles", "global"],
        queryFn: async () => (await call("GET /agents/profiles")).profiles,
    }).data
    const own = useQuery({
        queryKey: ["profiles", "own", projectId],
        queryFn: async () =>
            (await call("GET /projects/{project_id}/agents/profiles", { path: { project_id: projectId } }))
                .profiles,
    }).data
    const agentOptions = [
        ["", say("none")] as const,
        ...(agents ?? []).map(({ key, label }) => [key, label] as const),
    ]
    const profileOptions = (agent: unknown, profiles: readonly ProfileRow[]) => [
        ["", say("asAgent")] as const,
        ...profiles
            .filter((profile) => !agent || profile.agent === agent)
            .map(({ id, name }) => [id, name] as const),
    ]
    const both = [...(own ?? []), ...(global ?? [])]
    const mapping = (settings.inlineAgentProfileMapping ?? {}) as Record<string, string | null>
    return (
        <Section id="agent" title={say("agentsAndProfiles")}>
            <ChoiceRow
                field="defaultAgent"
                label={say("defaultAgent")}
                hint={say("defaultAgentHint")}
                options={agentOptions}
                also={{ defaultProfileId: null }}
            />
            <ChoiceRow
                field="defaultProfileId"
                label={say("defaultProfile")}
                options={profileOptions(settings.defaultAgent, global ?? [])}
            />
            <NumberRow
                field="maxParallelAttempts"
                label={say("maxParallel")}
                hint={say("maxParallelHint")}
                least={1}
                most={100}
                placeholder={say("asServer")}
            />
            <ChoiceRow
                field="inlineAgent"
                label={say("inlineAgent")}
                hint={say("inlineAgentHint")}
                options={agentOptions}
                also={{ inlineProfileId: null, inlineAgentProfileMapping: {} }}
            />
            <ChoiceRow
                field="inlineProfileId"
                label={say("inlineProfile")}
                options={profileOptions(settings.inlineAgent, both)}
            />
            {HELPERS.map(([helper, label]) => (
                <Row key={helper} field={`mapping-${helper}`} label={say(label)}>
                    {(input) => (
                        <Select
                            {...input}
                            className="w-60! max-md:w-full!"
                            value={mapping[helper] ?? ""}
                            onChange={({ target }) =>
                                save(`mapping-${helper}`, {
                                    inlineAgentProfileMapping: { ...mapping, [helper]: target.value || null },
                                })
                            }
                        >
                            {profileOptions(settings.inlineAgent, both).map(([key, name]) => (
                                <option key={key} value={key}>
                                    {key === "" ? say("asInline") : name}
                                </option>
                            ))}
                        </Select>
                    )}
                </Row>
            ))}
        </Section>
    )
}

function IssueSection({ projectId }: { projectId: string }) {
    const say = useText(text)
    return (
        <Section id="github" title={say("github")} hint={say("githubHint")}>
            <SwitchRow field="githubIssueSyncEnabled" label={say("issueSync")} hint={say("issueSyncHint")} />
            <ChoiceRow
                field="githubIssueSyncState"
                label={say("issueState")}
                options={[
                    ["open", say("issueOpen")],
                    ["all", say("issueAll")],
                    ["closed", say("issueClosed")],
                ]}
            />
            <NumberRow
                field="githubIssueSyncIntervalMinutes"
                label={say("issueInterval")}
                least={5}
                most={1_440}
                unit={say("minutes")}
            />
            <SwitchRow
                field="githubIssueWriteBackEnabled"
                label={say("issueWriteBack")}
                hint={say("issueWriteBackHint")}
            />
            <SwitchRow field="githubIssueAutoCreateEnabled" label={say("issueCreate")} />
            <Slot name="settings.project" projectId={projectId} />
        </Section>
    )
}
