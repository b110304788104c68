import { ok, type Result } from "../../core/result.ts";
import { keepAccepted } from "../acceptance/accepted.ts";
import type { MarkOptions } from "../acceptance/mark.ts";
import type { Home } from "../home.ts";
import { forgetNetwork, networkDigest, type StoredNetwork, writeNetwork } from "../network.ts";
import { withPolicyLock } from "./policy-lock.ts";

/** Keeps how servers reach the internet, as a person has just accepted it. Until it stands in its file, what stood there before is refused. */
export function acceptNetwork(home: Home, network: StoredNetwork, options: MarkOptions): Promise<Result<void>> {
	return withPolicyLock(home, async () => {
		const kept = await keepAccepted(home, (accepted) => ({ ...accepted, network: networkDigest(network) }), options);
		if (!kept.ok) return kept;
		writeNetwork(home, network);
		return ok(undefined);
	});
}

/**
 * Has servers reach the internet straight, from their next start.
 *
 * @returns false: they did so before
 */
export function clearNetwork(home: Home, options: MarkOptions): Promise<Result<boolean>> {
	return withPolicyLock(home, async () => {
		if (!forgetNetwork(home)) return ok(false);
		// Or who writes the file could put it back.
		const kept = await keepAccepted(home, (accepted) => ({ ...accepted, network: null }), options);
		return kept.ok ? ok(true) : kept;
	});
}
