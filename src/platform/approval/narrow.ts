import { type Grant, grantsOf } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { deleteGrant, readLayers, writeGrant } from "../policy-files.ts";
import { currentGrant } from "./candidate.ts";
import { withPolicyLock } from "./policy-lock.ts";
import { grantChange } from "./texts.ts";

type GrantKey = Pick<Grant, "name" | "config" | "workspace">;

/**
 * Takes something away from the grant of this entry as it stands now, without a question. False: there is none, or it held no
 * such thing. A change that would allow anything new is a bug, and throws.
 */
export function narrowGrant(home: Home, key: GrantKey, change: (grant: Grant) => Grant): Promise<Result<boolean>> {
	return withPolicyLock(home, async () => {
		const grants = grantsIn(home);
		if (!grants.ok) return grants;
		const current = currentGrant(grants.value, key);
		if (current === null) return ok(false);
		const after = change(current);
		const { rows, widens } = grantChange(current, after);
		if (widens) throw new Error("a narrowing that widens");
		if (!rows.some(({ mark }) => mark === "-")) return ok(false);
		const saved = writeGrant(home, after);
		return saved.ok ? ok(true) : saved;
	});
}

/**
 * Takes back all that was granted to these; running servers are stopped by their launchers.
 *
 * @returns what was granted; empty: nothing
 */
export function revokeGrants(home: Home, which: (grant: Grant) => boolean): Promise<Result<readonly Grant[]>> {
	return withPolicyLock(home, async () => revoke(home, which));
}

function revoke(home: Home, which: (grant: Grant) => boolean): Result<readonly Grant[]> {
	const grants = grantsIn(home);
	if (!grants.ok) return grants;
	const revoked = grants.value.filter(which);
	for (const grant of revoked) deleteGrant(home, grant);
	const left = grantsIn(home);
	if (!left.ok) return left;
	return left.value.some(which)
		? fail(
				"grant-elsewhere",
				"This server is also granted in a policy file of your own making, which was left as it is.",
				`Take it out of the files in ${home.policy}.`,
			)
		: ok(revoked);
}

function grantsIn(home: Home): Result<readonly Grant[]> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	return layers.ok ? ok(grantsOf(layers.value)) : layers;
}
