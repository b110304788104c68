import { fail, ok, type Result } from "../result.ts";

/** A package of the registry, as a launch line names it. */
export interface PackageSpec {
	readonly name: string;
	/** A version, a range or a tag (`latest`); null when the line names none. */
	readonly range: string | null;
}

/** Longest package name the registry accepts, in characters. */
const LONGEST_NAME = 214;
const NAME = /^(?:@[A-Za-z0-9~][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/;
const RANGE = /^[A-Za-z0-9^~<>=*][A-Za-z0-9.^~<>=|*+ -]*$/;
/** npm reads a name or a range that ends like this as a local file. */
const ARCHIVE = /\.(?:tgz|tar\.gz|tar)$/i;

/**
 * Reads `name`, `name@range`, `@scope/name@range`, and refuses every other form that npm understands (aliases, git, URLs,
 * files, folders): only a package of the registry comes with an integrity that a grant can pin.
 */
export function parsePackageSpec(text: string): Result<PackageSpec> {
	const other = otherForm(text);
	// Neither message repeats the text: a URL may carry a credential.
	if (other !== null)
		return fail(
			"package-not-registry",
			`The package is given as ${other}: only a package of the registry can be pinned.`,
			"Name a published package: NAME or NAME@VERSION.",
		);
	const at = text.indexOf("@", 1);
	const name = at < 0 ? text : text.slice(0, at);
	const range = at < 0 ? null : text.slice(at + 1);
	if (!NAME.test(name) || name.length > LONGEST_NAME || (range !== null && !RANGE.test(range)))
		return fail("package-name", "The line does not name a package of the registry.", "Name a published package: NAME or NAME@VERSION.");
	return ok({ name, range });
}

/** The name and the range of a package that the registry does not serve, in a person's words; null when it may be one of the registry's. */
function otherForm(text: string): string | null {
	const at = text.indexOf("@", 1);
	for (const part of at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]) {
		if (/^npm:/i.test(part)) return "an alias";
		if (/^(?:git[+:@]|github:|gitlab:|bitbucket:|gist:|git$)/i.test(part) || /\.git(?:#|$)/i.test(part)) return "a git repository";
		if (/^[a-z][a-z0-9+.-]+:\/\//i.test(part)) return "a URL";
		if (/^(?:file|link|workspace|portal|patch):/i.test(part) || /^(?:[./\\]|~\/|[A-Za-z]:)/.test(part) || ARCHIVE.test(part))
			return "a file or folder";
	}
	if (!text.startsWith("@") && text.includes("/")) return "a git repository";
	return null;
}
