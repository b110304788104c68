import { LastOf } from "../last-of.ts";
import type { FetchedPackage, Registry } from "./fetched-package.ts";

/** What is wrong with the version of a package of a registry, for people; null when what runs is named exactly, or no registry has it. */
export function packageComplaint({ text, registry }: Pick<FetchedPackage, "text" | "registry">): string | null {
	if (isLocal(text) || isRepository(text)) return null;
	const version = registry === "npm" ? /^@?[^@]+@(.+)$/.exec(text)?.[1] : /^[\w.-]+(?:\[[\w,.-]*\])?(?:===?|@)(.+)$/.exec(text)?.[1];
	if (version === undefined)
		return /[<>~!]=?/.test(text)
			? "This version is a range, so what runs can change. Name one exact version."
			: "This package has no version: what runs is what the cache holds, or the newest release on a new machine. Name one exact version.";
	if (/^[A-Za-z][A-Za-z0-9-]*$/.test(version) && !/^[vx]?[\dx]*$/i.test(version))
		return `@${version} is looked up at every start: a new release runs at once, whoever published it. Name one exact version.`;
	return isExactVersion(version, registry) ? null : "This version is a range, so what runs can change. Name one exact version.";
}

/** True for a version that means one release: `1.2.3` and what may follow it; for Python as PEP 440 has it, but for a bare `1`. */
export function isExactVersion(version: string, registry: Registry): boolean {
	if (version.length > 100) return false;
	return registry === "npm"
		? /^v?\d+\.\d+\.\d+(?:\.\d+)*(?:[-+.][\w.+-]*)?$/.test(version)
		: /^v?(?:\d+!)?\d+(?:\.\d+)+(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d*|-\d+){0,3}(?:\+[\w.-]+)?$/i.test(
				version,
			);
}

/** A package of a registry whose version a program can fill in. */
export interface PinnablePackage {
	readonly name: string;
	/** What the line says of its version, without `@`; null when it says nothing. */
	readonly range: string | null;
	/** What stands before the version: the name, with the extras of a Python package. */
	readonly head: string;
	/** What joins a version to it. */
	readonly joint: "@" | "==";
}

/** Null for what no registry serves under that name (folders, repositories, aliases, variables) and for what is not understood. */
export function pinnablePackage(fetched: FetchedPackage): PinnablePackage | null {
	let found = pinnable.get(fetched);
	if (found === undefined) {
		found = readPackage(fetched);
		pinnable.set(fetched, found);
	}
	return found;
}

/** Several rules ask for the same. */
const pinnable = new LastOf<FetchedPackage, PinnablePackage | null>();

function readPackage({ text, registry, versionAfterAt }: FetchedPackage): PinnablePackage | null {
	if (isLocal(text) || isRepository(text)) return null;
	if (registry === "npm") {
		const match = /^((?:@[A-Za-z0-9~][\w.~-]*\/)?[A-Za-z0-9~][\w.~-]*)(?:@([A-Za-z0-9.^~<>=|*+ -]+))?$/.exec(text);
		const [, name, range = null] = match ?? [];
		return name === undefined || name.length > 214 || /\.(?:tgz|tar\.gz|tar)$/i.test(text) ? null : { name, range, head: name, joint: "@" };
	}
	const match = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(\[[\w,. -]*\])?(?:(@)([\w.!+-]+)|\s*((?:===?|[<>~!]=|[<>])[\w.!+*<>=~, -]+))?$/.exec(
		text,
	);
	const [, name, extras = "", at, tag, specifier] = match ?? [];
	if (name === undefined || /\.(?:whl|zip|tar\.gz)$/i.test(text)) return null;
	// A version that is written `==` stays written so.
	const joint = at !== undefined || (versionAfterAt && specifier === undefined) ? "@" : "==";
	return { name, range: tag ?? specifier ?? null, head: name + extras, joint };
}

/** A folder, a file, a variable: not a package from a registry. */
function isLocal(text: string): boolean {
	return /^(?:[./~\\$%<]|[A-Za-z]:[\\/]|file:|link:|workspace:)/.test(text) || text.includes("${");
}

/** What is fetched from somewhere other than a registry: a repository or an address. */
export function isRepository(text: string): boolean {
	return (
		/^(?:[\w.-]+(?:\[[\w,. -]*\])?\s*@\s*)?(?:git\+\w+:|https?:|git:|git@|ssh:|github:|gitlab:|bitbucket:|gist:)/i.test(text) ||
		/^[\w.-]+\/[\w.-]+(?:#|$)/.test(text)
	);
}
