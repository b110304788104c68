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
	/** Flags that take the word after them. */
	readonly valueFlags: readonly string[];
	readonly registry: Registry;
	/** What stands before the name of a package (`npm:`); a word without it is something else. Absent: nothing does. */
	readonly prefix?: RegExp;
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
	deno: ["run", "x", "serve"].map((name) => ({
		subcommands: [name],
		packageFlags: [],
		valueFlags: ["--config", "-c", "--import-map", "--lock", "--cert", "--log-level", "-L"],
		registry: "npm" as const,
		prefix: /^npm:\/?/,
		versionAfterAt: true,
	})),
	pipx: [{ ...UVX, subcommands: ["run"], versionAfterAt: false }],
};

/** The packages that an entry fetches at its start, in the order of its words; none for any other command. */
export function fetchedPackages(server: StdioServer): readonly FetchedPackage[] {
	const known = fetchedBy.get(server);
	if (known !== undefined) return known;
	const found = readLaunch(server).lines.flatMap(({ program, words }) => packageOf(program, words) ?? []);
	fetchedBy.set(server, found);
	return found;
}

/** Several rules ask for the same. */
const fetchedBy = new LastOf<StdioServer, readonly FetchedPackage[]>();

function packageOf(program: string, words: readonly Word[]): FetchedPackage | null {
	if (!Object.hasOwn(RUNNERS, program)) return null;
	for (const runner of own(RUNNERS, program) ?? []) {
		const rest = words.slice(1);
		if (!runner.subcommands.every((name, i) => rest[i]?.text === name)) continue;
		const found = firstPackage(rest.slice(runner.subcommands.length), runner);
		if (found !== null) return found;
	}
	return null;
}

function firstPackage(words: readonly Word[], runner: Runner): FetchedPackage | null {
	const { registry } = runner;
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		if (word === undefined) return null;
		const equals = word.text.indexOf("=");
		const flag = equals < 0 ? word.text : word.text.slice(0, equals);
		if (runner.packageFlags.includes(flag)) {
			const versionAfterAt = registry === "npm";
			if (equals >= 0) return fetched(word, equals + 1, registry, versionAfterAt);
			const next = words[i + 1];
			return next === undefined ? null : fetched(next, 0, registry, versionAfterAt);
		}
		if (word.text === "--") continue;
		if (!word.text.startsWith("-")) {
			const prefix = runner.prefix?.exec(word.text)?.[0];
			if (runner.prefix !== undefined && prefix === undefined) return null;
			return fetched(word, prefix?.length ?? 0, registry, runner.versionAfterAt);
		}
		if (runner.valueFlags.includes(flag) && equals < 0) i++;
	}
	return null;
}

function fetched(place: Word, start: number, registry: Registry, versionAfterAt: boolean): FetchedPackage {
	return { word: place.argument, start: place.from + start, place, text: place.text.slice(start), registry, versionAfterAt };
}
