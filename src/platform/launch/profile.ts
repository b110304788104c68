import * as path from "node:path";
import type { Grant } from "../../core/policy/layers.ts";
import type { Home } from "../home.ts";
import type { SandboxProfile } from "../sandbox/engine.ts";
import type { LaunchFacts } from "./facts.ts";

/** What a grant allows, as the sandbox engine reads it. `sandbox: "off"` has no profile. */
export function profileOf(
	grant: Pick<Grant, "launch" | "workspace" | "egress" | "limits"> & { readonly sandbox: Exclude<Grant["sandbox"], "off"> },
	facts: LaunchFacts,
	env: Readonly<Record<string, string>>,
	home: Home,
): SandboxProfile {
	return {
		command: facts.executable.startedAs,
		args: facts.argv,
		cwd: grant.launch.cwd ?? grant.workspace ?? "/tmp",
		env: { ...env, ...facts.env },
		read: [...facts.roots, ...grant.sandbox.read],
		personal: grant.sandbox.read,
		write: grant.sandbox.write,
		hidden: [home.policy, home.state, home.stub, path.join(home.path, "home.json"), ...grant.sandbox.deny.filter(isPath)],
		hiddenNames: grant.sandbox.deny.filter((entry) => !isPath(entry)),
		egress: grant.egress,
		limits: grant.limits,
	};
}

/** One place, and all beneath it; anything else is a pattern. */
function isPath(entry: string): boolean {
	return path.isAbsolute(entry) && !/[*?]/.test(entry);
}
