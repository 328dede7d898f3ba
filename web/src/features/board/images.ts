import type { Image } from "@/api/api.gen"

/** The server's limits: at most this many pictures, of these kinds, of at most this many bytes. */
export const MOST_IMAGES = 5
const KINDS: readonly string[] = ["image/png", "image/jpeg", "image/webp"]
const MOST_BYTES = 10_485_760
export const ACCEPTED = KINDS.join(",")

/** A file as the API takes pictures; null when it is none that the API takes. */
export async function imageOf(file: File): Promise<Image | null> {
    if (!KINDS.includes(file.type) || file.size > MOST_BYTES) return null
    const url = await new Promise<string>((resolve, reject) => {
        const reader = new FileReader()
        reader.onload = () => resolve(reader.result as string)
        reader.onerror = () => reject(reader.error ?? new Error("the file cannot be read"))
        reader.readAsDataURL(file)
    })
    return { data: url.slice(url.indexOf(",") + 1), mime: file.type, name: file.name }
}

export function sourceOf({ data, mime }: Image): string {
    return `data:${mime};base64,${data}`
}
