import { type ArgumentClasses, classText } from "./classes.ts";

/** Puts a marker where a known secret stands, in whatever encoding. Text without one comes back as it was. */
export type Redact = (text: string) => string;

/** Characters kept of one string. */
const STRING = 200;
/** Elements kept of one array, members of one object. */
const WIDTH = 50;
const DEPTH = 12;
/** Characters kept of one value in all; what is no text counts as `NODE` characters each. */
const TOTAL = 8192;
/** The same of a call that was refused: whoever is refused can ask again without end. */
const TOTAL_REFUSED = 1024;
const NODE = 4;

const DEEPER = '"…[deeper levels]"';
const NOTHING_LEFT = '"…"';

/**
 * A value as JSON for a log line: secrets replaced (in keys too) and then long strings, long lists and deep levels cut with a
 * marker that says how much is missing. The result is bounded, whatever comes in. What JSON does not know becomes null.
 */
export function redactedJson(value: unknown, redact: Redact, amount: Amount = "whole"): string {
	if (typeof value === "string") return JSON.stringify(shortened(redact(value), STRING));
	return value === null ? "null" : new Writer(redact, amount === "refused" ? TOTAL_REFUSED : TOTAL).write(value, 0);
}

/**
 * The arguments of a call as JSON for a log line, as the policy wants them. Null: nothing of them is kept.
 *
 * @param home the person's folder; null: not known
 */
export function argumentsJson(
	value: unknown,
	redact: Redact,
	classes: ArgumentClasses,
	home: string | null,
	amount: Amount = "whole",
): string | null {
	if (classes.arguments === "none") return null;
	if (classes.arguments === "shapes") return redactedJson(shapeOf(value, 0), redact, amount);
	const classed = classText(classes, home);
	return redactedJson(value, (text) => classed(redact(text)), amount);
}

/** How much of a value is kept: all that is kept of one, or as much as of a call that was refused. */
export type Amount = "whole" | "refused";

/** Its structure and names, with the kind of each value in its place, and how long a text is. */
function shapeOf(value: unknown, depth: number): unknown {
	if (depth > DEPTH) return null;
	if (typeof value === "string") return `text of ${value.length}`;
	// What is beyond the width is only counted.
	const within = (member: unknown, index: number): unknown => (index < WIDTH ? shapeOf(member, depth + 1) : null);
	if (Array.isArray(value)) return value.map(within);
	if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
	return Object.fromEntries(Object.entries(value).map(([key, member], index) => [key, within(member, index)]));
}

class Writer {
	readonly #redact: Redact;
	#left: number;

	constructor(redact: Redact, total: number) {
		this.#redact = redact;
		this.#left = total;
	}

	write(node: unknown, depth: number): string {
		if (this.#left <= 0) return NOTHING_LEFT;
		this.#left -= NODE;
		switch (typeof node) {
			case "string":
				return JSON.stringify(this.#text(node));
			case "number":
				return this.#number(node);
			case "boolean":
				return node ? "true" : "false";
			case "object":
				if (node === null) return "null";
				if (depth >= DEPTH) return DEEPER;
				return Array.isArray(node) ? this.#array(node, depth) : this.#object(node, depth);
			default:
				return "null";
		}
	}

	/** A secret is looked for before the cut, or its first half would stay. */
	#text(original: string): string {
		const clean = this.#redact(original);
		const keep = Math.max(0, Math.min(STRING, this.#left));
		this.#left -= Math.min(clean.length, keep);
		return shortened(clean, keep);
	}

	#number(value: number): string {
		const digits = String(value);
		const clean = this.#redact(digits);
		if (clean !== digits) return JSON.stringify(clean);
		return Number.isFinite(value) ? digits : "null";
	}

	#array(elements: readonly unknown[], depth: number): string {
		const kept = elements.slice(0, WIDTH).map((element) => this.write(element, depth + 1));
		if (elements.length > WIDTH) kept.push(JSON.stringify(`…[${elements.length - WIDTH} more]`));
		return `[${kept.join(",")}]`;
	}

	#object(node: object, depth: number): string {
		const entries = Object.entries(node);
		const more = entries.length - WIDTH;
		const members: [key: string, value: string][] = [];
		let isAsSent = more <= 0;
		for (const [key, member] of more > 0 ? entries.slice(0, WIDTH) : entries) {
			const text = this.#text(key);
			if (text !== key) isAsSent = false;
			members.push([JSON.stringify(text), this.write(member, depth + 1)]);
		}
		if (more > 0) members.push([NOTHING_LEFT, JSON.stringify(`[${more} more]`)]);
		let json = "";
		// Two keys can be alike once they are redacted or cut: a line has each once, with the last one's value.
		for (const [key, value] of isAsSent ? members : new Map(members)) json += `${json === "" ? "" : ","}${key}:${value}`;
		return `{${json}}`;
	}
}

function shortened(text: string, keep: number): string {
	return text.length <= keep ? text : `${wellFormed(text.slice(0, keep))}…[${text.length - keep} more characters]`;
}

/** A cut may have left the first half of a pair. */
function wellFormed(text: string): string {
	return text.replace(/[\uD800-\uDBFF]$/, "");
}
