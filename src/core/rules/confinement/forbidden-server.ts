import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import { unwrapLaunch } from "../../config/wrapped.ts";
import { plain } from "../../plain-text.ts";
import { type ForbiddenSubject, forbiddenBy, serverSubject } from "../../policy/forbid.ts";
import type { PolicyLayer } from "../../policy/layers.ts";
import { newFinding, type Rule } from "../finding.ts";

export const forbiddenServer: Rule = {
	id: "forbidden-server",
	title: "Server that a policy forbids",
	help: "A policy of this machine or of this workspace forbids the server by its name, command, package or address. The launcher does not start it. Remove the entry.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A server that fits an entry of `forbid` in a policy: the administrator's, the workspace's or your own. Its name, its address, and the programs, packages and container images that its line starts are compared, also behind the launcher, shells, wrappers and runners of packages. Where the policy forbids a program or a package, and a line holds code or puts together what it starts, it counts as forbidden. Without such a policy the rule says nothing.",
		matters:
			"Whoever keeps that policy has a reason, which the message tells where they gave one. The launcher refuses to start such a server; started by its host directly, nothing would. What the administrator forbids no setting lowers and no file ignores.",
		remedy: "Remove the entry, or use what the reason names in its place. If the policy is wrong, ask whoever keeps it.",
		example: {
			before: '"files": { "command": "npx", "args": ["-y", "@acme/files@2.0.0"] }',
			after: '"files": { "url": "https://mcp.acme.example/files" }',
		},
	},
	mayConcernFile: (_, { forbids }) => forbids !== undefined,
	*checkDocument(document: ConfigDocument, { forbids }) {
		if (forbids === undefined) return;
		for (const server of document.servers) {
			const found = subjectsOf(server)
				.map((subject) => forbiddenBy(forbids, subject))
				.find((each) => each !== null);
			if (found === undefined || found === null) continue;
			if (found.unsure) {
				yield newFinding({
					ruleId: "forbidden-server",
					severity: "error",
					server: server.name.value,
					keyPath: server.keyPath,
					span: server.name.span,
					message: `${WHOSE[found.source]} policy forbids programs or packages, and it cannot be told what this line starts. Name the program itself, with its arguments apart.`,
				});
				continue;
			}
			const reason = plain(found.reason).replace(/\.$/, "");
			yield newFinding({
				ruleId: "forbidden-server",
				severity: "error",
				server: server.name.value,
				keyPath: server.keyPath,
				span: server.name.span,
				message: `${WHOSE[found.source]} policy forbids this server${reason === "" ? "" : `: ${reason}`}. Remove it.`,
			});
		}
	},
};

const WHOSE: Readonly<Record<PolicyLayer["source"], string>> = {
	managed: "The administrator's",
	user: "Your own",
	workspace: "The workspace's",
	argument: "A named",
};

/** By what it may be called: by its entry's name, and by the one that the entry tells the launcher. */
function subjectsOf(server: ServerEntry): readonly ForbiddenSubject[] {
	const name = server.name.value;
	const whole = serverSubject(name, server);
	if (server.kind === "http") return [whole];
	const told = unwrapLaunch(server)?.name ?? name;
	return told === name ? [whole] : [whole, { ...whole, name: told }];
}
