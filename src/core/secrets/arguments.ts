import { decompose } from "./decompose.ts";
import { Harmless } from "./harmless.ts";
import { hereDocuments } from "./here-documents.ts";
import { type Detection, judgeAll, judgeTokens } from "./judge.ts";
import { classifyKey } from "./keys.ts";
import { credential, type Part } from "./parts/part.ts";
import { type Piece, subPiece, unquotePiece, wholePiece } from "./piece.ts";
import { type PasswordFlag, passwordFlag, readFromPipe } from "./programs.ts";
import { chosenWord } from "./prose.ts";
import { isRandom } from "./randomness.ts";
import { candidatesIn } from "./running-text.ts";
import { isOrdinary } from "./shapes.ts";
import { shellWords } from "./shell-words.ts";
import { hasAny, SIGN } from "./signs.ts";
import { calledWith } from "./tool-call.ts";
import { DICTIONARY } from "./words.ts";

export interface ArgumentDetection extends Detection {
	/** Which argument holds it. */
	readonly index: number;
}

/** Secrets in a command line: flags and their values, headers, variables for containers, scripts for shells. `command` tells what short flags mean. */
export function detectInArguments(args: readonly string[], command = ""): readonly ArgumentDetection[] {
	return harmless.searchAll(command, args, () => detectAnew(args, command));
}

const harmless = new Harmless();
const programs = new Harmless();

function detectAnew(args: readonly string[], command: string): readonly ArgumentDetection[] {
	const found = argumentParts(
		args.map((text) => wholePiece(text)),
		0,
		passwordFlag(command),
		OF_DIGESTS.test(command),
	);
	if (found.length === 0) return [];
	const byIndex = new Map<number, Part[]>();
	for (const { index, parts } of found) {
		const known = byIndex.get(index) ?? [];
		for (const part of parts) known.push(part);
		byIndex.set(index, known);
	}
	return [...byIndex].flatMap(([index, parts]) => judgeAll(parts, args[index] ?? "").map((detection) => ({ ...detection, index })));
}

/** No system starts a longer command; in what is longer only tokens of a known form are looked for. */
const LONGEST_LINE = 131_072;

/** Secrets in a command that holds its own arguments: `npx server --token xyz`. */
export function detectInCommandLine(text: string): readonly Detection[] {
	const piece = wholePiece(text);
	if (text.length > LONGEST_LINE) return judgeTokens(text);
	// One word is the name of a program, however odd.
	if (!/\s/.test(text))
		return programs.search(null, text, () => judgeAll(decompose(null, piece), text).filter(({ confident }) => confident));
	return judgeAll(
		argumentParts(shellWords(piece), 1).flatMap(({ parts }) => parts),
		text,
	);
}

/** What a script that a person wrote as one text is made of: its words, and what is given to names in it; null for one word. */
export function commandParts(piece: Piece): readonly Part[] | null {
	return shellParts(piece, 0);
}

interface ArgumentParts {
	readonly index: number;
	readonly parts: readonly Part[];
}

const PAIR_FLAGS =
	/^(?:-e|-E|--env|--environment|--env-var|--build-arg|--set|--set-string|--set-env|--define|-D|-c|--config|--var|--secret|--label|-o|--option|--arg|--param|--data|-d|-F|--form)$/;
const HEADER_FLAGS = /^(?:-H|--(?:[a-z]{2,12}-){0,2}headers?)$/;
const LOGIN_FLAGS = /^(?:-u|-U|--user|--proxy-user|--basic-auth|--creds|--credentials|--login|--auth)$/;
const MAX_SHELL_DEPTH = 3;
/** No command line has more; beyond, only what gives itself away is looked for. */
const MOST_WORDS = 2_000;

