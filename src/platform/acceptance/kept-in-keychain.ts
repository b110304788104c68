import * as fs from "node:fs";
import * as path from "node:path";
import { fail, type Result } from "../../core/result.ts";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";
import { recordsBus } from "./buses.ts";

/**
 * Remembers that a keychain keeps the approvals of this home, so that one that is closed is not taken for none. It stands beside the home's other
 * folders, not in one of them.
 */
export function recordKeychain(home: Home): void {
	if (!home.unattended && namedIn(home) !== home.vaultNamespace) new PendingFile(fileIn(home), `${home.vaultNamespace}\n`).commit();
}

/** The refusal where approvals were kept in a keychain and none is there now; null: none ever kept them. */
export function keychainClosed(home: Home): Extract<Result<never>, { ok: false }> | null {
	return everKeptInKeychain(home)
		? fail(
				"keychain-closed",
				"Which approvals count is in the keychain, and no keychain is there now.",
				`Open it (for one, KeePassXC), or start the host from your desktop session. If this machine has none any more, remove ${fileIn(home)} and the folder state/approvals beside it, and accept anew: sallyport policy accept`,
			)
		: null;
}

/** Whether a keychain ever kept the approvals of this home. A home that says only now that it is a throw-away one is still that of a person. */
export function everKeptInKeychain(home: Home): boolean {
	return namedIn(home) === home.attendedNamespace || (!home.unattended && recordsBus(home));
}

/** The home whose approvals a keychain keeps, by the name of its secrets there. Null: none. */
function namedIn(home: Home): string | null {
	try {
		return fs.readFileSync(fileIn(home), { encoding: "utf8", flag: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK }).trim();
	} catch {
		return null;
	}
}

function fileIn(home: Home): string {
	return path.join(home.path, "kept-in-keychain");
}
