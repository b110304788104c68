import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "..", "..");

/** An import that an editor must mark while it is typed, and imports that it must leave alone. */
const IMPORTS: readonly (readonly [file: string, imported: string, allowed: boolean])[] = [
	["src/core/rules/a.ts", "node:fs", false],
	["src/core/rules/a.ts", "fs", false],
	["src/core/rules/a.ts", "vscode", false],
	["src/core/rules/a.ts", "keytar", false],
	["src/core/rules/a.ts", "@modelcontextprotocol/sdk/client/index.js", false],
	["src/core/rules/a.ts", "../../platform/home.ts", false],
	["src/core/rules/a.ts", "../../cli/io.ts", false],
	["src/core/rules/a.ts", "../../setup/build.mjs", false],
	["src/core/rules/a.ts", "../text.ts", true],
	["src/core/rules/a.ts", "yaml", true],
	["src/core/rules/a.ts", "zod/mini", true],
	["src/core/rules/a.ts", "@noble/hashes/sha2.js", true],
	["src/platform/vault/a.ts", "node:fs", true],
	["src/platform/vault/a.ts", "../../core/ports.ts", true],
	["src/platform/vault/a.ts", "vscode", false],
	["src/platform/vault/a.ts", "../../cli/io.ts", false],
	["src/platform/vault/a.ts", "../../launcher/main.ts", false],
	["src/launcher/a.ts", "../platform/home.ts", true],
	["src/launcher/a.ts", "../cli/io.ts", false],
	["src/launcher/a.ts", "commander", false],
	["src/launcher/a.ts", "@modelcontextprotocol/sdk/client/index.js", false],
	["src/cli/a.ts", "commander", true],
	["src/cli/a.ts", "../launcher/main.ts", false],
	["src/cli/a.ts", "vscode", false],
	["src/quickstart/a.ts", "../cli/io.ts", false],
	["src/editor/a.ts", "vscode", true],
	["src/editor/a.ts", "../cli/io.ts", false],
	["src/editor/a.ts", "commander", false],
	["src/editor/a.ts", "@modelcontextprotocol/sdk/client/index.js", false],
	["src/bin.ts", "node:fs", true],
	["src/bin.ts", "./launcher/main.ts", false],
	["src/bin.ts", "zod", false],
];

const Report = z.object({
	diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string(), start: z.object({ line: z.number() }) }) })),
});

let folder: string;
let refused: Set<string>;

beforeAll(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-lint-"));
	fs.copyFileSync(path.join(root, "biome.json"), path.join(folder, "biome.json"));
	const lines = new Map<string, string[]>();
	for (const [file, imported] of IMPORTS) lines.set(file, [...(lines.get(file) ?? []), imported]);
	for (const [file, imports] of lines) {
		fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
		fs.writeFileSync(path.join(folder, file), imports.map((imported) => `import "${imported}";\n`).join(""));
	}
	const biome = path.join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
	const { stdout } = spawnSync(process.execPath, [biome, "lint", "--reporter=json", "--max-diagnostics=none", "src"], {
		cwd: folder,
		encoding: "utf8",
	});
	const { diagnostics } = Report.parse(JSON.parse(stdout));
	refused = new Set(
		diagnostics
			.filter(({ category }) => category === "lint/style/noRestrictedImports")
			.map(({ location }) => `${location.path} imports ${lines.get(location.path)?.[location.start.line - 1]}`),
	);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

it.each(IMPORTS)("%s importing %s: allowed %s", (file, imported, allowed) => {
	expect(refused.has(`${file} imports ${imported}`)).toBe(!allowed);
});
