import { classifyKey } from "./keys.ts";
import { isRandom, surprise } from "./randomness.ts";
import { hasAny, SIGN } from "./signs.ts";

const LONGEST = 200;

/** One token of the languages that people take such lines from: blanks, a string, a name, a number, a sign. */
const TOKEN =
	/(\s+)|("[^"\\\n]{0,100}"|'[^'\\\n]{0,100}'|`[^`\\\n]{0,100}`)|((?::(?![:\s])|[@$]{1,2})?[A-Za-z_][\w$]{0,60}[!?]?)|(\d{1,6})|(->|=>|::|\?\.|\?\?|\?:|\|\||[.()[\]{},=<>:!?/&|;])/y;

/** Words that may stand beside a name without a sign between. */
const BESIDE = /^(?:await|new|return|as|or|and|if|else|in|String|string)$/;

/**
 * True for a call, an index or a chain of them that reads a secret, in whatever language: `nconf.get('stripe:key')`,
 * `$_ENV['KEY'] ?? ''`, `(System/getenv "KEY")`. In its strings stand names and nothing that could be a secret itself.
 */
export function isReadingCode(text: string): boolean {
	if (text.length > LONGEST || !hasAny(text, SIGN.round | SIGN.bracket) || !/[)\]]/.test(text) || !/^[@$(A-Za-z_!]/.test(text))
		return false;
	const open: string[] = [];
	let before = "";
	let name = "";
	let reads = false;
	let tells = false;
	let links = 0;
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < text.length) {
		const at = TOKEN.lastIndex;
		const match = TOKEN.exec(text);
		if (match === null) return false;
		const [token, blank, quoted, word] = match;
		if (blank !== undefined) continue;
		const isSpaced = /\s/.test(text.charAt(at - 1));
		if (quoted !== undefined) {
			// `"a""b"` is no code, nor is a string behind a name but in Lisp.
			if (/["'`]$/.test(before) || (isSpaced && /\w$/.test(before) && open.at(-1) !== ")" && !/^[A-Z]/.test(text))) return false;
			const content = quoted.slice(1, -1);
			const kind = /[=:]$/.test(before) ? classifyKey(name) : "neutral";
			if (!isNameText(content) || (content !== "" && (kind === "password" || kind === "secret"))) return false;
			tells ||= content !== "";
		} else if (word !== undefined) {
			if (isSpaced && /[\w$!?]$/.test(before) && !BESIDE.test(before) && !BESIDE.test(word)) return false;
			if (isRandom(word, 12) || /["'`]$/.test(before) || (!isSpaced && /[\w$]$/.test(before))) return false;
			name = word;
			tells ||= word.startsWith(":");
		} else if (/^[([{]$/.test(token)) {
			reads ||= token !== "{" && (before === "" || /[\w$!?>\])]$/.test(before));
			open.push(token === "(" ? ")" : token === "[" ? "]" : "}");
		} else if (/^[)\]}]$/.test(token)) {
			if (open.pop() !== token) return false;
		} else if (/^(?:\.|::|->|\?\.)$/.test(token)) links++;
		else if (!/^(?:[,=<>:!?&|;/]|=>|\?\?|\?:|\|\||\d+)$/.test(token)) return false;
		before = token;
	}
	return reads && open.length === 0 && (tells || links > 0) && !/[,=<:/]$/.test(before);
}

/** A name or a path, in which no word could be a password: words have no digits, but for the shortest and names of variables. */
function isNameText(text: string): boolean {
	return (text.match(/[^\s:./,=#@-]+/g) ?? []).every(
		(word) => (/^[\p{L}_]{1,40}$/u.test(word) && !isRandom(word, 10)) || /^\w{1,4}$/.test(word) || isVariableName(word),
	);
}

/** Signs that open, and the ones that close: any other closes itself. */
const CLOSING: ReadonlyMap<string, string> = new Map(
	"<> () [] {} «» ‹› “” „“ ‘’ 「」 『』 【】 《》 〈〉 ⟨⟩ ⟦⟧ （） ［］ ｛｝ ¿? ¡!"
		.split(" ")
		.map((pair) => [pair.charAt(0), pair.charAt(1)] as const),
);

/** True for the name of a variable, all capitals, between marks of whatever kind: `^OPENAI_KEY^`, `##GITHUB_PAT##`, `【API_TOKEN】`. */
export function isMarkedVariable(text: string): boolean {
	// Most texts begin with a letter or a digit.
	if (text.length < 3 || isLetterOrDigit(text.charCodeAt(0)) || isLetterOrDigit(text.charCodeAt(text.length - 1))) return false;
	const match = /^([^\p{L}\p{N}\s]{1,4})([A-Z]\w{1,200})(?<!_)([^\p{L}\p{N}\s]{1,4})$/u.exec(text);
	if (match === null) return false;
	const [, before = "", name = "", after = ""] = match;
	const mirrored = [...before].reverse().map((sign) => CLOSING.get(sign) ?? sign);
	// `${NAME}` opens with one sign more than it closes with, in some notations; `&NAME;` is an entity.
	const closes = mirrored.join("").startsWith(after) || before === after || (before === "&" && after === ";");
	return closes && isVariableName(name);
}

function isLetterOrDigit(code: number): boolean {
	return code < 128 && OF_WORDS[code] === 1;
}

const OF_WORDS = Uint8Array.from({ length: 128 }, (_, code) => (/[A-Za-z0-9]/.test(String.fromCharCode(code)) ? 1 : 0));

/** Capitals with an underscore that read like words. */
function isVariableName(text: string): boolean {
	return /^[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,8}$/.test(text) && (surprise(text) ?? 0) < 0.3;
}
