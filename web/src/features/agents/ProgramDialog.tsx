import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState, type SubmitEvent } from "react"
import type { AgentEntry } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { complain, tellOf } from "@/app/notices"
import { useGuard } from "@/app/guard"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input } from "@/ui/Field"
import { TextArea } from "@/ui/TextArea"
import { environmentText, linesOf, readEnvironment } from "./form"
import { text } from "./text"

/** Adds or changes an agent of the person's own: a program that speaks the Agent Client Protocol. */
export function ProgramDialog({ agent, onClose }: { agent: AgentEntry | null; onClose: () => void }) {
    const say = useText(text)
    const [isTouched, setTouched] = useState(false)
    const guard = useGuard(isTouched)
    const queries = useQueryClient()
    const program = agent?.program
    const [label, setLabel] = useState(agent?.label ?? "")
    const [key, setKey] = useState<string | null>(null)
    const [command, setCommand] = useState(program?.command ?? "")
    const [args, setArgs] = useState((program?.args ?? []).join("\n"))
    const [env, setEnv] = useState(environmentText(program?.env ?? {}))
    const { env: variables, wrong } = readEnvironment(env)
    const shownKey = agent?.key ?? key ?? keyOf(label)
    const save = useMutation({
        mutationFn: async () => {
            const body = { label: label.trim(), command: command.trim(), args: linesOf(args), env: variables }
            if (agent) await call("PATCH /agents/{agent_key}", { path: { agent_key: agent.key }, body })
            else await call("POST /agents", { body: { ...body, key: shownKey } })
        },
        onSuccess: async () => {
            const again = () => queries.invalidateQueries({ queryKey: ["agents"] })
            await again()
            onClose()
            // Whether it can be started is found out at once; the page shows it when it is known.
            call("POST /agents/{agent_key}/check", { path: { agent_key: shownKey } }).then(
                () => void again(),
                (error: unknown) => complain(say("notChecked", { agent: label }), error),
            )
        },
    })
    const problem = save.error instanceof ApiProblem ? save.error : null
    const submit = (event: SubmitEvent): void => {
        event.preventDefault()
        save.mutate()
    }
    return (
        <Dialog
            isOpen
            guard={guard}
            onInput={() => setTouched(true)}
            onClose={onClose}
            title={agent ? say("editTitle", { agent: agent.label }) : say("addTitle")}
            description={say("addIntro")}
            closeLabel={say("close")}
        >
            <form onSubmit={submit} className="flex flex-col gap-3 overflow-y-auto p-4">
                <Field label={say("label")} error={problem?.field("label")}>
                    {(input) => (
                        <Input
                            {...input}
                            required
                            autoFocus
                            value={label}
                            onChange={(e) => setLabel(e.target.value)}
                        />
                    )}
                </Field>
                {!agent && (
                    <Field label={say("key")} hint={say("keyHint")} error={problem?.field("key")}>
                        {(input) => (
                            <Input
                                {...input}
                                required
                                className="mono"
                                value={shownKey}
                                onChange={(e) => setKey(e.target.value.toUpperCase())}
                            />
                        )}
                    </Field>
                )}
                <Field label={say("command")} hint={say("commandHint")} error={problem?.field("command")}>
                    {(input) => (
                        <Input
                            {...input}
                            required
                            className="mono"
                            spellCheck={false}
                            placeholder="my-agent"
                            value={command}
                            onChange={(e) => setCommand(e.target.value)}
                        />
                    )}
                </Field>
                <Field label={say("args")} hint={say("argsHint")} error={problem?.field("args")}>
                    {(input) => (
                        <TextArea
                            {...input}
                            className="mono"
                            placeholder="--acp"
                            value={args}
                            onChange={(e) => setArgs(e.target.value)}
                        />
                    )}
                </Field>
                <Field
                    label={say("env")}
                    hint={say("envHint")}
                    error={
                        wrong.length > 0
                            ? say("envWrong", { line: wrong[0] ?? "" })
                            : problem?.fields.find(({ field }) => field.startsWith("env"))?.message
                    }
                >
                    {(input) => (
                        <TextArea
                            {...input}
                            className="mono"
                            placeholder="MY_AGENT_HOME=/opt/agent"
                            value={env}
                            onChange={(e) => setEnv(e.target.value)}
                        />
                    )}
                </Field>
                {save.error && (
                    <p role="alert" className="text-bad">
                        {tellOf(save.error).detail}
                    </p>
                )}
                <div className="flex justify-end gap-2">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button type="submit" look="primary" disabled={save.isPending || wrong.length > 0}>
                        {say(agent ? "save" : "addDo")}
                    </Button>
                </div>
            </form>
        </Dialog>
    )
}

/** A key made of a name: `My agent` → `MY_AGENT`. */
function keyOf(label: string): string {
    return label
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, "_")
        .replace(/^[_0-9]+|_+$/g, "")
        .slice(0, 32)
}
