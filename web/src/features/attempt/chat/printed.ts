/** What a program printed, without a terminal's colours and cursor moves. */
export function plain(words: string): string {
    return words.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007/g, "")
}
