import { commonNames } from "./offers.ts";

/** Stands for every tool, and for all that is no call. */
const ALL = "*";

/**
 * Whether the host may send private keys and tokens to the server that are not its own: in calls of the tools that are named, or in everything
 * (`*`).
 *
 * @param granted empty: nowhere
 * @param tool null: it is no call
 */
export function mayReceiveSecrets(granted: readonly string[], tool: string | null): boolean {
	return granted.includes(ALL) || (tool !== null && granted.includes(tool));
}

/** What both allow. Undefined does not narrow; empty allows nothing. */
export function narrowHostSecrets(granted: readonly string[], limit: readonly string[] | undefined): readonly string[] {
	return limit === undefined ? granted : commonNames(granted, limit);
}
