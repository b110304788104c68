import { isObject } from "../protocol/message.ts";
import { linearPattern, MOST_STATES_IN_ALL } from "./linear-pattern.ts";

const TYPES: ReadonlySet<unknown> = new Set(["null", "boolean", "object", "array", "number", "string", "integer"]);
/** Members that hold a schema, a list of them, or several by name. */
const ONE = [
	"items",
	"additionalProperties",
	"contains",
	"propertyNames",
	"not",
	"if",
	"then",
	"else",
	"unevaluatedItems",
	"unevaluatedProperties",
];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/** Levels, and schemas in one, that anybody writes. */
const DEEPEST = 32;
const MOST = 1000;

/**
 * Why a JSON Schema would refuse every value, whatever it is meant to say: an unknown type, a pattern that is none, a reference that leads
 * elsewhere. In words for people that follow the schema's place; null: nothing of that kind is found.
 */
export function schemaProblem(schema: unknown): string | null {
	let left = MOST;
	let states = 0;
	const look = (part: unknown, place: string, depth: number): string | null => {
		if (typeof part === "boolean") return null;
		if (!isObject(part)) return `${place} is no schema: an object, true or false`;
		if (depth > DEEPEST || --left < 0) return "the schema is larger than can be looked through";
		const types = Array.isArray(part.type) ? part.type : part.type === undefined ? [] : [part.type];
		const unknown = types.find((type) => !TYPES.has(type));
		if (unknown !== undefined) return `${place} has the type ${JSON.stringify(unknown)}; there are ${[...TYPES].join(", ")}`;
		for (const name of ["$ref", "$dynamicRef"]) {
			const ref = part[name];
			if (ref !== undefined && (typeof ref !== "string" || !ref.startsWith("#"))) return `${place} refers elsewhere; only # is followed`;
		}
		const patterns = [part.pattern, ...(isObject(part.patternProperties) ? Object.keys(part.patternProperties) : [])];
		const broken = patterns.find((pattern) => pattern !== undefined && !isPattern(pattern));
		if (broken !== undefined) return `${place} has a pattern that is no regular expression`;
		for (const pattern of patterns)
			states += (typeof pattern === "string" ? linearPattern(pattern)?.states : 0) ?? Number.POSITIVE_INFINITY;
		if (states > MOST_STATES_IN_ALL)
			return `${place} has a pattern that looks ahead or behind, goes back to a group, sets flags or counts very far: nothing bounds the time that it takes`;
		if (part.format === "url") return `${place} has the format "url", whose time nothing bounds; "uri" is the one of JSON Schema`;
		const parts: (readonly [unknown, string])[] = [
			...ONE.flatMap((name) => (name in part ? [[part[name], name] as const] : [])),
			...LISTS.flatMap((name) =>
				Array.isArray(part[name]) ? part[name].map((each: unknown, i: number) => [each, `${name}.${i}`] as const) : [],
			),
			...NAMED.flatMap((name) =>
				isObject(part[name]) ? Object.entries(part[name]).map(([key, each]) => [each, `${name}.${key}`] as const) : [],
			),
		];
		for (const [inner, name] of parts) {
			const problem = look(inner, `${place}.${name}`, depth + 1);
			if (problem !== null) return problem;
		}
		return null;
	};
	return look(schema, "schema", 0);
}

/** As the validator reads them. */
function isPattern(pattern: unknown): boolean {
	if (typeof pattern !== "string") return false;
	try {
		new RegExp(pattern, "u");
		return true;
	} catch {
		return false;
	}
}
