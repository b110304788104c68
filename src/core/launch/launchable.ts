import type { StdioServer } from "../config/server.ts";
import { launchOf } from "../config/wrapped.ts";
import type { Problem } from "../result.ts";
import { maskDetected } from "../secrets/redact.ts";
import { parseLaunch } from "./runner.ts";

/**
 * Why the launcher cannot start what this entry starts, whether it stands in front of it already or not; null when it can read
 * the launch line. Host variables are read as they stand.
 */
export function launchProblem(server: StdioServer): Problem | null {
	if (last?.server !== server) last = { server, problem: findProblem(server) };
	return last.problem;
}

/** Of the entry that was asked for last: several rules ask for the same, one after the other. */
let last: { readonly server: StdioServer; readonly problem: Problem | null } | null = null;

function findProblem(server: StdioServer): Problem | null {
	if (server.name.value === "" || server.name.value.includes("\0"))
		return { code: "name-empty", message: "it has no name that the launcher could be told.", remedy: "Give the server a name." };
	if (server.envFile !== null) return ENV_FILE;
	const { command, args } = launchOf(server);
	const launch = parseLaunch(
		command.value,
		args.map(({ value }) => value),
	);
	if (launch.ok) return null;
	// The name of a runner or of a flag is the file's own text.
	return { ...launch.problem, message: maskDetected(launch.problem.message), remedy: maskDetected(launch.problem.remedy) };
}

/** The host reads that file itself, and what it says is not in the launch that a person approves. */
export const ENV_FILE: Problem = {
	code: "env-file",
	message: "it reads an envFile, which the launcher cannot see.",
	remedy: `Move its values into "env" (secrets: sallyport fix) and remove envFile.`,
};
