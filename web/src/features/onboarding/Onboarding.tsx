import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Navigate } from "@tanstack/react-router"
import { ArrowRight, Bot, FolderGit2, Sparkles } from "lucide-react"
import { type ReactNode, useEffect, useId, useState } from "react"
import type { AppSettingsChanges } from "@/api/api.gen"
import { call } from "@/api/client"
import { useGo } from "@/app/navigation"
import { complain, tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { ONBOARDING, SETTINGS } from "@/app/services"
import { Slot } from "@/app/Slot"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones, Trouble } from "@/ui/states"
import { openDemo } from "./demo"
import { text } from "./text"

const STEPS = ["welcome", "github-connect", "project"] as const
type Step = (typeof STEPS)[number]
const TITLES = { welcome: "welcome", "github-connect": "github", project: "project" } as const

/**
 * The first steps: how it should look, an account on GitHub if there shall be one, then something to work on. Each is
 * noted; all of it can be skipped.
 */
export default function Onboarding() {
    const say = useText(text)
    const go = useGo()
    const queries = useQueryClient()
    const first = useQuery(ONBOARDING)
    const [step, setStep] = useState<Step | null>(null)
    const current = step ?? STEPS.find((one) => one === first.data?.lastStep) ?? "welcome"

    useEffect(() => {
        if (first.data?.status !== "pending") return
        // A step that was not noted is shown once more; nothing else comes of it.
        call("PATCH /onboarding/progress", { body: { step: current } }).catch(() => undefined)
    }, [current, first.data?.status])

    const finish = useMutation({
        mutationFn: async (lead: () => Promise<string>) => {
            const path = await lead()
            const { status } = await call("POST /onboarding/complete", { body: { step: "finish" } })
            queries.setQueryData(ONBOARDING.queryKey, status)
            return path
        },
        onSuccess: (path) => go(path, { replace: true }),
    })
    if (first.error) {
        return (
            <Trouble title={say("notLoaded")} {...tellOf(first.error)}>
                <Button isSmall onClick={() => void first.refetch()}>
                    {say("again")}
                </Button>
            </Trouble>
        )
    }
    if (!first.data) return <Bones className="m-8 h-8 w-64" />
    if (first.data.status === "completed" && !finish.isPending && !finish.isSuccess) {
        return <Navigate to={paths.home} replace />
    }
    return (
        <main className="flex h-dvh flex-col overflow-y-auto">
            <div className="m-auto flex w-full max-w-xl flex-col gap-6 px-4 py-10">
                <header className="flex items-center gap-3">
                    <span className="font-semibold">KanbanAI</span>
                    <ol aria-label={say("steps")} className="flex gap-1">
                        {STEPS.map((one) => (
                            <li
                                key={one}
                                aria-current={one === current ? "step" : undefined}
                                className={classes(
                                    "h-1 w-8 rounded-full",
                                    one === current ? "bg-accent" : "bg-line-strong",
                                )}
                            >
                                <span className="sr-only">{say(TITLES[one])}</span>
                            </li>
                        ))}
                    </ol>
                    <Button
                        look="ghost"
                        className="ml-auto"
                        disabled={finish.isPending}
                        onClick={() => finish.mutate(() => Promise.resolve(paths.home))}
                    >
                        {say("skip")}
                    </Button>
                </header>
                {finish.error && (
                    <div className="-m-4">
                        <Trouble title={say("notDone")} {...tellOf(finish.error)} />
                    </div>
                )}
                {current === "welcome" ? (
                    <Welcome onNext={() => setStep("github-connect")} />
                ) : current === "github-connect" ? (
                    <Github onNext={() => setStep("project")} onBack={() => setStep("welcome")} />
                ) : (
                    <Choose
                        isBusy={finish.isPending}
                        onDemo={() => finish.mutate(async () => paths.board((await openDemo(queries)).id))}
                        onOwn={() => finish.mutate(() => Promise.resolve(paths.newProject))}
                        onBack={() => setStep("github-connect")}
                    />
                )}
            </div>
        </main>
    )
}

function Welcome({ onNext }: { onNext: () => void }) {
    const say = useText(text)
    const queries = useQueryClient()
    const settings = useQuery(SETTINGS).data
    const save = async (body: AppSettingsChanges): Promise<void> => {
        // Shown at once: what cannot be stored is said, and shown as it was.
        if (settings) queries.setQueryData(SETTINGS.queryKey, { ...settings, ...body })
        try {
            queries.setQueryData(SETTINGS.queryKey, (await call("PATCH /settings", { body })).settings)
        } catch (error) {
            complain(say("notSaved"), error)
            queries.setQueryData(SETTINGS.queryKey, settings)
        }
    }
    return (
        <>
            <div>
                <h1 className="text-lg font-semibold">{say("welcome")}</h1>
                <p className="text-2 mt-1 max-w-prose">{say("welcomeText")}</p>
            </div>
            <Choice
                legend={say("theme")}
                value={settings?.theme ?? "system"}
                options={[
                    ["system", say("system")],
                    ["light", say("light")],
                    ["dark", say("dark")],
                ]}
                onChoose={(theme) => void save({ theme })}
            />
            <Choice
                legend={say("language")}
                value={settings?.language ?? "browser"}
                options={[
                    ["browser", say("browser")],
                    ["en", "English"],
                    ["ja", "日本語"],
                ]}
                onChoose={(language) => void save({ language })}
            />
            <div>
                <Button look="primary" autoFocus onClick={onNext}>
                    {say("next")}
                    <ArrowRight size={14} strokeWidth={1.5} aria-hidden />
                </Button>
            </div>
        </>
    )
}

