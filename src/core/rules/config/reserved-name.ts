import { HOSTS } from "../../config/hosts.ts";
import { newFinding, type Rule } from "../finding.ts";

export const reservedName: Rule = {
	id: "reserved-name",
	title: "Server's name that the host keeps for itself",
	help: "The host skips the entry. Give the server another name.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server in a file of Claude Code with a name of one of its own servers: `workspace`, `computer-use`, `claude-in-chrome`, `Claude Preview`, `Claude Browser`.",
		matters: "Claude Code skips it when it loads the file. In a host that does not, its tools pass for those of the host itself.",
		remedy: "Give the server another name, and mend what names its tools (`mcp__NAME__TOOL`).",
		example: { before: '"workspace": { "command": "files-server" }', after: '"files": { "command": "files-server" }' },
	},
	mayConcern: (_, server, { host }) => HOSTS[host].reservedNames.includes(server.name.value),
	*checkServer(server, { host }) {
		// Another program reads the servers under another key of the same file.
		const { reservedNames, program, rootKey } = HOSTS[host];
		if (!reservedNames.includes(server.name.value) || server.keyPath.at(-2) !== rootKey) return;
		yield newFinding({
			ruleId: "reserved-name",
			severity: "warning",
			server: server.name.value,
			keyPath: server.keyPath,
			span: server.name.span,
			message: `${HOSTS[program].title} keeps this name for a server of its own, and skips the entry. Give it another name.`,
		});
	},
};
