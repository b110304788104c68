import { type Schema, Validator } from "@cfworker/json-schema";
import { isExact } from "./exact.ts";

/** Items of a list of which none may be there twice: each is compared with each. */
const MOST_COMPARED = 2000;

/**
 * Whether a value fits a JSON Schema of draft 2020-12. False for a schema that refers elsewhere or cannot be used, for a value with a number
 * that other parsers read as another one, and where the look would take the square of the value's length.
 */
export function fitsSchema(schema: Schema | boolean, value: unknown): boolean {
	try {
		const longest = JSON.stringify(schema).includes('"uniqueItems"') ? MOST_COMPARED : Number.POSITIVE_INFINITY;
		return isJudgeable(value, longest) && new Validator(schema, "2020-12").validate(value).valid;
	} catch {
		return false;
	}
}

/** @param longest items that a list may have */
function isJudgeable(value: unknown, longest: number): boolean {
	const left: unknown[] = [value];
	while (left.length > 0) {
		const next = left.pop();
		if (!isExact(next)) return false;
		if (typeof next !== "object" || next === null) continue;
		const inner: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
		if (Array.isArray(next) && inner.length > longest) return false;
		for (const each of inner) left.push(each);
	}
	return true;
}
