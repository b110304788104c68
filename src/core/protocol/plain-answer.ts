import type { RequestId } from "./message.ts";
import { ascii, isKey, nameEnd, objectEnd, readObject, startsWith, valueEnd } from "./plain-json.ts";

/** What there is to judge in the answer to a call that asks for nothing: whose it is, and how the call ended. */
export interface PlainAnswer {
	readonly id: RequestId;
	readonly isError: boolean;
}

const JSONRPC = ascii('"jsonrpc"');
const VERSION = ascii('"2.0"');
const ID = ascii('"id"');
const RESULT = ascii('"result"');
/** Members of a result that the relay hands on as they are, whatever is in them. */
const HANDED_ON = ['"content"', '"structuredContent"', '"_meta"'].map(ascii);
const IS_ERROR = ascii('"isError"');
const RESULT_TYPE = ascii('"resultType"');
const COMPLETE = ascii('"complete"');
const [TRUE, FALSE] = [ascii("true"), ascii("false")];

const ENVELOPE = 3;
const MINUS = 45;
const OPEN = 123;
const NOT_PLAIN = -1;
/** Digits of an id, and characters. */
const MOST_DIGITS = 15;
const LONGEST_ID = 64;

/**
 * Reads the result of a call without building it. Null: it is not plain, or has anything in it that may be judged in another way
 * (members of a result that are not a call's, another `resultType`): then it is to be read strictly. What is given here, the strict
 * reader would give.
 */
export function readPlainAnswer(line: Uint8Array): PlainAnswer | null {
	let members = 0;
	let id: RequestId | null = null;
	let isError = false;

	function resultMember(keyStart: number, keyEnd: number, at: number): number {
		for (const name of HANDED_ON) if (isKey(line, keyStart, keyEnd, name)) return valueEnd(line, at, 2);
		if (isKey(line, keyStart, keyEnd, IS_ERROR)) {
			isError = startsWith(line, at, TRUE);
			return isError || startsWith(line, at, FALSE) ? valueEnd(line, at, 2) : NOT_PLAIN;
		}
		const isComplete = isKey(line, keyStart, keyEnd, RESULT_TYPE) && startsWith(line, at, COMPLETE);
		return isComplete ? at + COMPLETE.length : NOT_PLAIN;
	}

	function member(keyStart: number, keyEnd: number, at: number): number {
		members++;
		if (isKey(line, keyStart, keyEnd, JSONRPC)) return startsWith(line, at, VERSION) ? at + VERSION.length : NOT_PLAIN;
		if (isKey(line, keyStart, keyEnd, RESULT)) return line[at] === OPEN ? objectEnd(line, at, 2, resultMember) : NOT_PLAIN;
		if (!isKey(line, keyStart, keyEnd, ID)) return NOT_PLAIN;
		const end = valueEnd(line, at, 1);
		id = end === NOT_PLAIN ? null : idOf(line, at, end);
		return id === null ? NOT_PLAIN : end;
	}

	const plain = readObject(line, member);
	return plain && members === ENVELOPE && id !== null ? { id, isError } : null;
}

function idOf(line: Uint8Array, start: number, end: number): RequestId | null {
	if (nameEnd(line, start) === end) return end - start - 2 > LONGEST_ID ? null : String.fromCharCode(...line.subarray(start + 1, end - 1));
	const first = line[start] === MINUS ? start + 1 : start;
	if (end - first > MOST_DIGITS) return null;
	let value = 0;
	for (let at = first; at < end; at++) {
		const digit = (line[at] ?? 0) - 48;
		if (digit < 0 || digit > 9) return null;
		value = value * 10 + digit;
	}
	if (first === start) return value;
	return value === 0 ? null : -value;
}
