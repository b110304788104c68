import * as fs from "node:fs";
import * as path from "node:path";

/** Where system programs are looked for. Never PATH: whoever starts us chooses that. */
const SYSTEM_FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"];

/** The absolute path of a system program that only root can have put there; null when there is none. */
export function trustedProgram(name: string, folders: readonly string[] = SYSTEM_FOLDERS): string | null {
	for (const folder of folders) {
		const candidate = path.join(folder, name);
		if (isTrusted(candidate)) return candidate;
	}
	return null;
}

function isTrusted(candidate: string): boolean {
	try {
		const real = fs.realpathSync(candidate);
		const file = fs.statSync(real);
		return file.isFile() && (file.mode & 0o111) !== 0 && ancestors(real).every(isRootsAlone);
	} catch {
		return false;
	}
}

function isRootsAlone(where: string): boolean {
	const stat = fs.statSync(where);
	return stat.uid === 0 && (stat.mode & 0o022) === 0;
}

/** The path itself and every folder above it. */
function ancestors(where: string): string[] {
	const above = path.dirname(where);
	return above === where ? [where] : [where, ...ancestors(above)];
}
