import hooks from "eslint-plugin-react-hooks"
import tseslint from "typescript-eslint"

export default tseslint.config(
    { ignores: ["dist", "node_modules", "src/api/*.gen.ts"] },
    ...tseslint.configs.strictTypeChecked,
    ...tseslint.configs.stylisticTypeChecked,
    { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
    {
        files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
        plugins: { "react-hooks": hooks },
        rules: {
            "react-hooks/rules-of-hooks": "error",
            "react-hooks/exhaustive-deps": "error",
            // A number in a text is no mistake.
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "no-console": ["error", { allow: ["warn", "error"] }],
        },
    },
    // The part without a screen stays without one: it is tested, and runs in a worker, without React.
    {
        files: ["src/sync/**"],
        rules: {
            "no-restricted-imports": [
                "error",
                { patterns: ["react*", "@/ui/*", "@/app/*", "@/features/*", "@tanstack/*"] },
            ],
        },
    },
    // A feature knows the application's frame and the parts, not other features.
    {
        files: ["src/ui/**", "src/api/**"],
        rules: { "no-restricted-imports": ["error", { patterns: ["@/app/*", "@/features/*"] }] },
    },
    { files: ["**/*.{js,mjs}"], extends: [tseslint.configs.disableTypeChecked] },
)
