/** Puts a marker where a known secret stands, in whatever encoding. Text without one comes back as it was. */
export type Redact = (text: string) => string;

/** Characters kept of one string. */
const STRING = 200;
/** Elements kept of one array, members of one object. */
const WIDTH = 50;
const DEPTH = 12;
/** Characters kept of one value in all; what is no text counts as `NODE` characters each. */
const TOTAL = 8192;
const NODE = 4;

/**
 * The structure of a value for a log line: secrets replaced (in keys too) and then long strings, long lists and deep
 * levels cut with a marker that says how much is missing. The result is bounded, whatever comes in.
 */
export function redactValue(value: unknown, redact: Redact): unknown {
	let left = TOTAL;

	function text(original: string): string {
		// A secret is looked for before the cut, or its first half would stay.
		const clean = redact(original);
		const keep = Math.max(0, Math.min(STRING, left));
		left -= Math.min(clean.length, keep);
		return clean.length <= keep ? clean : `${wellFormed(clean.slice(0, keep))}…[${clean.length - keep} more characters]`;
	}

	function walk(node: unknown, depth: number): unknown {
		if (left <= 0) return "…";
		left -= NODE;
		if (typeof node === "string") return text(node);
		if (typeof node === "number") {
			const digits = String(node);
			const clean = redact(digits);
			return clean === digits ? node : clean;
		}
		if (typeof node !== "object" || node === null) return typeof node === "boolean" || node === null ? node : null;
		if (depth >= DEPTH) return "…[deeper levels]";
		if (Array.isArray(node)) {
			const kept = node.slice(0, WIDTH).map((element) => walk(element, depth + 1));
			return node.length > WIDTH ? [...kept, `…[${node.length - WIDTH} more]`] : kept;
		}
		const entries = Object.entries(node);
		const kept: [string, unknown][] = entries.slice(0, WIDTH).map(([key, member]) => [text(key), walk(member, depth + 1)]);
		if (entries.length > WIDTH) kept.push(["…", `[${entries.length - WIDTH} more]`]);
		return Object.fromEntries(kept);
	}

	return walk(value, 0);
}

/** A cut may have left the first half of a pair. */
function wellFormed(text: string): string {
	return text.replace(/[\uD800-\uDBFF]$/, "");
}
