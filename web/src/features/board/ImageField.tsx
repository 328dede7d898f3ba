import { ImagePlus, X } from "lucide-react"
import { useRef } from "react"
import type { Image } from "@/api/api.gen"
import { notify } from "@/app/notices"
import { say as sayNow, useText } from "@/app/text"
import { IconButton } from "@/ui/Button"
import { ACCEPTED, imageOf, MOST_IMAGES, sourceOf } from "./images"
import { text } from "./text"

/** Adds files to pictures; says which cannot be taken. */
export async function withFiles(images: readonly Image[], files: Iterable<File>): Promise<readonly Image[]> {
    const next = [...images]
    for (const file of files) {
        const image = await imageOf(file)
        if (!image)
            notify({
                kind: "error",
                title: sayNow(text, "badImage", { name: file.name }),
                detail: "",
                code: "",
            })
        else if (next.length >= MOST_IMAGES) {
            notify({ kind: "error", title: sayNow(text, "tooManyImages"), detail: "", code: "" })
            break
        } else next.push(image)
    }
    return next
}

/** The pictures of a card, with a button for more; pasting and dropping is up to the form around it. */
export function ImageField({
    images,
    onChange,
}: {
    images: readonly Image[]
    onChange: (images: readonly Image[]) => void
}) {
    const say = useText(text)
    const picker = useRef<HTMLInputElement>(null)
    return (
        <div className="flex flex-col gap-1">
            <p className="text-2 text-xs font-medium">{say("fieldImages")}</p>
            <div className="flex flex-wrap items-center gap-2">
                {images.map((image, place) => (
                    <figure
                        key={place}
                        className="border-line relative size-16 overflow-hidden rounded border"
                    >
                        <img
                            src={sourceOf(image)}
                            alt={image.name ?? ""}
                            className="size-full object-cover"
                        />
                        <IconButton
                            label={say("removeImage", { name: image.name ?? String(place + 1) })}
                            onClick={() => onChange(images.filter((_, other) => other !== place))}
                            className="bg-raised absolute top-0.5 right-0.5 size-5"
                        >
                            <X size={12} strokeWidth={2} />
                        </IconButton>
                    </figure>
                ))}
                {images.length < MOST_IMAGES && (
                    <button
                        type="button"
                        onClick={() => picker.current?.click()}
                        className="border-line-strong text-3 hover:bg-hover hover:text-1 flex h-8 items-center gap-1.5 rounded border border-dashed px-2 text-xs"
                    >
                        <ImagePlus size={16} strokeWidth={1.5} aria-hidden />
                        {say("addImage")}
                    </button>
                )}
                <input
                    ref={picker}
                    type="file"
                    accept={ACCEPTED}
                    multiple
                    hidden
                    onChange={(event) => {
                        const { files } = event.target
                        if (files) void withFiles(images, files).then(onChange)
                        event.target.value = ""
                    }}
                />
            </div>
            <p className="text-3 text-xs">{say("imagesHint")}</p>
        </div>
    )
}
