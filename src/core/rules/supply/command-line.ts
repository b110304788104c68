import type { StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { programName } from "../places.ts";
import { containerRun } from "./container-run.ts";
import { type ShellSyntax, type ShellWord, shellCommands } from "./shell-words.ts";
import { partOfWord, type Word, wholeWord } from "./word.ts";

/** One program that an entry starts, with its arguments. */
export interface CommandLine {
	/** Its file name in lower case, without what Windows adds: `npx`. */
	readonly program: string;
	/** The program first. */
	readonly words: readonly Word[];
	/** Programs in front that only start it, and their options: `sudo -E`, `env`; empty: none. */
	readonly prefixes: readonly Word[];
	/** `NAME=value` in front of it. */
	readonly assignments: readonly Word[];
	/** True when the next line reads what this one prints. */
	readonly piped: boolean;
}

/** A text that a program takes for code. */
export interface Script {
	readonly language: "shell" | "powershell" | "python" | "javascript" | "other";
	readonly word: Word;
	/** True for one that stands encoded in the file (`powershell -EncodedCommand`). */
	readonly encoded: boolean;
}

export interface LaunchReading {
	/** In order; the first is what the host starts, or what the shells and prefixes in front of it do. */
	readonly lines: readonly CommandLine[];
	/** The code that stands in the line itself, outermost first; empty: none. */
	readonly scripts: readonly Script[];
	/** The same of what is started inside containers. */
	readonly contained: Omit<LaunchReading, "contained">;
}

const readings = new WeakMap<StdioServer, LaunchReading>();

/**
 * Everything that an entry starts on this machine as far as its words tell: behind Sallyport's launcher, `env` and `sudo`, in the line
 * of a shell, in a command that holds its own arguments.
 */
export function readLaunch(server: StdioServer): LaunchReading {
	const known = readings.get(server);
	if (known !== undefined) return known;
	const launch = launchOf(server);
	const reader = new Reader();
	const command = wholeWord(launch.command);
	const words = embeddedWords(command) ?? [command];
	reader.readWords([...words, ...launch.args.map(wholeWord)], 0);
	const inner = new Reader();
	for (const line of reader.lines) inner.readWords(containerRun(line)?.command ?? [], 0);
	const reading = { lines: reader.lines, scripts: reader.scripts, contained: { lines: inner.lines, scripts: inner.scripts } };
	readings.set(server, reading);
	return reading;
}

/** Programs whose name at the head of a `command` with blanks means that the arguments stand in there, too. */
const KNOWN_PROGRAM =
	/^(?:npx|npm|pnpm|pnpx|yarn|bunx?|node|nodejs|deno|tsx|uvx?|pipx|python[\d.]*|py|pip[\d.]*|poetry|conda|docker|podman|nerdctl|docker-compose|cmd|powershell|pwsh|(?:ba|z|da|k|fi)?sh|env|sudo|doas|java|dotnet|go|cargo|ruby|php|perl|curl|wget|wsl|ssh|make|mise|op|doppler)$/;

/**
 * The words of a `command` that holds arguments: `npx -y server`. Null for one word, and for the path of a program with blanks in it
 * (`C:\Program Files\…`).
 */
export function embeddedWords(command: Word): readonly Word[] | null {
	const { text } = command;
	const head = /^\s*(\S+)\s+(\S)/.exec(text);
	if (head === null) return null;
	const [, first = "", next = ""] = head;
	const hasFolder = /[\\/]/.test(first);
	if (!KNOWN_PROGRAM.test(programName(first))) return null;
	// `/opt/node tools/server` may be one path.
	if (hasFolder && !/[-/@~$"'.]/.test(next)) return null;
	const commands = shellCommands(text, text.includes("\\") ? "windows" : "posix");
	const words = commands.flatMap(({ words }, i) => [
		...(i === 0 ? [] : [operatorBefore(command, words)]),
		...words.map((word) => within(command, word)),
	]);
	return words;
}

/** A place that holds an operator of a shell, as a word of its own. */
function operatorBefore(command: Word, words: readonly ShellWord[]): Word {
	const start = words[0]?.from ?? 0;
	const operator = /[;&|]+\s*$/.exec(command.text.slice(Math.max(0, start - 8), start))?.[0].trim() ?? ";";
	return { text: operator, argument: command.argument, from: command.from + start, to: command.from + start };
}

function within(outer: Word, { text, from, to }: ShellWord): Word {
	// The text of a word with escapes of a shell differs in length from its place: what is in there is pointed at as a whole.
	const exact = outer.argument.value.slice(outer.from, outer.to) === outer.text;
	return exact
		? { text, argument: outer.argument, from: outer.from + from, to: outer.from + to }
		: { text, argument: outer.argument, from: outer.from, to: outer.to };
}

const MAX_DEPTH = 4;
const SHELL = /^(?:ba|z|da|k|mk|fi|a|c|tc)?sh$/;
/** Prefixes that take flags and assignments, then the program. The flags are those that take the next word. */
const PREFIXES: Readonly<Partial<Record<string, RegExp>>> = Object.assign(Object.create(null), {
	env: /^(?:-u|--unset|-C|--chdir)$/,
	sudo: /^(?:-u|--user|-g|--group|-h|--host|-p|--prompt|-C|-D|-R|-T)$/,
	doas: /^(?:-u|-C)$/,
	gsudo: /^(?:-u|--user)$/,
	pkexec: /^--user$/,
	nohup: /^$/,
	exec: /^-a$/,
	command: /^$/,
	busybox: /^$/,
	time: /^$/,
	nice: /^(?:-n|--adjustment)$/,
	ionice: /^(?:-c|-n)$/,
	setsid: /^$/,
	stdbuf: /^(?:-i|-o|-e)$/,
	caffeinate: /^-t$/,
	"cross-env": /^$/,
	wsl: /^(?:-d|--distribution|-u|--user|--cd|--shell-type)$/,
	"xvfb-run": /^(?:-s|--server-args|-n|-e|-f|-l|-p|-w)$/,
	timeout: /^(?:-k|--kill-after|-s|--signal)$/,
});
/** Programs that start what stands behind `--`. */
const DASHED = /^(?:op|doppler|infisical|dotenvx?|dotenv-cli|mise|rtx|direnv|aws-vault|sops|chamber|teller|vault-env|nix|firejail|bwrap)$/;

const POWERSHELL_VALUE = /^-(?:ex[a-z]*|ep|w[a-z]*|v[a-z]*|in[a-z]*|if|out[a-z]*|of|conf[a-z]*|ps[a-z]*|se[a-z]*|cu[a-z]*)$/i;

class Reader {
	readonly lines: CommandLine[] = [];
	readonly scripts: Script[] = [];

	/** Words that may hold operators of a shell as words of their own. */
	readWords(words: readonly Word[], depth: number): void {
		// Such a shell is given its operators, too.
		if (/^(?:cmd|powershell|pwsh)$/.test(programName(words[0]?.text ?? ""))) {
			this.#readLine(words, false, depth);
			return;
		}
		let start = 0;
		for (let i = 0; i <= words.length; i++) {
			const word = words[i];
			if (word !== undefined && !/^(?:\|{1,2}|&{1,2}|;)$/.test(word.text)) continue;
			this.#readLine(words.slice(start, i), word?.text === "|", depth);
			start = i + 1;
		}
	}

	#readLine(words: readonly Word[], piped: boolean, depth: number): void {
		const assignments: Word[] = [];
		let at = 0;
		for (;;) {
			const word = words[at];
			if (word === undefined) break;
			if (/^[A-Za-z_]\w*=/.test(word.text)) {
				assignments.push(word);
				at++;
				continue;
			}
			const program = programName(word.text);
			const valueFlags = PREFIXES[program];
			if (valueFlags !== undefined) at = afterPrefix(words, at, program, valueFlags);
			else if (DASHED.test(program)) {
				const dashes = words.findIndex(({ text }, i) => i > at && text === "--");
				if (dashes < 0) break;
				at = dashes + 1;
			} else break;
		}
		const command = words[at];
		const assigned = new Set(assignments);
		const prefixes = words.slice(0, at).filter((word) => !assigned.has(word));
		if (command === undefined) {
			if (prefixes[0] !== undefined) this.#add(words, [], assignments, piped);
			return;
		}
		const rest = words.slice(at);
		this.#add(rest, prefixes, assignments, piped);
		if (depth < MAX_DEPTH) this.#readInside(rest, depth);
	}

	#add(words: readonly Word[], prefixes: readonly Word[], assignments: readonly Word[], piped: boolean): void {
		const [first] = words;
		if (first !== undefined) this.lines.push({ program: programName(first.text), words, prefixes, assignments, piped });
	}

	/** The code that the arguments of a program hold. */
	#readInside(words: readonly Word[], depth: number): void {
		const program = programName(words[0]?.text ?? "");
		const rest = words.slice(1);
		if (SHELL.test(program)) {
			const script = optionValue(rest, /^-[a-zA-Z]*c[a-zA-Z]*$/, /^[-+][oO]$|^--(?:rcfile|init-file)$/);
			if (script !== null) this.#readScript(script, "posix", depth);
		} else if (program === "cmd") this.#readCmd(rest, depth);
		else if (/^(?:powershell|pwsh)$/.test(program)) this.#readPowershell(rest, depth);
		else if (/^python[\d.]*$|^py$/.test(program)) this.#addCode("python", optionValue(rest, /^-[a-zA-Z]*c$/, /^-[WX]$/, /^-[a-zA-Z]*m/));
		else if (/^(?:node|nodejs|bun|tsx)$/.test(program))
			this.#addCode(
				"javascript",
				optionValue(rest, /^(?:-[a-z]*[ep]|--eval|--print)$/, /^(?:-r|--require|--import|--loader|-C|--conditions)$/) ??
					gluedValue(rest, /^--(?:eval|print)=/),
			);
		else if (program === "deno" && rest[0]?.text === "eval")
			this.#addCode("javascript", rest.find(({ text }, i) => i > 0 && !text.startsWith("-")) ?? null);
		else if (/^(?:perl|ruby|lua)$/.test(program)) this.#addCode("other", optionValue(rest, /^-[a-zA-Z]*[eE]$/, /^-[Ir]$/));
		else if (program === "php") this.#addCode("other", optionValue(rest, /^-r$/, /^-[cd]$/));
		else if (program === "osascript") this.#addCode("other", optionValue(rest, /^-e$/, /^-l$/));
		else if (program === "npx") {
			const script = optionValue(rest, /^(?:-c|--call)$/, /^(?:-p|--package)$/) ?? gluedValue(rest, /^--call=/);
			if (script !== null) this.#readScript(script, "posix", depth);
		}
	}

	#addCode(language: Script["language"], word: Word | null): void {
		if (word !== null) this.scripts.push({ language, word, encoded: false });
	}

	#readScript(word: Word, syntax: ShellSyntax, depth: number): void {
		this.scripts.push({ language: "shell", word, encoded: false });
		for (const { words, piped } of shellCommands(word.text, syntax))
			this.#readLine(
				words.map((each) => within(word, each)),
				piped,
				depth + 1,
			);
	}

	#readCmd(rest: readonly Word[], depth: number): void {
		const flag = rest.findIndex(({ text }) => /^\/[ck]$/i.test(text));
		const first = rest[flag + 1];
		if (flag < 0 || first === undefined) return;
		const words = rest.slice(flag + 1);
		if (words.length === 1 && /[\s&|]/.test(first.text)) this.#readScript(first, "windows", depth);
		else this.readWords(words, depth + 1);
	}

	#readPowershell(rest: readonly Word[], depth: number): void {
		for (const [i, { text }] of rest.entries()) {
			const next = rest[i + 1];
			// It takes any beginning of a flag's name.
			if (/^-e(?:n[a-z]*|c)?$/i.test(text)) {
				if (next !== undefined) this.scripts.push({ language: "powershell", word: next, encoded: true });
				return;
			}
			if (/^-f(?:i[a-z]*)?$/i.test(text)) return;
			const isCommand = /^-c(?:o[a-z]*)?$/i.test(text) && !/^-conf/i.test(text);
			if (!isCommand && (text.startsWith("-") || POWERSHELL_VALUE.test(rest[i - 1]?.text ?? ""))) continue;
			const words = rest.slice(isCommand ? i + 1 : i);
			const [first] = words;
			if (first === undefined) return;
			if (words.length === 1 && /[\s&|;]/.test(first.text)) {
				this.scripts.push({ language: "powershell", word: first, encoded: false });
				for (const { words: inner, piped } of shellCommands(first.text, "windows"))
					this.#readLine(
						inner.map((each) => within(first, each)),
						piped,
						depth + 1,
					);
			} else this.readWords(words, depth + 1);
			return;
		}
	}
}

function afterPrefix(words: readonly Word[], start: number, program: string, valueFlags: RegExp): number {
	let at = start + 1;
	for (; at < words.length; at++) {
		const text = words[at]?.text ?? "";
		if (text === "--") return at + 1;
		if (!text.startsWith("-")) break;
		if (valueFlags.test(text)) at++;
	}
	// The duration comes first.
	return program === "timeout" ? at + 1 : at;
}

/** The word after a flag that stands before the program's own words; `valueFlags` take a word, `stop` ends the flags. */
function optionValue(words: readonly Word[], flag: RegExp, valueFlags: RegExp, stop: RegExp = /^--$/): Word | null {
	for (let i = 0; i < words.length; i++) {
		const text = words[i]?.text ?? "";
		if (flag.test(text)) return words[i + 1] ?? null;
		if (stop.test(text) || !/^[-+]/.test(text)) return null;
		if (valueFlags.test(text)) i++;
	}
	return null;
}

function gluedValue(words: readonly Word[], head: RegExp): Word | null {
	const word = words.find(({ text }) => head.test(text));
	if (word === undefined) return null;
	const from = head.exec(word.text)?.[0].length ?? 0;
	return partOfWord(word, from, word.text.length);
}
