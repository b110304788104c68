import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { LockedPackage } from "../label.ts";

/** What a lock file of npm pins, after it was found to hold packages of the registry and nothing else. */
export interface CheckedLock {
	readonly version: string;
	/** The package's own integrity, `sha512-…`. */
	readonly integrity: string;
	/** `sha256:` and 64 hexadecimal digits, over the name, version and integrity of every package at its place. */
	readonly digest: string;
	/** Packages that wanted to run a script when installed; none did. */
	readonly withScripts: readonly string[];
	/** In the order of their places. */
	readonly packages: readonly LockedPackage[];
}

const Entry = z.object({
	name: z.optional(z.string()),
	version: z.optional(z.string()),
	resolved: z.optional(z.string()),
	integrity: z.optional(z.string()),
	link: z.optional(z.boolean()),
	inBundle: z.optional(z.boolean()),
	hasInstallScript: z.optional(z.boolean()),
});
const Lock = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Entry) });
const VERSION = /^[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const STRONG = /(?:^|\s)(?:sha512-[A-Za-z0-9+/]{86}==|sha384-[A-Za-z0-9+/]{64}|sha256-[A-Za-z0-9+/]{43}=)(?=\s|$)/;

/**
 * Reads `package-lock.json` and refuses whatever the registry did not serve with a strong hash.
 *
 * @param hosts `host:port` of the registries; the only ones that a tarball may come from
 */
export function checkLock(text: string, name: string, hosts: readonly string[]): Result<CheckedLock> {
	const lock = parse(text);
	if (lock === null) return refuse("npm wrote a lock file that is not understood");
	const packages: LockedPackage[] = [];
	const withScripts: string[] = [];
	for (const [place, entry] of Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))) {
		if (place === "") continue;
		const own = entry.name ?? nameAt(place);
		if (own === null) return refuse("a package lies in a folder outside node_modules");
		const label = printable(own);
		if (entry.link === true) return refuse(`${label} is a link to a folder`);
		if (entry.resolved !== undefined && !isServedBy(entry.resolved, hosts))
			return refuse(`${label} comes from git, a URL or a file, not from the registry`);
		if (entry.version === undefined || !VERSION.test(entry.version)) return refuse(`${label} has no version`);
		const bundled = entry.integrity === undefined && entry.inBundle === true && isBundled(place, lock.packages);
		if (!bundled && (entry.integrity === undefined || !STRONG.test(entry.integrity)))
			return refuse(
				entry.integrity === undefined ? `${label} has no integrity` : `${label} has only a weak hash (${entry.integrity.slice(0, 4)})`,
			);
		if (entry.hasInstallScript === true) withScripts.push(own);
		packages.push([place, own, entry.version, entry.integrity ?? null]);
	}
	const root = packages.find(([place]) => place === `node_modules/${name}`);
	if (root === undefined || root[1] !== name || root[3] === null)
		return refuse(`${printable(name)} itself is not among what was installed`);
	const form = canonicalize({ version: 1, package: { name, version: root[2] }, packages });
	if (form === undefined) throw new Error("a lock without a canonical form");
	return ok({
		version: root[2],
		integrity: root[3],
		digest: `sha256:${createHash("sha256").update(form).digest("hex")}`,
		withScripts,
		packages,
	});
}

function parse(text: string): z.infer<typeof Lock> | null {
	try {
		return Lock.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

/** The name that a place in `node_modules` gives a package; null for any other place. */
function nameAt(place: string): string | null {
	return /^(?:node_modules\/(?:@[^/]+\/)?[^/]+\/)*node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1] ?? null;
}

/** A bundled package comes inside the tarball of the package that it lies in, and is covered by that one's integrity. */
function isBundled(place: string, packages: z.infer<typeof Lock>["packages"]): boolean {
	for (let at = place.lastIndexOf("/node_modules/"); at > 0; at = place.lastIndexOf("/node_modules/", at - 1)) {
		const owner = packages[place.slice(0, at)];
		if (owner?.integrity !== undefined && STRONG.test(owner.integrity)) return true;
		if (owner?.inBundle !== true) return false;
	}
	return false;
}

function isServedBy(resolved: string, hosts: readonly string[]): boolean {
	const url = URL.parse(resolved);
	if (url === null || !/^https?:$/.test(url.protocol)) return false;
	return hosts.includes(`${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`);
}

function refuse(why: string): Result<never> {
	return fail(
		"package-unpinned",
		`The package cannot be pinned: ${why}.`,
		"Choose another version or another package; this one was not installed.",
	);
}

function printable(name: string): string {
	return name.replace(/[^A-Za-z0-9@/._~-]/g, "?").slice(0, 100);
}
