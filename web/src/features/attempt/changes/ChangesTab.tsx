export default function ChangesTab() { return null }
