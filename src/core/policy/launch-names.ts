import type { Located, StdioServer } from "../config/server.ts";
import { programName } from "../rules/program-name.ts";
import { type CommandLine, type LaunchReading, readLaunch, readText } from "../rules/supply/command-line.ts";
import { containerRun } from "../rules/supply/container-run.ts";
import { environmentRunner } from "../rules/supply/starters.ts";
import { wholeWord } from "../rules/supply/word.ts";
import { namesInPath, namesOfImage, namesOfPackage } from "./package-names.ts";

/** What a launch line starts, by all the names that it has for it, also behind shells, wrappers and runners of packages. */
export interface LaunchNames {
	/** Programs, as the line has them. */
	readonly commands: readonly string[];
	/** Packages, modules of Python and images of containers, without versions. Empty: it names none. */
	readonly packages: readonly string[];
	/** False: something in it is only known when it runs: code, a variable, what a shell puts together. */
	readonly isTold: boolean;
}

/** The same of a command with its arguments. */
export function namesOfLine(command: string, args: readonly string[]): LaunchNames {
	return namesOfServer(serverOf(command, args));
}

export function namesOfServer(server: StdioServer): LaunchNames {
	const names = new Names();
	names.read(server, 0);
	return names;
}

/** Lines within lines that anybody writes. */
const DEEPEST = 8;
/** And in all. */
const MOST_READS = 100;
/** A name that something else is put in the place of. */
const FILLED_IN = /[$`*?[\]{}]|%[^%]*%|![^!]+!/;
/** Not in the place of something else: a test of a shell, and the shell of Windows. */
const NO_VARIABLE = /^(?:\[\[?|%comspec%)$/;
/** In a line for a shell: it may start what does not stand there as a command. */
const PUT_TOGETHER = /`|\$\(|[<>]\(|<<|\$\{[!#]/;
/** Shells' own words that take a text for code, or a file. */
const TAKES_CODE = /^(?:eval|source|\.|alias|trap|iex|invoke-expression|invoke-command|icm|doskey)$/;
const SHELL = /^(?:(?:ba|z|da|k|mk|fi|a|c|tc|ya|o|y|rba|rk|lk|po)?sh|nu|elvish|xonsh)$/;
const OTHER_SHELL = /^(?:cmd|%comspec%|powershell|pwsh)$/;
const INTERPRETER = /^(?:node(?:js)?|bun|deno|tsx|ts-node|python[\d.]*|pythonw|pypy[\d.]*|py)$/;

/** Runners of packages, by the words behind which the package stands; empty: right away. */
const RUNNERS: ReadonlyMap<string, RegExp | null> = new Map<string, RegExp | null>([
	...["npx", "bunx", "pnpx", "pnx", "uvx"].map((name): [string, RegExp | null] => [name, null]),
	["npm", /^(?:exec|x)$/],
	["bun", /^x$/],
	["pnpm", /^(?:dlx|exec|x)$/],
	["yarn", /^(?:dlx|exec)$/],
	["yarnpkg", /^(?:dlx|exec)$/],
	["uv", /^(?:run|x)$/],
	["pipx", /^run$/],
	["deno", /^(?:run|x|serve|install)$/],
]);
const PACKAGE_FLAGS: ReadonlySet<string> = new Set([
	"-p",
	"--package",
	"--from",
	"--spec",
	"--with",
	"--with-editable",
	"--install-package",
]);
const SWITCHES =
	/^(?:-[yqsABS]|--(?:yes|no|quiet|silent|prefer-online|prefer-offline|offline|ignore-scripts|verbose|bun|isolated|no-cache|no-install|refresh|allow-[\w-]+|deny-[\w-]+|unstable[\w-]*|no-[\w-]+))$/;

/** These take the next word, and it is no package. */
const OTHER_VALUES =
	/^(?:-C|--(?:directory|project|python|registry|cache|prefix|userconfig|index|index-url|default-index|extra-index-url|config|config-file|env-file|loglevel|cwd|filter|dir|node-options|script-shell))$/;

class Names implements LaunchNames {
	readonly #commands = new Set<string>();
	readonly #packages = new Set<string>();
	#isTold = true;
	#reads = 0;

	get commands(): readonly string[] {
		return [...this.#commands];
	}

	get packages(): readonly string[] {
		return [...this.#packages];
	}

	get isTold(): boolean {
		return this.#isTold;
	}

	read(server: StdioServer, depth: number): void {
		if (++this.#reads > MOST_READS) {
			this.#isTold = false;
			return;
		}
		const reading = readLaunch(server);
		this.#readAll(reading, depth);
		this.#readAll(reading.contained, depth);
	}

	#readAll({ lines, scripts, unread }: Omit<LaunchReading, "contained">, depth: number): void {
		if (unread !== null || depth > DEEPEST) this.#isTold = false;
		if (depth > DEEPEST) return;
		for (const { language, encoded, word } of scripts)
			if (encoded || !/^(?:shell|powershell)$/.test(language) || PUT_TOGETHER.test(word.text)) this.#isTold = false;
		for (const [i, line] of lines.entries()) {
			// Behind a wrapper that is not known it may be a word like any other.
			if ((depth === 0 || i > 0) && isFed(line)) this.#isTold = false;
			this.#line(line, depth);
		}
	}

	#line(line: CommandLine, depth: number): void {
		const { program, prefixes } = line;
		const words = line.words.map(({ text }) => text);
		const [command = "", ...rest] = words;
		for (const { text } of prefixes) if (!text.startsWith("-")) this.#commands.add(text);
		this.#commands.add(command);
		for (const word of words) for (const name of namesInPath(word)) this.#packages.add(name);
		for (const word of rest) if (/^(?:npm|jsr):/i.test(word)) this.#package(word);
		if ((FILLED_IN.test(program) && !NO_VARIABLE.test(program)) || TAKES_CODE.test(program)) this.#isTold = false;
		const image = containerRun(line)?.image;
		if (image !== null && image !== undefined) this.#add(namesOfImage(image.text));
		// What is inside of these was read before.
		if (SHELL.test(program) || OTHER_SHELL.test(program) || image !== undefined) return;
		this.#text(command, depth);
		if (INTERPRETER.test(program)) this.#interpreter(rest);
		const behind = launcherEnd(words);
		const environment = environmentRunner(program);
		const subcommand = RUNNERS.get(program);
		if (behind !== null) this.#again(words.slice(behind), depth);
		else if (subcommand !== undefined) this.#runner(program, rest, subcommand, depth);
		else if (environment !== null) {
			const at = environment.elsewhere ? -1 : rest.findIndex((word) => environment.subcommands.test(word));
			const started = rest[at + 1];
			if (at >= 0 && started !== undefined) this.#commands.add(started);
			if (at >= 0) this.#started(rest.slice(at + 1), depth);
		} else if (!INTERPRETER.test(program)) this.#started(rest, depth);
	}

	/** Of words that may be the options of a wrapper that is not known, what starts something; one of them may be a line for a shell. */
	#started(words: readonly string[], depth: number): void {
		for (const word of words) this.#text(word, depth);
		const at = words.findIndex((word) => startsOthers(programName(word)));
		if (at >= 0) this.#again(words.slice(at), depth);
	}

	#text(word: string, depth: number): void {
		const first = /^\s*(\S+)\s+\S/.exec(word)?.[1];
		if (first === undefined || !startsOthers(programName(first)) || ++this.#reads > MOST_READS) return;
		this.#readAll(readText(wholeWord(located(word))), depth + 1);
	}

	#again([command, ...args]: readonly string[], depth: number): void {
		if (command !== undefined) this.read(serverOf(command, args), depth + 1);
	}

	/** What an interpreter loads by its name. */
	#interpreter(rest: readonly string[]): void {
		for (const [i, word] of rest.entries()) {
			const [, module] = /^-[bBdEhiIOPqRsSuvx]*m(.*)$/s.exec(word) ?? [];
			const named = module === "" ? rest[i + 1] : module;
			if (named !== undefined && !word.startsWith("--")) this.#add([named, named.split(".")[0] ?? ""]);
			const [, flag, value] = /^(-r|--require|--import|--loader|--experimental-loader|--preload)(?:=(.*))?$/s.exec(word) ?? [];
			const loaded = flag === undefined ? undefined : (value ?? rest[i + 1]);
			if (loaded !== undefined) this.#package(loaded);
			if (!word.startsWith("-") && !/^-/.test(rest[i - 1] ?? "")) return;
		}
	}

	#runner(program: string, rest: readonly string[], subcommand: RegExp | null, depth: number): void {
		let words = rest;
		let isNamed = false;
		let runsInstalled = false;
		if (subcommand !== null) {
			const at = rest.findIndex((word) => subcommand.test(word));
			// Options in front of it may name packages, too.
			const isOther = (word: string, i: number): boolean => !/^(?:-|tool$)/.test(word) && rest[i - 1]?.startsWith("-") !== true;
			if (at < 0 || rest.slice(0, at).some(isOther)) {
				// What the project has installed, by its name: `pnpm server`, `bun run server`.
				if (STARTS_INSTALLED.test(program)) for (const word of rest.slice(0, 2)) if (!word.startsWith("-")) this.#installed(word);
				return;
			}
			runsInstalled = /^(?:run|exec)$/.test(rest[at] ?? "") && /^(?:uv|pnpm|yarn|yarnpkg)$/.test(program);
			words = [...rest.slice(0, at).filter((word) => word !== "tool"), ...rest.slice(at + 1)];
		}
		for (let i = 0; i < words.length; i++) {
			const word = words[i] ?? "";
			if (word === "--") continue;
			if (!word.startsWith("-")) {
				this.#package(word);
				if (isNamed || runsInstalled) this.#commands.add(word);
				if (isNamed || startsOthers(programName(word))) this.#again(words.slice(i), depth);
				return;
			}
			const [, flag = word, value] = /^(--?[\w-]+)=(.*)$/s.exec(word) ?? [];
			if (PACKAGE_FLAGS.has(flag)) {
				isNamed = true;
				for (const each of (value ?? words[++i] ?? "").split(",")) this.#package(each);
			} else if (/^-p./.test(word)) {
				isNamed = true;
				this.#package(word.slice(2).replace(/^=/, ""));
			} else if (/^(?:-c|--call)$/.test(flag)) return;
			else if (OTHER_VALUES.test(word)) i++;
			else if (value === undefined && !SWITCHES.test(word)) {
				// It may take the next word, and it may not.
				const next = words[i + 1];
				if (next !== undefined && !next.startsWith("-")) {
					this.#package(next);
					if (startsOthers(programName(next))) this.#again(words.slice(i + 1), depth);
					i++;
				}
			}
		}
		// What it starts is asked for, or comes from elsewhere.
		if (!isNamed && depth === 0) this.#isTold = false;
	}

	#installed(name: string): void {
		this.#package(name);
		this.#commands.add(name);
	}

	#package(specification: string): void {
		this.#add(namesOfPackage(specification));
	}

	#add(names: readonly string[]): void {
		for (const name of names) {
			this.#packages.add(name);
			if (FILLED_IN.test(name)) this.#isTold = false;
		}
	}
}

