import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Field, Input } from "@/ui/Field"
import { Section } from "@/ui/Page"
import { SwitchRow, TextRow } from "./rows"
import { text } from "./text"

/** What goes to GitHub, and as whom. */
export function GithubSection() {
    const say = useText(text)
    const account = useQuery({
        queryKey: ["github-account"],
        queryFn: () => call("GET /auth/github/check"),
    }).data
    return (
        <Section id="github" title={say("github")}>
            <div className="flex items-center gap-3 px-3 py-2.5">
                <span className="flex-1 font-medium">{say("account")}</span>
                <span className="text-2">
                    {account?.status === "valid"
                        ? (account.account?.username ?? say("connected"))
                        : say("notConnected")}
                </span>
            </div>
            <GithubApp />
            <SwitchRow field="ghAutolinkTickets" label={say("autolink")} hint={say("autolinkHint")} />
            <TextRow
                field="ghPrTitleTemplate"
                label={say("prTitle")}
                hint={say("prTitleHint")}
                isMono
                maxLength={1_000}
                preview={() => null}
            />
            <TextRow field="ghPrBodyTemplate" label={say("prBody")} isMono isLong maxLength={65_536} />
        </Section>
    )
}

const APP = ["github-app"]

/** Id and secret belong together, so they are saved together. */
function GithubApp() {
    const say = useText(text)
    const queries = useQueryClient()
    const { data } = useQuery({ queryKey: APP, queryFn: () => call("GET /auth/github/app") })
    const [clientId, setClientId] = useState<string | null>(null)
    const [clientSecret, setClientSecret] = useState("")
    const save = useMutation({
        mutationFn: () =>
            call("PUT /auth/github/app", {
                body: {
                    clientId: (clientId ?? data?.clientId ?? "").trim(),
                    ...(clientSecret === "" ? {} : { clientSecret }),
                },
            }),
        onSuccess: (stored) => {
            queries.setQueryData(APP, stored)
            setClientId(null)
            setClientSecret("")
        },
    })
    const problem = save.error instanceof ApiProblem ? save.error : null
    const isChanged = (clientId !== null && clientId !== (data?.clientId ?? "")) || clientSecret !== ""
    return (
        <form
            className="grid gap-3 px-3 py-2.5 md:grid-cols-2"
            onSubmit={(event) => {
                event.preventDefault()
                save.mutate()
            }}
        >
            <Field
                label={say("clientId")}
                hint={data?.source === "env" ? say("fromEnvironment") : undefined}
                error={problem?.field("clientId")}
            >
                {(input) => (
                    <Input
                        {...input}
                        className="mono"
                        value={clientId ?? data?.clientId ?? ""}
                        onChange={({ target }) => setClientId(target.value)}
                    />
                )}
            </Field>
            <Field
                label={say("clientSecret")}
                hint={data?.hasClientSecret ? say("secretStored") : undefined}
                error={problem?.field("clientSecret")}
            >
                {(input) => (
                    <Input
                        {...input}
                        type="password"
                        className="mono"
                        autoComplete="new-password"
                        placeholder={data?.hasClientSecret ? "••••••••" : ""}
                        value={clientSecret}
                        onChange={({ target }) => setClientSecret(target.value)}
                    />
                )}
            </Field>
            {(isChanged || save.error) && (
                <div className="flex items-center gap-3 md:col-span-2">
                    <Button type="submit" isSmall disabled={save.isPending || !isChanged}>
                        {say("saveApp")}
                    </Button>
                    {save.error && (
                        <span role="alert" className="text-bad text-xs">
                            {tellOf(save.error).detail}
                        </span>
                    )}
                </div>
            )}
        </form>
    )
}
