import { spawn } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import type { Grant } from "../core/policy/layers.ts";
import { ok, type Result } from "../core/result.ts";
import type { LaunchFacts } from "../platform/launch/facts.ts";
import { spawnSealed } from "../platform/sandbox/descriptors.ts";
import type { Confined } from "../platform/sandbox/engine.ts";

/** Starts a server for which a person turned the sandbox off. Its tools, secrets and environment are still what was granted. */
export function startBare(grant: Grant, facts: LaunchFacts, env: Readonly<Record<string, string>>): Result<Confined> {
	const spawned = spawnSealed(3, (stdio) =>
		spawn(facts.executable.startedAs, [...facts.argv], {
			cwd: grant.launch.cwd ?? grant.workspace ?? os.homedir(),
			env: { HOME: os.homedir(), PATH: "/usr/local/bin:/usr/bin:/bin", ...env },
			shell: false,
			stdio,
		}),
	);
	if (!spawned.ok) return spawned;
	const child = spawned.value;
	child.on("error", () => {});
	return ok({
		child,
		async dispose() {
			if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, "exit");
			child.kill("SIGKILL");
			await gone;
		},
	});
}
