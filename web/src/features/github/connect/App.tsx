import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { GithubAppDraft } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Field, Input } from "@/ui/Field"
import { APP } from "./connection"
import { text } from "./text"

/** The OAuth app as which this server speaks. Id and secret belong together, so they are saved together. */
export function App() {
    const say = useText(text)
    const queries = useQueryClient()
    const { data } = useQuery(APP)
    const [clientId, setClientId] = useState<string | null>(null)
    const [clientSecret, setClientSecret] = useState("")
    const save = useMutation({
        mutationFn: (body: GithubAppDraft) => call("PUT /auth/github/app", { body }),
        onSuccess: (stored) => {
            queries.setQueryData(APP.queryKey, stored)
            setClientId(null)
            setClientSecret("")
        },
    })
    const shown = clientId ?? data?.clientId ?? ""
    const problem = save.error instanceof ApiProblem ? save.error : null
    const isChanged = shown.trim() !== (data?.clientId ?? "") || clientSecret !== ""
    return (
        <form
            aria-label={say("app")}
            className="flex flex-col gap-3 px-3 py-3"
            onSubmit={(event) => {
                event.preventDefault()
                if (!isChanged || shown.trim() === "") return
                save.mutate({
                    clientId: shown.trim(),
                    ...(clientSecret === "" ? {} : { clientSecret }),
                })
            }}
        >
            <div>
                <p className="font-medium">{say("app")}</p>
                <p className="text-2 text-xs">{say("appHint")}</p>
            </div>
            <div className="grid items-start gap-3 md:grid-cols-2">
                <Field
                    label={say("clientId")}
                    hint={data?.source === "env" ? say("fromEnvironment") : undefined}
                    error={problem?.field("clientId")}
                >
                    {(input) => (
                        <Input
                            {...input}
                            className="mono"
                            spellCheck={false}
                            maxLength={200}
                            value={shown}
                            onChange={({ target }) => setClientId(target.value)}
                        />
                    )}
                </Field>
                <Field
                    label={say("clientSecret")}
                    hint={say(data?.hasClientSecret ? "secretStored" : "secretHint")}
                    error={problem?.field("clientSecret")}
                >
                    {(input) => (
                        <Input
                            {...input}
                            type="password"
                            className="mono"
                            autoComplete="new-password"
                            maxLength={500}
                            placeholder={data?.hasClientSecret ? "••••••••" : ""}
                            value={clientSecret}
                            onChange={({ target }) => setClientSecret(target.value)}
                        />
                    )}
                </Field>
            </div>
            <div className="flex flex-wrap items-center gap-3 empty:hidden">
                {(isChanged || save.isPending) && (
                    <Button type="submit" isSmall disabled={save.isPending || shown.trim() === ""}>
                        {say("saveApp")}
                    </Button>
                )}
                {data?.hasClientSecret && data.source === "db" && clientSecret === "" && (
                    <Button
                        isSmall
                        look="ghost"
                        disabled={save.isPending}
                        onClick={() => save.mutate({ clientId: data.clientId ?? shown, clientSecret: null })}
                    >
                        {say("forgetSecret")}
                    </Button>
                )}
                {save.isSuccess && !isChanged && (
                    <span role="status" className="text-2 text-xs">
                        {say("appSaved")}
                    </span>
                )}
                {save.error && (
                    <span role="alert" className="text-bad text-xs">
                        {tellOf(save.error).detail}
                    </span>
                )}
            </div>
        </form>
    )
}
