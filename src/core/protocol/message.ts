import { elementsOf, type Shape, shapeOf } from "./json-text.ts";
import { ascii, isKey, PLAIN_DEPTH, readObject, valueEnd } from "./plain-json.ts";

/** Compared by type and value: `"1"` and `1` are two ids. */
export type RequestId = string | number;

export type JsonObject = { readonly [key: string]: unknown };

export type Message =
	| { readonly kind: "request"; readonly id: RequestId; readonly method: string; readonly params: JsonObject | undefined }
	| { readonly kind: "notification"; readonly method: string; readonly params: JsonObject | undefined }
	| { readonly kind: "result"; readonly id: RequestId; readonly result: JsonObject }
	/** `id` is null when the sender could not tell which request it was. */
	| { readonly kind: "error"; readonly id: RequestId | null; readonly error: JsonObject & { readonly code: number } };

/** Why a line was refused. Each is something that two programs could read differently, or that is no message. */
export type InvalidCode =
	| "invalid-utf8"
	| "byte-order-mark"
	| "carriage-return"
	| "not-json"
	| "too-deep"
	| "duplicate-key"
	| "lone-surrogate"
	| "bad-id"
	| "not-json-rpc"
	| "bad-batch";

export interface Invalid {
	readonly kind: "invalid";
	readonly code: InvalidCode;
	/** The id that the line seems to have, to be used for nothing but an answer that gives up; null when there is none. */
	readonly id: RequestId | null;
}

export interface Single {
	readonly kind: "single";
	readonly message: Message;
	readonly text: string;
}

/** An array of messages, each with its own text. Never empty; an element that is no message is `Invalid`. */
export interface Batch {
	readonly kind: "batch";
	readonly elements: readonly (Single | Invalid)[];
}

export interface ReadLimits {
	/** Levels of nested arrays and objects. */
	readonly depth: number;
	/** Messages in one array. */
	readonly batch: number;
}

export const DEFAULT_READ_LIMITS: ReadLimits = { depth: 128, batch: 256 };

const MAX_ID_LENGTH = 512;
/** Deeper than any limit that makes sense: such a text is not even looked at for an id. */
const MAX_PARSED_DEPTH = 2048;
const ID = ascii('"id"');
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one line strictly: whatever passes, every JSON parser must read alike. Null: the line is blank.
 * A raw `\r` is refused although JSON allows it between tokens, because readers with universal newlines end a line there
 * and would meet a message that nobody judged.
 */
export function readLine(line: Uint8Array, limits: ReadLimits = DEFAULT_READ_LIMITS): Single | Batch | Invalid | null {
	return (limits.depth < PLAIN_DEPTH ? null : readPlain(line)) ?? readStrictly(line, limits);
}

/** What `readStrictly` gives, sooner. Null: the line is not as plain as that. */
function readPlain(line: Uint8Array): Single | Invalid | null {
	let idStart = -1;
	const isPlain = readObject(line, (keyStart, keyEnd, at) => {
		if (isKey(line, keyStart, keyEnd, ID)) idStart = at;
		return valueEnd(line, at, 1);
	});
	if (!isPlain) return null;
	const text = decoder.decode(line);
	const value: unknown = JSON.parse(text);
	return isObject(value) ? readMessage(value, text, idStart) : null;
}

/** `readLine`, without its short cut for plain lines. */
export function readStrictly(line: Uint8Array, limits: ReadLimits): Single | Batch | Invalid | null {
	let text: string;
	try {
		text = decoder.decode(line);
	} catch {
		return invalid("invalid-utf8");
	}
	if (text.charCodeAt(0) === 0xfeff) return invalid("byte-order-mark");
	if (text.trim() === "") return null;
	if (text.includes("\r")) return invalid("carriage-return");
	return readText(text, limits);
}

function readText(text: string, limits: ReadLimits): Single | Batch | Invalid {
	let shape: Shape;
	let value: unknown;
	try {
		// Before the parser, which would build millions of levels at the cost of as many bytes on the wire.
		shape = shapeOf(text, MAX_PARSED_DEPTH);
		if (shape.depth > MAX_PARSED_DEPTH) return invalid("too-deep");
		value = JSON.parse(text);
	} catch {
		return invalid("not-json");
	}
	const guess = guessId(value);
	if (shape.depth > limits.depth) return invalid("too-deep", guess);
	// A duplicate is lost in parsing, together with all that it held: the counts agree only if there is none.
	if (countMembers(value) !== shape.members) return invalid("duplicate-key", guess);
	if (text.includes("\\u") && /\\u[dD][89a-fA-F]/.test(text) && hasLoneSurrogate(value)) return invalid("lone-surrogate", guess);
	if (Array.isArray(value)) return readBatch(text, value.length, limits);
	return isObject(value) ? readMessage(value, text, shape.idStart) : invalid("not-json-rpc");
}

