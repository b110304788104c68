import { fail, ok, type Result } from "../result.ts";

/** A package of Python's registry, as PEP 508 writes it, without an address and without a condition. */
export interface PythonRequirement {
	/** Normalised as in PEP 503: lower case, `-` between words. */
	readonly name: string;
	/** As the line writes the name: a command may be called so. */
	readonly written: string;
	/** Normalised and in order. Empty: none. */
	readonly extras: readonly string[];
	/** Conditions on the version as in PEP 440, joined with commas (`>=1,<2`). Empty: any version. */
	readonly specifier: string;
}

/** `Foo.bar_baz` and `foo-bar-baz` are one package (PEP 503). */
export function normalizeName(name: string): string {
	return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** How it is handed to an installer: `name[extra]>=1,<2`. */
export function requirementText({ name, extras, specifier }: PythonRequirement): string {
	return `${name}${extras.length === 0 ? "" : `[${extras.join(",")}]`}${specifier}`;
}

const LONGEST = 500;
const REMEDY = "Name a published package: NAME, or NAME==VERSION.";
const PARTS = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([A-Za-z0-9._,\s-]*)\])?\s*(.*)$/s;
const IDENTIFIER = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** PEP 440, a local part included; the separators that it allows. */
const VERSION =
	/^v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?(?:[-_.]?dev[-_.]?[0-9]*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i;

/**
 * Reads a requirement. An address, a repository, a file and a condition on the machine (`; python_version < "3.9"`) are refused: none of
 * them is a package that a registry can be held to. No message repeats the text: an address may carry a credential.
 *
 * @param atVersion true: `NAME@VERSION` and `NAME@latest` are understood, as in the first word of a uvx line
 */
export function parseRequirement(text: string, atVersion: boolean): Result<PythonRequirement> {
	const trimmed = text.trim();
	const other = otherForm(trimmed, atVersion);
	if (other !== null)
		return fail("package-not-registry", `The package is given as ${other}: only a package of the registry can be pinned.`, REMEDY);
	const [, written = "", inBrackets, rest = ""] = text.length > LONGEST ? [] : (PARTS.exec(trimmed) ?? []);
	const extras = inBrackets === undefined || inBrackets.trim() === "" ? [] : inBrackets.split(",").map((each) => each.trim());
	const specifier = rest.startsWith("@") ? exactly(rest.slice(1).trim()) : parseSpecifier(rest);
	if (!IDENTIFIER.test(written) || !extras.every((each) => IDENTIFIER.test(each)) || specifier === null)
		return fail("package-name", "The line does not name a package of Python's registry.", REMEDY);
	return ok({ name: normalizeName(written), written, extras: [...new Set(extras.map(normalizeName))].sort(), specifier });
}

/** What `@` says: one version, or whichever is newest at the approval. */
function exactly(version: string): string | null {
	if (version === "latest") return "";
	return isVersion(version) ? `==${version}` : null;
}

function parseSpecifier(text: string): string | null {
	if (text.trim() === "") return "";
	const clauses = text.split(",").map((each) => /^\s*(===|==|~=|!=|<=|>=|<|>)\s*(\S+)\s*$/.exec(each));
	const read: string[] = [];
	for (const clause of clauses) {
		const [, operator, version = ""] = clause ?? [];
		if (operator === undefined) return null;
		const prefix = (operator === "==" || operator === "!=") && version.endsWith(".*");
		if (!isVersion(prefix ? version.slice(0, -2) : version)) return null;
		read.push(operator + version);
	}
	return read.join(",");
}

function isVersion(text: string): boolean {
	return text.length <= 100 && VERSION.test(text);
}

/** The form of what no registry serves under a name, in a person's words; null when it may be a name. */
function otherForm(text: string, atVersion: boolean): string | null {
	const at = text.indexOf("@");
	const place = at < 0 ? text : text.slice(at + 1).trim();
	const isAny = (form: RegExp) => form.test(text) || form.test(place);
	if (isAny(/^(?:git|hg|svn|bzr)(?:\+|@|:\/\/)/i) || isAny(/\.git(?:@|#|$)/i)) return "a repository";
	if (isAny(/^[a-z][a-z0-9+.-]{0,30}:/i)) return "an address";
	if (isAny(/[/\\]|^[.~]/) || isAny(/\.(?:whl|zip|tar|tgz|tar\.gz|tar\.bz2|tar\.xz|py)$/i)) return "a file or folder";
	if (text.includes(";")) return "a package for some machines alone";
	return at >= 0 && !atVersion ? "an address" : null;
}
