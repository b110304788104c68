import { spawn } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import type { Grant } from "../core/policy/layers.ts";
import { ok, type Result } from "../core/result.ts";
import type { ProvedFacts } from "../platform/launch/facts.ts";
import { spawnSealed } from "../platform/sandbox/descriptors.ts";
import type { Confined, StartSteps } from "../platform/sandbox/engine.ts";

/** What has to be done before anything of the server runs, the proof of what it is among it: without that there is nothing to start. */
export interface ProvingSteps extends Required<StartSteps> {
	readonly meanwhile: () => Promise<Result<ProvedFacts>>;
}

/** Starts a server for which a person turned the sandbox off. Its tools, secrets and environment are still what was granted. */
export async function startBare(grant: Grant, env: Readonly<Record<string, string>>, steps: ProvingSteps): Promise<Result<Confined>> {
	const environment = await steps.environment.values();
	if (!environment.ok) return environment;
	const ready = await steps.meanwhile();
	if (!ready.ok) return ready;
	const facts = ready.value;
	const spawned = spawnSealed(3, (stdio) =>
		spawn(facts.executable.startedAs, [...facts.argv], {
			cwd: grant.launch.cwd ?? grant.workspace ?? os.homedir(),
			env: { HOME: os.homedir(), PATH: "/usr/local/bin:/usr/bin:/bin", ...env, ...facts.env, ...environment.value },
			shell: false,
			stdio,
		}),
	);
	if (!spawned.ok) return spawned;
	const child = spawned.value;
	child.on("error", () => {});
	return ok({
		child,
		terminate: () => void child.kill("SIGTERM"),
		async dispose() {
			if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, "exit");
			child.kill("SIGKILL");
			await gone;
		},
	});
}
