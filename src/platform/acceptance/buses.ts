import * as fs from "node:fs";
import * as path from "node:path";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";
import { keychainSocket } from "../vault/keychain-child.ts";
import { sessionSocket } from "../vault/session-bus.ts";

/**
 * The session buses on which a keychain may be, in the order in which they are asked: that of this environment; the login's, which a host's
 * entry cannot hide; and the one on which approvals were last kept, for hosts that pass on a short list of variables.
 */
export function busSockets(home: Home): readonly string[] {
	const login = sessionSocket({ XDG_RUNTIME_DIR: `/run/user/${process.getuid?.() ?? ""}` });
	return [...new Set([keychainSocket(), login, recordedBus(home)])].filter((socket) => socket !== null);
}

/** For launchers that a host starts without the variables of the session. */
export function recordBus(home: Home): void {
	const socket = keychainSocket();
	if (socket !== null && path.isAbsolute(socket) && socket !== recordedBus(home)) new PendingFile(busFile(home), `${socket}\n`).commit();
}

/** Whether one was ever recorded, which is so once a keychain has kept something. */
export function recordsBus(home: Home): boolean {
	return fs.existsSync(busFile(home));
}

/** Null: none was recorded, or it is gone. */
function recordedBus(home: Home): string | null {
	try {
		const socket = fs.readFileSync(busFile(home), { encoding: "utf8", flag: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK }).trim();
		const stat = fs.statSync(socket);
		return path.isAbsolute(socket) && stat.isSocket() && stat.uid === process.getuid?.() ? socket : null;
	} catch {
		return null;
	}
}

function busFile(home: Home): string {
	return path.join(home.state, "approvals", "bus");
}
