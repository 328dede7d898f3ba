import type { FileDiff } from "@/api/api.gen"

/** A folder of changed files; folders that hold nothing but one folder are one with it. */
export interface Tree {
    name: string
    path: string
    folders: Tree[]
    files: FileDiff[]
}

export function treeOf(files: readonly FileDiff[]): Tree {
    const root: Tree = { name: "", path: "", folders: [], files: [] }
    for (const file of files) {
        let here = root
        const names = file.path.split("/").slice(0, -1)
        for (const name of names) {
            let folder = here.folders.find((one) => one.name === name)
            if (!folder) {
                folder = {
                    name,
                    path: here.path === "" ? name : `${here.path}/${name}`,
                    folders: [],
                    files: [],
                }
                here.folders.push(folder)
            }
            here = folder
        }
        here.files.push(file)
    }
    root.folders = root.folders.map(joined)
    return root
}

function joined(tree: Tree): Tree {
    const [only] = tree.folders
    if (only && tree.folders.length === 1 && tree.files.length === 0)
        return joined({ ...only, name: `${tree.name}/${only.name}` })
    return { ...tree, folders: tree.folders.map(joined) }
}
