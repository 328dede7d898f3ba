import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback } from "react"
import type { ShownAppSettings } from "@/api/api.gen"
import { call } from "@/api/client"
import { SETTINGS } from "@/app/services"
import { useText } from "@/app/text"
import { Section } from "@/ui/Page"
import { exampleOf, SAMPLE } from "./branchExample"
import { GithubSection } from "./GithubSection"
import { ChoiceRow, NumberRow, SwitchRow, TextRow } from "./rows"
import { SavingProvider, useSavingContext } from "./saving"
import { SettingsPage } from "./SettingsPage"
import { text } from "./text"

/** The application's settings. */
export default function AppSettings() {
    const say = useText(text)
    return (
        <SettingsPage
            title={say("settings")}
            intro={say("settingsIntro")}
            query={SETTINGS}
            patch={patch}
            sections={[
                ["look", say("look")],
                ["notifications", say("notifications")],
                ["agents", say("agentsAtWork")],
                ["editor", say("editor")],
                ["git", say("git")],
                ["github", say("github")],
                ["conversation", say("conversation")],
                ["about", say("about")],
            ]}
        >
            {() => <Sections />}
        </SettingsPage>
    )
}

async function patch(changes: Partial<ShownAppSettings>): Promise<ShownAppSettings> {
    return (await call("PATCH /settings", { body: changes })).settings
}

function Sections() {
    const say = useText(text)
    return (
        <>
            <Section id="look" title={say("look")}>
                <ChoiceRow
                    field="theme"
                    label={say("theme")}
                    options={[
                        ["system", say("themeSystem")],
                        ["light", say("themeLight")],
                        ["dark", say("themeDark")],
                    ]}
                />
                <ChoiceRow
                    field="language"
                    label={say("language")}
                    options={[
                        ["browser", say("languageBrowser")],
                        ["en", "English"],
                        ["ja", "日本語"],
                    ]}
                />
            </Section>
            <Section id="notifications" title={say("notifications")} hint={say("notificationsHint")}>
                <DesktopRow />
                <SwitchRow
                    field="notificationsAgentCompletionSound"
                    label={say("sound")}
                    hint={say("soundHint")}
                />
            </Section>
            <Section id="agents" title={say("agentsAtWork")}>
                <SwitchRow
                    field="autoStartAgentOnInProgress"
                    label={say("autoStart")}
                    hint={say("autoStartHint")}
                />
                <NumberRow
                    field="permissionMinutes"
                    label={say("permissionMinutes")}
                    hint={say("permissionMinutesHint")}
                    least={1}
                    most={43_200}
                    unit={say("minutes")}
                    placeholder={say("noLimit")}
                />
                <NumberRow
                    field="opencodePort"
                    label={say("opencodePort")}
                    hint={say("opencodePortHint")}
                    least={1}
                    most={65_535}
                />
            </Section>
            <Section id="editor" title={say("editor")} hint={say("editorHint")}>
                <ChoiceRow
                    field="editorType"
                    label={say("editorType")}
                    options={[
                        ["", say("none")],
                        ["VS_CODE", "Visual Studio Code"],
                        ["WEBSTORM", "WebStorm"],
                        ["ZED", "Zed"],
                        ["ANTIGRAVITY", "Antigravity"],
                    ]}
                />
                <EditorCommandRow />
            </Section>
            <Section id="git" title={say("git")} hint={say("gitHint")}>
                <TextRow
                    field="gitUserName"
                    label={say("gitUserName")}
                    placeholder={say("asGit")}
                    maxLength={200}
                />
                <TextRow
                    field="gitUserEmail"
                    label={say("gitUserEmail")}
                    placeholder={say("asGit")}
                    maxLength={254}
                />
                <TextRow
                    field="branchTemplate"
                    label={say("branchTemplate")}
                    hint={say("branchTemplateHint", {
                        names: Object.keys(SAMPLE)
                            .map((name) => `{${name}}`)
                            .join(" "),
                    })}
                    isMono
                    isNeeded
                    maxLength={200}
                    preview={(typed) => <BranchExample template={typed} />}
                />
            </Section>
            <GithubSection />
            <Section id="conversation" title={say("conversation")} hint={say("conversationHint")}>
                <SwitchRow field="streamdownAssistantEnabled" label={say("markdownAssistant")} />
                <SwitchRow field="streamdownUserEnabled" label={say("markdownUser")} />
                <SwitchRow field="streamdownThinkingEnabled" label={say("markdownThinking")} />
                <SwitchRow field="streamdownSystemEnabled" label={say("markdownSystem")} />
            </Section>
            <Section id="about" title={say("about")}>
                <SwitchRow field="telemetryEnabled" label={say("telemetry")} hint={say("telemetryHint")} />
                <VersionRow />
            </Section>
        </>
    )
}