/** Whether it takes its commands, or its code, from what it reads. */
function isFed({ program, words }: CommandLine): boolean {
	const rest = words.slice(1).map(({ text }) => text);
	if (!SHELL.test(program) && !/^(?:node(?:js)?|python[\d.]*|py|bun)$/.test(program)) return false;
	return rest.every((word, i) =>
		/^(?:[-+]|$)/.test(word) ? !/^-[a-zA-Z]*[cmpe]$/.test(word) : /^\d?<|^<$/.test(word) || rest[i - 1] === "<",
	);
}

function startsOthers(program: string): boolean {
	return (
		RUNNERS.has(program) || SHELL.test(program) || INTERPRETER.test(program) || STARTS.test(program) || environmentRunner(program) !== null
	);
}

const STARTS = /^(?:env|sudo|doas|nohup|nice|timeout|xargs|cmd|powershell|pwsh|docker|podman|nerdctl|sallyport)$/;

/** Where the line begins that our launcher is given; null: it is another program. */
function launcherEnd(words: readonly string[]): number | null {
	const run = words.slice(0, 3).findIndex((word, i) => word === "run" && /^sallyport(?:\.cjs)?$/.test(programName(words[i - 1] ?? "")));
	const end = run < 0 ? -1 : words.indexOf("--", run);
	return end < 0 ? null : end + 1;
}

const STARTS_INSTALLED = /^(?:pnpm|yarn|yarnpkg|bun)$/;

const NOWHERE = { offset: 0, length: 0 } as const;

function located(value: string): Located<string> {
	return { value, span: NOWHERE, outer: NOWHERE };
}

/** An entry with this line and nothing else. */
function serverOf(command: string, args: readonly string[]): StdioServer {
	return {
		kind: "stdio",
		name: located(""),
		span: NOWHERE,
		keyPath: [],
		project: null,
		unambiguous: true,
		scattered: false,
		ignores: [],
		keys: [],
		settings: [],
		command: located(command),
		commandProperty: NOWHERE,
		commandForm: "string",
		args: args.map(located),
		argsArray: null,
		env: [],
		cwd: null,
		envFile: null,
	};
}
