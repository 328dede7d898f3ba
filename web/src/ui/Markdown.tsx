import DOMPurify from "dompurify"
import { Marked } from "marked"
import { memo, useMemo } from "react"
import { classes } from "./classes"

const marked = new Marked({ gfm: true, breaks: true })

// Text of agents and strangers: links open elsewhere and do not tell from where, nothing runs, and pictures of other
// servers are not fetched (the page's policy sees to that).
DOMPurify.addHook("afterSanitizeAttributes", (node) => {
    // The box of a task is called what the task says.
    if (node.tagName === "INPUT")
        node.setAttribute("aria-label", node.closest("li")?.textContent.trim() ?? "")
    if (node.tagName !== "A") return
    node.setAttribute("target", "_blank")
    node.setAttribute("rel", "noreferrer noopener")
})

const ALLOWED = {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "iframe"],
    FORBID_ATTR: ["style", "class", "id"],
}

/** Markdown as HTML that is safe to show. */
export function htmlOf(markdown: string): string {
    return DOMPurify.sanitize(marked.parse(markdown, { async: false }), ALLOWED)
}

const LOOK =
    "break-words [&>*+*]:mt-2 [&_h1]:text-base [&_h1]:font-semibold [&_h2]:text-base [&_h2]:font-semibold [&_h3]:font-semibold " +
    "[&_ul]:list-disc [&_ul]:pl-5 [&_ol]:list-decimal [&_ol]:pl-5 [&_li+li]:mt-0.5 [&_a]:text-accent [&_a]:underline [&_a]:underline-offset-2 " +
    "[&_code]:mono [&_code]:bg-sunken [&_code]:rounded-sm [&_code]:px-1 [&_pre]:bg-sunken [&_pre]:border-line [&_pre]:overflow-x-auto " +
    "[&_pre]:rounded [&_pre]:border [&_pre]:p-2.5 [&_pre_code]:bg-transparent [&_pre_code]:p-0 [&_blockquote]:border-line-strong " +
    "[&_blockquote]:text-2 [&_blockquote]:border-l-[2px] [&_blockquote]:pl-3 [&_table]:border-collapse [&_td]:border [&_td]:border-line [&_td]:px-2 " +
    "[&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:text-left [&_hr]:border-line [&_img]:max-w-full [&_input]:mr-1.5 [&_strong]:font-semibold"

/** Markdown, shown. Heavy: load it lazily. */
const Markdown = memo(function Markdown({ text, className }: { text: string; className?: string }) {
    const html = useMemo(() => htmlOf(text), [text])
    return <div className={classes(LOOK, className)} dangerouslySetInnerHTML={{ __html: html }} />
})

export default Markdown
