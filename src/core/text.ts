/** A range of a text: UTF-16 code units, counted from the start of the text without its byte order mark. */
export interface Span {
	readonly offset: number;
	readonly length: number;
}

/** Replaces the text at `span` by `text`. A length of 0 inserts. */
export interface TextEdit {
	readonly span: Span;
	readonly text: string;
}

/** A place for people: line and column count from 1, columns in UTF-16 units. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

export function slice(text: string, span: Span): string {
	return text.slice(span.offset, span.offset + span.length);
}

/** Applies edits that do not overlap, in any order. Two edits that overlap are a bug, and throw. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
	const ordered = [...edits].sort((a, b) => a.span.offset - b.span.offset || a.span.length - b.span.length);
	let result = "";
	let at = 0;
	for (const edit of ordered) {
		if (edit.span.offset < at) throw new Error("text edits overlap");
		result += text.slice(at, edit.span.offset) + edit.text;
		at = edit.span.offset + edit.span.length;
	}
	return result + text.slice(at);
}

/** Finds lines in a text once, then positions in logarithmic time. `\n`, `\r\n` and a lone `\r` end a line. */
export class LineIndex {
	readonly #starts: number[] = [0];
	readonly #length: number;

	constructor(text: string) {
		this.#length = text.length;
		for (let i = 0; i < text.length; i++) {
			const c = text.charCodeAt(i);
			if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1);
		}
	}

	/** The line that holds the offset, with what ends it. */
	lineSpan(offset: number): Span {
		const { line } = this.position(offset);
		const start = this.#starts[line - 1] ?? 0;
		return { offset: start, length: (this.#starts[line] ?? this.#length) - start };
	}

	position(offset: number): Position {
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const mid = (low + high + 1) >> 1;
			if ((this.#starts[mid] ?? 0) <= offset) low = mid;
			else high = mid - 1;
		}
		return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
	}
}

/** Finds, of items that do not overlap, the one that an offset is in, in logarithmic time; null: none. */
export function spanLookup<T extends { readonly span: Span }>(items: readonly T[]): (offset: number) => T | null {
	const ordered = [...items].sort((a, b) => a.span.offset - b.span.offset);
	return (offset) => {
		let low = 0;
		let high = ordered.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if ((ordered[mid]?.span.offset ?? 0) <= offset) low = mid + 1;
			else high = mid;
		}
		const item = ordered[low - 1];
		return item !== undefined && offset < item.span.offset + item.span.length ? item : null;
	};
}

const BOM = "\uFEFF";

/** Splits a byte order mark off; every span in this program counts from after it. */
export function splitBom(raw: string): { readonly bom: boolean; readonly text: string } {
	return raw.startsWith(BOM) ? { bom: true, text: raw.slice(1) } : { bom: false, text: raw };
}
