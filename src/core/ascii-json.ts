import { plain } from "./plain-text.ts";

/** JSON in which nothing moves a cursor or hides: everything beyond ASCII is escaped. */
export function asciiJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapedUnit);
}

/** JSON that a person reads: what could drive a terminal, turn the direction of a line or hide is escaped, and nothing else. */
export function readableJson(value: unknown): string {
	return JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (character) =>
		plain(character) === character ? character : character.replace(/[\s\S]/g, escapedUnit),
	);
}

function escapedUnit(unit: string): string {
	return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
