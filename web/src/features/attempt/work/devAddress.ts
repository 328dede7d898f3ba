import { plain } from "../chat/printed"

/** This machine by one of its names, as dev servers print it. */
const LOCAL = /\bhttps?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])(?::\d+)?(?:\/[^\s"'<>()]*)?/
/** "Any address of this machine" is none that a browser goes to. */
const ANY = /^(https?:\/\/)(?:0\.0\.0\.0|\[::\])/

/** Where a dev server says that it listens, for a browser that has the board from `host`; null: it has not said so. */
export function devAddress(printed: string, host: string): string | null {
    const found = LOCAL.exec(plain(printed))?.[0]
    return found?.replace(ANY, `$1${host}`) ?? null
}