function BranchExample({ template }: { template: string }) {
    const say = useText(text)
    const { branch, unknown } = exampleOf(template)
    return (
        <>
            {say("becomes")} <code className="mono text-1 break-all">{branch}</code>
            {unknown.length > 0 && (
                <span className="text-bad block">{say("unknownNames", { names: unknown.join(" ") })}</span>
            )}
        </>
    )
}

/** Asks the browser before it says yes: without its permission the switch would promise what cannot be. */
function DesktopRow() {
    const say = useText(text)
    const saving = useSavingContext()
    const save = useCallback<typeof saving.save>(
        (field, changes) => {
            if (
                changes[field] === true &&
                "Notification" in window &&
                Notification.permission === "default"
            ) {
                void Notification.requestPermission().then(() => saving.save(field, changes))
            } else saving.save(field, changes)
        },
        [saving],
    )
    const isDenied = "Notification" in window && Notification.permission === "denied"
    return (
        <SavingProvider value={{ ...saving, save }}>
            <SwitchRow
                field="notificationsDesktop"
                label={say("desktop")}
                hint={say(isDenied ? "desktopDenied" : "desktopHint")}
            />
        </SavingProvider>
    )
}

function EditorCommandRow() {
    const say = useText(text)
    const { data } = useQuery({
        queryKey: ["editors"],
        queryFn: async () => (await call("GET /editors/suggestions")).suggestions,
    })
    return (
        <TextRow
            field="editorCommand"
            label={say("editorCommand")}
            hint={say("editorCommandHint")}
            isMono
            placeholder={data?.[0]?.bin ?? "/usr/bin/code"}
            offers={data?.map(({ bin }) => bin) ?? []}
            preview={(typed) => <EditorVerdict path={typed.trim()} />}
        />
    )
}

function EditorVerdict({ path }: { path: string }) {
    const say = useText(text)
    const { data } = useQuery({
        queryKey: ["editor", path],
        queryFn: () => call("POST /editors/validate", { body: { path } }),
        enabled: path !== "",
    })
    if (path === "" || !data) return null
    return data.valid ? (
        <span>{say("editorFine")}</span>
    ) : (
        <span className="text-warn">{data.error ?? say("editorUnknown")}</span>
    )
}

function VersionRow() {
    const say = useText(text)
    const queries = useQueryClient()
    const { data, isFetching } = useQuery({ queryKey: ["version"], queryFn: () => call("GET /version") })
    return (
        <div className="flex items-center gap-3 px-3 py-2.5">
            <span className="flex-1 font-medium">{say("version")}</span>
            <span className="mono text-2">{data?.currentVersion ?? "…"}</span>
            {data?.updateAvailable ? (
                <span className="text-info">{say("newVersion", { version: data.latestVersion })}</span>
            ) : (
                <button
                    type="button"
                    className="text-accent hover:underline"
                    disabled={isFetching}
                    onClick={() => void queries.invalidateQueries({ queryKey: ["version"] })}
                >
                    {say("checkVersion")}
                </button>
            )}
        </div>
    )
}
