import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { fold, type KeyClass, keyWords } from "./keys.ts";
import { splitTokens, wordLikeness } from "./randomness.ts";
import { DICTIONARY, MARKERS, VOCABULARY } from "./words.ts";

/**
 * True for a text that stands where a secret will stand one day: `YOUR_TOKEN`, `<token>`, `ghp_xxx…`, `1234567890`, a value from
 * a provider's documentation. The longer the text, the more of it must say so: a real key may hold a word by chance.
 */
export function isPlaceholder(text: string, key: string | null, kind: KeyClass): boolean {
	return isWrapped(text) || isElided(text) || isPatterned(text, kind) || isWorded(text, key, kind) || isDocumented(text);
}

function isWrapped(text: string): boolean {
	if (
		/^(?:<[^<>]*>|\[[^[\]]*\]|\{[^{}]*\}|\{\{[^{}]*\}\}|\(\([^()]*\)\)|__[^_].*__|%[^%\s]+%|\*[^*]+\*|#\{[^{}]*\}#?|@@?[A-Z_]+@@?|«[^»]*»|\|[^|]+\|)$/.test(
			text,
		)
	)
		return true;
	return /<[A-Za-z][^<>]{2,60}>/.test(text) && text.replace(/<[^<>]{0,62}>/g, "").length <= 12;
}

/** `ghp_xxx...`, `sk-…`, `****1234`: somebody took the value out. */
function isElided(text: string): boolean {
	return /(?:^|[^a-z])EXAMPLE|EXAMPLE(?:KEY|TOKEN|SECRET)?$/.test(text) || /(?:\.{3,}|…|\*{3,}|•{2,}|█{2,})/.test(text);
}

/** Runs, repeated chunks, alphabets and number rows. */
function isPatterned(text: string, kind: KeyClass): boolean {
	const core = text.replace(/[^\p{L}\p{N}]/gu, "");
	if (core.length < 4) return core.length === 0 && kind !== "password";
	const lower = core.toLowerCase();
	if (/x{4,}/i.test(core) && (lower.match(/x{3,}/g) ?? []).join("").length * 3 >= core.length) return true;
	if (/^x{3,}$/.test(lower.replace(/^[a-z]{2,4}(?=x)/, ""))) return true;
	if (new Set(lower).size <= Math.min(3, core.length / 3)) return true;
	let steps = 0;
	let same = 0;
	for (let i = 1; i < lower.length; i++) {
		if (follows(lower.charCodeAt(i - 1), lower.charCodeAt(i))) steps++;
		if (lower[i] === lower[i - 1]) same++;
	}
	if (isInterleaved(lower)) return true;
	const pairs = lower.length - 1;
	if (lower.length >= 6 && (steps + same >= pairs * 0.65 || same >= pairs * 0.5)) return true;
	return isRepeated(lower);
}

/** `a1b2c3d4e5f6`: letters and digits in order, each for themselves. */
function isInterleaved(text: string): boolean {
	const letters = text.replace(/[^a-z]/g, "");
	const digits = text.replace(/[^0-9]/g, "");
	return letters.length >= 4 && isAlphabet(letters) && digits.length >= 3 && isAlphabet(digits);
}

function isAlphabet(text: string): boolean {
	let steps = 0;
	for (let i = 1; i < text.length; i++) if (follows(text.charCodeAt(i - 1), text.charCodeAt(i))) steps++;
	return steps >= (text.length - 1) * 0.8;
}

const KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm";

function follows(a: number, b: number): boolean {
	const step = Math.abs(b - a) === 1 || (a === 57 && (b === 48 || b === 97)) || (a === 122 && (b === 48 || b === 97));
	return step || KEYBOARD.includes(String.fromCharCode(a, b)) || (a === 102 && (b === 48 || b === 97));
}

/** The same chunk of at most twelve characters over and over. */
function isRepeated(text: string): boolean {
	for (let period = 1; period <= 12 && period * 2 <= text.length; period++) {
		if (period * 2 < 8 && text.length < period * 3) continue;
		let at = period;
		while (at < text.length && text[at] === text[at - period]) at++;
		if (at === text.length) return true;
	}
	return false;
}

function isWorded(text: string, key: string | null, kind: KeyClass): boolean {
	// Machine-made tokens are ASCII: other letters are somebody explaining.
	if (kind !== "password" && /[^\x20-\x7e]/.test(text)) return /\p{L}/u.test(text.replace(/[\x20-\x7e]/g, ""));
	const folded = fold(text);
	if (/你的|您的|请|替换|填写|填入|输入|あなた|ここに|入力|置換|여기|입력|당신|ваш|встав|замени|укажи|введи|сюда/.test(folded)) return true;
	const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
	const echoed = new Set(key === null ? [] : keyWords(key));
	const coverage = cover(plain, echoed);
	if (coverage.letters === 0) return false;
	if (kind === "password") return coverage.uncovered === 0 && coverage.digits <= 4 && coverage.marks <= coverage.tokens && coverage.filler;
	const size = coverage.letters + coverage.digits;
	if (coverage.marker) return coverage.uncovered + coverage.oddDigits <= Math.max(3, size * 0.34) || coverage.markerLetters >= size * 0.25;
	return coverage.filler && coverage.uncovered === 0 && coverage.oddDigits <= 3;
}

