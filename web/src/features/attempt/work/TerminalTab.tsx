export default function TerminalTab() { return null }
