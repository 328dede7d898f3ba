import type { Image } from "@/api/api.gen"

/** The server's limits for pictures of a message: so many, of these kinds, of at most this many bytes. */
export const MOST_PICTURES = 5
const KINDS: readonly string[] = ["image/png", "image/jpeg", "image/webp"]
const MOST_BYTES = 10_485_760

/** A file as the API takes pictures; null when it is none that the API takes. */
export async function pictureOf(file: File): Promise<Image | null> {
    if (!KINDS.includes(file.type) || file.size > MOST_BYTES) return null
    const bytes = new Uint8Array(await file.arrayBuffer())
    let binary = ""
    for (let from = 0; from < bytes.length; from += 32_768)
        binary += String.fromCharCode(...bytes.subarray(from, from + 32_768))
    return { data: btoa(binary), mime: file.type, name: file.name }
}
