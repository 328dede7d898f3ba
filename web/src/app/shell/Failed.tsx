import { Link, type ErrorComponentProps } from "@tanstack/react-router"
import { Compass } from "lucide-react"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Empty, Trouble } from "@/ui/states"
import { text } from "./text"

/** A part that could not be shown; the rest goes on. */
export function Failed({ error, reset }: ErrorComponentProps) {
    const say = useText(text)
    const { detail, code } = tellOf(error)
    return (
        <Trouble title={say("failedPart")} detail={`${detail}\n${say("failedPartHint")}`} code={code}>
            <Button isSmall onClick={reset}>
                {say("again")}
            </Button>
        </Trouble>
    )
}

export function Lost() {
    const say = useText(text)
    return (
        <Empty
            icon={Compass}
            title={say("lost")}
            action={
                <Link to={paths.home} className="text-accent underline-offset-2 hover:underline">
                    {say("home")}
                </Link>
            }
        >
            {say("lostHint")}
        </Empty>
    )
}
