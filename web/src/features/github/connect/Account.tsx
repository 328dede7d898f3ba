import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { CircleCheck, CircleSlash, Terminal } from "lucide-react"
import { useEffect, useState } from "react"
import type { Connection } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Bones, Trouble } from "@/ui/states"
import { ACCOUNT, APP, hostOf } from "./connection"
import { Code } from "./Code"
import { DeviceFlow } from "./flow"
import { text } from "./text"

/** Whose account is connected; connecting one, and letting it go. */
export function Account() {
    const say = useText(text)
    const { data, error, refetch } = useQuery(ACCOUNT)
    if (error && !data) {
        return (
            <Trouble title={say("notLoaded")} {...tellOf(error)}>
                <Button isSmall onClick={() => void refetch()}>
                    {say("again")}
                </Button>
            </Trouble>
        )
    }
    if (!data) return <Bones className="m-3 h-8" />
    const host = hostOf(data)
    return (
        <div className="flex flex-col gap-3 px-3 py-3">
            {data.url && <p className="text-2 text-xs break-words">{say("enterprise", { url: data.url })}</p>}
            {data.status === "valid" ? (
                <Connected connection={data} host={host} />
            ) : (
                <NotConnected host={host} />
            )}
        </div>
    )
}

function Connected({ connection: { account }, host }: { connection: Connection; host: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const check = useMutation({ mutationFn: async () => (await call("GET /auth/github/repos")).repos.length })
    const logOut = useMutation({
        mutationFn: () => call("POST /auth/github/logout"),
        onSettled: () => queries.invalidateQueries({ queryKey: ACCOUNT.queryKey }),
    })
    const failure = logOut.error ?? check.error
    return (
        <>
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <CircleCheck size={16} strokeWidth={1.5} className="text-ok shrink-0" aria-hidden />
                <div className="min-w-0 flex-1 basis-56">
                    <p className="font-medium break-words">
                        {account?.username ?? host}
                        {account?.primaryEmail && (
                            <span className="text-2 font-normal"> · {account.primaryEmail}</span>
                        )}
                    </p>
                    {account?.scope && (
                        <p className="text-3 text-xs break-words">{say("scope", { scope: account.scope })}</p>
                    )}
                </div>
                <div className="flex gap-2">
                    <Button isSmall disabled={check.isPending} onClick={() => check.mutate()}>
                        {say(check.isPending ? "checking" : "check")}
                    </Button>
                    <Button isSmall look="danger" disabled={logOut.isPending} onClick={() => logOut.mutate()}>
                        {say("logOut")}
                    </Button>
                </div>
            </div>
            <p role="status" className="text-2 text-xs empty:hidden">
                {check.data !== undefined && say("works", { host, n: check.data })}
            </p>
            {failure && (
                <div className="-mx-4 -my-1">
                    <Trouble
                        title={say(logOut.error ? "notLoggedOut" : "notWorking", { host })}
                        {...tellOf(failure)}
                    />
                </div>
            )}
        </>
    )
}

function NotConnected({ host }: { host: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const [flow] = useState(() => new DeviceFlow())
    const standing = useSignal(flow.standing)
    const app = useQuery(APP).data
    const gh = useMutation({
        mutationFn: () => call("POST /auth/github/gh"),
        onSuccess: (connection) => {
            queries.setQueryData<Connection>(ACCOUNT.queryKey, (before) => ({ ...before, ...connection }))
        },
    })
    useEffect(() => () => flow.cancel(), [flow])
    useEffect(() => {
        if (standing.kind !== "connected") return
        const { account } = standing
        queries.setQueryData<Connection>(ACCOUNT.queryKey, (before) => ({
            ...before,
            status: "valid",
            account,
        }))
    }, [queries, standing])

    if (standing.kind === "waiting") return <Code {...{ standing, host }} onCancel={() => flow.cancel()} />
    const hasApp = app !== undefined && app.source !== "unset"
    const end = standing.kind === "expired" || standing.kind === "denied" ? standing.kind : null
    return (
        <>
            {end !== null && (
                <p role="alert" className="text-warn flex items-center gap-2">
                    <CircleSlash size={16} strokeWidth={1.5} className="shrink-0" aria-hidden />
                    {say(end, { host })}
                </p>
            )}
            <div className="flex flex-wrap items-center gap-2">
                <Button
                    look="primary"
                    disabled={!hasApp || standing.kind === "beginning"}
                    onClick={() => void flow.begin()}
                >
                    {end === null ? say("connect", { host }) : say("newCode")}
                </Button>
                <Button disabled={gh.isPending} title={say("ghHint")} onClick={() => gh.mutate()}>
                    <Terminal size={14} strokeWidth={1.5} aria-hidden />
                    {say("gh")}
                </Button>
            </div>
            <p role="status" className="text-2 text-xs">
                {standing.kind === "beginning"
                    ? say("beginning", { host })
                    : say(app && !hasApp ? "needsApp" : "connectHint", { host })}
            </p>
            {standing.kind === "failed" && (
                <div className="-mx-4 -my-1">
                    <Trouble title={say("failed")} {...tellOf(standing.error)} />
                </div>
            )}
            {gh.error && (
                <div className="-mx-4 -my-1">
                    <Trouble title={say("ghFailed")} {...tellOf(gh.error)} />
                </div>
            )}
        </>
    )
}
