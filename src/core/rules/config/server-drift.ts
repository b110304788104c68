import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { type Difference, differenceOf } from "./difference.ts";

export const serverDrift: Rule = {
	id: "server-drift",
	title: "Same server, defined differently for two hosts",
	help: "What was looked at in one host is not what another one starts. Make the entries agree, or give them two names.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"Two files of one folder, for two hosts, that have a server of the same name and mean something else by it: another program, package, version or address, or other variables. What hosts have to write differently counts as no difference.",
		matters:
			"One was mended or pinned, and the other forgotten. A version that was taken out for a reason goes on running for whoever uses the other host.",
		remedy: "Make both say the same, or name them differently where they are meant to differ.",
		example: {
			before:
				'// .cursor/mcp.json\n"notes": { "command": "npx", "args": ["-y", "notes-server@2.1.0"] }\n// .vscode/mcp.json\n"notes": { "command": "npx", "args": ["-y", "notes-server@1.4.2"] }',
			after:
				'// .cursor/mcp.json\n"notes": { "command": "npx", "args": ["-y", "notes-server@2.1.0"] }\n// .vscode/mcp.json\n"notes": { "command": "npx", "args": ["-y", "notes-server@2.1.0"] }',
		},
	},
	knowsEnough: ({ surroundings }) => surroundings !== undefined,
	mayConcernFile: (_, { surroundings }) => surroundings !== undefined,
	*checkDocument(document, { surroundings }) {
		const folder = surroundings?.folderOf(document);
		if (surroundings === undefined || folder === undefined || folder === null) return;
		for (const server of document.servers) {
			for (const other of surroundings.serversNamed(server.name.value, document, folder)) {
				if (server.project !== null || other.server.project !== null) continue;
				const difference = differenceOf(server, other.server);
				if (difference === null) continue;
				yield newFinding({
					ruleId: "server-drift",
					severity: "info",
					server: server.name.value,
					keyPath: server.keyPath,
					span: server.name.span,
					message: `${quoted(other.document.file)} defines this server with ${WHAT[difference]}. Make the two agree, or name them differently.`,
					related: [{ file: other.document.file, span: other.server.name.span, message: "Defined differently here." }],
				});
				// One is enough to look at them all.
				break;
			}
		}
	},
};

const WHAT: Readonly<Record<Difference, string>> = {
	kind: "another transport",
	address: "another address",
	package: "another package",
	program: "another program",
	version: "another version",
	variables: "other variables",
};
