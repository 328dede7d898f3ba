// What a file's or a fence's name says about its language, in the highlighter's words.

const BY_NAME: Record<string, string> = {
    bash: "bash",
    sh: "bash",
    shell: "bash",
    zsh: "bash",
    console: "bash",
    c: "c",
    h: "c",
    cc: "cpp",
    cpp: "cpp",
    cxx: "cpp",
    hpp: "cpp",
    cs: "csharp",
    csharp: "csharp",
    css: "css",
    diff: "diff",
    patch: "diff",
    go: "go",
    graphql: "graphql",
    gql: "graphql",
    html: "xml",
    svg: "xml",
    xml: "xml",
    vue: "xml",
    ini: "ini",
    toml: "ini",
    cfg: "ini",
    java: "java",
    js: "javascript",
    cjs: "javascript",
    mjs: "javascript",
    jsx: "javascript",
    javascript: "javascript",
    json: "json",
    jsonc: "json",
    kt: "kotlin",
    kts: "kotlin",
    kotlin: "kotlin",
    less: "less",
    lua: "lua",
    makefile: "makefile",
    mk: "makefile",
    md: "markdown",
    markdown: "markdown",
    pl: "perl",
    perl: "perl",
    php: "php",
    py: "python",
    pyi: "python",
    python: "python",
    r: "r",
    rb: "ruby",
    ruby: "ruby",
    rs: "rust",
    rust: "rust",
    scss: "scss",
    sql: "sql",
    swift: "swift",
    ts: "typescript",
    cts: "typescript",
    mts: "typescript",
    tsx: "typescript",
    typescript: "typescript",
    yaml: "yaml",
    yml: "yaml",
}

/** The language of a word behind a fence (` ```ts `); null: none that is known. */
export function languageNamed(name: string): string | null {
    return BY_NAME[name.trim().toLowerCase()] ?? null
}

/** The language of a file by its path; null: none that is known. */
export function languageOfPath(path: string): string | null {
    const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase()
    return languageNamed(name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : name)
}
