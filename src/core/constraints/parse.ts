import { fail, ok, type Result } from "../result.ts";
import { Constraints } from "./schema.ts";

/** Kinds whose value is one number. */
const NUMBERS = new Set(["minLength", "maxLength", "minimum", "maximum"]);
const LISTS = new Set(["within", "glob", "origin", "enum"]);

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
		const [, name = "", kind = "", value = ""] = /^([^=]+)=([A-Za-z]+)(?::(.*))?$/s.exec(text) ?? [];
		const said = meant(kind, value, place);
		if (name === "" || said === undefined) return bad(text);
		wanted.set(name, { ...wanted.get(name), [kind]: said });
	}
	const parsed = Constraints.safeParse(Object.fromEntries(wanted));
	return parsed.success ? ok(parsed.data) : bad(texts.join(" "));
}

function meant(kind: string, value: string, place: (path: string) => string): unknown {
	if (kind === "optional") return value === "" ? true : undefined;
	if (value === "") return undefined;
	if (NUMBERS.has(kind)) return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
	if (kind === "relativeTo") return place(value);
	if (LISTS.has(kind)) return kind === "within" ? value.split(",").map(place) : value.split(",");
	if (kind !== "schema") return undefined;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return undefined;
	}
}

function bad(text: string): Result<never> {
	return fail(
		"bad-constraint",
		`--where ${text} is not of the form ARGUMENT=KIND:VALUE.`,
		"KIND is within, relativeTo, glob, origin, enum, minLength, maxLength, minimum, maximum, schema or optional. Example: --where path=within:docs",
	);
}
