import { ok, type Result } from "../../core/result.ts";
import { keepAccepted } from "../acceptance/accepted.ts";
import type { Home } from "../home.ts";
import { forgetNetwork, networkDigest, type StoredNetwork, writeNetwork } from "../network.ts";
import { type Act, type Acting, recordActs } from "./acts.ts";
import { withPolicyLock } from "./policy-lock.ts";

/** Keeps how servers reach the internet, as a person has just accepted it. Until it stands in its file, what stood there before is refused. */
export function acceptNetwork(home: Home, network: StoredNetwork, options: Acting): Promise<Result<void>> {
	return withPolicyLock(home, async () => {
		let before: string | null = null;
		const kept = await keepAccepted(
			home,
			(accepted) => {
				before = accepted.network;
				return { ...accepted, network: networkDigest(network) };
			},
			options,
		);
		if (!kept.ok) return kept;
		writeNetwork(home, network);
		return recordActs(home, [networkAct(before, network)], options);
	});
}

/**
 * Has servers reach the internet straight, from their next start.
 *
 * @returns false: they did so before
 */
export function clearNetwork(home: Home, options: Acting): Promise<Result<boolean>> {
	return withPolicyLock(home, async () => {
		if (!forgetNetwork(home)) return ok(false);
		// Or who writes the file could put it back.
		let before: string | null = null;
		const kept = await keepAccepted(
			home,
			(accepted) => {
				before = accepted.network;
				return { ...accepted, network: null };
			},
			options,
		);
		if (!kept.ok) return kept;
		const recorded = await recordActs(home, [networkAct(before, null)], options);
		return recorded.ok ? ok(true) : recorded;
	});
}

/** @param network null: straight */
function networkAct(before: string | null, network: StoredNetwork | null): Act {
	const named = (digest: string | null): string | null => (digest === null ? null : `sha256:${digest}`);
	const { https, http, except = [], certificates = [], systemForNode = false } = network ?? {};
	const gets = [
		...(https === undefined ? [] : [`proxy for https: ${https.url}`]),
		...(http === undefined ? [] : [`proxy for http: ${http.url}`]),
		...(except.length === 0 ? [] : [`straight to: ${except.join(", ")}`]),
		...(certificates.length === 0 ? [] : [`certificates of your own: ${certificates.length}`]),
		...(systemForNode ? ["the system's certificates, by Node too"] : []),
	];
	const common = { reason: "approval-network", server: null, entry: null, loses: [] } as const;
	return { ...common, gets, before: named(before), after: network === null ? null : named(networkDigest(network)) };
}
