import type { Located } from "../config/server.ts";
import { launchOf } from "../config/wrapped.ts";
import type { Finding, Rule } from "./finding.ts";
import { argumentPaths, programName } from "./places.ts";

/** Programs that fetch a package and run it: which words lead to it, and which flags take a value. */
interface Runner {
	/** Subcommands after which the package stands; empty: right away. */
	readonly subcommands: readonly string[];
	/** Flags that name the package to fetch. */
	readonly packageFlags: readonly string[];
	/** Flags that take the word after them. */
	readonly valueFlags: readonly string[];
	readonly version: "@" | "python";
}

const NPX: Runner = {
	subcommands: [],
	packageFlags: ["-p", "--package"],
	valueFlags: ["-c", "--call", "--cache", "--registry", "--userconfig", "--prefix", "-w", "--workspace", "--node-options", "--loglevel"],
	version: "@",
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
	version: "python",
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
	pipx: [{ ...UVX, subcommands: ["run"] }],
};

export const unversionedRunner: Rule = {
	id: "unversioned-runner",
	title: "Package without a version",
	help: "What runs is chosen by whoever publishes the package. Name an exact version; sallyport allow also keeps the very files.",
	*checkServer(server) {
		if (server.kind !== "stdio") return;
		const launch = launchOf(server);
		const pathOf = argumentPaths(server);
		for (const words of commandLines([launch.command, ...launch.args])) {
			const found = packageOf(words);
			if (found === null) continue;
			const message = complaint(found.text, found.runner);
			if (message === null) continue;
			const finding: Finding = {
				ruleId: "unversioned-runner",
				severity: "info",
				server: server.name.value,
				keyPath: pathOf(found.word),
				span: found.word.span,
				message,
				slot: null,
				fixable: false,
			};
			yield finding;
			return;
		}
	},
};

/** The command itself, and what a shell such as `cmd /c npx …` starts. */
function* commandLines(words: readonly Located<string>[]): Iterable<readonly Located<string>[]> {
	yield words;
	const [command] = words;
	if (command === undefined || !/^(?:cmd|powershell|pwsh|env|sudo|sh|bash)$/.test(programName(command.value))) return;
	const inner = words.findIndex((word, i) => i > 0 && RUNNERS[programName(word.value)] !== undefined);
	if (inner > 0) yield words.slice(inner);
}

function packageOf(
	words: readonly Located<string>[],
): { readonly word: Located<string>; readonly text: string; readonly runner: Runner } | null {
	const program = programName(words[0]?.value ?? "");
	if (!Object.hasOwn(RUNNERS, program)) return null;
	for (const runner of RUNNERS[program] ?? []) {
		const rest = words.slice(1);
		if (!runner.subcommands.every((name, i) => rest[i]?.value === name)) continue;
		const word = firstPackage(rest.slice(runner.subcommands.length), runner);
		if (word !== null) return { ...word, runner };
	}
	return null;
}

function firstPackage(words: readonly Located<string>[], runner: Runner): { readonly word: Located<string>; readonly text: string } | null {
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		if (word === undefined) return null;
		const [flag = "", ...value] = word.value.split("=");
		if (runner.packageFlags.includes(flag)) {
			const next = words[i + 1];
			if (value.length > 0) return { word, text: value.join("=") };
			return next === undefined ? null : { word: next, text: next.value };
		}
		if (word.value === "--") continue;
		if (!word.value.startsWith("-")) return { word, text: word.value };
		if (runner.valueFlags.includes(flag) && value.length === 0) i++;
	}
	return null;
}

function complaint(text: string, runner: Runner): string | null {
	// A folder, a file, a variable: not a package from a registry.
	if (/^(?:[./~\\$]|[A-Za-z]:[\\/]|file:)/.test(text) || text.includes("${")) return null;
	if (/^(?:git\+|https?:|git:|ssh:|github:)/.test(text) || /^[\w.-]+\/[\w.-]+(?:#|$)/.test(text))
		return /@[0-9a-f]{40}\b|#[0-9a-f]{40}$/.test(text)
			? null
			: "This runs whatever the repository holds on the day. Name a commit: its full hash, not a branch or a tag.";
	const version =
		runner.version === "@" ? /^@?[^@]+@(.+)$/.exec(text)?.[1] : (/^[\w.-]+(?:\[[\w,.-]*\])?(?:==|@)(.+)$/.exec(text)?.[1] ?? null);
	if (version === undefined || version === null)
		return /[<>~!]=?/.test(text)
			? "This version is a range, so what runs can change. Name one exact version."
			: "This package has no version: what runs is what the cache holds, or the newest release on a new machine. Name one exact version.";
	if (/^(?:latest|next|beta|canary|alpha|rc|nightly)$/.test(version))
		return `@${version} is looked up at every start: a new release runs at once, whoever published it. Name one exact version.`;
	return /^v?\d+\.\d+(?:\.\d+)*(?:[-+.][\w.+-]*)?$/.test(version) && (runner.version === "python" || /^v?\d+\.\d+\.\d+/.test(version))
		? null
		: "This version is a range, so what runs can change. Name one exact version.";
}
