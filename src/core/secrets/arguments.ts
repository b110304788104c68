import { decompose } from "./decompose.ts";
import { type Detection, judgeAll } from "./judge.ts";
import { classifyKey } from "./keys.ts";
import type { Part } from "./parts/part.ts";
import { type Piece, subPiece, unquotePiece, wholePiece } from "./piece.ts";
import { candidatesIn } from "./running-text.ts";

export interface ArgumentDetection extends Detection {
	/** Which argument holds it. */
	readonly index: number;
}

/** Secrets in a command line: flags and their values, headers, variables for containers, scripts for shells. `command` tells what short flags mean. */
export function detectInArguments(args: readonly string[], command = ""): readonly ArgumentDetection[] {
	const byIndex = new Map<number, Part[]>();
	for (const { index, parts } of argumentParts(
		args.map((text) => wholePiece(text)),
		0,
		PASSWORD_FLAGS.get(programName(command)),
	)) {
		const known = byIndex.get(index) ?? [];
		for (const part of parts) known.push(part);
		byIndex.set(index, known);
	}
	return [...byIndex].flatMap(([index, parts]) => judgeAll(parts, args[index] ?? "").map((detection) => ({ ...detection, index })));
}

/** Secrets in a command that holds its own arguments: `npx server --token xyz`. */
export function detectInCommandLine(text: string): readonly Detection[] {
	const piece = wholePiece(text);
	// One word is the name of a program, however odd.
	if (!/\s/.test(text)) return judgeAll(decompose(null, piece), text).filter(({ confident }) => confident);
	return judgeAll(
		argumentParts(shellWords(piece), 1).flatMap(({ parts }) => parts),
		text,
	);
}

interface ArgumentParts {
	readonly index: number;
	readonly parts: readonly Part[];
}

const PAIR_FLAGS =
	/^(?:-e|-E|--env|--environment|--env-var|--build-arg|--set|--set-string|--set-env|--define|-D|-c|--config|--var|--secret|--label|-o|--option|--arg|--param|--data|-d|-F|--form)$/;
const HEADER_FLAGS = /^(?:-H|--header|--headers|--http-header|--extra-header|--add-header|--proxy-header)$/;
const LOGIN_FLAGS = /^(?:-u|-U|--user|--proxy-user|--basic-auth|--creds|--credentials|--login|--auth)$/;
const MAX_SHELL_DEPTH = 3;
/** No command line has more; beyond, only what gives itself away is looked for. */
const MOST_WORDS = 2_000;

