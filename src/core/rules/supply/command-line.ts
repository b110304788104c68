import type { StdioServer } from "../../config/server.ts";
import { impostorOf, launchOf } from "../../config/wrapped.ts";
import { entryTexts } from "../entry-texts.ts";
import { LastOf } from "../last-of.ts";
import { programName } from "../program-name.ts";
import { isCommonLine } from "./common-line.ts";
import { containerRun } from "./container-run.ts";
import { LONGEST_ARGUMENT, type ShellSyntax, type ShellWord, shellCommands } from "./shell-words.ts";
import { environmentRunner, STARTS_BEHIND_DASHES, type Starter, scriptFlag, starterOf } from "./starters.ts";
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
	/** A text that is longer, or stands deeper in other ones, than is read; null: all was read. */
	readonly unread: Word | null;
	/** The same of what is started inside containers. */
	readonly contained: Omit<LaunchReading, "contained">;
}

const readings = new LastOf<StdioServer, LaunchReading>();

/**
 * Everything that an entry starts on this machine as far as its words tell: behind Sallyport's launcher, `env` and `sudo`, in the line
 * of a shell, in a command that holds its own arguments.
 */
export function readLaunch(server: StdioServer): LaunchReading {
	const known = readings.get(server);
	if (known !== undefined) return known;
	const reading = isCommonLine(entryTexts(server)) ? commonReading(server) : read(server);
	readings.set(server, reading);
	return reading;
}

const NOTHING_INSIDE: LaunchReading["contained"] = { lines: [], scripts: [], unread: null };

function commonReading({ command, args }: StdioServer): LaunchReading {
	const words = [wholeWord(command), ...args.map(wholeWord)];
	const line: CommandLine = { program: programName(command.value), words, prefixes: [], assignments: [], piped: false };
	return { lines: [line], scripts: [], unread: null, contained: NOTHING_INSIDE };
}

function read(server: StdioServer): LaunchReading {
	const launch = launchOf(server);
	const reader = new Reader();
	const command = wholeWord(launch.command);
	const words = embeddedWords(command) ?? [command];
	reader.readWords([...words, ...launch.args.map(wholeWord)], 0);
	// What only looks like the launcher may well start it all the same.
	reader.readWords((impostorOf(server)?.inner ?? []).map(wholeWord), 0);
	const inner = new Reader();
	for (const line of reader.lines) inner.readWords(containerRun(line)?.command ?? [], 0);
	for (const words of reader.elsewhere) inner.readWords(words, 0);
	if (words.length > 1 && command.text.length > LONGEST_ARGUMENT) reader.unread ??= command;
	const { lines, scripts, unread } = reader;
	return { lines, scripts, unread, contained: { lines: inner.lines, scripts: inner.scripts, unread: inner.unread } };
}

