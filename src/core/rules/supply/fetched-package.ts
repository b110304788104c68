import type { Located, StdioServer } from "../../config/server.ts";
import { own } from "../../own.ts";
import { LastOf } from "../last-of.ts";
import { readLaunch } from "./command-line.ts";
import type { Word } from "./word.ts";

/** Programs that fetch a package and run it: which words lead to it, and which flags take a value. */
interface Runner {
	/** Subcommands after which the package stands; empty: right away. */
	readonly subcommands: readonly string[];
	/** Flags that name the package to fetch. */
	readonly packageFlags: readonly string[];
	/** Flags that name a package to fetch beside it. */
	readonly extraFlags: readonly string[];
	/** Flags that take the word after them. */
	readonly valueFlags: readonly string[];
	readonly registry: Registry;
	/** What stands before the name of a package (`npm:`); a word without it is something else. Absent: nothing does. */
	readonly prefix?: RegExp;
	/** True: only flags name packages; the words say what of them is run. */
	readonly flagsOnly?: true;
	/** True: a package that no flag names takes its version after `@` (`uvx name@1.0`), though others of its registry write `==`. */
	readonly versionAfterAt: boolean;
}

/** Whose names and versions the package has: those of npm, or those of Python's index. */
export type Registry = "npm" | "python";

/** A package that a launch line fetches, as it names it. */
export interface FetchedPackage {
	/** The argument that holds it. */
	readonly word: Located<string>;
	/** Where the package begins in `word.value`: not 0 in `--package=name`. */
	readonly start: number;
	/** The word of the launch line: all of `word`, or a part of a line for a shell. */
	readonly place: Word;
	/** Name and version, as they stand in the line. */
	readonly text: string;
	readonly registry: Registry;
	readonly versionAfterAt: boolean;
}

const NPX: Runner = {
	subcommands: [],
	packageFlags: ["-p", "--package"],
	extraFlags: [],
	valueFlags: [
		"-c",
		"--call",
		"--cache",
		"--registry",
		"--userconfig",
		"--prefix",
		"-w",
		"--workspace",
		"--node-options",
		"--loglevel",
		"--script-shell",
	],
	registry: "npm",
	versionAfterAt: true,
};
const UVX: Runner = {
	subcommands: [],
	packageFlags: ["--from", "--spec"],
	extraFlags: ["--with", "-w"],
	valueFlags: [
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
	],
	registry: "python",
	versionAfterAt: true,
};

/** Of `uv run` alone. */
const OF_PROJECT: readonly string[] = [
	"--env-file",
	"--extra",
	"--group",
	"--no-group",
	"--only-group",
	"--package",
	"--with-editable",
	"--config-file",
	"--cache-dir",
];

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
		{ ...UVX, subcommands: ["run"], packageFlags: [], valueFlags: [...UVX.valueFlags, ...OF_PROJECT], flagsOnly: true },
	],
	deno: ["run", "x", "serve"].map((name) => ({
		subcommands: [name],
		packageFlags: [],
		extraFlags: [],
		valueFlags: ["--config", "-c", "--import-map", "--lock", "--cert", "--log-level", "-L"],
		registry: "npm" as const,
		prefix: /^npm:\/?/,
		versionAfterAt: true,
	})),
	pipx: [{ ...UVX, subcommands: ["run"], versionAfterAt: false }],
};

/** The packages that an entry fetches at its start, of each program the one that it runs first; none for any other command. */
export function fetchedPackages(server: StdioServer): readonly FetchedPackage[] {
	const known = fetchedBy.get(server);
	if (known !== undefined) return known;
	const found = readLaunch(server).lines.flatMap(({ program, words }) => packagesOf(program, words));
	fetchedBy.set(server, found);
	return found;
}

/** Several rules ask for the same. */
const fetchedBy = new LastOf<StdioServer, readonly FetchedPackage[]>();

function packagesOf(program: string, words: readonly Word[]): readonly FetchedPackage[] {
	if (!Object.hasOwn(RUNNERS, program)) return [];
	for (const runner of own(RUNNERS, program) ?? []) {
		const rest = words.slice(1);
		if (!runner.subcommands.every((name, i) => rest[i]?.text === name)) continue;
		const found = packagesIn(rest.slice(runner.subcommands.length), runner);
		if (found.length > 0) return found;
	}
	return [];
}

/** What is run, and what is fetched beside it; nothing behind the word that is run is the runner's. */
function packagesIn(words: readonly Word[], runner: Runner): readonly FetchedPackage[] {
	const { registry } = runner;
	const extras: FetchedPackage[] = [];
	let named: FetchedPackage | null = null;
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		if (word === undefined || word.text === "--") continue;
		const equals = word.text.indexOf("=");
		const flag = equals < 0 ? word.text : word.text.slice(0, equals);
		const isExtra = runner.extraFlags.includes(flag);
		if (isExtra || runner.packageFlags.includes(flag)) {
			const place = equals >= 0 ? word : words[++i];
			if (place === undefined) break;
			const found = fetched(place, equals + 1, registry, registry === "npm");
			if (isExtra || named !== null) extras.push(found);
			else named = found;
		} else if (word.text.startsWith("-")) {
			if (runner.valueFlags.includes(flag) && equals < 0) i++;
		} else {
			if (named === null && runner.flagsOnly !== true) named = runWord(word, runner);
			break;
		}
	}
	return named === null ? extras : [named, ...extras];
}

/** Null: the word is no package. */
function runWord(word: Word, { prefix, registry, versionAfterAt }: Runner): FetchedPackage | null {
	const lead = prefix?.exec(word.text)?.[0];
	return prefix !== undefined && lead === undefined ? null : fetched(word, lead?.length ?? 0, registry, versionAfterAt);
}

function fetched(place: Word, start: number, registry: Registry, versionAfterAt: boolean): FetchedPackage {
	return { word: place.argument, start: place.from + start, place, text: place.text.slice(start), registry, versionAfterAt };
}
