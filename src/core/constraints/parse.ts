import { fail, ok, type Result } from "../result.ts";
import { type Constraint, Constraints } from "./schema.ts";
import { schemaProblem } from "./schema-problem.ts";

type Kind = keyof Constraint;

/** What each kind takes, for people. */
const TAKES: Readonly<Record<Kind, string>> = {
	within: "one or more folders, parted by commas",
	relativeTo: "one folder, and needs within beside it",
	glob: "one or more patterns, parted by commas",
	origin: "one or more origins such as https://api.github.com, in small letters and without a path",
	enum: "the allowed texts, parted by commas",
	minLength: "a whole number of characters",
	maxLength: "a whole number of characters",
	minimum: "a number",
	maximum: "a number",
	schema: "a JSON Schema: an object, true or false",
	optional: "no value",
};
const KINDS = Object.keys(TAKES) as readonly Kind[];

/**
 * Constraints as a command line says them: `path=within:docs`, `state=enum:open,closed`, `title=maxLength:200`, `query=schema:{…}`,
 * `note=optional`. Several texts about one argument count together. Empty: null.
 *
 * @param place the absolute path that a path of the command line means
 */
export function parseConstraints(texts: readonly string[], place: (path: string) => string): Result<Constraints | null> {
	if (texts.length === 0) return ok(null);
	const wanted = new Map<string, Record<string, unknown>>();
	for (const text of texts) {
		const [, name = "", named = "", value] = /^([^=]+)=([A-Za-z]+)(?::(.*))?$/s.exec(text) ?? [];
		const kind = KINDS.find((each) => each === named);
		if (kind === undefined)
			return fail(
				"bad-constraint",
				`--where ${text} is not of the form ARGUMENT=KIND:VALUE.`,
				`KIND is ${KINDS.slice(0, -1).join(", ")} or ${KINDS.at(-1)}. Example: --where path=within:docs`,
			);
		const said = meant(kind, value, place);
		const problem = kind === "schema" && said !== undefined ? schemaProblem(said) : null;
		if (problem !== null)
			return fail("bad-constraint", `--where ${name}=schema: ${problem}.`, "No call could hold to it: mend the schema, and grant it then.");
		const one = kind === "relativeTo" ? { [kind]: said, within: said } : { [kind]: said };
		if (said === undefined || !Constraints.safeParse({ [name]: one }).success) return badValue(text, kind);
		wanted.set(name, { ...wanted.get(name), [kind]: said });
	}
	const parsed = Constraints.safeParse(Object.fromEntries(wanted));
	return parsed.success ? ok(parsed.data) : badValue(texts.join(" "), "relativeTo");
}

/** Undefined: it is no value of this kind. */
function meant(kind: Kind, value: string | undefined, place: (path: string) => string): unknown {
	if (kind === "optional") return value === undefined ? true : undefined;
	if (value === undefined || value === "") return undefined;
	switch (kind) {
		case "minLength":
		case "maxLength":
		case "minimum":
		case "maximum":
			return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
		case "relativeTo":
			return place(value);
		case "within":
			return value.split(",").map(place);
		case "glob":
		case "origin":
		case "enum":
			return value.split(",");
		case "schema":
			return json(value);
	}
}

function json(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

function badValue(text: string, kind: Kind): Result<never> {
	return fail(
		"bad-constraint",
		`--where ${text}: ${kind} takes ${TAKES[kind]}.`,
		"Example: --where path=within:docs --where title=maxLength:200",
	);
}

/**
 * The first name of a constraint that a tool, by its own schema, has no argument for, with those that it has. Null: it has them all, or
 * does not say which it has.
 */
export function unknownArgument(
	constraints: Constraints,
	definition: Readonly<Record<string, unknown>>,
): { readonly named: string; readonly known: readonly string[] } | null {
	const { inputSchema } = definition;
	const properties = isObject(inputSchema) ? inputSchema.properties : undefined;
	if (!isObject(properties)) return null;
	const known = Object.keys(properties);
	const named = Object.keys(constraints).find((name) => name !== "*" && !known.includes(name));
	return named === undefined ? null : { named, known };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