/** A text that is no script by its place, read as a line for a shell. */
export function readText(word: Word): Omit<LaunchReading, "contained"> {
	const reader = new Reader();
	reader.readScript(word, "posix", 1);
	return reader;
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

/** Scripts within scripts: honest ones end at two or three. */
const MAX_DEPTH = 8;
/** How many words a script may take from behind it, all in all. */
const MAX_PARAMETERS = 2_000;
const SHELL = /^(?:(?:ba|z|da|k|mk|fi|a|c|tc|ya|o|y|rba|rk|lk|po)?sh|nu|elvish|xonsh)$/;
const SHELL_SCRIPT = /^(?:-[a-zA-Z]*c[a-zA-Z]*|-C|--commands?|--init-command|--execute)$/;

const PACKAGE_VALUES = /^(?:-p|--package|--from|--with|--with-editable|--python|--index|--index-url|--default-index|--registry)$/;

const POWERSHELL_VALUE = /^-(?:ex[a-z]*|ep|w[a-z]*|v[a-z]*|in[a-z]*|if|out[a-z]*|of|conf[a-z]*|ps[a-z]*|se[a-z]*|cu[a-z]*)$/i;

class Reader {
	readonly lines: CommandLine[] = [];
	readonly scripts: Script[] = [];
	/** What runs in a container that is there already. */
	readonly elsewhere: (readonly Word[])[] = [];
	unread: Word | null = null;
	#parameters = 0;

	/** Words that may hold operators of a shell as words of their own. */
	readWords(words: readonly Word[], depth: number): void {
		// Such a shell is given its operators, too.
		if (/^(?:cmd|%comspec%|powershell|pwsh)$/.test(programName(words[0]?.text ?? ""))) {
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

	/** A text as a line for a shell, and what it starts. */
	readScript(word: Word, syntax: ShellSyntax, depth: number, parameters: readonly Word[] = []): void {
		this.scripts.push({ language: "shell", word, encoded: false });
		this.#readCommands(word, syntax, depth, parameters);
	}

	#readCommands(word: Word, syntax: ShellSyntax, depth: number, parameters: readonly Word[]): void {
		if (word.text.length > LONGEST_ARGUMENT || depth >= MAX_DEPTH) this.unread ??= word;
		if (depth >= MAX_DEPTH) return;
		for (const { words, piped } of shellCommands(word.text, syntax))
			this.#readLine(
				words.flatMap((each) => this.#filledIn(each.text, parameters) ?? [within(word, each)]),
				piped,
				depth + 1,
			);
	}

	/** The words behind a script that `$@`, `$1` or `$0` in it stands for; null for any other text. */
	#filledIn(text: string, parameters: readonly Word[]): readonly Word[] | null {
		const which = /^\$\{?([@*]|\d)(?::\d){0,2}\}?$/.exec(text)?.[1];
		if (which === undefined || parameters.length === 0) return null;
		const found = /\d/.test(which) ? parameters.slice(Number(which), Number(which) + 1) : parameters.slice(1);
		this.#parameters += found.length;
		if (this.#parameters <= MAX_PARAMETERS) return found;
		this.unread ??= parameters[0] ?? null;
		return null;
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
			if (program === "env" && this.#readSplit(words, at, piped, depth)) return;
			const starter = starterOf(program);
			if (starter !== null && scriptOf(words, at, program) === null) at = afterStarter(words, at, program, starter);
			else if (STARTS_BEHIND_DASHES.test(program)) {
				let dashes = at + 1;
				while (dashes < words.length && words[dashes]?.text !== "--") dashes++;
				if (dashes === words.length) break;
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
		this.#readInside(rest, depth);
	}

	#add(words: readonly Word[], prefixes: readonly Word[], assignments: readonly Word[], piped: boolean): void {
		const [first] = words;
		if (first !== undefined) this.lines.push({ program: programName(first.text), words, prefixes, assignments, piped });
	}

	/** `env -S "node x.js"`: one word that holds several. False: the line has none. */
	#readSplit(words: readonly Word[], at: number, piped: boolean, depth: number): boolean {
		for (let i = at + 1; i < words.length; i++) {
			const word = words[i];
			if (word === undefined || !word.text.startsWith("-") || word.text === "--") return false;
			const glued = /^(?:--split-string=|-[a-zA-Z]*S(?=.))/s.exec(word.text)?.[0].length;
			const line =
				glued !== undefined
					? partOfWord(word, glued, word.text.length)
					: /^(?:--split-string|-[a-zA-Z]*S)$/.test(word.text)
						? words[++i]
						: null;
			if (line === null) continue;
			if (line === undefined) return false;
			if (depth >= MAX_DEPTH || line.text.length > LONGEST_ARGUMENT) this.unread ??= line;
			if (depth >= MAX_DEPTH) return true;
			const split = shellCommands(line.text, "posix").flatMap((command) => command.words.map((each) => within(line, each)));
			this.#readLine([...split, ...words.slice(i + 1)], piped, depth + 1);
			return true;
		}
		return false;
	}

	/** The code that the arguments of a program hold. */
	#readInside(words: readonly Word[], depth: number): void {
		const program = programName(words[0]?.text ?? "");
		const rest = words.slice(1);
		if (SHELL.test(program)) this.#readShell(rest, depth);
		else if (program === "eval") for (const word of rest) this.readScript(word, "posix", depth);
		else if (program === "cmd" || program === "%comspec%") this.#readCmd(rest, depth);
		else if (/^(?:powershell|pwsh)$/.test(program)) this.#readPowershell(rest, depth);
		else if (/^python[\d.]*$|^py$/.test(program))
			this.#addCode(
				"python",
				optionValue(rest, /^-[a-zA-Z]*c$/, /^-[WX]$/, /^-[a-zA-Z]*m/) ?? gluedValue(rest, /^-[bBdEhiIOPqRsSuv]*c(?=.)/s),
			);
		else if (/^(?:node|nodejs|bun|tsx)$/.test(program))
			this.#addCode(
				"javascript",
				optionValue(rest, /^(?:-[a-z]*[ep]|--eval|--print)$/, /^(?:-r|--require|--import|--loader|-C|--conditions)$/) ??
					gluedValue(rest, /^--(?:eval|print)=/),
			);
		else if (program === "deno" && rest[0]?.text === "eval")
			this.#addCode("javascript", rest.find(({ text }, i) => i > 0 && !text.startsWith("-")) ?? null);
		else if (/^(?:perl|ruby|lua)[\d.]*$/.test(program))
			this.#addCode("other", optionValue(rest, /^-[a-zA-Z]*[eE]$/, /^-[Ir]$/) ?? gluedValue(rest, /^-[lnpaw]*e(?=.)/s));
		else if (/^php[\d.]*$/.test(program)) this.#addCode("other", optionValue(rest, /^-r$/, /^-[cd]$/) ?? gluedValue(rest, /^-r(?=.)/s));
		else if (program === "osascript") this.#addCode("other", optionValue(rest, /^-e$/, /^-l$/));
		else if (/^[gmn]?awk$/.test(program)) this.#addCode("other", rest.find(({ text }) => /\bsystem\s*\(|\|\s*getline/.test(text)) ?? null);
		else if (program === "find") this.#readFind(rest, depth);
		else if (program === "npx" || (program === "npm" && /^(?:exec|x)$/.test(rest[0]?.text ?? ""))) {
			const flags = program === "npx" ? rest : rest.slice(1);
			const script = optionValue(flags, /^(?:-c|--call)$/, /^(?:-p|--package)$/) ?? gluedValue(flags, /^--call=/);
			if (script !== null) this.readScript(script, "posix", depth);
			else this.#readPackage(flags, depth);
		} else if (/^(?:bunx|pnpx|uvx)$/.test(program)) this.#readPackage(rest, depth);
		else if (scriptFlag(program) !== null) {
			const script = scriptOf(words, 0, program);
			if (script !== null) this.readScript(script, "posix", depth);
		} else this.#readEnvironment(program, rest, depth);
	}

	/** `uvx --from x bash -c …`: a runner of packages also starts what is no package. */
	#readPackage(rest: readonly Word[], depth: number): void {
		const at = rest.findIndex(({ text }) => SHELL.test(text) || /^(?:node|python[\d.]*)$/.test(text));
		// Behind the package, the words are its own.
		if (at >= 0 && depth < MAX_DEPTH && at <= afterFlags(rest, 0, PACKAGE_VALUES, DASHED)) this.#readInside(rest.slice(at), depth + 1);
	}

	#addCode(language: Script["language"], word: Word | null): void {
		if (word === null) return;
		this.scripts.push({ language, word, encoded: false });
		if (word.text.length > LONGEST_ARGUMENT) this.unread ??= word;
	}

	#readShell(rest: readonly Word[], depth: number): void {
		const at = optionAt(rest, SHELL_SCRIPT, /^[-+][oO]$|^--(?:rcfile|init-file)$/);
		const script = at === null ? gluedValue(rest, /^--(?:commands?|init-command|execute)=/) : rest[at];
		if (script !== null && script !== undefined) this.readScript(script, "posix", depth, at === null ? [] : rest.slice(at + 1));
	}

	#readFind(rest: readonly Word[], depth: number): void {
		const exec = rest.findIndex(({ text }) => /^-(?:exec|execdir|ok|okdir)$/.test(text));
		if (exec >= 0 && depth < MAX_DEPTH) this.#readLine(rest.slice(exec + 1), false, depth + 1);
	}

	/** `uv run bash -c …`: the line is the runner's, the code that of the program that it runs. */
	#readEnvironment(program: string, rest: readonly Word[], depth: number): void {
		const runner = environmentRunner(program);
		if (runner === null) return;
		let start = afterFlags(rest, 0, runner.values, DASHED);
		if (/^(?:compose|container)$/.test(rest[start]?.text ?? "")) start = afterFlags(rest, start + 1, runner.values, DASHED);
		if (!runner.subcommands.test(rest[start]?.text ?? "")) return;
		const inner = rest.slice(afterFlags(rest, start + 1, runner.values, DASHED) + runner.operands);
		if (runner.elsewhere) this.elsewhere.push(inner);
		else if (depth < MAX_DEPTH) this.#readInside(inner, depth + 1);
	}

	#readCmd(rest: readonly Word[], depth: number): void {
		for (const [i, word] of rest.entries()) {
			// `/s/c`, `/cecho`: flags need no blank between them, nor behind them.
			const flags = /^(?:\/(?:[adqsu]|[efvt](?::[^/]*)?))*\/[ckr]/i.exec(word.text)?.[0];
			if (flags === undefined) {
				if (!word.text.startsWith("/")) return;
				continue;
			}
			const glued = flags.length < word.text.length ? [partOfWord(word, flags.length, word.text.length)] : [];
			const words = [...glued, ...rest.slice(i + 1)];
			const [first] = words;
			if (first === undefined) return;
			if (words.length === 1 && /[\s&|]/.test(first.text)) this.readScript(first, "cmd", depth);
			else if (depth >= MAX_DEPTH) this.unread ??= first;
			else this.readWords(words.map(withoutCarets), depth + 1);
			return;
		}
	}

	#readPowershell(rest: readonly Word[], depth: number): void {
		for (const [i, word] of rest.entries()) {
			const text = powershellFlag(word.text);
			const next = rest[i + 1];
			// It takes any beginning of a flag's name.
			if (/^-e(?:n[a-z]*|c)?$/i.test(text)) {
				if (next !== undefined) this.scripts.push({ language: "powershell", word: next, encoded: true });
				return;
			}
			if (/^-f(?:i[a-z]*)?$/i.test(text)) return;
			const isCommand = /^-c(?:o[a-z]*)?$/i.test(text) && !/^-conf/i.test(text);
			if (!isCommand && (text.startsWith("-") || POWERSHELL_VALUE.test(powershellFlag(rest[i - 1]?.text ?? "")))) continue;
			const words = rest.slice(isCommand ? i + 1 : i);
			const [first] = words;
			if (first === undefined) return;
			if (words.length === 1 && /[\s&|;]/.test(first.text)) {
				this.#addCode("powershell", first);
				this.#readCommands(first, "windows", depth, []);
			} else if (depth >= MAX_DEPTH) this.unread ??= first;
			else this.readWords(words, depth + 1);
			return;
		}
	}
}