function readMessage(value: JsonObject, text: string, idStart: number): Single | Invalid {
	if ("id" in value && value.id !== null && !isId(value.id, text, idStart)) return invalid("bad-id");
	const message = classify(value);
	return message === null ? invalid("not-json-rpc", guessId(value)) : { kind: "single", message, text };
}

function readBatch(text: string, length: number, limits: ReadLimits): Batch | Invalid {
	if (length === 0 || length > limits.batch) return invalid("bad-batch");
	const elements = elementsOf(text, text.indexOf("[")).map(({ start, end }) => {
		const read = readText(text.slice(start, end), limits);
		return read.kind === "batch" ? invalid("bad-batch") : read;
	});
	return { kind: "batch", elements };
}

/** The envelope has exactly the members that the protocol names: one that differs in case is read by some, ignored by others. */
function classify(value: JsonObject): Message | null {
	if (value.jsonrpc !== "2.0") return null;
	const { id, method, params, result, error } = value;
	const members = Object.keys(value).length;
	if (typeof method === "string") {
		// Some write `null` for no parameters: everybody reads it as that.
		if ("params" in value && params !== null && !isObject(params)) return null;
		const known = 2 + Number("id" in value) + Number("params" in value);
		if (members !== known) return null;
		const checked = isObject(params) ? params : undefined;
		if (!("id" in value)) return { kind: "notification", method, params: checked };
		return isIdType(id) ? { kind: "request", id, method, params: checked } : null;
	}
	if ("method" in value) return null;
	if (isObject(result)) return members === 3 && isIdType(id) ? { kind: "result", id, result } : null;
	if (!isError(error) || "result" in value || members !== 2 + Number("id" in value)) return null;
	if (!("id" in value) || id === null) return { kind: "error", id: null, error };
	return isIdType(id) ? { kind: "error", id, error } : null;
}

function isError(value: unknown): value is JsonObject & { readonly code: number } {
	return isObject(value) && Number.isSafeInteger(value.code) && typeof value.message === "string";
}

/** Only plain digits: `1.0`, `1e0` and `-0` equal an integer here and are something else elsewhere. */
function isId(value: unknown, text: string, idStart: number): boolean {
	if (typeof value === "string") return value.length <= MAX_ID_LENGTH;
	if (!isIdType(value) || idStart === -1) return false;
	let start = idStart;
	while (text[start] === " " || text[start] === "\t") start++;
	const digits = String(value);
	return text.startsWith(digits, start) && " \t,}".includes(text[start + digits.length] ?? "?");
}

function isIdType(value: unknown): value is RequestId {
	return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0));
}

function guessId(value: unknown): RequestId | null {
	if (!isObject(value) || !isIdType(value.id)) return null;
	return typeof value.id === "string" && /\p{Surrogate}/u.test(value.id) ? null : value.id;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The depth was checked before: this recursion is bounded. */
function countMembers(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	let count = 0;
	if (Array.isArray(value)) {
		for (const element of value) if (typeof element === "object") count += countMembers(element);
		return count;
	}
	const members = Object.values(value);
	count = members.length;
	for (const member of members) if (typeof member === "object") count += countMembers(member);
	return count;
}

function hasLoneSurrogate(value: unknown): boolean {
	if (typeof value === "string") return /\p{Surrogate}/u.test(value);
	if (Array.isArray(value)) return value.some(hasLoneSurrogate);
	return isObject(value) && Object.entries(value).some(([key, member]) => hasLoneSurrogate(key) || hasLoneSurrogate(member));
}

function invalid(code: InvalidCode, id: RequestId | null = null): Invalid {
	return { kind: "invalid", code, id };
}

const PROTOTYPE = "__proto__";

/**
 * A test for objects that have a member which equals one of `names` but for its case: some parsers fold case (the Kelvin
 * sign and the long s included), so two readers could disagree on what such an object says. So they could on `__proto__`: who copies it member by member has all that is beneath it, too.
 */
export function lookalikesOf(names: Iterable<string>): (value: JsonObject) => boolean {
	const exact = new Set(names);
	const folded = new Set([...exact].map(fold));
	return (value) => Object.keys(value).some((key) => key === PROTOTYPE || (!exact.has(key) && folded.has(fold(key))));
}

function fold(text: string): string {
	return text.toUpperCase().toLowerCase();
}
