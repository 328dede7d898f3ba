import { useQuery } from "@tanstack/react-query"
import { Navigate } from "@tanstack/react-router"
import { FolderGit2, FolderPlus } from "lucide-react"
import { features } from "@/app/feature"
import { useGo, useProjectId } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { ONBOARDING, PROJECTS } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Bones, Empty, Trouble } from "@/ui/states"
import { text } from "./text"

const HAS_FIRST_STEPS = features.some(({ routes = [] }) =>
    routes.some(({ path }) => path === paths.onboarding),
)

/** Where the application begins: the board that was looked at last, or the first steps. */
export default function Home() {
    const say = useText(text)
    const go = useGo()
    const projects = useQuery(PROJECTS)
    const first = useQuery({ ...ONBOARDING, enabled: HAS_FIRST_STEPS })
    const projectId = useProjectId()

    if (HAS_FIRST_STEPS && first.data?.status === "pending") return <Navigate to={paths.onboarding} replace />
    if (projects.error) {
        return (
            <Trouble title={say("failed")} {...tellOf(projects.error)}>
                <Button isSmall onClick={() => void projects.refetch()}>
                    {say("again")}
                </Button>
            </Trouble>
        )
    }
    if (!projects.data || (HAS_FIRST_STEPS && first.isPending)) return <Bones className="m-4 h-6 w-48" />
    if (projectId !== null) return <Navigate to={paths.board(projectId)} replace />
    return (
        <Empty
            icon={FolderGit2}
            title={say("none")}
            action={
                <Button look="primary" onClick={() => go(paths.newProject)}>
                    <FolderPlus size={16} strokeWidth={1.5} aria-hidden />
                    {say("add")}
                </Button>
            }
        >
            {say("noneHint")}
        </Empty>
    )
}
