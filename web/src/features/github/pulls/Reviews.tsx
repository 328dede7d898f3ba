import { CircleCheck, CircleX, MessageSquare, type LucideIcon } from "lucide-react"
import { lazy, Suspense } from "react"
import type { Review, ReviewComment } from "@/api/api.gen"
import { useLanguage, useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { Bones } from "@/ui/states"
import { text } from "./text"
import { threadsOf } from "./threads"

const Markdown = lazy(() => import("@/ui/Markdown"))

interface Props {
    reviews: readonly Review[]
    comments: readonly ReviewComment[]
}

/** What reviewers said, in the order in which they did. */
export function Reviews({ reviews, comments }: Props) {
    const say = useText(text)
    const said = threadsOf(reviews, comments)
    return (
        <section aria-label={say("reviews")}>
            <h4 className="text-2 mb-1.5 text-xs font-medium">{say("reviews")}</h4>
            {said.length === 0 ? (
                <p className="text-3">{say("noReviews")}</p>
            ) : (
                <div className="flex flex-col gap-3">
                    {said.map((one) =>
                        one.kind === "review" ? (
                            <Verdict key={`r${one.review.id}`} review={one.review} />
                        ) : (
                            <Thread key={`c${one.first.id}`} first={one.first} answers={one.answers} />
                        ),
                    )}
                </div>
            )}
        </section>
    )
}

const LOOKS: Partial<Record<Review["state"], { icon: LucideIcon; colour: string }>> = {
    approved: { icon: CircleCheck, colour: "text-ok" },
    changesRequested: { icon: CircleX, colour: "text-bad" },
}

function Verdict({ review: { author, state, body, submittedAt, url } }: { review: Review }) {
    const say = useText(text)
    const { icon: Icon, colour } = LOOKS[state] ?? { icon: MessageSquare, colour: "text-2" }
    return (
        <article className="border-line border-l-2 pl-3">
            <p className="flex flex-wrap items-center gap-x-1.5 text-xs">
                <span className="font-medium">{author ?? say("somebody")}</span>
                <span className={classes("flex items-center gap-1", colour)}>
                    <Icon size={12} strokeWidth={1.5} aria-hidden />
                    {say(`review.${state}`)}
                </span>
                <When time={submittedAt} url={url} />
            </p>
            <Words body={body} />
        </article>
    )
}

function Thread({ first, answers }: { first: ReviewComment; answers: readonly ReviewComment[] }) {
    const say = useText(text)
    const { path, line, outdated, resolved, code } = first
    return (
        <article className="border-line overflow-hidden rounded border">
            {path !== null && (
                <p className="mono bg-sunken border-line flex items-center gap-2 border-b px-2.5 py-1 text-xs break-all">
                    {path}
                    {line !== null && `:${line}`}
                    <span className="ml-auto flex gap-2 font-sans">
                        {resolved && <span className="text-ok">{say("resolved")}</span>}
                        {outdated && <span className="text-warn">{say("outdated")}</span>}
                    </span>
                </p>
            )}
            {code && (
                <pre
                    tabIndex={0}
                    className="mono border-line bg-sunken/50 max-h-40 overflow-auto border-b px-2.5 py-1.5 text-xs"
                >
                    {code.split("\n").slice(-CODE_LINES).join("\n")}
                </pre>
            )}
            <div className="divide-line flex flex-col divide-y">
                {[first, ...answers].map(({ id, author, body, createdAt, url }) => (
                    <div key={id} className="px-2.5 py-1.5">
                        <p className="text-xs">
                            <span className="font-medium">{author ?? say("somebody")}</span>{" "}
                            <When time={createdAt} url={url} />
                        </p>
                        <Words body={body} />
                    </div>
                ))}
            </div>
        </article>
    )
}

/** Lines of code that are shown above a comment. */
const CODE_LINES = 8

function When({ time, url }: { time: string | null; url: string }) {
    const language = useLanguage()
    if (time === null) return null
    return (
        <a href={url} target="_blank" rel="noreferrer" className="text-3 hover:underline">
            {new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })}
        </a>
    )
}

function Words({ body }: { body: string }) {
    if (body.trim() === "") return null
    return (
        <Suspense fallback={<Bones className="mt-1 h-5" />}>
            <Markdown text={body} className="mt-1 max-w-[70ch]" />
        </Suspense>
    )
}