interface Coverage {
	letters: number;
	digits: number;
	tokens: number;
	/** Punctuation other than separators of words. */
	marks: number;
	/** Letters that no word explains. */
	uncovered: number;
	/** Digits but for number rows such as 123. */
	oddDigits: number;
	marker: boolean;
	markerLetters: number;
	/** Nothing but words that carry no information, or words of the key's own name. */
	filler: boolean;
}

function cover(text: string, echoed: ReadonlySet<string>): Coverage {
	const result: Coverage = {
		letters: 0,
		digits: 0,
		tokens: 0,
		marks: (text.match(/[^A-Za-z0-9\s_.-]/g) ?? []).length,
		uncovered: 0,
		oddDigits: 0,
		marker: false,
		markerLetters: 0,
		filler: true,
	};
	// Plain words parted by separators, in one case: a name that no dictionary has may stand among them.
	const worded =
		/^[A-Za-z]+(?:[\s_.,:!'-]+[A-Za-z]+)+[\s_.!-]*$/.test(text) &&
		(text === text.toLowerCase() || text === text.toUpperCase() || /\s/.test(text));
	for (const token of splitTokens(text)) {
		if (/^[0-9]+$/.test(token)) {
			result.digits += token.length;
			if (!"01234567890".includes(token) && !/^(?:19|20)\d\d$/.test(token)) result.oddDigits += token.length;
			continue;
		}
		result.tokens++;
		result.letters += token.length;
		const pieces = segment(token.toLowerCase(), echoed);
		const covered = pieces.reduce((sum, piece) => sum + piece.length, 0);
		for (const piece of pieces) {
			if (MARKERS.has(piece) || /^x{3,}$/.test(piece)) {
				result.marker = true;
				result.markerLetters += piece.length;
			} else if (!VOCABULARY.has(piece) && !echoed.has(piece)) result.filler = false;
		}
		const missed = token.length - covered;
		if (missed > 0) result.filler = false;
		if (missed > 0 && !(worded && token.length <= 16 && wordLikeness(token.toLowerCase()) > -0.6)) result.uncovered += missed;
	}
	return result;
}

const PRONOUNS: ReadonlySet<string> = new Set(["my", "mi", "tu", "no", "id"]);

/** The words that cover most of a run of letters; short ones only where they are the whole run. */
function segment(run: string, echoed: ReadonlySet<string>): readonly string[] {
	if (known(run, echoed) || /^x{3,}$/.test(run)) return [run];
	if (run.length > 64) return [];
	const best: { readonly covered: number; readonly words: readonly string[] }[] = [{ covered: 0, words: [] }];
	for (let end = 1; end <= run.length; end++) {
		let choice = best[end - 1] ?? { covered: 0, words: [] };
		for (let length = Math.min(16, end); length >= 2; length--) {
			const word = run.slice(end - length, end);
			if (length === 2 && !PRONOUNS.has(word)) continue;
			const before = best[end - length];
			if (before !== undefined && before.covered + length > choice.covered && known(word, echoed))
				choice = { covered: before.covered + length, words: [...before.words, word] };
		}
		best.push(choice);
	}
	return best.at(-1)?.words ?? [];
}

function known(word: string, echoed: ReadonlySet<string>): boolean {
	return DICTIONARY.has(word) || echoed.has(word);
}

/** Values that providers print in their documentation, by the first 8 bytes of their SHA-256: the program does not hold them itself. */
const DOCUMENTED: ReadonlySet<string> = new Set([
	"78314b11be2e5815",
	"e21b597ba6b9cafa",
	"2cafc0970149a84f",
	"f2d6ca16515033e5",
	"7e8de44ea9ecf6d5",
	"a3a9e1ed9732cab2",
	"8f400c257611ed5d",
	"e5855ff48799c52c",
	"f215faf9d88b7f0a",
	"07e23ede2756aa3f",
	"cd372fb85148700f",
	"3f2cd8e57b096fe7",
	"52bbea75ee75a6f1",
	"986c0dc956dc822b",
	"cf4d418ed3de92d7",
	"73f71af093fdf154",
	"bdfeaef44475711c",
	"ca7459e2b26776de",
	"5cc1e9113bbaa704",
	"96ad2ccd81462a76",
]);

function isDocumented(text: string): boolean {
	if (text.length < 16 || text.length > 400) return false;
	return DOCUMENTED.has(bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16));
}
