import * as fs from "node:fs";
import * as path from "node:path";
import { nameMatcher } from "../../core/policy/names.ts";
import type { PathError } from "../../core/policy/path-errors.ts";
import { type BubblewrapOptions, checkPath } from "./bubblewrap.ts";
import type { SandboxProfile } from "./engine.ts";
import { SYSTEM_READ } from "./grants.ts";
import { SERVERS_OWN } from "./passing-folder.ts";
import { isWithin, OBEYED } from "./protected.ts";
import { INNER_HOME } from "./root.ts";

/** What a server could not use because of its sandbox. */
export interface BlockedPath {
	/** The server's text. */
	readonly path: string;
	readonly access: "read" | "write";
	/**
	 * `not-granted`: a person can grant it. `absent`: in this folder, which a person can grant, it looked for what is not there, or tried to make it. `protected`: no one can. `link`, `special`, `too-deep`, `too-large`, `unwritable`: what the server made was
	 * not passed on to the folder. `appeared`: it came later, and the server was stopped for it. `lost`: a granted folder could not be followed any more, and
	 * the server was stopped.
	 */
	readonly reason:
		| "not-granted"
		| "absent"
		| "protected"
		| "link"
		| "special"
		| "too-deep"
		| "too-large"
		| "unwritable"
		| "appeared"
		| "lost";
}

/** Where the server has its own: what is missing there is not kept from it. */
const PRIVATE = [INNER_HOME, "/dev", "/proc", ...SYSTEM_READ];

const isObeyed = nameMatcher(OBEYED);

/**
 * Whether the sandbox is why a server could not use a path; null: it is not, or that cannot be told. Looks at what is there outside,
 * and believes nothing that the server says beyond its words.
 */
export function whyBlocked(
	{ path: named, access, denied, making }: PathError,
	{ read, write, cwd }: Pick<SandboxProfile, "read" | "write" | "cwd">,
	options: BubblewrapOptions,
): BlockedPath | null {
	const where = path.posix.resolve(cwd, named);
	if (where.startsWith(SERVERS_OWN) || PRIVATE.some((folder) => isWithin(where, folder))) return null;
	const isThere = fs.lstatSync(where, { throwIfNoEntry: false }) !== undefined;
	// A file that is to be made is granted with its folder.
	const target = isThere ? where : path.posix.dirname(where);
	if (!isThere && fs.lstatSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
	const isCovered = (access === "write" ? write : [...read, ...write]).some((granted) => isWithin(where, granted));
	if (!isThere && !denied) {
		// In a folder that is not shown to the server, making a file fails like looking for one that is not there.
		const isHidden = making && !isCovered;
		const isMeant = isHidden && !isObeyed(path.posix.basename(where)) && checkPath(target, "write", options).ok;
		return isMeant ? { path: target, access: "write", reason: "absent" } : null;
	}
	const grantable = checkPath(target, access, options);
	if (!grantable.ok) return grantable.problem.code === "grant-missing" ? null : { path: where, access, reason: "protected" };
	return isCovered ? null : { path: isThere || access === "read" ? where : target, access, reason: "not-granted" };
}
