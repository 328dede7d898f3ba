import { useState, type SubmitEvent } from "react"
import type { ColumnPatch } from "@/api/api.gen"
import { ApiProblem } from "@/api/problem"
import { complain, tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { changeColumn, createColumn } from "@/sync/commands"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input, Select } from "@/ui/Field"
import { useBoardContext } from "./context"
import type { Role } from "./rules"
import { text } from "./text"

const ROLES: readonly Role[] = ["backlog", "inProgress", "review", "done"]

/** Name, role and limit of a column; without an id a new one at the end. */
export default function ColumnDialog({
    columnId,
    onClose,
}: {
    columnId: string | null
    onClose: () => void
}) {
    const say = useText(text)
    const { store } = useBoardContext()
    const column = columnId === null ? undefined : store.shown.value.state.columns[columnId]
    const [title, setTitle] = useState(column?.title ?? "")
    const [role, setRole] = useState<Role | null>(column?.key ?? null)
    const [limit, setLimit] = useState(column?.wipLimit ? String(column.wipLimit) : "")
    const [error, setError] = useState<unknown>(null)

    const submit = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault()
        const fields: ColumnPatch & { title: string } = {
            title: title.trim(),
            key: role,
            wipLimit: limit === "" ? null : Number(limit),
        }
        try {
            if (columnId === null) {
                await store.perform(createColumn(store.boardId, fields))
                onClose()
            } else {
                onClose()
                await store.perform(changeColumn(store.boardId, columnId, fields))
            }
        } catch (problem) {
            if (columnId === null) setError(problem)
            else complain(say("columnFailed", { column: title }), problem)
        }
    }
    const problem = error instanceof ApiProblem ? error : null
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say(columnId === null ? "addColumn" : "editColumn")}
            closeLabel={say("close")}
        >
            <form onSubmit={(event) => void submit(event)}>
                <div className="flex flex-col gap-3 p-4">
                    <Field label={say("columnName")} error={problem?.field("title")}>
                        {(input) => (
                            <Input
                                {...input}
                                required
                                maxLength={100}
                                autoFocus
                                value={title}
                                onChange={(event) => setTitle(event.target.value)}
                            />
                        )}
                    </Field>
                    <Field label={say("columnRole")} hint={say("columnRoleHint")}>
                        {(input) => (
                            <Select
                                {...input}
                                value={role ?? ""}
                                onChange={(event) => setRole((event.target.value || null) as Role | null)}
                            >
                                <option value="">{say("role.none")}</option>
                                {ROLES.map((one) => (
                                    <option key={one} value={one}>
                                        {say(`role.${one}`)}
                                    </option>
                                ))}
                            </Select>
                        )}
                    </Field>
                    <Field label={say("columnLimit")} hint={say("columnLimitHint")}>
                        {(input) => (
                            <Input
                                {...input}
                                type="number"
                                min={1}
                                className="w-24"
                                value={limit}
                                onChange={(event) => setLimit(event.target.value)}
                            />
                        )}
                    </Field>
                    {error !== null && (
                        <p role="alert" className="text-bad">
                            {tellOf(error).detail}
                        </p>
                    )}
                </div>
                <footer className="border-line flex justify-end gap-2 border-t p-3">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button look="primary" type="submit" disabled={!title.trim()}>
                        {say(columnId === null ? "create" : "save")}
                    </Button>
                </footer>
            </form>
        </Dialog>
    )
}
