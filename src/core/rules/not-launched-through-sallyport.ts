import { launchOf } from "../config/wrapped.ts";
import type { Rule } from "./finding.ts";

export const notLaunchedThroughSallyport: Rule = {
	id: "not-launched-through-sallyport",
	title: "Server that runs unconfined",
	help: "Started directly, the server has your files, your network and every tool it offers. sallyport wrap puts the launcher in front of it.",
	*checkServer(server) {
		if (server.kind !== "stdio" || launchOf(server).wrapped) return;
		yield {
			ruleId: "not-launched-through-sallyport",
			severity: "info",
			server: server.name.value,
			keyPath: [...server.keyPath, "command"],
			span: server.command.span,
			message: "This server runs unconfined, with every tool it offers. Put the launcher in front: sallyport wrap",
			slot: null,
			fixable: server.unambiguous,
		};
	},
};
