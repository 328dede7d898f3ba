import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { AppSettingsChanges } from "@/api/api.gen"
import { call } from "@/api/client"
import { shortcuts } from "@/app/keys"
import { useGo, useProjectId } from "@/app/navigation"
import { complain } from "@/app/notices"
import { paths } from "@/app/paths"
import { SETTINGS, useProjects, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { type Command, merged } from "./ranking"
import { text } from "./text"

/** Milliseconds without typing after which cards are looked for. */
const PAUSE = 120
const MOST_CARDS = 8

/** All that can be done where one is: what has keys, projects, theme, language. */
export function useCommands(): Command[] {
    const say = useText(text)
    const go = useGo()
    const queries = useQueryClient()
    const projects = useProjects() ?? []
    const known = merged(useSignal(shortcuts)).filter(({ id }) => id !== "palette")
    const set = async (body: AppSettingsChanges): Promise<void> => {
        try {
            queries.setQueryData(SETTINGS.queryKey, (await call("PATCH /settings", { body })).settings)
        } catch (error) {
            complain(say("notSet"), error)
        }
    }
    const looks = [
        ["system", say("themeSystem")],
        ["light", say("themeLight")],
        ["dark", say("themeDark")],
    ] as const
    const tongues = [
        ["browser", say("languageBrowser")],
        ["en", "English"],
        ["ja", "日本語"],
    ] as const
    return [
        ...known.map(({ id, allKeys, label, group, run }) => ({
            id: `${id} ${label}`,
            keys: allKeys[0] ?? "",
            label,
            group,
            run,
        })),
        ...projects.map(({ id, name, repositoryPath }) => ({
            id: `project-${id}`,
            label: say("openProject", { name }),
            group: say("projects"),
            words: repositoryPath,
            run: () => go(paths.board(id)),
        })),
        {
            id: "add-project",
            label: say("addProject"),
            group: say("projects"),
            run: () => go(paths.newProject),
        },
        ...looks.map(([theme, name]) => ({
            id: `theme-${theme}`,
            label: say("theme", { name }),
            group: say("look"),
            run: () => void set({ theme }),
        })),
        ...tongues.map(([language, name]) => ({
            id: `language-${language}`,
            label: say("language", { name }),
            group: say("look"),
            // Who does not read the language that is shown finds it, too.
            words: "language 言語",
            run: () => void set({ language }),
        })),
    ]
}

/** Cards of the project by their key or text, as the server finds them. */
export function useFoundCards(wanted: string): { cards: Command[]; isLooking: boolean } {
    const say = useText(text)
    const go = useGo()
    const projectId = useProjectId()
    const [settled, setSettled] = useState("")
    useEffect(() => {
        const timer = setTimeout(() => setSettled(wanted.trim()), PAUSE)
        return () => clearTimeout(timer)
    }, [wanted])
    const { data, isFetching } = useQuery({
        queryKey: ["found-cards", projectId, settled],
        queryFn: ({ signal }) =>
            call("GET /boards/{board_id}/cards", {
                path: { board_id: projectId ?? "" },
                query: { text: settled, limit: MOST_CARDS },
                signal,
            }),
        enabled: projectId !== null && settled !== "",
        placeholderData: (before) => before,
    })
    if (projectId === null || settled === "") return { cards: [], isLooking: wanted.trim() !== "" }
    const cards = (data?.cards ?? []).map(({ card }) => ({
        id: card.id,
        label: card.title,
        group: say("cards"),
        words: card.ticketKey ?? "",
        run: () => go(paths.card(projectId, card.ticketKey ?? card.id)),
    }))
    return { cards, isLooking: isFetching }
}
