import type { Grant } from "../core/policy/layers.ts";
import { startLimits } from "../core/policy/limits.ts";

/** Everything of a grant that is fixed when the server starts, as a text to compare. */
export function confinement({ launch, sandbox, egress, secrets, mutableSecrets, limits }: Grant): string {
	return JSON.stringify([
		launch.fingerprint,
		sandbox,
		[...egress].sort(),
		[...secrets].sort(),
		mutableSecrets === true,
		startLimits(limits),
	]);
}
