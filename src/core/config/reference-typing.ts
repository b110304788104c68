import type { Span } from "../text.ts";
import type { Place } from "./cursor.ts";

/**
 * Whether a secret reference may belong where somebody types, by that line alone: no string reaches over a line's end. False wherever
 * `replacedByReference` finds nothing whatever stands on the other lines, and quick enough to be asked with each key.
 *
 * @param character where the caret is in the line
 */
export function mayTakeReference(line: string, character: number): boolean {
	// With an escape in it, the text of the line is not what it says.
	return UNFINISHED_START.test(line.slice(0, character)) || /(?:keychain|sealed):|\{\{|\\/.test(line);
}

/** What a reference would take the place of; null where none belongs. */
export function replacedByReference({ slot, value, reference }: Place, text: string, offset: number): Span | null {
	if (slot === null || value === null) return null;
	if (reference !== null) return reference.span;
	const before = text.slice(value.span.offset, offset);
	const braces = before.lastIndexOf("{{");
	if (braces >= 0 && !before.includes("}}", braces)) {
		const typed = /[^\s{}]*$/.exec(before)?.[0].length ?? 0;
		return { offset: offset - typed, length: typed };
	}
	// A value that is something else already is not to be lost.
	return UNFINISHED.test(value.value) ? value.span : null;
}

/** A scheme that is being typed, or nothing yet. */
const UNFINISHED = /^[a-z]*(?::\/?)?$/;
const UNFINISHED_START = /"[a-z]*(?::\/?)?$/;
