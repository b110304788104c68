import type { Inflate } from "./compressed.ts";
import { detectInText } from "./detector.ts";
import { formsOf, SHORTEST_FORM } from "./known-forms.ts";
import { KnownValues, REDACTED } from "./known-values.ts";
import { mask } from "./mask.ts";

/**
 * Takes secrets out of text that is about to be stored or shown: the known values first, in every form in which a program writes
 * them (JSON, URL, hex, base64 at each alignment) and behind what hides one (encodings in one another, letters apart), then whatever looks like a credential. For many texts, use {@link textRedactor}.
 */
export function redact(text: string, knownSecrets: readonly string[]): string {
	return textRedactor(knownSecrets)(text);
}

/** {@link redact} with values that stay the same. `inflate` left out: what is compressed is not looked into. */
export function textRedactor(knownSecrets: readonly string[], inflate: Inflate | null = null): (text: string) => string {
	const known = new KnownValues(knownSecrets, inflate);
	// No form of a longer one is so short.
	const shortSecrets = knownSecrets.filter((secret) => secret.length < SHORTEST_FORM);
	const short = new Set(shortSecrets.flatMap(formsOf).filter((form) => form !== "" && form.length < SHORTEST_FORM));
	const clean = (text: string): string => maskDetected([...short].reduce(replaceWord, known.redact(text)));
	// Names of methods and tools come with every call.
	const seen = new Map<string, string>();
	return (text) => {
		if (text.length > REMEMBERED_LENGTH) return clean(text);
		const before = seen.get(text);
		if (before !== undefined) return before;
		if (seen.size >= REMEMBERED) seen.clear();
		const now = clean(text);
		seen.set(text, now);
		return now;
	};
}

/** Texts that are remembered with what became of them, and characters of one. */
const REMEMBERED = 256;
const REMEMBERED_LENGTH = 64;

/** Replaces what looks like a credential by its mask. */
export function maskDetected(text: string): string {
	let result = "";
	let at = 0;
	for (const { start, end } of detectInText(text)) {
		result += text.slice(at, start) + mask(text.slice(start, end));
		at = end;
	}
	return result + text.slice(at);
}

/** Too short to be looked for everywhere: only as a whole word. */
function replaceWord(text: string, word: string): string {
	return text
		.split(word)
		.reduce((left, right) => (/\w$/.test(left) || /^\w/.test(right) ? `${left}${word}${right}` : `${left}${REDACTED}${right}`));
}
