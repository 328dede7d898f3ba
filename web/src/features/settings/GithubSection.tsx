import { Slot } from "@/app/Slot"
import { useText } from "@/app/text"
import { Section } from "@/ui/Page"
import { SwitchRow, TextRow } from "./rows"
import { text } from "./text"

/** What goes to GitHub, and as whom. */
export function GithubSection() {
    const say = useText(text)
    return (
        <Section id="github" title={say("github")}>
            <Slot name="settings.account" />
            <SwitchRow field="ghAutolinkTickets" label={say("autolink")} hint={say("autolinkHint")} />
            <TextRow
                field="ghPrTitleTemplate"
                label={say("prTitle")}
                hint={say("prTitleHint")}
                isMono
                maxLength={1_000}
                preview={() => null}
            />
            <TextRow field="ghPrBodyTemplate" label={say("prBody")} isMono isLong maxLength={65_536} />
        </Section>
    )
}
