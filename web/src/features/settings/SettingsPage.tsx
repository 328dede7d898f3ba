import { type QueryKey, useQuery } from "@tanstack/react-query"
import { type ReactNode, useEffect } from "react"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Page } from "@/ui/Page"
import { Bones, Trouble } from "@/ui/states"
import { Contents } from "./rows"
import { type Saving, SavingProvider, useSaving } from "./saving"
import { text } from "./text"

interface Props<S> {
    title: string
    intro: ReactNode
    query: { queryKey: QueryKey; queryFn: () => Promise<S> }
    patch: (changes: Partial<S>) => Promise<S>
    /** The anchors of what is in `children`, in their order. */
    sections: readonly (readonly [id: string, title: string])[]
    children: (settings: S) => ReactNode
}

/** A page of settings: what is shown until they are here, and what the rows in it save to. */
export function SettingsPage<S extends object>({ title, intro, query, ...rest }: Props<S>) {
    const say = useText(text)
    const { data, error, refetch } = useQuery(query)
    return (
        <Page title={title} intro={intro}>
            {error && (
                <Trouble title={say("notLoaded")} {...tellOf(error)}>
                    <Button isSmall onClick={() => void refetch()}>
                        {say("again")}
                    </Button>
                </Trouble>
            )}
            {data ? (
                <Fields settings={data} queryKey={query.queryKey} {...rest} />
            ) : (
                !error && <Bones className="h-64" />
            )}
        </Page>
    )
}

type FieldsProps<S> = Pick<Props<S>, "patch" | "sections" | "children"> & { settings: S; queryKey: QueryKey }

function Fields<S extends object>({ settings, queryKey, patch, sections, children }: FieldsProps<S>) {
    const saving = useSaving(settings, queryKey, patch)
    // An address may name a section; there was none to go to before the settings were here.
    useEffect(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), [])
    return (
        <SavingProvider value={saving as unknown as Saving<Record<string, unknown>>}>
            <Contents sections={sections} />
            {children(settings)}
        </SavingProvider>
    )
}