/** How far a script's flag is looked for behind its program; what stands further away is found as an argument like any other. */
const MOST_LOOKED_AT = 50;
const DASHED = /^-/;

/** PowerShell takes a slash and the longer dashes of typesetters for a hyphen. */
function powershellFlag(text: string): string {
	return text.replace(/^(?:[\u2013-\u2015]|\/(?=[A-Za-z]+$))/, "-");
}

/** `cmd` drops them. */
function withoutCarets(word: Word): Word {
	return word.text.includes("^") ? { ...word, text: word.text.replace(/\^(.)/gs, "$1") } : word;
}

/** The line for a shell that one of these programs is given behind a flag; null: none. */
function scriptOf(words: readonly Word[], at: number, program: string): Word | null {
	const flag = scriptFlag(program);
	if (flag === null) return null;
	const near = words.slice(at + 1, at + MOST_LOOKED_AT);
	const found = near.findIndex(({ text }) => flag.test(text));
	return found >= 0 ? (near[found + 1] ?? null) : gluedValue(near, /^--(?:command|session-command|exec|run)=/);
}

function afterStarter(words: readonly Word[], start: number, program: string, { values, operands, flags }: Starter): number {
	let at = start + 1;
	// The title of a window, in quotes that are gone.
	if (program === "start" && isTitle(words[at])) at++;
	at = afterFlags(words, at, values, flags);
	// Its operands need not be there: then nothing is started.
	return Math.min(at + operands, words.length);
}

