import { Import } from "lucide-react"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { importing } from "./asked"
import { text } from "./text"

/** Another beginning for a board: its repository's issues. */
export default function InEmptyBoard({ projectId }: { projectId: string }) {
    const say = useText(text)
    return (
        <Button onClick={() => importing.set(projectId)}>
            <Import size={16} strokeWidth={1.5} aria-hidden />
            {say("import")}
        </Button>
    )
}
