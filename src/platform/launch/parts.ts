import type { LaunchParts } from "../../core/policy/fingerprint.ts";
import type { LaunchFacts } from "./facts.ts";

/** What the fingerprint is taken over, at approval and at every launch. */
export function launchParts(
	launch: { readonly command: string; readonly args: readonly string[]; readonly cwd: string | null },
	env: LaunchParts["env"],
	facts: LaunchFacts,
): LaunchParts {
	const { executable, argv, code, roots, env: runtime } = facts;
	const parts = { command: launch.command, args: launch.args, cwd: launch.cwd, env, executable, argv, code, roots };
	return runtime === undefined ? parts : { ...parts, runtime };
}
