import * as path from "node:path";
import type { Result } from "../../core/result.ts";
import { withLock } from "../files/lock.ts";
import type { Home } from "../home.ts";

/**
 * Runs what reads the grants, decides on them and writes them, while no other program does: what is taken away must not come back with a write
 * that was decided on before. The lock lies beside the policy folder, whose changes every launcher follows.
 */
export function withPolicyLock<T>(home: Home, work: () => Promise<Result<T>>): Promise<Result<T>> {
	return withLock(path.join(home.state, "policy.lock"), work);
}
