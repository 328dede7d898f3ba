import { fileURLToPath } from "node:url"
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** The server that `npm run dev` speaks to: `make run`, or another one. */
const server = process.env.KANBANAI_SERVER ?? "http://127.0.0.1:3000"

export default defineConfig({
    plugins: [react(), tailwindcss()],
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    build: {
        // Inside the Python package, where kanbanai.http.ui looks for it.
        outDir: fileURLToPath(new URL("../src/kanbanai/_ui", import.meta.url)),
        emptyOutDir: true,
        target: "es2022",
        // A page's Content-Security-Policy allows data: for fonts and pictures only; small modules stay files.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
    },
    worker: { format: "es" },
    server: {
        port: 5173,
        strictPort: true,
        proxy: { "/api": { target: server, changeOrigin: true, ws: true } },
    },
    test: {
        include: ["tests/**/*.test.{ts,tsx}"],
        environment: "node",
        // Most of what is tested has no screen; a test that wants one says so in its first line.
        restoreMocks: true,
        unstubGlobals: true,
    },
})
