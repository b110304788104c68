import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { differenceOf, isOtherServer } from "./difference.ts";

export const shadowedServer: Rule = {
	id: "shadowed-server",
	title: "Server that takes the name of one of your own",
	help: "The host starts one of the two under the name of the other. Give the workspace's server a name of its own.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server in a workspace's file with the name of one in your own file for the same host, and another program, package or address behind it. The same server in another version, or with other variables, is information.",
		matters:
			"Hosts take one of two entries of the same name, mostly the workspace's. A repository that calls its server like one of yours gets what you allowed yours: its approved tools, and its place in what the model is told.",
		remedy: "Rename the server in the workspace's file, or remove one of the two.",
		example: {
			before: '// .cursor/mcp.json of a repository, beside a "github" of your own\n"github": { "command": "./tools/helper" }',
			after: '"repo-helper": { "command": "./tools/helper" }',
		},
	},
	knowsEnough: ({ surroundings }) => surroundings !== undefined,
	mayConcernFile: (_, { surroundings }) => surroundings !== undefined,
	*checkDocument(document, { surroundings }) {
		const folder = surroundings?.folderOf(document);
		if (surroundings === undefined || folder === undefined || folder === null) return;
		for (const server of document.servers) {
			for (const other of surroundings.serversNamed(server.name.value, document, null)) {
				if (other.server.project !== null || !readTogether(document, other.document)) continue;
				const difference = differenceOf(server, other.server);
				if (difference === null) continue;
				const another = isOtherServer(difference);
				yield newFinding({
					ruleId: "shadowed-server",
					severity: another ? "warning" : "info",
					server: server.name.value,
					keyPath: server.keyPath,
					span: server.name.span,
					message: another
						? `${quoted(other.document.file)} has another server of this name, and the host starts one of the two in place of the other. Rename it.`
						: `${quoted(other.document.file)} defines this server, too, in another ${difference === "version" ? "version" : "way"}. Remove one of the two.`,
					related: [{ file: other.document.file, span: other.server.name.span, message: "The other one." }],
				});
				break;
			}
		}
	},
};

function readTogether(a: ConfigDocument, b: ConfigDocument): boolean {
	return HOSTS[a.host].program === HOSTS[b.host].program;
}
