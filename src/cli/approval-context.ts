import type { Acting } from "../platform/approval/acts.ts";
import type { ApprovalContext } from "../platform/approval/context.ts";
import type { Home } from "../platform/home.ts";
import { recordedNode } from "../platform/node.ts";
import type { Io } from "./io.ts";
import { userHome } from "./target.ts";
import { askPassphrase, openVaults } from "./vaults.ts";

/** A person at this terminal. */
export function approvalContext(home: Home, io: Io): ApprovalContext {
	return {
		home,
		userHome: userHome(io),
		env: io.env,
		// The one that the editor speaks of too: a fingerprint includes it.
		node: recordedNode(home) ?? process.execPath,
		onProgress: (text) => io.stderr.write(`${text}\n`),
		approvals: approvalOptions(io),
		openVaults: () => openVaults(home, io),
	};
}

/** At a terminal a person can open the vault that says what was accepted; without one a closed vault is a Problem, never a wait. */
export function approvalOptions(io: Io): Acting {
	return { by: "sallyport", ...(io.stdin.isTTY === true ? { ask: askPassphrase(io), timeoutMs: 60_000 } : {}) };
}
