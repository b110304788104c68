// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { launchOf } from "../../config/wrapped.ts";
import { detectInArguments, detectInCommandLine } from "../../secrets/arguments.ts";
import type { Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { secretFinding } from "./secret-finding.ts";
import { setsWorkingFolder } from "./working-folder.ts";

const REMEDY = "Every program on the machine can read it too: pass it in an environment variable, then rotate it.";

export const secretInArgument: Rule = {
	id: "secret-in-argument",
	title: "Credential in a command line",
	help: "Besides the file, the list of processes shows it to every program on the machine. Pass it in an environment variable, and have the provider issue a new one.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A credential among the arguments of a local server, or in its command: after a flag such as `--token`, as `NAME=value` for a container, in a URL, a header or a line for a shell.",
		matters:
			"The list of processes shows a command line to every program and, on many machines, to every account, for as long as the server runs.",
		remedy:
			"Most servers read the same value from an environment variable: put it there, and run `sallyport fix`, which moves it into the keychain. Then have the provider issue a new one.",
		example: {
			before: '"db": { "command": "npx", "args": ["-y", "db-server@1.4.0", "--password", "…"] }',
			after: [
				'"db": {',
				'  "command": "${userHome}/.sallyport/bin/sallyport",',
				'  "args": ["run", "--name", "db", "--", "npx", "-y", "db-server@1.4.0"],',
				'  "env": { "DB_PASSWORD": "keychain://db/DB_PASSWORD" }',
				"}",
			].join("\n"),
		},
	},
	only: "stdio",
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const launch = launchOf(server);
		const pathOf = argumentPaths(server);
		for (const detection of detectInCommandLine(launch.command.value)) {
			yield secretFinding(document, launch.command, detection, {
				ruleId: "secret-in-argument",
				server: server.name.value,
				keyPath: pathOf(launch.command),
				holder: "The command",
				remedy: REMEDY,
				slot: null,
			});
		}
		const words = [...launch.launcherArgs, ...launch.args];
		for (const detection of detectInArguments(
			words.map(({ value }) => value),
			launch.command.value,
		)) {
			const located = words[detection.index];
			if (located === undefined || setsWorkingFolder(located.value)) continue;
			yield secretFinding(document, located, detection, {
				ruleId: "secret-in-argument",
				server: server.name.value,
				keyPath: pathOf(located),
				holder: "An argument",
				remedy: REMEDY,
				slot: null,
			});
		}
	},
};
