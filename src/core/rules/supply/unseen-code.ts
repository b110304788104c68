import type { StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { own } from "../../own.ts";
import { LastOf } from "../last-of.ts";
import { type CommandLine, type LaunchReading, readLaunch, readText } from "./command-line.ts";
import { isOnShare } from "./folders.ts";
import { LONGEST_ARGUMENT } from "./shell-words.ts";
import { DECODED, DOWNLOADED, inScript, inShell, REMOTE } from "./unseen-text.ts";
import { type Word, wholeWord } from "./word.ts";

export interface UnseenCode {
	readonly word: Word;
	/** A sentence. */
	readonly what: string;
}

const known = new LastOf<StdioServer, UnseenCode | null>();

/** The first place where a launch line runs what it downloads or decodes, or what is too long to be read; null where none does. */
export function unseenCode(server: StdioServer): UnseenCode | null {
	const before = known.get(server);
	if (before !== undefined) return before;
	const reading = readLaunch(server);
	const found =
		inReading(reading) ??
		inReading(reading.contained) ??
		inArguments(server, reading.lines) ??
		tooLong(reading) ??
		tooLong(reading.contained);
	known.set(server, found);
	return found;
}

const TOO_LONG = "This code is longer, or stands deeper in other code, than anybody reads.";

function tooLong({ unread }: Pick<LaunchReading, "unread">): UnseenCode | null {
	return unread === null ? null : { word: unread, what: TOO_LONG };
}

/**
 * Whatever is started may hand its arguments to a shell, and more programs do than anybody can list: each is looked at as if it were a
 * line for one. Not where it is known whose words they are: what a package or a script is told is its own business.
 */
function inArguments(server: StdioServer, [first]: readonly CommandLine[]): UnseenCode | null {
	if (first === undefined || KNOWN_WORDS.test(first.program)) return null;
	const { command, args } = launchOf(server);
	for (const argument of [command, ...args]) {
		if (!/\s/.test(argument.value) || !MAY_BE_A_LINE.test(argument.value)) continue;
		const word = wholeWord(argument);
		const what = inShell(argument.value, true);
		if (what !== null) return { word, what };
		const { lines, scripts } = readText(word);
		const found = inReading({ lines, scripts: scripts.slice(1) });
		if (found !== null) return { word, what: found.what };
	}
	// Some hosts hand the whole line to a shell, operators included.
	const pipe = args.findIndex(({ value }) => value.startsWith("|"));
	if (pipe < 0) return null;
	const line = [command, ...args].map(({ value }) => value).join(" ");
	const what = inShell(line.slice(0, LONGEST_ARGUMENT), true);
	return what === null ? null : { word: wholeWord(args[pipe] ?? command), what };
}

/** Programs that are read word by word: what of their arguments is code is a script already. */
const KNOWN_WORDS =
	/^(?:np[mx]|pnp[mx]|yarn|bunx?|uvx?|pipx|pip[\d.]*|node|nodejs|deno|tsx|ts-node|python[\d.]*|pyw?|pypy\d?|java|dotnet|dnx|go|cargo|ruby|perl|php|lua|(?:ba|z|da|k|a|fi)?sh|cmd|powershell|pwsh|docker|podman|nerdctl|claude|codex|gemini|goose|opencode)$/;

const MAY_BE_A_LINE =
	/\b(?:curl|wget|base64|base32|openssl|xxd|nc|ncat|netcat|socat|iex|invoke-expression|powershell|pwsh|mshta|fetch|aria2c|certutil|bitsadmin|irm|iwr|regsvr32)\b|\/dev\/(?:tcp|udp)\//i;

function inReading({ lines, scripts }: Pick<LaunchReading, "lines" | "scripts">): UnseenCode | null {
	for (const script of scripts) {
		const what = inScript(script);
		if (what !== null) return { word: script.word, what };
	}
	const chained = inLines(lines);
	if (chained === null) return null;
	// A text is pointed at as a whole: its parts do the harm together.
	const { argument } = chained.word;
	const around = scripts.find(({ word }) => word.argument === argument)?.word;
	return { word: around ?? wholeWord(argument), what: chained.what };
}

const SHELL = /^(?:(?:ba|z|da|k|mk|fi|a|c|tc)?sh|source|\.|eval|iex|invoke-expression)$/;
const INTERPRETER = /^(?:python[\d.]*|node|nodejs|perl|ruby|php|lua|bun|deno|osascript|powershell|pwsh|cmd)$/;
const DOWNLOADER =
	/^(?:curl|wget|fetch|aria2c|http|https|xh|lwp-download|iwr|irm|invoke-webrequest|invoke-restmethod|certutil|bitsadmin|lynx|ftp|tftp)$/;

/** `curl … | sh`, `echo … | base64 -d | sh`, and a file that is fetched in one line and started in a later one. */
function inLines(lines: readonly CommandLine[]): UnseenCode | null {
	const [only] = lines;
	if (only === undefined || (lines.length === 1 && !BY_ITSELF.test(only.program))) return null;
	let stream: string | null = null;
	const files = new Set<string>();
	for (const line of lines) {
		const [first] = line.words;
		if (first === undefined) continue;
		const { program } = line;
		if (stream !== null && readsCode(line)) return { word: first, what: stream };
		if (own(REMOTE_CODE, program)?.(line.words) === true) return { word: first, what: DOWNLOADED };
		if (givesShell(line)) return { word: first, what: REMOTE };
		if (files.size > 0 && starts(line, files)) return { word: first, what: DOWNLOADED };
		const decodes = isDecoder(line);
		const downloads = DOWNLOADER.test(program) && line.words.some(({ text }) => /^(?:https?|ftp):\/\/|^\$|\.[a-z]{2,}\//i.test(text));
		if (downloads) for (const file of savedFiles(line)) files.add(file);
		const source: string | null = decodes ? DECODED : downloads ? DOWNLOADED : stream;
		stream = line.piped ? source : null;
	}
	return null;
}

/** Programs that are enough in one line: those below, and those that hand a shell out. */
const BY_ITSELF = /^(?:mshta|regsvr32|msiexec|rundll32|wscript|cscript|nc|ncat|netcat|socat)[\d.]*$/;

/** Programs of Windows that run what an address sends, by their arguments. */
const REMOTE_CODE: Readonly<Partial<Record<string, (words: readonly Word[]) => boolean>>> = {
	mshta: (words) => words.some(({ text }) => /^(?:https?|javascript|vbscript):/i.test(text)),
	regsvr32: (words) => words.some(({ text }) => /^[/-]i:"?(?:https?|ftp):/i.test(text)),
	msiexec: (words) => words.some(({ text }) => /^(?:[/-](?:i|package)"?)?https?:/i.test(text)),
	rundll32: (words) => words.some(({ text }) => /^(?:javascript|vbscript):/i.test(text) || isOnShare(text)),
	wscript: (words) => words.some(({ text }) => /^https?:/i.test(text) || isOnShare(text)),
	cscript: (words) => words.some(({ text }) => /^https?:/i.test(text) || isOnShare(text)),
};

const ANY_SHELL = /(?:^|[\\/,:"'=])(?:(?:ba|z|da|k|a)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)(?:$|[\s,"'])/i;

/** `nc -e /bin/sh host 80`, `socat tcp:host:80 exec:sh`. */
function givesShell({ program, words }: CommandLine): boolean {
	if (/^(?:nc|ncat|netcat)[\d.]*$/.test(program))
		return words.some(
			({ text }, i) =>
				(/^(?:-[a-zA-Z]*[ec]|--(?:sh-)?exec)$/.test(text) && ANY_SHELL.test(words[i + 1]?.text ?? "")) ||
				(/^(?:-[a-zA-Z]*[ec]|--(?:sh-)?exec=)./.test(text) && ANY_SHELL.test(text.replace(/^-\w/, ""))),
		);
	if (!/^socat\d*$/.test(program)) return false;
	const runs = words.some(({ text }) => /^(?:exec|system|shell):/i.test(text) && ANY_SHELL.test(text));
	return runs && words.some(({ text }) => /^(?:tcp|ssl|openssl|udp|sctp|dtls|socks)[\w-]*:(?!localhost|127\.)/i.test(text));
}

/** True for a shell or an interpreter that is given no program of its own: it runs what it reads. */
function readsCode({ program, words, prefixes }: CommandLine): boolean {
	const rest = words.slice(1).map(({ text }) => text);
	// `| xargs sh -c`
	if (SHELL.test(program) && /^-\w*c$/.test(rest.at(-1) ?? "") && prefixes.some(({ text }) => /^g?xargs$/.test(text))) return true;
	if (/^(?:iex|invoke-expression)$/.test(program)) return true;
	if (SHELL.test(program))
		return (
			program !== "." &&
			program !== "source" &&
			(rest.includes("-s") || rest.every((text) => /^[-+]/.test(text) && !/^-[a-zA-Z]*c/.test(text)))
		);
	return (
		INTERPRETER.test(program) && (rest.length === 0 || rest[0] === "-" || (program === "deno" && rest[0] === "run" && rest.includes("-")))
	);
}

function isDecoder({ program, words }: CommandLine): boolean {
	const flags = words.slice(1).map(({ text }) => text);
	if (/^(?:base64|base32|gbase64)$/.test(program)) return flags.some((flag) => /^(?:-d|-D|--decode|-di|-id)$/.test(flag));
	if (program === "openssl") return flags.includes("-d") && flags.some((flag) => /^(?:enc|base64|-base64|-a)$/.test(flag));
	return program === "xxd" && flags.some((flag) => /^-\w*r/.test(flag));
}

/** `-o FILE`, also as the last of several short flags: `-sSLo FILE`. */
const OUTPUT = /^(?:-\w*o|--output|--output-document|-[Oo]ut[Ff]ile|1?>)$/;

/** Where a download is put; the last part of its path. */
function* savedFiles({ program, words }: CommandLine): Iterable<string> {
	if (/^(?:certutil|bitsadmin)$/.test(program)) yield words.at(-1)?.text ?? "";
	const keepsName = program === "wget" || words.some(({ text }) => /^(?:-\w*O|--remote-name)$/.test(text));
	for (const [i, { text }] of words.entries()) {
		const next = words[i + 1]?.text;
		if (next !== undefined && (OUTPUT.test(text) || (program === "wget" && /^-\w*O$/.test(text)))) yield next;
		const glued = /^(?:--output(?:-document)?=|>)(.+)$/.exec(text)?.[1];
		if (glued !== undefined) yield glued;
		if (keepsName && /^https?:/i.test(text)) yield text.replace(/[?#].*$/s, "").replace(/^.*\//s, "");
	}
}

/** True when a line runs one of these files, by itself or through a shell. */
function starts({ program, words }: CommandLine, files: ReadonlySet<string>): boolean {
	const isOne = (text: string): boolean => files.has(text) || files.has(text.replace(/^\.[\\/]/, ""));
	if (isOne(words[0]?.text ?? "")) return true;
	if (!SHELL.test(program) && !INTERPRETER.test(program)) return false;
	const script = words.find(({ text }, i) => i > 0 && !text.startsWith("-"));
	return script !== undefined && isOne(script.text);
}
