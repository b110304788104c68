import { launchOf } from "../config/wrapped.ts";
import { launchProblem } from "../launch/launchable.ts";
import type { Rule } from "./finding.ts";

export const notLaunchedThroughSallyport: Rule = {
	id: "not-launched-through-sallyport",
	title: "Server that runs unconfined",
	help: "Started directly, the server has your files, your network and every tool it offers. sallyport wrap --all puts the launcher in front of it, where it can read what is started.",
	*checkServer(server) {
		if (server.kind !== "stdio" || launchOf(server).wrapped) return;
		const problem = launchProblem(server);
		yield {
			ruleId: "not-launched-through-sallyport",
			severity: "info",
			server: server.name.value,
			keyPath: [...server.keyPath, "command"],
			span: server.command.span,
			message:
				problem === null
					? "This server runs unconfined, with every tool it offers. Put the launcher in front: sallyport wrap --all"
					: `This server runs unconfined, and cannot be confined yet: ${problem.message} ${problem.remedy}`,
			slot: null,
			fixable: server.unambiguous && problem === null,
		};
	},
};
