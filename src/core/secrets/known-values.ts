import type { Inflate } from "./compressed.ts";
import { escapedPlaces } from "./escaped.ts";
import { FormSearch, type Place } from "./form-search.ts";
import { HiddenForms } from "./hidden-forms.ts";
import { formsOf, SHORTEST_FORM, wholeForms } from "./known-forms.ts";
import { partsIn } from "./parts.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** Where short texts become bytes. */
const scratch = new Uint8Array(3 * 1024);
/** Bytes that a character of a text becomes, at most. */
const BYTES = 3;

/**
 * Finds known values in bytes: in every form in which a program writes them, with any of their characters in escapes, and behind what a program
 * that wants to hide one does first: one encoding in another, backwards, letter by letter, in two parts.
 */
export class KnownValues {
	readonly #values: readonly string[];
	readonly #forms: readonly Uint8Array[];
	readonly #search: FormSearch;
	readonly #inflate: Inflate | null;
	readonly #hasBlanks: boolean;
	#hidden: HiddenForms | null = null;
	#spelled: FormSearch | null = null;

	/**
	 * Values with fewer than six characters are not looked for: they stand everywhere by chance.
	 * @param inflate left out: what is compressed is not looked into
	 */
	constructor(values: readonly string[], inflate: Inflate | null = null) {
		this.#values = [...new Set(values.filter((value) => value.length >= SHORTEST_FORM))];
		this.#inflate = inflate;
		this.#hasBlanks = this.#values.some((value) => value.includes(" "));
		const forms = new Map<string, Uint8Array>();
		const split = new Set<Uint8Array>();
		for (const value of this.#values) {
			for (const form of formsOf(value)) if (form.length >= SHORTEST_FORM && !forms.has(form)) forms.set(form, encoder.encode(form));
			for (const form of wholeForms(value)) {
				const bytes = forms.get(form);
				if (bytes !== undefined) split.add(bytes);
			}
		}
		this.#forms = [...forms.values()];
		this.#search = new FormSearch(this.#forms, split);
	}

	/** True: there is nothing to look for. */
	get isEmpty(): boolean {
		return this.#forms.length === 0;
	}

	/** The first place at or after `from` where a value stands in one of its forms; null: there is none. */
	first(bytes: Uint8Array, from = 0): Place | null {
		return this.#search.first(bytes, from);
	}

	/**
	 * Whether a JSON text without `\u` and `\/` may hold a value in any way in which it is found. False: it does not. True may be said of
	 * half a value alone.
	 *
	 * @param text the same, where it is at hand
	 */
	mayBeIn(json: Uint8Array, text: string | null = null): boolean {
		if (this.isEmpty) return false;
		if (this.#search.hasAny(json) || this.#hiddenForms().isIn(json, this.#spelledForms())) return true;
		return (text === null || this.#mayHaveEscapes(text)) && this.#escaped(json).length > 0;
	}

	/** In native code, which is sooner done with a long text. */
	#mayHaveEscapes(text: string): boolean {
		return text.includes("%") || text.includes("&") || text.includes("\\") || (this.#hasBlanks && text.includes("+"));
	}

	/** The text with a marker in each place. The very text when there is none. */
	redact(text: string): string {
		if (this.isEmpty || text.length * BYTES < this.#search.shortest) return text;
		const isShort = text.length * BYTES <= scratch.length;
		const bytes = isShort ? scratch.subarray(0, encoder.encodeInto(text, scratch).written) : encoder.encode(text);
		const places = this.#places(bytes);
		if (places.length === 0) return text;
		let result = "";
		let at = 0;
		for (const { start, end } of joined(places)) {
			result += decoder.decode(bytes.subarray(at, start)) + REDACTED;
			at = end;
		}
		return result + decoder.decode(bytes.subarray(at));
	}

	/** Whether a text that has to stay as it is holds a value, or a half of one that looks like nothing else. */
	isIn(text: string): boolean {
		return this.redact(text) !== text || this.partsIn([text]).length > 0;
	}

	/** Where values stand in a text, in units of UTF-16; in order, none in another. */
	placesIn(text: string): readonly Place[] {
		const bytes = encoder.encode(text);
		const places = joined(this.#places(bytes));
		if (bytes.length === text.length) return places;
		const units = (to: number): number => decoder.decode(bytes.subarray(0, to)).length;
		return places.map(({ start, end }) => ({ start: units(start), end: units(end) }));
	}

	/** Of a message's texts: two parts of which a value consists, and which are each long enough to be nothing else. */
	partsIn(texts: readonly string[]): readonly string[] {
		return partsIn(texts, this.#search);
	}

	#places(bytes: Uint8Array): readonly Place[] {
		const places: Place[] = [];
		for (let place = this.first(bytes); place !== null; place = this.first(bytes, place.end)) places.push(place);
		const more = [...this.#hiddenForms().places(bytes), ...this.#escaped(bytes)];
		return more.length === 0 ? places : [...places, ...more].sort((a, b) => a.start - b.start);
	}

	#escaped(bytes: Uint8Array): readonly Place[] {
		return escapedPlaces(bytes, this.#search, this.#hasBlanks);
	}

	#hiddenForms(): HiddenForms {
		// Of each value, what is looked for in JSON when its letters are parted.
		const least = (value: string): number => Math.max(...piecesOf(value).map((piece) => piece.length));
		const shortest = (): number => Math.max(SHORTEST_FORM, Math.min(...this.#values.map(least)));
		this.#hidden ??= new HiddenForms(this.#search, this.#forms, shortest(), this.#inflate);
		return this.#hidden;
	}

	/** A quote or a character beyond ASCII parts letters in JSON otherwise than its neighbours are: there, what is between them is enough. */
	#spelledForms(): FormSearch {
		if (this.#spelled !== null) return this.#spelled;
		const pieces = this.#values.flatMap(piecesOf).filter((piece) => piece.length >= SHORTEST_FORM);
		const isPlain = this.#values.every((value) => !NOT_ONE_BYTE.test(value));
		this.#spelled = isPlain
			? this.#search
			: new FormSearch([...this.#forms, ...pieces.flatMap(withReverse).map((each) => encoder.encode(each))]);
		return this.#spelled;
	}
}

/** Those that overlap, as one. */
function joined(places: readonly Place[]): readonly Place[] {
	const result: Place[] = [];
	for (const place of places) {
		const last = result.at(-1);
		if (last === undefined || place.start >= last.end) result.push(place);
		else if (place.end > last.end) result[result.length - 1] = { start: last.start, end: place.end };
	}
	return result;
}

/** In JSON. */
const NOT_ONE_BYTE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

function piecesOf(value: string): readonly string[] {
	return value.split(NOT_ONE_BYTE);
}

function withReverse(text: string): readonly string[] {
	return [text, [...text].reverse().join("")];
}
