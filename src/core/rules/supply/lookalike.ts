import { remembered } from "../../secrets/remembered.ts";
import type { Registry } from "./fetched-package.ts";
import { WELL_KNOWN } from "./well-known-packages.ts";

/**
 * The well-known package that a name imitates; null for a well-known name, and for one that is clearly its own. Cautious: names of
 * honest packages are near to one another, so only slips that keep the look of a long word count: two letters that change places, one
 * that is left out, doubled or added within it, one that looks like another, a blank or a hyphen less, a scope that is nearly right.
 */
export function imitatedPackage(name: string, registry: Registry): string | null {
	return name.length > 100 ? null : IMITATED[registry](name);
}

/** The same few packages stand in thousands of entries. */
const IMITATED: Readonly<Record<Registry, (name: string) => string | null>> = {
	npm: remembered((name) => findImitated(name, "npm")),
	python: remembered((name) => findImitated(name, "python")),
};

function findImitated(name: string, registry: Registry): string | null {
	const canonical = registry === "python" ? pythonName(name) : name.toLowerCase();
	if (KNOWN.npm.has(canonical) || KNOWN.python.has(pythonName(canonical))) return null;
	const { scope, base } = split(canonical);
	for (const known of CANDIDATES[registry].get(bucket(base)) ?? []) if (imitates({ scope, base }, known)) return known.name;
	return flattened(canonical, registry);
}

interface Known {
	readonly name: string;
	readonly scope: string | null;
	readonly base: string;
}

const KNOWN: Readonly<Record<Registry, ReadonlySet<string>>> = {
	npm: new Set(WELL_KNOWN.npm),
	python: new Set(WELL_KNOWN.python.map(pythonName)),
};

const CANDIDATES: Readonly<Record<Registry, ReadonlyMap<string, readonly Known[]>>> = {
	npm: byBucket(WELL_KNOWN.npm),
	python: byBucket(WELL_KNOWN.python),
};

/** An imitation keeps the first letter, or it would not be taken for the other. */
function bucket(base: string): string {
	return base.charAt(0);
}

function byBucket(names: readonly string[]): ReadonlyMap<string, readonly Known[]> {
	const map = new Map<string, Known[]>();
	for (const name of names) {
		const known = { name, ...split(name) };
		const key = bucket(known.base);
		const others = map.get(key);
		if (others === undefined) map.set(key, [known]);
		else others.push(known);
	}
	return map;
}

/** As Python's index compares names: case and the kind of separator do not matter. */
function pythonName(name: string): string {
	return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function split(name: string): { readonly scope: string | null; readonly base: string } {
	const match = /^@([^/]+)\/(.+)$/.exec(name);
	return match === null ? { scope: null, base: name } : { scope: match[1] ?? "", base: match[2] ?? "" };
}

function imitates({ scope, base }: Pick<Known, "scope" | "base">, known: Known): boolean {
	if (scope === known.scope) return nearName(base, known.base);
	// Anybody may publish `@them/server-github`; a scope that is nearly that of the well-known one is meant to be taken for it.
	return scope !== null && known.scope !== null && base === known.base && nearScope(scope, known.scope);
}

function nearScope(scope: string, known: string): boolean {
	if (known.length < 6) return false;
	const plain = scope.replace(/[-_.]/g, "");
	return plain === known.replace(/[-_.]/g, "") || nearWord(plain, known) || (known.length >= 12 && plain.startsWith(known));
}

/** `modelcontextprotocol-server-github` and `@modelcontextprotocol-server/github`: the official scope as a part of a name. */
function flattened(name: string, registry: Registry): string | null {
	if (registry !== "npm") return null;
	const match = /^@?modelcontextprotocol[-_./]?(?:server[-_./])?([a-z0-9-]+)$/.exec(name);
	if (match === null || name.startsWith("@modelcontextprotocol/")) return null;
	const official = `@modelcontextprotocol/server-${match[1]}`;
	return KNOWN.npm.has(official) ? official : null;
}

/** Word by word: all but one are the same, and that one is nearly. */
function nearName(name: string, known: string): boolean {
	if (name === known || Math.abs(name.length - known.length) > 1) return false;
	const [words, knownWords] = [name.split(/[-_.]/), known.split(/[-_.]/)];
	if (words.join("") === knownWords.join("")) return known.length >= 8;
	if (words.length !== knownWords.length) return false;
	const different = words.flatMap((word, i) => (word === knownWords[i] ? [] : [[word, knownWords[i] ?? ""] as const]));
	const [only] = different;
	return different.length === 1 && only !== undefined && nearWord(...only);
}

/** A long word with one slip that the eye passes over. */
export function nearWord(word: string, known: string): boolean {
	if (known.length < 6 || word === known || word.charAt(0) !== known.charAt(0)) return false;
	if (looks(word) === looks(known)) return true;
	let from = 0;
	while (from < word.length && word[from] === known[from]) from++;
	const last = known.length - 1;
	const added = word.length - known.length;
	if (added === 0) {
		const swapped = word[from] === known[from + 1] && word[from + 1] === known[from];
		if (swapped) return word.slice(from + 2) === known.slice(from + 2) && /^[a-z]+$/.test(word.slice(from, from + 2));
		return (
			known.length >= LONG && from < last && word.slice(from + 1) === known.slice(from + 1) && isLetter(word[from]) && isLetter(known[from])
		);
	}
	if (added === 1) {
		const rest = word.slice(from + 1) === known.slice(from);
		const doubled = word[from] === word[from - 1];
		return rest && isLetter(word[from]) && (doubled ? from <= last : known.length >= LONG && from <= last);
	}
	return added === -1 && known.length >= LONG && from < last && word.slice(from) === known.slice(from + 1);
}

/** From this length on, a word with one letter less, more or other is hardly a word of its own. */
const LONG = 8;

function isLetter(character: string | undefined): boolean {
	return character !== undefined && /^[a-z]$/.test(character);
}

/** Letters and digits that look alike, as one. */
function looks(word: string): string {
	return word.replace(/rn/g, "m").replace(/vv/g, "w").replace(/[1i|]/g, "l").replace(/0/g, "o").replace(/5/g, "s");
}
