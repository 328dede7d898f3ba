// Writes src/api/*.gen.ts from docs/api/openapi.json and docs/api/asyncapi.json: `npm run types`.
// With --check it writes nothing and fails when a file is not what it would write.
//
// A generator of our own, because ours needs less and gives more than a general one: each schema is an exported type
// under its own name, each route one entry of a table that the client's `call` is typed by.
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import process from "node:process"

const web = new URL("../", import.meta.url)
const document = (name) => JSON.parse(readFileSync(new URL(`../docs/api/${name}`, web), "utf8"))

const METHODS = ["get", "post", "put", "patch", "delete"]
const HEAD = (source) => `// Generated from docs/api/${source} by \`npm run types\`. Do not edit.\n`

/** A comment above a declaration; empty for none. */
function comment(text, indent = "") {
    if (!text) return ""
    const lines = text
        .replaceAll("*/", "*\\/")
        .split("\n")
        .map((line) => line.trim())
    if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
    return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`
}

const named = (ref) => ref.split("/").at(-1)

/** The TypeScript type of a schema. */
function typeOf(schema) {
    if (schema === undefined || Object.keys(schema).length === 0) return "unknown"
    if (schema.$ref) return named(schema.$ref)
    const union = schema.anyOf ?? schema.oneOf
    if (union) return [...new Set(union.map(typeOf))].join(" | ")
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
    if (schema.const !== undefined) return JSON.stringify(schema.const)
    switch (schema.type) {
        case "string":
            return "string"
        case "integer":
        case "number":
            return "number"
        case "boolean":
            return "boolean"
        case "null":
            return "null"
        case "array": {
            const item = typeOf(schema.items)
            return item.includes("|") ? `(${item})[]` : `${item}[]`
        }
        case "object":
        case undefined: {
            if (schema.properties) return `{\n${members(schema)}}`
            const value = schema.additionalProperties
            return `Record<string, ${value && value !== true ? typeOf(value) : "unknown"}>`
        }
        default:
            if (Array.isArray(schema.type))
                return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ")
            throw new Error(`no type for ${JSON.stringify(schema)}`)
    }
}

function members(schema) {
    const required = new Set(schema.required ?? [])
    return Object.entries(schema.properties)
        .map(([name, property]) => {
            const note = comment(
                property.description ?? property.anyOf?.find((one) => one.description)?.description,
                "    ",
            )
            return `${note}    ${JSON.stringify(name)}${required.has(name) ? "" : "?"}: ${typeOf(property)}\n`
        })
        .join("")
}

function declaration(name, schema) {
    const text = comment(schema.description)
    if (schema.properties && !schema.additionalProperties)
        return `${text}export interface ${name} {\n${members(schema)}}\n`
    return `${text}export type ${name} = ${typeOf(schema)}\n`
}

/** The answer of a route when it succeeds. */
function answerOf(operation) {
    const answers = new Set()
    for (const [status, response] of Object.entries(operation.responses)) {
        if (!status.startsWith("2")) continue
        const content = response.content && Object.entries(response.content)[0]
        if (!content) answers.add("null")
        else answers.add(content[0].endsWith("json") ? typeOf(content[1].schema) : "string")
    }
    return [...answers].join(" | ") || "null"
}

function queryOf(operation) {
    const queries = (operation.parameters ?? []).filter((parameter) => parameter.in === "query")
    if (queries.length === 0) return "never"
    const fields = queries.map(
        ({ name, required, schema }) => `${JSON.stringify(name)}${required ? "" : "?"}: ${typeOf(schema)}`,
    )
    return `{ ${fields.join("; ")} }`
}

function api() {
    const { paths, components } = document("openapi.json")
    const types = Object.entries(components.schemas).map(([name, schema]) => declaration(name, schema))
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
        METHODS.filter((method) => operations[method]).map((method) => {
            const operation = operations[method]
            const body = operation.requestBody
            const schema = body && Object.values(body.content)[0].schema
            return (
                comment(operation.summary, "    ") +
                `    "${method.toUpperCase()} ${path}": { query: ${queryOf(operation)}; ` +
                `body: ${body ? typeOf(schema) : "never"}; answer: ${answerOf(operation)} }\n`
            )
        }),
    )
    return `${HEAD("openapi.json")}\n${types.join("\n")}\n/** Every route: what it takes and what it answers. */\nexport interface Routes {\n${routes.join("")}}\n`
}

function events() {
    const known = new Set(Object.keys(document("openapi.json").components.schemas))
    const { components } = document("asyncapi.json")
    const schemas = Object.entries(components.schemas)
    const shared = schemas.map(([name]) => name).filter((name) => known.has(name))
    const types = schemas
        .filter(([name]) => !known.has(name))
        .map(([name, schema]) => declaration(name, schema))
    const table = Object.entries(components.messages).map(
        ([name, message]) =>
            comment(message.description ?? message.summary, "    ") +
            `    "${name}": ${typeOf(message.payload)}\n`,
    )
    const body = `${types.join("\n")}\n/** What each event carries, by its name. */\nexport interface Events {\n${table.join("")}}\n`
    const used = shared.filter((name) => new RegExp(`\\b${name}\\b`).test(body))
    return `${HEAD("asyncapi.json")}\nimport type { ${used.join(", ")} } from "./api.gen"\n\n${body}`
}

/** The files by name, as they should be. */
export async function generated() {
    const { format, resolveConfig } = await import("prettier")
    const files = { "api.gen.ts": api(), "events.gen.ts": events() }
    const style = (await resolveConfig(fileURLToPath(new URL("src/api/client.ts", web)))) ?? {}
    for (const name of Object.keys(files))
        files[name] = await format(files[name], { ...style, parser: "typescript" })
    return files
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    for (const [name, content] of Object.entries(await generated())) {
        const path = new URL(`src/api/${name}`, web)
        if (!process.argv.includes("--check")) writeFileSync(path, content)
        else if (readFileSync(path, "utf8") !== content) {
            console.error(`src/api/${name} is stale: \`npm run types\` writes it anew.`)
            process.exitCode = 1
        }
    }
}
