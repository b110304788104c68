import { readLines, readPairs, readRows, readTriples } from "../lists.ts";

/** A list of this split. */
export function list(name: string): URL {
	return new URL(`lists/${name}.txt`, import.meta.url);
}

/** What it is, and the arguments. */
export const NEGATIVE_ARGS: readonly (readonly [string, ...string[]])[] = readRows(list("negative-args")).map(([kind = "", ...args]) => [
	kind,
	...args,
]);

/** What it is, a variable's name, and a value that is no credential. */
export const NEGATIVES = readTriples(list("negatives"));

export const NEGATIVE_URLS = readLines(list("negative-urls"));

/** Language, and what people write where the reader is to put a credential. */
export const PLACEHOLDERS = readPairs(list("placeholders"));
