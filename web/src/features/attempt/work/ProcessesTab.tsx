export default function ProcessesTab() { return null }