/** Whoever wants no GitHub goes on. */
function Github({ onNext, onBack }: { onNext: () => void; onBack: () => void }) {
    const say = useText(text)
    return (
        <>
            <div>
                <h1 className="text-lg font-semibold">{say("github")}</h1>
                <p className="text-2 mt-1 max-w-prose">{say("githubText")}</p>
            </div>
            <Slot name="onboarding.account" />
            <div className="flex gap-2">
                <Button look="primary" autoFocus onClick={onNext}>
                    {say("next")}
                    <ArrowRight size={14} strokeWidth={1.5} aria-hidden />
                </Button>
                <Button look="ghost" onClick={onBack}>
                    {say("back")}
                </Button>
            </div>
        </>
    )
}

interface ChoiceProps<T extends string> {
    legend: string
    value: T
    options: readonly (readonly [T, string])[]
    onChoose: (value: T) => void
}

function Choice<T extends string>({ legend, value, options, onChoose }: ChoiceProps<T>) {
    const name = useId()
    return (
        <fieldset>
            <legend className="text-2 mb-1 text-xs font-medium">{legend}</legend>
            <div className="flex gap-1.5">
                {options.map(([option, label]) => (
                    <label
                        key={option}
                        className="border-line-strong bg-surface has-checked:border-accent has-checked:bg-accent-tint has-focus-visible:outline-accent flex h-8 items-center gap-2 rounded border px-3 has-focus-visible:outline-2"
                    >
                        <input
                            type="radio"
                            name={name}
                            className="accent-accent"
                            checked={option === value}
                            onChange={() => onChoose(option)}
                        />
                        {label}
                    </label>
                ))}
            </div>
        </fieldset>
    )
}

interface ChooseProps {
    isBusy: boolean
    onDemo: () => void
    onOwn: () => void
    onBack: () => void
}

function Choose({ isBusy, onDemo, onOwn, onBack }: ChooseProps) {
    const say = useText(text)
    const agents = useQuery({
        queryKey: ["agents"],
        queryFn: async () => (await call("GET /agents")).agents,
    }).data
    const found = (agents ?? []).filter(({ key, installed }) => installed && key !== "DEMO")
    return (
        <>
            <div>
                <h1 className="text-lg font-semibold">{say("project")}</h1>
                <p className="text-2 mt-1">{say("projectText")}</p>
            </div>
            <div className="flex flex-col gap-2">
                <Way
                    icon={<Sparkles size={18} strokeWidth={1.5} />}
                    isFirst
                    isDisabled={isBusy}
                    onClick={onDemo}
                    {...{ title: say("demo"), hint: say("demoHint") }}
                />
                <Way
                    icon={<FolderGit2 size={18} strokeWidth={1.5} />}
                    isDisabled={isBusy}
                    onClick={onOwn}
                    {...{ title: say("own"), hint: say("ownHint") }}
                />
            </div>
            <p className="text-2 flex items-center gap-2 text-xs">
                <Bot size={14} strokeWidth={1.5} aria-hidden />
                {found.length > 0
                    ? say("agentsFound", { names: found.map(({ label }) => label).join(", ") })
                    : say("noAgents")}
            </p>
            <div>
                <Button look="ghost" onClick={onBack}>
                    {say("back")}
                </Button>
            </div>
        </>
    )
}

interface WayProps {
    icon: ReactNode
    title: string
    hint: string
    isFirst?: boolean
    isDisabled: boolean
    onClick: () => void
}

function Way({ icon, title, hint, isFirst = false, isDisabled, onClick }: WayProps) {
    return (
        <button
            type="button"
            autoFocus={isFirst}
            disabled={isDisabled}
            onClick={onClick}
            className={classes(
                "hover:bg-hover bg-surface flex items-start gap-3 rounded-md border p-3 text-left disabled:opacity-50",
                isFirst ? "border-accent" : "border-line-strong",
            )}
        >
            <span aria-hidden className="text-accent mt-0.5">
                {icon}
            </span>
            <span>
                <span className="block font-medium">{title}</span>
                <span className="text-2 block">{hint}</span>
            </span>
        </button>
    )
}