function argumentParts(
	args: readonly Piece[],
	depth = 0,
	program: PasswordFlag | null = null,
	ofDigests = false,
): readonly ArgumentParts[] {
	const found: ArgumentParts[] = [];
	// Most lines have neither.
	if (args.some(({ text }) => text === "|" || text.startsWith(">"))) {
		const words = args.slice(0, MOST_WORDS);
		found.push(...pipedParts(words), ...filedParts(words));
	}
	let flag: string | null = null;
	let word: string | null = null;
	let own = program;
	let isLogin = false;
	const hasDigests = ofDigests || args.some(({ text }) => text.length <= 200 && OF_DIGESTS.test(text));
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
		own = passwordFlag(text) ?? own;
		// What is between a name and its value: `$env:KEY = x`, `--with-token <<< x`.
		if (text === "=" || text === "<<<") {
			flag = previous;
			word = named;
			continue;
		}
		if (hasDigests && DIGEST.test(text) && (previous === null || !expectsSecret(previous))) continue;
		const isHere = args[index - 1]?.text === "<<<";
		const here = isHere ? piece : text.startsWith("<<<") ? unquotePiece(subPiece(piece, 3, text.length)) : null;
		if (here !== null && readsPassword(args, index)) {
			found.push({ index, parts: decompose("password", here) });
			continue;
		}
		if (named !== null && args[index - 2] !== undefined && HEADER_FLAGS.test(args[index - 2]?.text ?? "")) {
			found.push({ index, parts: decompose(nameOfHeader(named, text), piece) });
			continue;
		}
		if (isHere && named !== null) {
			found.push({ index, parts: decompose(named, piece) });
			continue;
		}
		// What it reads comes from elsewhere: the next word is another's.
		if (previous?.endsWith("-stdin") === true && !isHere) continue;
		if (previous !== null && isLogin && LOGIN_VALUE_FLAGS.test(previous) && !text.startsWith("-")) {
			found.push({ index, parts: decompose(/^-[pP]$/.test(previous) ? "password" : "key", piece) });
			continue;
		}
		if (
			previous !== null &&
			((/^-[pP]$/.test(previous) && isChosenPassword(text)) ||
				(own?.glued !== "must" && previous === own?.flag) ||
				(own?.other !== undefined && previous === own.other))
		) {
			found.push({ index, parts: decompose("password", piece) });
			continue;
		}
		if (previous !== null && own === null && /^-[pPw]$/.test(previous) && mayBeChosen(text)) {
			found.push({ index, parts: decompose("password", piece).map((part) => ({ ...part, doubtful: true as const })) });
			continue;
		}
		if (previous !== null && HEADER_FLAGS.test(previous) && /^[A-Za-z][\w-]{2,40}$/.test(text) && !isRandom(text, SHORTEST_UNFLAGGED)) {
			// `-H X-Api-Key value`
			word = text;
			continue;
		}
		if (previous !== null && EXPORT_FLAGS.test(previous) && /^[A-Z][A-Z0-9_]{2,60}$/.test(text)) {
			// `set -gx API_KEY value`
			word = text;
			continue;
		}
		if (own?.glued !== undefined && text.startsWith(own.flag) && text.length > own.flag.length && !text.startsWith("--")) {
			found.push({ index, parts: decompose("password", subPiece(piece, own.flag.length, text.length)) });
			continue;
		}
		if (own === null && text.length > 9 && /^-p[^-=]/.test(text) && isChosenPassword(text.slice(2)) && args.some(isUserFlag)) {
			found.push({ index, parts: decompose("password", subPiece(piece, 2, text.length)) });
			continue;
		}
		if (previous !== null && (!text.startsWith("-") || /^-----BEGIN/.test(text) || expectsSecret(previous))) {
			if (!/^--?[A-Za-z][\w-]*(?:=|$)/.test(text) && !SLASH_FLAG.test(text)) {
				found.push({ index, parts: flagValue(previous, piece, depth) });
				continue;
			}
		}
		const isGiven = hasAny(text, SIGN.equals | SIGN.colon);
		const glued = isGiven ? /^-([eDPE])(?=[A-Za-z_]\w*=)/.exec(text) : null;
		const assigned = !isGiven ? null : (glued ?? /^(--?\p{L}[\p{L}\p{M}\w.-]*|\/[A-Za-z][\w-]*(?=[:=]))(?:=|:(?=\S))/u.exec(text));
		if (glued !== null) found.push({ index, parts: decompose(null, subPiece(piece, 2, text.length)) });
		else if (assigned !== null) {
			found.push({ index, parts: flagValue(assigned[1] ?? "", subPiece(piece, assigned[0].length, text.length), depth) });
			// `net use … /user:sam password`
			if (/^\/u(?:ser)?$/i.test(assigned[1] ?? "")) flag = "-p";
		} else if ((text.startsWith("-") && /^--?\p{L}[\p{L}\p{M}\w.-]*$/u.test(text)) || (SLASH_FLAG.test(text) && expectsSecret(text))) {
			flag = text;
			if (text.length > 24) found.push({ index, parts: decompose(null, piece) });
		} else {
			found.push({ index, parts: positional(named, piece, depth) });
			if (LOGIN_WORDS.test(text)) isLogin = true;
			if (/^\(?(?:\$env:)?[A-Za-z][\w.:-]*$/.test(text) && text.length <= 60) word = text.replace(/^\(?(?:\$env:)?|:$/g, "");
			else if (/^\/\/[\w.:/-]{1,80}:_\w+$/.test(text)) word = text.slice(text.lastIndexOf(":") + 1);
		}
	}
	return found;
}

/** Programs whose arguments are names of commits, or sums of files. */
const OF_DIGESTS = /(?:^|[\s(;|&/`])(?:git|jj|hg|(?:sha\d{0,3}|md5|b2|ck)sum|shasum)(?:\.exe)?(?=\s|$)/;
const DIGEST = /^(?:[\w./-]{0,60}[@:])?(?:[0-9a-f]{7,64}\.{2,3})?[0-9a-f]{32,128}(?:[\^~:].{0,60}|\s.{0,60})?$/;
const LOGIN_WORDS = /^(?:login|auth|authenticate|signin|auth:token|logon)$/;
/** After a word for logging in these take a secret, whatever the program. */
const LOGIN_VALUE_FLAGS = /^-[pPtka]$/;

/** Flags of shells that hand a variable on; its name and its value follow. */
const EXPORT_FLAGS = /^-(?:(?=[gUlux]*x)[gUlux]{1,3}|rs?|sr)$/;
/** A flag of Windows, not a path. */
const SLASH_FLAG = /^\/[A-Za-z]{3,30}$/;
/** What short flags for keys and tokens are called, whatever the program. */
const KEY_FLAGS = /^-[kta]$/;
const SHORTEST_UNFLAGGED = 20;

/** Letters, digits and signs, or what nobody would make up, and no path, port or mapping of ports. */
function isChosenPassword(text: string): boolean {
	if (text.length < 8 || !/^[^\s/\\:=,]{8,64}$/.test(text) || !/[A-Za-z]/.test(text) || !/\d/.test(text)) return false;
	return /[!#$%&*@^?+~]/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text) && isRandom(text, 10));
}

/** Beside one `-p` is a password, whatever the program: `-u root -p…`. */
function isUserFlag({ text }: Piece): boolean {
	return /^(?:-u|-U|--user(?:name)?)(?:$|=|[a-z])/.test(text);
}

/** A name that no dictionary has and a number, as people choose passwords; ports, words, profiles and releases are others. */
function mayBeChosen(text: string): boolean {
	const word = /^\p{Lu}/u.test(text) ? chosenWord(text) : null;
	return word !== null && !DICTIONARY.has(word);
}

/** Words after which a pipeline is looked through for whoever reads from it. */
const LONGEST_COMMAND = 10;

/** `echo token | docker login --password-stdin`: what is said into a pipe that reads a secret. */
function pipedParts(words: readonly Piece[]): readonly ArgumentParts[] {
	const found: ArgumentParts[] = [];
	for (let pipe = 2; pipe < words.length; pipe++) {
		if (words[pipe]?.text !== "|") continue;
		const before = words.slice(Math.max(0, pipe - LONGEST_COMMAND), pipe);
		if (!before.some(({ text }) => /^(?:echo|printf|yes|Write-Output)$/i.test(text))) continue;
		const after = words.slice(pipe + 1, pipe + 1 + LONGEST_COMMAND);
		const end = after.findIndex(({ text }) => text === "|");
		const name = (end < 0 ? after : after.slice(0, end)).map(({ text }) => readFromPipe(text)).find((each) => each !== null);
		const said = words[pipe - 1];
		if (name !== undefined && name !== null && said !== undefined) found.push({ index: pipe - 1, parts: decompose(name, said) });
	}
	return found;
}

/** `sudo -S cmd <<< value`, `kinit sam <<< value`: somebody around a here-string reads a password. */
function readsPassword(words: readonly Piece[], index: number): boolean {
	const around = words.slice(Math.max(0, index - LONGEST_COMMAND), index);
	return (
		around.some(({ text }) => text !== "sudo" && text !== "su" && readFromPipe(text) === "password") ||
		(around.some(({ text }) => text === "sudo") && around.some(({ text }) => /^(?:-[A-Za-z]*S|--stdin)$/.test(text)))
	);
}

/** `printf value > ~/.app/password`: what is said into a file whose name tells. */
function filedParts(words: readonly Piece[]): readonly ArgumentParts[] {
	const found: ArgumentParts[] = [];
	for (let index = 2; index < words.length; index++) {
		const sign = words[index]?.text ?? "";
		const said = words[index - 1];
		if (!sign.startsWith(">") || said === undefined) continue;
		const glued = sign.replace(/^>>?/, "");
		const isSaid = words.slice(Math.max(0, index - 4), index - 1).some(({ text }) => /^(?:echo|printf)$/.test(text));
		const path = glued === "" ? (words[index + 1]?.text ?? "") : glued;
		const name = /([\w-]{1,40})(?:\.(?:txt|key|secret))?$/.exec(path)?.[1] ?? "";
		if (isSaid && expectsSecret(name)) found.push({ index: index - 1, parts: decompose(name, said) });
	}
	return found;
}

/** What a script of Expect types where a password is asked for; where nobody says what is asked for, it may be one. */
function typedParts(piece: Piece): readonly Part[] {
	if (!piece.text.includes("send ")) return [];
	return [...piece.text.matchAll(/\bsend (?:-- )?(["{])([^"{}\\\s]{6,64})\\[rn]/g)].flatMap(({ 0: all, 2: value = "", index }) => {
		const isAsked = /(?:assword|assphrase|asscode|\bPIN\b)[^"}]{0,10}["}][^"{}]{0,60}$/i.test(
			piece.text.slice(Math.max(0, index - 120), index),
		);
		if (!isAsked && chosenWord(value) === null) return [];
		const start = index + all.length - 2 - value.length;
		const part = credential("password", piece, start, start + value.length);
		return [isAsked || /^\p{Lu}/u.test(value) ? part : { ...part, doubtful: true }];
	});
}

/** `NAME=$(echo … | base64 -d)`, `--flag "$(base64 -d <<< …)"`: what the name is given, in base64. */
function decodedParts(piece: Piece): readonly Part[] {
	if (!piece.text.includes("base64")) return [];
	return [...piece.text.matchAll(OF_BASE64)].flatMap(({ 0: all, 1: name = "", 2: said, 3: here = "", index }) => {
		const value = said ?? here;
		if (!expectsSecret(name)) return [];
		const start = index + all.indexOf(value, name.length);
		return decompose(name, subPiece(piece, start, start + value.length));
	});
}

const OF_BASE64 =
	/(?:--?)?([A-Za-z_][\w-]{0,60})[= ]"?(?:\$\(|`)\s?(?:(?:echo|printf)(?: -n| -e| '?%s'?){0,2} ["']?([A-Za-z0-9+/_-]{8,400}={0,2})["']?\s?\|\s?(?:base64 (?:-d|-D|--decode)|openssl (?:base64|enc))|base64 (?:-d|-D|--decode) ?<<< ?["']?([A-Za-z0-9+/_-]{8,400}={0,2}))/g;

function expectsSecret(flag: string): boolean {
	const kind = classifyKey(flag.replace(/^-+/, ""));
	return kind === "password" || kind === "secret";
}

function flagValue(flag: string, piece: Piece, depth: number): readonly Part[] {
	const bare = flag.replace(/^[-/]+/, "");
	const name = bare.endsWith("-stdin") ? bare.slice(0, -"-stdin".length) : bare;
	const { text } = piece;
	// An expression of another language, whose words follow.
	if (text.startsWith("(") && /^\([A-Z]/.test(text)) return decompose(null, piece);
	if (HEADER_FLAGS.test(flag)) return headerParts(name, piece);
	const percent = LOGIN_FLAGS.test(flag) ? /^([\w.@\\-]{2,64})%(?=\S{6,}$)/.exec(text) : null;
	if (percent !== null) return [credential("password", piece, percent[0].length, text.length, percent[1])];
	if (flag.startsWith("/") && /^\/(?:p|pw|pwd)$/i.test(flag) && text.length >= SHORTEST_PASSWORD && !/[\s\\/]/.test(text))
		return decompose("password", piece);
	if (KEY_FLAGS.test(flag) && isRandom(text, SHORTEST_UNFLAGGED) && !isOrdinary(text)) return decompose("key", piece);
	if (LOGIN_FLAGS.test(flag) && text.includes(":")) {
		const scheme = /^(?:basic|plain|simple|login|digest|ntlm|scram(?:-[\w-]{1,20})?):(?=[^:\s]{1,64}:\S)/i.exec(text);
		return decompose("userpwd", subPiece(piece, scheme?.[0].length ?? 0, text.length));
	}
	if (flag === "-b" && /^[\w.-]{1,60}=[^\s;]/.test(text)) return decompose("cookie", piece);
	if (PAIR_FLAGS.test(flag)) {
		// What a container is given is no script, whatever blanks are in it.
		const isPair = /^[A-Za-z_][\w.-]*=[^=]/.test(text) && flag !== "-c";
		const parts = isPair ? null : shellParts(piece, depth);
		return parts ?? decompose(isPair || !expectsSecret(flag) ? null : name, piece);
	}
	if (OF_ONE.test(name)) return decompose(`${name}_id`, piece);
	const kind = classifyKey(name);
	if (kind === "neutral" || kind === "public") {
		const parts = shellParts(piece, depth);
		if (parts !== null) return parts;
	}
	return decompose(name, piece);
}

/** What such a flag is followed by says which one is meant. */
const OF_ONE = /^(?:run|job|task|build|step|attempt|execution|workflow|pipeline|deployment|snapshot|replica|revision)$/;

/** `Name: value`, also `Name=value` and `Name:value`. */
function headerParts(flag: string, piece: Piece): readonly Part[] {
	const match = /^\s*["']?([A-Za-z][\w-]*)\s*[:=]\s*/.exec(piece.text);
	// `--auth-header value`
	if (match === null) return decompose(flag.includes("-") ? flag : null, piece);
	const end = /^\s*["']/.test(piece.text) ? piece.text.replace(/["']\s*$/, "").length : piece.text.length;
	const value = subPiece(piece, match[0].length, Math.max(end, match[0].length));
	return decompose(nameOfHeader(match[1] ?? "", value.text), value);
}

/** A header of somebody's own with random text in it, which is no digest, is what lets one in, whatever it is called. */
function nameOfHeader(name: string, value: string): string {
	const isKey = /^x-/i.test(name) && classifyKey(name) === "neutral" && !/^[0-9a-f-]+$/i.test(value) && isRandom(value, SHORTEST_UNFLAGGED);
	return isKey && /\d/.test(value) && !isOrdinary(value) ? `${name}-key` : name;
}

/** A path or a port after a short flag for passwords is shorter. */
const SHORTEST_PASSWORD = 8;
/** Nothing that short is found without a name beside it. */
const SHORTEST_UNNAMED = 12;

function positional(named: string | null, piece: Piece, depth: number): readonly Part[] {
	if (named === null && piece.text.length < SHORTEST_UNNAMED && /^[\w.-]*$/.test(piece.text)) return [];
	const parts = shellParts(piece, depth);
	if (parts !== null) return parts;
	const kind = classifyKey(named);
	if (named !== null && LOGIN_WORDS.test(named)) return decompose("key", piece);
	if (named !== null && /^ConvertTo-SecureString$/i.test(named)) return decompose("password", piece);
	// A bare word before: `--grep "password reset"`.
	const isTold = (kind === "secret" || kind === "password") && (/[\d\W]/.test(piece.text) || isRandom(piece.text, SHORTEST_UNNAMED));
	return decompose(isTold ? named : null, piece);
}

/** The words of a script for a shell; null when the text is one word, or structured otherwise. */
function shellParts(whole: Piece, depth: number): readonly Part[] | null {
	const piece = calledWith(whole) ?? whole;
	const { text } = piece;
	if (
		depth >= MAX_SHELL_DEPTH ||
		text.length > 65_536 ||
		!hasAny(text, SIGN.blank | SIGN.foreign) ||
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
	const here = hereDocuments(piece).flatMap(({ name, body }) => decompose(name, body, depth));
	return [...parts, ...code, ...here, ...typedParts(piece), ...decodedParts(piece)];
}
