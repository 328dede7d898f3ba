import { useQuery } from "@tanstack/react-query"
import { Navigate } from "@tanstack/react-router"
import type { ReactNode } from "react"
import { Bones } from "@/ui/states"
import { features } from "./feature"
import { paths } from "./paths"
import { ONBOARDING } from "./services"

const IS_THERE = features.some(({ routes = [] }) => routes.some(({ path }) => path === paths.onboarding))

/** Every place waits until it is known whether the first steps were done; who has not done them is led there. */
export function FirstSteps({ children }: { children: ReactNode }) {
    const { data, isPending } = useQuery({ ...ONBOARDING, enabled: IS_THERE, staleTime: Infinity })
    if (!IS_THERE) return children
    if (isPending) return <Bones className="m-4 h-6 w-48" />
    // A server that does not answer keeps nobody from what is shown without it.
    return data?.status === "pending" ? <Navigate to={paths.onboarding} replace /> : children
}
