import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";

export const relativeCommand: Rule = {
	id: "relative-command",
	title: "Relative path in a file that belongs to no folder",
	help: "Which program it means depends on where the host was started. Write the absolute path.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A `command` that is a relative path (`./server`, `bin/server`) in a per-user file, or in that of a host that has no workspaces, where the entry names no working folder. A bare name, which is looked up on the PATH, is left alone.",
		matters:
			"It is looked for in whatever folder the host was started in: mostly it is not there, and in a folder that somebody else prepared it is another program.",
		remedy: "Write the absolute path, or set `cwd` to one.",
		example: { before: '"notes": { "command": "./notes/server" }', after: '"notes": { "command": "/home/ada/notes/server" }' },
	},
	knowsEnough: ({ file }) => file !== undefined,
	mayConcernFile: (document, { file }) => file?.scope === "user" || hasOnlyUserFiles(document),
	*checkDocument(document, { file }) {
		if (file?.scope !== "user" && !hasOnlyUserFiles(document)) return;
		for (const server of document.servers) {
			// A project's own part of the file is started in the project.
			if (server.kind !== "stdio" || server.cwd !== null || server.project !== null) continue;
			const { command } = launchOf(server);
			if (!isRelativePath(command.value)) continue;
			yield newFinding({
				ruleId: "relative-command",
				severity: "info",
				server: server.name.value,
				keyPath: argumentPaths(server)(command),
				span: command.span,
				message:
					"This path is relative, and the file belongs to no folder: which program it means depends on where the host starts. Write the absolute path.",
			});
		}
	},
};

function hasOnlyUserFiles({ host }: ConfigDocument): boolean {
	return HOSTS[host].workspaceFiles.length === 0 && HOSTS[host].userFiles.length > 0;
}

/** False for anything with a variable in it, and for what a shell would split. */
function isRelativePath(command: StdioServer["command"]["value"]): boolean {
	return /^(?:\.{1,2}[/\\]|[\w.-]{1,100}[/\\])[^\s${}%~]*$/.test(command) && !/^[A-Za-z]:/.test(command);
}