function argumentParts(args: readonly Piece[], depth = 0, program?: PasswordFlag): readonly ArgumentParts[] {
	const found: ArgumentParts[] = [];
	let flag: string | null = null;
	let word: string | null = null;
	let own = program;
	let isLogin = false;
	for (const [index, piece] of args.entries()) {
		const { text } = piece;
		if (index >= MOST_WORDS) {
			found.push({ index, parts: [{ key: null, piece, role: "value" }] });
			continue;
		}
		const previous: string | null = flag;
		const named: string | null = word;
		flag = null;
		word = null;
		own = PASSWORD_FLAGS.get(programName(text)) ?? own;
		// What is between a name and its value: `$env:KEY = x`, `--with-token <<< x`.
		if (text === "=" || text === "<<<") {
			flag = previous;
			word = named;
			continue;
		}
		if (previous !== null && isLogin && LOGIN_VALUE_FLAGS.test(previous) && !text.startsWith("-")) {
			found.push({ index, parts: decompose(/^-[pP]$/.test(previous) ? "password" : "key", piece) });
			continue;
		}
		if (previous !== null && /^-[pP]$/.test(previous) && isChosenPassword(text)) {
			found.push({ index, parts: decompose("password", piece) });
			continue;
		}
		if (own !== undefined && previous === own.flag) {
			found.push({ index, parts: decompose("password", piece) });
			continue;
		}
		if (own?.glued === true && text.startsWith(own.flag) && text.length > own.flag.length && !text.startsWith("--")) {
			found.push({ index, parts: decompose("password", subPiece(piece, own.flag.length, text.length)) });
			continue;
		}
		if (previous !== null && (!text.startsWith("-") || /^-----BEGIN/.test(text) || expectsSecret(previous))) {
			if (!/^--?[A-Za-z][\w-]*(?:=|$)/.test(text)) {
				found.push({ index, parts: flagValue(previous, piece, depth) });
				continue;
			}
		}
		const glued = /^-([eDPE])(?=[A-Za-z_]\w*=)/.exec(text);
		const assigned = glued ?? /^(--?[A-Za-z][\w.-]*|\/[A-Za-z][\w-]*(?=:))(?:=|:(?=\S))/.exec(text);
		if (glued !== null) found.push({ index, parts: decompose(null, subPiece(piece, 2, text.length)) });
		else if (assigned !== null)
			found.push({ index, parts: flagValue(assigned[1] ?? "", subPiece(piece, assigned[0].length, text.length), depth) });
		else if (/^--?[A-Za-z][\w.-]*$/.test(text)) {
			flag = text;
			const parts = decompose(null, piece);
			if (text.length > 24) found.push({ index, parts });
		} else {
			found.push({ index, parts: positional(named, piece, depth) });
			if (LOGIN_WORDS.test(text)) isLogin = true;
			if (/^(?:\$env:)?[A-Za-z][\w.:-]*$/.test(text) && text.length <= 60) word = text.replace(/^\$env:|:$/g, "");
			else if (/^\/\/[\w.:/-]{1,80}:_\w+$/.test(text)) word = text.slice(text.lastIndexOf(":") + 1);
		}
	}
	return found;
}

const LOGIN_WORDS = /^(?:login|auth|authenticate|signin|auth:token|logon)$/;
/** After a word for logging in these take a secret, whatever the program. */
const LOGIN_VALUE_FLAGS = /^-[pPtka]$/;

