import { Account } from "./Account"
import { App } from "./App"

/** In the application's settings: the account, and the app that it is connected with. */
export default function InSettings() {
    return (
        <>
            <Account />
            <App />
        </>
    )
}
