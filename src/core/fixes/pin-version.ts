import { spanWithin } from "../config/escapes.ts";
import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { type FetchedPackage, fetchedPackages } from "../rules/supply/fetched-package.ts";
import { isExactVersion, type PinnablePackage, pinnablePackage } from "../rules/supply/package-version.ts";
import type { TextEdit } from "../text.ts";
import { wordAt } from "./word-at.ts";

/** A package whose newest version a program may look up. */
export interface PackageToPin {
	readonly runner: "npm" | "python";
	readonly name: string;
	/** What the entry says of the version now (`latest`, `^1.2`, `>=1,<2`); null when it says nothing: the newest is meant. */
	readonly range: string | null;
}

/** The package behind an `unversioned-runner` finding; null when no registry has it, or the entry may not be edited. */
export function packageToPin(document: ConfigDocument, finding: Finding): PackageToPin | null {
	const found = find(document, finding);
	if (!found.ok) return null;
	const { fetched, pinnable } = found.value;
	return { runner: fetched.registry, name: pinnable.name, range: pinnable.range };
}

/** Writes the exact version into the launch line, in place of what stood there: `1.2.3`, without `@` or `==`. */
export function pinVersionEdits(document: ConfigDocument, finding: Finding, version: string): Result<TextEdit[]> {
	const found = find(document, finding);
	if (!found.ok) return found;
	const { fetched, pinnable } = found.value;
	if (!isExactVersion(version, fetched.registry))
		return fail("version-not-exact", "That is not one exact version.", "Name a version such as 1.2.3.");
	const { head, joint } = pinnable;
	const from = fetched.start + head.length;
	const span = spanWithin(document.text, fetched.word, from, fetched.start + fetched.text.length);
	return ok([{ span, text: `${joint}${version}` }]);
}

function find(
	document: ConfigDocument,
	finding: Finding,
): Result<{ readonly fetched: FetchedPackage; readonly pinnable: PinnablePackage }> {
	const at = wordAt(document, finding);
	if (!at.ok) return at;
	const { server, word } = at.value;
	const fetched = finding.ruleId === "unversioned-runner" && server.kind === "stdio" ? [...fetchedPackages(server)] : [];
	for (const each of fetched) {
		if (each.word !== word) continue;
		const pinnable = pinnablePackage(each);
		if (pinnable !== null) return ok({ fetched: each, pinnable });
	}
	return fail(
		"package-not-pinnable",
		"This is no package of a registry whose version could be filled in.",
		"Name an exact version by hand.",
	);
}
