import type { PackageLaunch } from "../../core/launch/package-launch.ts";
import { parseLaunch } from "../../core/launch/runner.ts";
import { plain } from "../../core/plain-text.ts";
import { forbiddenBy } from "../../core/policy/forbid.ts";
import type { PolicyLayer } from "../../core/policy/layers.ts";
import { fail, type Result } from "../../core/result.ts";

/** The Problem of a local server that a policy forbids; null: none does. */
export function forbiddenLaunch(
	layers: readonly PolicyLayer[],
	line: { readonly name: string; readonly command: string; readonly args: readonly string[] },
): Extract<Result<never>, { ok: false }> | null {
	if (layers.every(({ policy }) => policy.forbid === undefined)) return null;
	const launch = parseLaunch(line.command, line.args);
	const packages = launch.ok && launch.value.kind === "package" ? packagesOf(launch.value) : [];
	const forbids = forbiddenBy(layers, { name: line.name, command: line.command, packages, url: null });
	return forbids === null
		? null
		: fail(
				"server-forbidden",
				`The policy ${forbids.file} forbids this server${forbids.reason === "" ? "" : `: ${plain(forbids.reason)}`}.`.replace(/\.\.$/, "."),
				"Ask whoever keeps that policy.",
			);
}

function packagesOf(launch: PackageLaunch): readonly string[] {
	return launch.registry === "npm" ? [launch.spec.name] : [launch.requirement, ...launch.beside].map(({ name }) => name);
}
