import { useQuery } from "@tanstack/react-query"
import { Account } from "./Account"
import { ACCOUNT } from "./connection"
import { App } from "./App"

/** In the first steps: the app as long as nobody is connected, and the account. */
export default function InFirstSteps() {
    const isConnected = useQuery(ACCOUNT).data?.status === "valid"
    return (
        <div className="border-line bg-surface divide-line divide-y rounded-md border">
            {!isConnected && <App />}
            <Account />
        </div>
    )
}