/** Letters, digits and signs, and no path, port or mapping of ports. */
function isChosenPassword(text: string): boolean {
	return /^[^\s/\\:=,]{8,64}$/.test(text) && /[A-Za-z]/.test(text) && /\d/.test(text) && /[!#$%&*@^?+~]/.test(text);
}

interface PasswordFlag {
	readonly flag: string;
	/** True when the password follows without a blank. */
	readonly glued?: true;
}

/** Programs whose short flag takes a password. */
const PASSWORD_FLAGS: ReadonlyMap<string, PasswordFlag> = new Map([
	["sshpass", { flag: "-p", glued: true }],
	["mysql", { flag: "-p", glued: true }],
	["mysqldump", { flag: "-p", glued: true }],
	["mariadb", { flag: "-p", glued: true }],
	["redis-cli", { flag: "-a" }],
	["mongosh", { flag: "-p" }],
	["mongo", { flag: "-p" }],
	["sqlcmd", { flag: "-P" }],
]);

function programName(text: string): string {
	return text.slice(text.lastIndexOf("/") + 1);
}

function expectsSecret(flag: string): boolean {
	const kind = classifyKey(flag.replace(/^-+/, ""));
	return kind === "password" || kind === "secret";
}

function flagValue(flag: string, piece: Piece, depth: number): readonly Part[] {
	const name = flag.replace(/^[-/]+/, "");
	if (HEADER_FLAGS.test(flag)) return headerParts(piece);
	if (LOGIN_FLAGS.test(flag) && piece.text.includes(":")) return decompose("userpwd", piece);
	if (PAIR_FLAGS.test(flag)) {
		// What a container is given is no script, whatever blanks are in it.
		const isPair = /^[A-Za-z_][\w.-]*=[^=]/.test(piece.text) && flag !== "-c";
		const parts = isPair ? null : shellParts(piece, depth);
		return parts ?? decompose(isPair || !expectsSecret(flag) ? null : name, piece);
	}
	const kind = classifyKey(name);
	if (kind === "neutral" || kind === "public") {
		const parts = shellParts(piece, depth);
		if (parts !== null) return parts;
	}
	return decompose(name, piece);
}

/** `Name: value`, also `Name=value` and `Name:value`. */
function headerParts(piece: Piece): readonly Part[] {
	const match = /^\s*["']?([A-Za-z][\w-]*)\s*[:=]\s*/.exec(piece.text);
	if (match === null) return decompose(null, piece);
	const end = /^\s*["']/.test(piece.text) ? piece.text.replace(/["']\s*$/, "").length : piece.text.length;
	return decompose(match[1] ?? null, subPiece(piece, match[0].length, Math.max(end, match[0].length)));
}

/** Nothing that short is found without a name beside it. */
const SHORTEST_UNNAMED = 12;

function positional(named: string | null, piece: Piece, depth: number): readonly Part[] {
	if (named === null && piece.text.length < SHORTEST_UNNAMED && /^[\w.-]*$/.test(piece.text)) return [];
	const parts = shellParts(piece, depth);
	if (parts !== null) return parts;
	const kind = classifyKey(named);
	if (named !== null && LOGIN_WORDS.test(named)) return decompose("key", piece);
	return decompose(kind === "secret" || kind === "password" ? named : null, piece);
}

/** The words of a script for a shell; null when the text is one word, or structured otherwise. */
function shellParts(piece: Piece, depth: number): readonly Part[] | null {
	const { text } = piece;
	if (
		depth >= MAX_SHELL_DEPTH ||
		text.length > 65_536 ||
		!/\s/.test(text.trim()) ||
		/^\s*[{[]\s*["{[\]}]/.test(text) ||
		text.includes("-----BEGIN")
	)
		return null;
	// One assignment or header with blanks in its value is no script.
	if (/^[A-Za-z][\w-]*\s*:\s*\S+(?:\s+\S+)?$/.test(text) || /^[^\s=]+=[^;&|\n]*;\s*\w[\w ]*=/.test(text)) return null;
	const words = shellWords(piece);
	if (words.length < 2) return null;
	// No script has that many words on purpose: what is given to a name that tells is still read below.
	const parts = words.length > MOST_WORDS ? [] : argumentParts(words, depth + 1).flatMap((entry) => entry.parts);
	// Code of other languages has no words of a shell: `os.environ["KEY"] = "…"`.
	const code = candidatesIn(text).flatMap(({ name, start, end }) => decompose(name, subPiece(piece, start, end), depth));
	return [...parts, ...code];
}

/** Splits at blanks and operators, with quotes taken off; an assignment keeps its name: `A='b c'` is one word. Linear in time. */
function shellWords(piece: Piece): readonly Piece[] {
	const words: Piece[] = [];
	const { text } = piece;
	let start = -1;
	const finish = (end: number): void => {
		if (start >= 0) words.push(unquotePiece(subPiece(piece, start, end)));
		start = -1;
	};
	let i = 0;
	while (i < text.length) {
		const c = text.charAt(i);
		const operator = c === ";" || text.startsWith("&&", i) || text.startsWith("||", i);
		if (operator || /\s/.test(c)) {
			finish(i);
			i += operator && c !== ";" ? 2 : 1;
			continue;
		}
		if (start < 0) start = i;
		if (c === "\\") i += 2;
		else if (c === '"' || c === "'") i = quoteEnd(text, i);
		else i++;
	}
	finish(text.length);
	return words;
}

/** After the closing quote; right after the opening one when there is none. */
function quoteEnd(text: string, at: number): number {
	const quote = text.charAt(at);
	for (let i = at + 1; i < text.length; i++) {
		if (text[i] === "\\" && quote === '"') i++;
		else if (text[i] === quote) return i + 1;
	}
	return Math.max(at + 1, text.length);
}
