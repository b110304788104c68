import { decodeBase64 } from "./base64.ts";
import { detectSecrets } from "./detector.ts";
import { SHORTEST_FORM } from "./known-forms.ts";
import { isRandom } from "./randomness.ts";

/** How often what was found is taken apart once more: Base64 of a file of JSON that holds a key that has lines. */
const DEPTH = 4;
/** Values in all. A key of 16,384 bits has two hundred lines. */
const MOST = 400;
/** A line of a key. What is shorter is a word, or the end of its last one. */
const KEY_LINE = /^[A-Za-z0-9+/=_-]{16,}$/;
/** Base64 of a text that is worth looking into. */
const BASE64 = /^[A-Za-z0-9+/_-]{12,}={0,2}$/;
/** Random bytes are hardly ever a text. */
const TEXT = /^[\t\n\r\x20-\x7e]+$/;
/** Labels of a host's name, of which there are no longer ones. */
const HOST_NAME = /^[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}$/;
/** What `Basic` has in Base64: `user:password`. */
const LOGIN = /^[^\s:]{1,100}:(\S+)$/;

/**
 * The values, and behind them what in each is a secret by itself and leaves a program without the rest: the password of an address, a key in a file of JSON
 * or in a list of variables, what is written in Base64, and the lines of a key, which are indented, numbered and quoted one by one. Each once.
 *
 * @param values of any kind; what is too short to be looked for is only handed back
 */
export function withInnerSecrets(values: readonly string[]): readonly string[] {
	const all = new Set(values);
	const look = (value: string, depth: number): void => {
		for (const inner of innerSecrets(value)) {
			if (inner.length < SHORTEST_FORM || all.has(inner) || all.size >= MOST) continue;
			all.add(inner);
			if (depth > 1) look(inner, depth - 1);
		}
	};
	for (const value of values) look(value, DEPTH);
	return [...all];
}

function innerSecrets(value: string): readonly string[] {
	const found = detectSecrets(null, value).filter(({ confident }) => confident);
	return [...found.map(({ start, end }) => value.slice(start, end)), ...readings(value), ...keyLines(value)];
}

/** As a program has it that undoes JSON's escapes, percent signs or Base64. */
function readings(value: string): readonly string[] {
	const decoded = BASE64.test(value) ? decodeBase64(value) : null;
	const text = decoded !== null && TEXT.test(decoded) ? decoded : null;
	const [, password] = LOGIN.exec(text ?? "") ?? [];
	return [
		...(value.includes("\\") ? attempt(() => String(JSON.parse(`"${value}"`))) : []),
		...(value.includes("%") ? attempt(() => decodeURIComponent(value)) : []),
		...(text === null ? [] : [text]),
		...(password === undefined ? [] : [password]),
	];
}

function keyLines(value: string): readonly string[] {
	if (!value.includes("\n")) return [];
	return value
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => KEY_LINE.test(line) && isRandom(line));
}

/** Empty: it has no such reading. */
function attempt(read: () => string): readonly string[] {
	try {
		return [read()];
	} catch {
		return [];
	}
}

/** The values, and those as well that a host's name can hold in the small letters that it has there. Each once. */
export function withHostNames(values: readonly string[]): readonly string[] {
	const small = values.filter((value) => HOST_NAME.test(value)).map((value) => value.toLowerCase());
	return [...new Set([...values, ...small])];
}
