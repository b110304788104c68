import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Where an absolute path without `..` leads: links are followed as far as it exists, what does not exist yet stands behind that as it
 * is. Null: a link leads nowhere, a part is no folder, or it cannot be looked at. A program outside can change links after this look.
 */
export function realPlace(named: string): string | null {
	const missing: string[] = [];
	for (let at = path.normalize(named); ; at = path.dirname(at)) {
		try {
			return path.join(fs.realpathSync.native(at), ...missing);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT" || isThere(at) || at === path.dirname(at)) return null;
			missing.unshift(path.basename(at));
		}
	}
}

/** A link that leads nowhere exists, though what it names does not. */
function isThere(named: string): boolean {
	try {
		fs.lstatSync(named);
		return true;
	} catch {
		return false;
	}
}
