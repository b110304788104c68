import type { KnownValues } from "../secrets/known-values.ts";
import { REDACTED } from "../secrets/known-values.ts";
import type { TextEdit } from "../text.ts";
import { type Element, replace } from "./json-text.ts";
import { decode, stringsOf } from "./string-rewrite.ts";

/** Neighbours in a list that each say one character, by itself or by its code. */
interface SpelledList {
	text: string;
	/** By unit of the text: what says it. */
	readonly elements: Element[];
}

const COMMA = /^[ \t\n]*,[ \t\n]*$/;
/** Codes of characters, and nothing that is a part of another number. */
const CODES = /(?<![\d.eE+-])\d{1,7}(?![\d.eE+-])/g;
/** In a string: one digit is a character by itself. */
const CODE = /^\d{2,7}$/;
const LARGEST_CODE = 0x10_ffff;

/** What takes known values that are spelled out in lists out of a JSON text: each becomes one element that says so. Empty: there are none. */
export function spelledEdits(json: string, known: KnownValues): readonly TextEdit[] {
	const edits: TextEdit[] = [];
	for (const { text, elements } of spelledLists(json))
		for (const { start, end } of known.placesIn(text)) {
			const [first, last] = [elements[start], elements[end - 1]];
			if (first === undefined || last === undefined) continue;
			edits.push(replace({ start: first.start, end: last.end }, JSON.stringify(REDACTED)));
		}
	return edits;
}

function spelledLists(json: string): readonly SpelledList[] {
	const lists: SpelledList[] = [];
	let open: SpelledList | null = null;
	let end = 0;
	const add = (character: string | null, element: Element): void => {
		if (character === null) open = null;
		else {
			if (open === null || !COMMA.test(json.slice(end, element.start))) {
				open = { text: "", elements: [] };
				lists.push(open);
			}
			open.text += character;
			for (let unit = 0; unit < character.length; unit++) open.elements.push(element);
		}
		end = element.end;
	};
	let at = 0;
	for (const place of stringsOf(json)) {
		for (const code of codesIn(json, at, place.start)) add(...code);
		// An escape has no more than twelve characters, and there are two quotes.
		const value = place.end - place.start > 14 ? "" : decode(json.slice(place.start, place.end));
		add([...value].length === 1 ? value : CODE.test(value) ? characterOf(value) : null, place);
		at = place.end;
	}
	for (const code of codesIn(json, at, json.length)) add(...code);
	return lists;
}

function codesIn(json: string, start: number, end: number): readonly (readonly [string | null, Element])[] {
	return [...json.slice(start, end).matchAll(CODES)].map(({ 0: digits, index }) => {
		const element = { start: start + index, end: start + index + digits.length };
		return [characterOf(digits), element];
	});
}

function characterOf(digits: string): string | null {
	return Number(digits) > LARGEST_CODE ? null : String.fromCodePoint(Number(digits));
}