function isTitle(word: Word | undefined): boolean {
	return word !== undefined && (word.text === "" || word.argument.value.charAt(word.from) === '"');
}

/** Where flags end. */
function afterFlags(words: readonly Word[], start: number, values: RegExp, flags: RegExp): number {
	let at = start;
	for (; at < words.length; at++) {
		const text = words[at]?.text ?? "";
		if (text === "--") return at + 1;
		if (!flags.test(text)) break;
		if (values.test(text)) at++;
	}
	return Math.min(at, words.length);
}

/** The word after a flag that stands before the program's own words; `valueFlags` take a word, `stop` ends the flags. */
function optionValue(words: readonly Word[], flag: RegExp, valueFlags: RegExp, stop: RegExp = /^--$/): Word | null {
	const at = optionAt(words, flag, valueFlags, stop);
	return at === null ? null : (words[at] ?? null);
}

function optionAt(words: readonly Word[], flag: RegExp, valueFlags: RegExp, stop: RegExp = /^--$/): number | null {
	for (let i = 0; i < words.length; i++) {
		const text = words[i]?.text ?? "";
		if (flag.test(text)) return i + 1;
		if (stop.test(text) || !/^[-+]/.test(text)) return null;
		if (valueFlags.test(text)) i++;
	}
	return null;
}

function gluedValue(words: readonly Word[], head: RegExp): Word | null {
	let before = "";
	for (const word of words) {
		const { text } = word;
		const from = head.exec(text)?.[0].length;
		if (from !== undefined) return partOfWord(word, from, text.length);
		// Behind the flags and their values, the words are the program's own.
		if (!/^[-+]/.test(text) && !/^[-+]/.test(before)) return null;
		before = text;
	}
	return null;
}
