import type { Located, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { programName } from "../places.ts";

/** Programs that fetch a package and run it: which words lead to it, and which flags take a value. */
interface Runner {
	/** Subcommands after which the package stands; empty: right away. */
	readonly subcommands: readonly string[];
	/** Flags that name the package to fetch. */
	readonly packageFlags: readonly string[];
	/** Flags that take the word after them. */
	readonly valueFlags: readonly string[];
	readonly registry: Registry;
	/** True: a package that no flag names takes its version after `@` (`uvx name@1.0`), though others of its registry write `==`. */
	readonly versionAfterAt: boolean;
}

/** Whose names and versions the package has: those of npm, or those of Python's index. */
export type Registry = "npm" | "python";

/** A package that a launch line fetches, as it names it. */
export interface FetchedPackage {
	readonly word: Located<string>;
	/** Where the package begins in `word.value`: not 0 in `--package=name`. */
	readonly start: number;
	/** Name and version, as they stand in the line. */
	readonly text: string;
	readonly registry: Registry;
	readonly versionAfterAt: boolean;
}

const NPX: Runner = {
	subcommands: [],
	packageFlags: ["-p", "--package"],
	valueFlags: ["-c", "--call", "--cache", "--registry", "--userconfig", "--prefix", "-w", "--workspace", "--node-options", "--loglevel"],
	registry: "npm",
	versionAfterAt: true,
};
const UVX: Runner = {
	subcommands: [],
	packageFlags: ["--from", "--spec"],
	valueFlags: [
		"--with",
		"--python",
		"-p",
		"--index",
		"--index-url",
		"-i",
		"--extra-index-url",
		"--directory",
		"--project",
		"--refresh-package",
		"--with-requirements",
		"-w",
	],
	registry: "python",
	versionAfterAt: true,
};

const RUNNERS: Readonly<Record<string, readonly Runner[]>> = {
	npx: [NPX],
	bunx: [NPX],
	pnpx: [NPX],
	npm: [
		{ ...NPX, subcommands: ["exec"] },
		{ ...NPX, subcommands: ["x"] },
	],
	bun: [{ ...NPX, subcommands: ["x"] }],
	pnpm: [{ ...NPX, subcommands: ["dlx"] }],
	yarn: [{ ...NPX, subcommands: ["dlx"] }],
	uvx: [UVX],
	uv: [
		{ ...UVX, subcommands: ["tool", "run"] },
		{ ...UVX, subcommands: ["x"] },
	],
	pipx: [{ ...UVX, subcommands: ["run"], versionAfterAt: false }],
};

/** The packages that an entry fetches at its start, the one of its own command first; none for any other command. */
export function* fetchedPackages(server: StdioServer): Iterable<FetchedPackage> {
	const launch = launchOf(server);
	for (const words of commandLines([launch.command, ...launch.args])) {
		const found = packageOf(words);
		if (found !== null) yield found;
	}
}

/** The command itself, and what a shell such as `cmd /c npx …` starts. */
function* commandLines(words: readonly Located<string>[]): Iterable<readonly Located<string>[]> {
	yield words;
	const [command] = words;
	if (command === undefined || !/^(?:cmd|powershell|pwsh|env|sudo|sh|bash)$/.test(programName(command.value))) return;
	const inner = words.findIndex((word, i) => i > 0 && Object.hasOwn(RUNNERS, programName(word.value)));
	if (inner > 0) yield words.slice(inner);
}

function packageOf(words: readonly Located<string>[]): FetchedPackage | null {
	const program = programName(words[0]?.value ?? "");
	if (!Object.hasOwn(RUNNERS, program)) return null;
	for (const runner of RUNNERS[program] ?? []) {
		const rest = words.slice(1);
		if (!runner.subcommands.every((name, i) => rest[i]?.value === name)) continue;
		const found = firstPackage(rest.slice(runner.subcommands.length), runner);
		if (found !== null) return found;
	}
	return null;
}

function firstPackage(words: readonly Located<string>[], runner: Runner): FetchedPackage | null {
	const { registry } = runner;
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		if (word === undefined) return null;
		const equals = word.value.indexOf("=");
		const flag = equals < 0 ? word.value : word.value.slice(0, equals);
		if (runner.packageFlags.includes(flag)) {
			const versionAfterAt = registry === "npm";
			if (equals >= 0) return { word, start: equals + 1, text: word.value.slice(equals + 1), registry, versionAfterAt };
			const next = words[i + 1];
			return next === undefined ? null : { word: next, start: 0, text: next.value, registry, versionAfterAt };
		}
		if (word.value === "--") continue;
		if (!word.value.startsWith("-")) return { word, start: 0, text: word.value, registry, versionAfterAt: runner.versionAfterAt };
		if (runner.valueFlags.includes(flag) && equals < 0) i++;
	}
	return null;
}
