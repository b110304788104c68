// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import type { Located, StdioServer } from "../../config/server.ts";
import type { EnvFileFacts } from "../facts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";

export const envFile: Rule = {
	id: "env-file",
	title: "File of variables that is missing, committed or open to others",
	help: "The file that the entry names holds what the server needs, often its secrets. Keep it out of git, and readable by you alone.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"An `envFile` that git tracks, or that other accounts of the machine can read, with a credential in it. For information, one that is not there.",
		matters:
			"A file of variables is where secrets gather. Committed, it is in every clone for good; readable, it is every account's. Without it some hosts do not start the server, others start it without its variables.",
		remedy:
			"Take it out of git (`git rm --cached .env`), add it to `.gitignore`, rotate what was in it, and `chmod 600` it. Better, put the secrets into the keychain, and references into `env`.",
		example: {
			before: '"db": { "command": "db-server", "envFile": "${workspaceFolder}/.env" }',
			after: '"db": { "command": "db-server", "env": { "DB_PASSWORD": "keychain://db/DB_PASSWORD" } }',
		},
	},
	knowsEnough: ({ file }) => file !== undefined,
	mayConcernFile: (_, { file }) => file !== undefined && file.envFiles.size > 0,
	*checkDocument(document, { file }) {
		if (file === undefined || file.envFiles.size === 0) return;
		for (const server of document.servers) {
			if (server.kind !== "stdio" || server.envFile === null) continue;
			const facts = file.envFiles.get(server.envFile.value);
			if (facts !== undefined) yield* judge(server, server.envFile, facts);
		}
	},
};

function* judge(server: StdioServer, located: Located<string>, facts: EnvFileFacts): Iterable<Finding> {
	const at = (severity: Severity, message: string): Finding =>
		newFinding({
			ruleId: "env-file",
			severity,
			server: server.name.value,
			keyPath: [...server.keyPath, "envFile"],
			span: located.span,
			message,
		});
	if (!facts.exists) {
		yield at("info", "This file is not there, so the server starts without its variables, or not at all.");
		return;
	}
	if (facts.credentials === 0) return;
	const what = facts.credentials === 1 ? "a credential" : `${facts.credentials} credentials`;
	if (facts.tracked === true)
		yield at("warning", `Git tracks this file, and it holds ${what}. Rotate what is in it, then take it out of git.`);
	else if (facts.readers === "others")
		yield at("warning", `Every account of this machine can read this file, and it holds ${what}. Take the right away: chmod 600.`);
}
