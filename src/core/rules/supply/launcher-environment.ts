import { launchOf } from "../../config/wrapped.ts";
import { nodeOptionsEffect } from "../../launch/node-options.ts";
import { isShellStartFile } from "../../launch/shell-start.ts";
import { entryHolds } from "../entry-texts.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { onWord } from "./complain.ts";
import { type SetVariable, setVariables } from "./steering.ts";
import { wholeWord } from "./word.ts";

/** A part of every name that could be meant. */
const STEERING: readonly string[] = [
	...["SALLYPORT_", "BASH", "SHELLOPTS", "PROMPT_COMMAND", "PS4", "NODE_OPTIONS", "PRELOAD", "AUDIT", "DYLD", "HOME", "USERPROFILE"],
];

export const launcherEnvironment: Rule = {
	id: "launcher-environment",
	title: "Entry that would steer the launcher or the loader",
	help: "These variables decide what code a program loads, or which policy the launcher reads. A config file has no business with them: the launcher ignores or refuses them.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"Variables that have code loaded into every program: `LD_PRELOAD`, `LD_AUDIT`, `DYLD_INSERT_LIBRARIES`, `NODE_OPTIONS` with `--require` and its kin, `BASH_ENV`; and those that steer the launcher: `SALLYPORT_*`, the home folder of a server that starts through it, and `--policy` among its own arguments. In `env`, and in front of a program (`env NODE_OPTIONS=… node …`). What else `NODE_OPTIONS` holds is *environment-override*'s business.",
		matters: "A file that comes with a repository would decide which code is loaded into the launcher, before it could confine anything.",
		remedy:
			"Remove them. A program is found by an absolute path as `command`, a folder is named in `cwd`, and what a server must be told has a variable of its own.",
		example: {
			before: '"build": { "command": "node", "args": ["server.js"], "env": { "NODE_OPTIONS": "--require ./hook.js" } }',
			after: '"build": { "command": "node", "args": ["server.js"] }',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({
		launch: [...STEERING, "ENV=", "--policy"],
		names: [...STEERING, "\0ENV\0"],
		values: null,
	}),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const launch = launchOf(server);
		for (const variable of setVariables(server, document)) {
			const what = steers(variable, launch.wrapped);
			if (what === null) continue;
			yield newFinding({
				ruleId: "launcher-environment",
				severity: "error",
				server: server.name.value,
				keyPath: variable.keyPath,
				span: variable.span,
				message: `${quoted(variable.name)} ${what}. Remove it.`,
			});
		}
		for (const argument of launch.launcherArgs) {
			if (!/^--policy(?:=|$)/.test(argument.value)) continue;
			const message = "This entry names a policy for the launcher. Policies are a person's: remove it.";
			yield onWord({ id: "launcher-environment", severity: "error" }, server, document, wholeWord(argument), message);
		}
	},
};

/** What the variable does, as the rest of a sentence; null when it is the server's own business. Names are compared as Windows does: without case. */
function steers({ name: written, value, contained, own }: SetVariable, wrapped: boolean): string | null {
	const name = written.toUpperCase();
	// What happens in a container stays in there.
	if (contained) return null;
	if (name.startsWith("SALLYPORT_")) return "steers the launcher";
	if (/^(?:SHELLOPTS|BASHOPTS|BASH_ENV|PROMPT_COMMAND)$/.test(name) || name.startsWith("BASH_FUNC_")) return RUNS_IN_SHELLS;
	if (name === "PS4") return /[`$]/.test(value) ? RUNS_IN_SHELLS : null;
	// `ENV=production` is a server's own.
	if (name === "ENV") return isShellStartFile(value) ? RUNS_IN_SHELLS : null;
	if (name === "NODE_OPTIONS") return nodeOptionsEffect(value) === "loads" ? "loads code into the launcher and the server" : null;
	if (/^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)$/.test(name)) return "loads a library into every program that is started";
	if ((name === "HOME" || name === "USERPROFILE") && wrapped && own) return "moves the home folder, and with it the launcher's policies";
	return null;
}

const RUNS_IN_SHELLS = "runs code in every shell that is started";
