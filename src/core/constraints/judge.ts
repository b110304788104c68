import { hasLongRun, normalized } from "../normalized.ts";
import { isInside } from "../policy/layers.ts";
import { isExact } from "./exact.ts";
import { fitsGlob } from "./glob.ts";
import { readingsOf } from "./readings.ts";
import type { Constraint, Constraints } from "./schema.ts";
import { namedWithin } from "./words.ts";

/** What judging needs of the machine and of libraries. */
export interface JudgeTools {
	/**
	 * An absolute path without `..` as the kernel would find it: links followed as far as it exists, the rest as it stands.
	 * Null: it cannot be told.
	 */
	readonly realPath: (path: string) => string | null;
	/** Whether a value fits a JSON Schema; false also for a schema that cannot be used. */
	readonly fitsSchema: (schema: NonNullable<Constraint["schema"]>, value: unknown) => boolean;
}

/** Why a call does not hold to what a policy says. Holds nothing of the values. */
export interface Breach {
	/** The argument's name as the policy has it. */
	readonly argument: string;
	/** Which member of the constraint; `relativeTo`: a path is relative, and there is none. `name`: another argument is named so like this one that a server may take it for it. */
	readonly broken: keyof Constraint | "missing" | "name" | "type";
}

/** The name that stands for all arguments together. */
const ALL_ARGUMENTS = "*";
const PROTOTYPE = "__proto__";

/**
 * The first thing in which the arguments of a call do not hold to the constraints; null: they hold. Paths in `within` and `relativeTo` are
 * absolute here.
 */
export function judgeArguments(constraints: Constraints, given: Readonly<Record<string, unknown>>, tools: JudgeTools): Breach | null {
	const named = Object.keys(constraints).filter((name) => name !== ALL_ARGUMENTS);
	const folded = new Map(named.map((name) => [foldedName(name), name]));
	for (const name of Object.keys(given)) {
		const alike = folded.get(foldedName(name));
		if (alike !== undefined && !named.includes(name)) return { argument: alike, broken: "name" };
		// A server that copies it makes it the prototype, and finds there what was left out here. Marks without end are no name of anything.
		if ((name === PROTOTYPE || hasLongRun(name)) && named[0] !== undefined) return { argument: named[0], broken: "name" };
	}
	for (const [name, constraint] of Object.entries(constraints)) {
		if (name !== ALL_ARGUMENTS && !Object.hasOwn(given, name)) {
			if (constraint.optional === true) continue;
			return { argument: name, broken: "missing" };
		}
		const broken = breach(constraint, name === ALL_ARGUMENTS ? given : given[name], tools);
		if (broken !== null) return { argument: name, broken };
	}
	return null;
}

/** A name as a careless server compares it. */
function foldedName(name: string): string {
	return normalized(name, "NFKC")
		.toUpperCase()
		.toLowerCase()
		.replace(/[\p{Default_Ignorable_Code_Point}\s_.-]/gu, "");
}

function breach(constraint: Constraint, value: unknown, tools: JudgeTools): Breach["broken"] | null {
	if (constraint.schema !== undefined && !tools.fitsSchema(constraint.schema, value)) return "schema";
	// A server for which nothing means everything would go on.
	if (Array.isArray(value) && value.length === 0 && constraint.schema === undefined && constraint.optional !== true) return "type";
	for (const item of Array.isArray(value) ? value : [value]) {
		const broken = breachOfOne(constraint, item, tools);
		if (broken !== null) return broken;
	}
	return null;
}

function breachOfOne(constraint: Constraint, value: unknown, tools: JudgeTools): Breach["broken"] | null {
	const { within, glob, origin, minLength, maxLength, minimum, maximum } = constraint;
	if (constraint.enum !== undefined && !constraint.enum.some((allowed) => allowed === value && isExact(value))) return "enum";
	if (minimum !== undefined || maximum !== undefined) {
		if (typeof value !== "number" || !isExact(value)) return "type";
		if (minimum !== undefined && value < minimum) return "minimum";
		if (maximum !== undefined && value > maximum) return "maximum";
	}
	if ([within, glob, origin, minLength, maxLength].every((each) => each === undefined)) return null;
	if (typeof value !== "string") return "type";
	if (minLength !== undefined || maxLength !== undefined) {
		const length = characters(value);
		if (minLength !== undefined && length < minLength) return "minLength";
		if (maxLength !== undefined && length > maxLength) return "maxLength";
	}
	if (glob !== undefined && !list(glob).some((each) => fitsGlob(value, each))) return "glob";
	if (origin !== undefined && !hasOrigin(value, list(origin))) return "origin";
	if (within === undefined || liesWithin(value, list(within), constraint.relativeTo ?? null, tools)) return null;
	// Said apart, for most often it is the policy that lacks a word: servers take such paths from a folder that it can name.
	return constraint.relativeTo === undefined && isRelative(value) ? "relativeTo" : "within";
}

/** Of Unicode. Half a character is one. */
function characters(text: string): number {
	let count = 0;
	for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count++;
	return count;
}

/** What URL parsers disagree on has no origin here. */
function hasOrigin(text: string, origins: readonly string[]): boolean {
	if (!/^[\x21-\x7e]*$/.test(text) || /[\\<>"`{}|^]|^[^/]*\/\/[^/]*@/.test(text)) return false;
	const url = URL.parse(text);
	if (url === null || !origins.includes(url.origin)) return false;
	// As it stands, too: nothing that was cleaned away on the way.
	const start = text.toLowerCase();
	return start === url.origin || [`${url.origin}/`, `${url.origin}?`, `${url.origin}#`].some((each) => start.startsWith(each));
}

function liesWithin(text: string, folders: readonly string[], base: string | null, tools: JudgeTools): boolean {
	const readings = readingsOf(text);
	if (readings === null) return false;
	const places = folders.map((folder) => tools.realPath(folder)).filter((place) => place !== null);
	const lies = (path: string) => {
		const real = tools.realPath(path);
		return real !== null && places.some((place) => isInside(real, place));
	};
	return readings.every((reading) => {
		if (!reading.startsWith("/") && base === null) return false;
		if (!lies(reading.startsWith("/") ? reading : `${base}/${reading}`)) return false;
		const named = namedWithin(behindFolder(reading, [...folders, ...places, ...(base === null ? [] : [base])]));
		return named?.absolute.every(lies) === true && (base === null || named.relative.every((path) => lies(`${base}/${path}`)));
	});
}

/** What the policy itself says of a path names nothing else, whatever stands in it. */
function behindFolder(path: string, folders: readonly string[]): string {
	const most = folders.filter((folder) => isInside(path, folder)).reduce((longest, { length }) => Math.max(longest, length), 0);
	return path.slice(most);
}

function isRelative(text: string): boolean {
	return readingsOf(text)?.every((reading) => !reading.startsWith("/")) === true;
}

function list<T>(value: T | readonly T[]): readonly T[] {
	return Array.isArray(value) ? value : [value as T];
}
