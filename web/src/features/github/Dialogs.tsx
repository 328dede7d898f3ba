import { lazy, Suspense } from "react"
import { useShortcuts } from "@/app/keys"
import { useProjectId } from "@/app/navigation"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { choosing } from "./enhance/asked"
import { importing } from "./issues/asked"
import { text } from "./issues/text"
import { making } from "./pulls/asked"
import { text as pullText } from "./pulls/text"

const ImportDialog = lazy(() => import("./issues/ImportDialog"))
const EnhanceDialog = lazy(() => import("./enhance/EnhanceDialog"))
const CreateDialog = lazy(() => import("./pulls/CreateDialog"))

/** What opens over any place: issues to import, a pull request to make, who is to write. */
export default function Dialogs() {
    const say = useText(text)
    const sayPull = useText(pullText)
    const projectId = useProjectId()
    const importedInto = useSignal(importing)
    const made = useSignal(making)
    const enhanced = useSignal(choosing)
    useShortcuts(
        projectId === null
            ? []
            : [
                  {
                      id: "import-issues",
                      keys: "",
                      label: say("importFrom"),
                      group: say("group"),
                      run: () => importing.set(projectId),
                  },
                  {
                      id: "new-pull-request",
                      keys: "",
                      label: sayPull("newPull"),
                      group: say("group"),
                      run: () => making.set({ projectId, cardId: null, attemptId: null }),
                  },
              ],
    )
    return (
        <Suspense>
            {importedInto !== null && (
                <ImportDialog projectId={importedInto} onClose={() => importing.set(null)} />
            )}
            {enhanced !== null && <EnhanceDialog asked={enhanced} onClose={() => choosing.set(null)} />}
            {made !== null && (
                <CreateDialog
                    key={`${made.cardId ?? ""} ${made.attemptId ?? ""}`}
                    subject={made}
                    onClose={() => making.set(null)}
                />
            )}
        </Suspense>
    )
}
