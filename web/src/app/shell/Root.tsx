import { useQuery } from "@tanstack/react-query"
import { Outlet } from "@tanstack/react-router"
import { useEffect } from "react"
import { SETTINGS } from "@/app/services"
import { chosen, useLanguage } from "@/app/text"
import { showTheme } from "@/app/theme"

/** Above every page, with the side bar or without: the person's theme and language, as the server keeps them. */
export function Root() {
    const { data: settings } = useQuery(SETTINGS)
    const language = useLanguage()
    useEffect(() => {
        if (!settings) return
        showTheme(settings.theme ?? "system")
        chosen.set(settings.language ?? "browser")
    }, [settings])
    useEffect(() => {
        document.documentElement.lang = language
    }, [language])
    return <Outlet />
}
