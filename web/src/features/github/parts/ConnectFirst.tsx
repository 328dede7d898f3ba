import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { useText } from "@/app/text"
import { Bones } from "@/ui/states"
import { Account } from "../connect/Account"
import { ACCOUNT, APP } from "../connect/connection"
import { App } from "../connect/App"
import { text } from "./text"

/** What needs an account on GitHub; as long as there is none, the way to connect one. */
export function ConnectFirst({ children }: { children: ReactNode }) {
    const say = useText(text)
    const { data, error } = useQuery(ACCOUNT)
    const app = useQuery(APP).data
    if (data?.status === "valid") return children
    if (!data && !error) return <Bones className="m-4 h-24" />
    return (
        <div className="overflow-y-auto p-4">
            <p className="mb-3">{say("connectFirst")}</p>
            <div className="border-line divide-line divide-y rounded-md border">
                {app?.source === "unset" && <App />}
                <Account />
            </div>
        </div>
    )
}
