import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";

/** Where system programs are looked for. Never PATH: whoever starts us chooses that. */
const SYSTEM_FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"];

/**
 * The absolute path of a system program that only root can have put there.
 *
 * @param folders where to look; undefined: the system's folders
 * @param from the package that has it, for the remedy
 */
export function trustedProgram(name: string, from: string, folders: readonly string[] = SYSTEM_FOLDERS): Result<string> {
	const candidates = folders.map((folder) => path.join(folder, name)).filter((candidate) => fs.existsSync(candidate));
	const trusted = candidates.find(isRootsAlone);
	if (trusted !== undefined) return ok(trusted);
	const other = candidates[0];
	if (other !== undefined)
		return fail(
			"sandbox-untrusted",
			`${other} could have been changed by someone else than root, so it is not used.`,
			`Make it and the folders above it root's, and writable by root alone.`,
		);
	return fail(
		"sandbox-missing",
		`${name} is not installed, and servers are not started without it.`,
		`Install it: apt-get install ${from}, dnf install ${from}, or pacman -S ${from}.`,
	);
}

function isRootsAlone(candidate: string): boolean {
	try {
		const real = fs.realpathSync(candidate);
		const file = fs.statSync(real);
		return file.isFile() && (file.mode & 0o111) !== 0 && withAncestors(real).every((where) => isOnlyRoots(fs.statSync(where)));
	} catch {
		return false;
	}
}

function isOnlyRoots(stat: fs.Stats): boolean {
	return stat.uid === 0 && (stat.mode & 0o022) === 0;
}

function withAncestors(where: string): string[] {
	const above = path.dirname(where);
	return above === where ? [where] : [where, ...withAncestors(above)];
}
