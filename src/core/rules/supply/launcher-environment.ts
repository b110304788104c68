import type { StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";

export const launcherEnvironment: Rule = {
	id: "launcher-environment",
	title: "Entry that would steer the launcher or the loader",
	help: "These variables decide what code a program loads, or which policy the launcher reads. A config file has no business with them: the launcher ignores or refuses them.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"Variables of a local server that steer programs instead of telling them something: `NODE_OPTIONS`, `LD_PRELOAD` and the rest of `LD_*` and `DYLD_*`, `BASH_ENV`, `SALLYPORT_*`; as a warning those that honest files set, too: `PATH`, `HOME`, `LD_LIBRARY_PATH`. And `--policy` among the launcher's own arguments.",
		matters: "A file that comes with a repository would decide which code is loaded into the launcher, before it could confine anything.",
		remedy:
			"Remove them. A program is found by an absolute path as `command`, a folder is named in `cwd`, and what a server must be told has a variable of its own.",
		example: {
			before: '"build": { "command": "node", "args": ["server.js"], "env": { "NODE_OPTIONS": "--require ./hook.js" } }',
			after: '"build": { "command": "node", "args": ["server.js"] }',
		},
	},
	*checkServer(server) {
		if (server.kind !== "stdio") return;
		for (const { name } of server.env) {
			const what = steers(name.value);
			if (what === null) continue;
			const message = `${quoted(name.value)} ${what}. Remove it.`;
			yield at(
				server,
				[...server.keyPath, "env", name.value],
				name.span,
				message,
				COMMON.has(name.value.toUpperCase()) ? "warning" : "error",
			);
		}
		const launch = launchOf(server);
		for (const argument of launch.launcherArgs) {
			if (!/^--policy(?:=|$)/.test(argument.value)) continue;
			const index = server.args.indexOf(argument);
			yield at(
				server,
				[...server.keyPath, "args", index],
				argument.span,
				"This entry names a policy for the launcher. Policies are a person's: remove it.",
			);
		}
	},
};

/** Found in many honest files. The launcher ignores or refuses them all the same. */
const COMMON: ReadonlySet<string> = new Set(["LD_LIBRARY_PATH", "PATH", "HOME"]);

function at(
	server: StdioServer,
	keyPath: Finding["keyPath"],
	span: Finding["span"],
	message: string,
	severity: Finding["severity"] = "error",
): Finding {
	return newFinding({
		ruleId: "launcher-environment",
		severity,
		server: server.name.value,
		keyPath,
		span,
		message,
	});
}

/** What the variable does, as the rest of a sentence; null when it is the server's own business. Names are compared as Windows does: without case. */
function steers(variable: string): string | null {
	const name = variable.toUpperCase();
	if (name.startsWith("SALLYPORT_")) return "steers the launcher";
	if (/^(?:SHELLOPTS|BASHOPTS|PS4|BASH_ENV|ENV)$/.test(name) || name.startsWith("BASH_FUNC_"))
		return "runs code in every shell that is started";
	if (name === "NODE_DEBUG" || name === "NODE_DEBUG_NATIVE") return "makes Node print what it handles, secrets included";
	if (name === "NODE_OPTIONS") return "loads code into the launcher and the server";
	if (name.startsWith("LD_") || name.startsWith("DYLD_")) return "changes which libraries programs load";
	if (name === "HOME" || name === "USERPROFILE") return "moves the home folder, and with it the launcher's policies";
	return name === "PATH" ? "changes which programs are found" : null;
}
