// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { HOSTS } from "../../config/hosts.ts";
import type { ServerEntry } from "../../config/server.ts";
import { uneditable } from "../../config/uneditable.ts";
import { impostorOf, launchOf } from "../../config/wrapped.ts";
import { launchProblem } from "../../launch/launchable.ts";
import { newFinding, type Rule } from "../finding.ts";

export const notLaunchedThroughSallyport: Rule = {
	id: "not-launched-through-sallyport",
	title: "Server that runs unconfined",
	help: "Started directly, the server has your files, your network and every tool it offers. sallyport wrap --all puts the launcher in front of it, where it can read what is started.",
	defaultSeverity: "info",
	documentation: {
		finds: "A local server that its host starts directly. Where the launcher cannot start it yet, the message says why.",
		matters:
			"A server runs as you. Without a sandbox it reads what you can read, reaches what you can reach, and offers the model every tool that it likes, today's and tomorrow's.",
		remedy:
			"Run `sallyport wrap --all`, or take *Launch through Sallyport* in the editor. Then approve the server: which tools, which folders, which hosts. `sallyport unwrap` gives the entry back byte for byte.",
		example: {
			before: '"notes": { "command": "npx", "args": ["-y", "notes-server@1.0.3"] }',
			after: [
				'"notes": {',
				'  "command": "${userHome}/.sallyport/bin/sallyport",',
				'  "args": ["run", "--name", "notes", "--", "npx", "-y", "notes-server@1.0.3"]',
				"}",
			].join("\n"),
		},
	},
	only: "stdio",
	*checkServer(server, document) {
		if (server.kind !== "stdio" || !HOSTS[document.host].starts || launchOf(server).wrapped) return;
		// Of that a rule of its own tells.
		if (impostorOf(server) !== null) return;
		const problem = launchProblem(server);
		yield newFinding({
			ruleId: "not-launched-through-sallyport",
			severity: "info",
			server: server.name.value,
			keyPath: [...server.keyPath, "command"],
			span: server.command.span,
			message:
				problem === null
					? `This server runs unconfined, with every tool it offers. ${server.unambiguous ? "Launch it through Sallyport." : notAsItStands(server)}`
					: `This server runs unconfined, and cannot be confined yet: ${withoutCapital(problem.message)} ${problem.remedy}`,
			fixes: server.unambiguous && problem === null ? ["wrap"] : [],
		});
	},
};

/** Behind a colon; what begins with a name keeps it. */
function withoutCapital(sentence: string): string {
	return sentence.replace(/^(?:A|An|It|No|The|This) /, (word) => word.toLowerCase());
}

function notAsItStands(server: ServerEntry): string {
	if (!server.scattered) return "Mend the entry, then launch it through Sallyport.";
	const { why, remedy } = uneditable(server);
	return `No command can wrap it as it stands: ${why}. ${remedy}`;
}
