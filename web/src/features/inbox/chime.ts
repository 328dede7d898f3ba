import type { Alert } from "./alerts"

/** Two tones for each kind of news: up for what went well, down for what did not. Hertz. */
const TONES: Record<Alert["kind"], readonly [number, number]> = {
    finished: [523, 784],
    asks: [659, 659],
    ended: [392, 294],
}
/** Seconds of a tone, and how loud it is (1: as loud as can be). */
const [LENGTH, LOUDNESS] = [0.16, 0.06]

let audio: AudioContext | null = null

/** A short sound, made here: nothing has to be loaded. A browser that nobody has touched yet stays silent. */
export function chime(kind: Alert["kind"]): void {
    audio ??= new AudioContext()
    const context = audio
    void context.resume()
    TONES[kind].forEach((frequency, place) => {
        const [tone, volume] = [context.createOscillator(), context.createGain()]
        const begin = context.currentTime + place * LENGTH
        tone.frequency.value = frequency
        volume.gain.setValueAtTime(LOUDNESS, begin)
        volume.gain.exponentialRampToValueAtTime(0.0001, begin + LENGTH)
        tone.connect(volume).connect(context.destination)
        tone.start(begin)
        tone.stop(begin + LENGTH)
    })
}

/** Milliseconds in which the browser's other tabs hear of the same news. */
const WHILE = 5_000

/** Whether this tab is the one of all that is to tell something. */
export async function oneOfAllTabs(key: string): Promise<boolean> {
    // Locks are missing where the page came over plain HTTP from another machine: then each tab tells it.
    const locks = (navigator as Partial<Navigator>).locks
    if (!locks) return true
    return await new Promise<boolean>((decide) => {
        void locks.request(`kanbanai.alert.${key}`, { ifAvailable: true }, async (lock) => {
            decide(lock !== null)
            if (lock) await new Promise((end) => setTimeout(end, WHILE))
        })
    })
}
