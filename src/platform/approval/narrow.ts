import { type Grant, grantsOf } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { deleteGrant, readLayers, writeGrant } from "../policy-files.ts";
import { currentGrant } from "./candidate.ts";
import { grantChange } from "./texts.ts";

type GrantKey = Pick<Grant, "name" | "config" | "workspace">;

/**
 * Takes something away from the grant of this entry as it stands now, without a question. False: there is none, or it held no
 * such thing. A change that would allow anything new is a bug, and throws.
 */
export async function narrowGrant(home: Home, key: GrantKey, change: (grant: Grant) => Grant): Promise<Result<boolean>> {
	const current = grantOf(home, key);
	if (!current.ok) return current;
	if (current.value === null) return ok(false);
	const after = change(current.value);
	const { rows, widens } = grantChange(current.value, after);
	if (widens) throw new Error("a narrowing that widens");
	if (!rows.some(({ mark }) => mark === "-")) return ok(false);
	const saved = await writeGrant(home, after);
	return saved.ok ? ok(true) : saved;
}

/** Takes back all that was granted to this entry; a running server is stopped by its launcher. False: nothing was granted. */
export function revokeGrant(home: Home, key: GrantKey): Result<boolean> {
	const current = grantOf(home, key);
	if (!current.ok) return current;
	if (current.value === null) return ok(false);
	deleteGrant(home, key);
	const left = grantOf(home, key);
	if (!left.ok) return left;
	return left.value === null
		? ok(true)
		: fail(
				"grant-elsewhere",
				"This server is also granted in a policy file of your own making, which was left as it is.",
				`Take it out of the files in ${home.policy}.`,
			);
}

function grantOf(home: Home, key: GrantKey): Result<Grant | null> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	return layers.ok ? ok(currentGrant(grantsOf(layers.value), key)) : layers;
}
