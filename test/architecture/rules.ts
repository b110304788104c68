import { builtinModules } from "node:module";

/** The part of esbuild's metafile that is read here. Paths are relative to the project, with `/`. */
export interface Meta {
	readonly inputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }>>;
	readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

const PURE_LIBRARIES = ["jsonc-parser", "yaml", "zod", "@noble/hashes", "canonicalize", "@cfworker/json-schema"];
const PROGRAMS = ["cli", "launcher", "gateway", "editor", "quickstart"];
const LAYERS = ["core", "platform", "setup", ...PROGRAMS];

/** What only the command line hands the audit log on with. */
const EXPORTERS = ["node_modules/@opentelemetry/", "node_modules/csv-stringify/"];

/** What must not be in a bundle, by the start of an input's path. */
const KEPT_OUT: Readonly<Record<string, readonly string[]>> = {
	"dist/launcher.cjs": [
		"node_modules/@modelcontextprotocol/",
		"node_modules/commander/",
		"node_modules/yaml/",
		"node_modules/zod/v4/classic/",
		...EXPORTERS,
	],
	// The editor starts the command line for what needs an MCP client or a parser of arguments.
	"dist/extension.cjs": ["node_modules/@modelcontextprotocol/", "node_modules/commander/", ...EXPORTERS],
};

/** Every import that the dependency direction forbids, one line each. Empty: the bundles are as the architecture says. */
export function violations(meta: Meta): string[] {
	const found: string[] = [];
	for (const [file, { imports }] of Object.entries(meta.inputs))
		for (const { path, external = false } of imports) if (!mayImport(file, path, external)) found.push(`${file} imports ${path}`);
	for (const [output, { inputs }] of Object.entries(meta.outputs)) {
		const program = programOf(output);
		for (const input of Object.keys(inputs)) if (!mayContain(output, program, input)) found.push(`${output} contains ${input}`);
	}
	return found;
}

/** What chooses the program, and how it is read. */
const DISPATCHER = ["src/bin.ts", "src/kept-code.ts"];

function mayImport(file: string, path: string, external: boolean): boolean {
	const layer = layerOf(file);
	const library = libraryOf(file);
	if (library !== null) {
		if (PURE_LIBRARIES.includes(library)) return !external && PURE_LIBRARIES.includes(libraryOf(path) ?? "");
		return external ? isBuiltin(path) : libraryOf(path) !== null;
	}
	if (DISPATCHER.includes(file)) return external ? isBuiltin(path) : DISPATCHER.includes(path);
	if (layer === null) return false;
	if (external) {
		if (layer === "core") return false;
		return isBuiltin(path) || (path === "keytar" && layer === "platform") || (path === "vscode" && layer === "editor");
	}
	const importedLibrary = libraryOf(path);
	if (importedLibrary !== null) return layer !== "core" || PURE_LIBRARIES.includes(importedLibrary);
	// The version that `--version` prints.
	if (path === "package.json") return layer === "cli";
	const imported = layerOf(path);
	if (imported === layer || imported === "core") return true;
	return imported === "platform" && PROGRAMS.includes(layer);
}

function mayContain(output: string, program: string | null, input: string): boolean {
	if (program === null) return DISPATCHER.includes(input);
	if (KEPT_OUT[output]?.some((start) => input.startsWith(start))) return false;
	if (input === "package.json") return program === "cli";
	const layer = layerOf(input);
	return libraryOf(input) !== null || layer === "core" || layer === "platform" || layer === program;
}

/** The layer that a bundle is the program of; `null` for the dispatcher. */
function programOf(output: string): string | null {
	if (output === "dist/sallyport.cjs") return null;
	return output === "dist/extension.cjs" ? "editor" : output.slice("dist/".length, -".cjs".length);
}

/** The layer that a source file belongs to; `null` for a file outside every layer. */
function layerOf(file: string): string | null {
	const layer = /^src\/([^/]+)\//.exec(file)?.[1] ?? "";
	return LAYERS.includes(layer) ? layer : null;
}

/** The package that a file is of, by its innermost `node_modules`; `null` for our own. */
function libraryOf(file: string): string | null {
	return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null;
}

function isBuiltin(name: string): boolean {
	return name.startsWith("node:") || builtinModules.includes(name);
}
