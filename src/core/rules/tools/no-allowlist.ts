import { HOSTS } from "../../config/hosts.ts";
import { launchOf } from "../../config/wrapped.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { isEverything, listItems, memberOf } from "./grants.ts";

export const noAllowlist: Rule = {
	id: "no-allowlist",
	title: "Server that offers every tool",
	help: "The model is offered what the server has, and what it will have tomorrow. Name the tools that the work needs.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"In files of hosts that can limit a server's tools: a list of tools that holds `*`, and a remote server without such a list. A server behind Sallyport has its list there, and one that could be, but is not, is told by *not-launched-through-sallyport*.",
		matters:
			"Every tool is one more thing that a misleading text can have called, and one more text that the model reads. A remote server can change its tools at any time.",
		remedy:
			"Name the tools in the host's own list: `tools` for GitHub Copilot, `includeTools` for Gemini CLI, `enabled_tools` for Codex, `available_tools` for Goose.",
		example: {
			before: '"docs": { "httpUrl": "https://mcp.example.com/mcp" }',
			after: '"docs": { "httpUrl": "https://mcp.example.com/mcp", "includeTools": ["search", "read"] }',
		},
	},
	// What an API's request offers is `connector-tools`' business.
	mayConcern: (_texts, _server, { host }) => host !== "openai-api" && HOSTS[host].tools.allow.length > 0,
	*checkServer(server, document) {
		const { allow, deny } = HOSTS[document.host].tools;
		const [field] = allow;
		if (field === undefined || document.host === "openai-api" || (server.kind === "stdio" && launchOf(server).wrapped)) return;
		const finding = { ruleId: "no-allowlist", severity: "info", server: server.name.value } as const;
		for (const setting of listItems(server))
			if (allow.includes(memberOf(server, setting)) && isEverything(setting.value.value))
				yield newFinding({
					...finding,
					keyPath: setting.keyPath,
					span: setting.value.span,
					message: "The model is offered every tool of this server, tomorrow's included. Name the tools that the work needs.",
				});
		const limited = server.keys.some(({ value }) => allow.includes(value) || deny.includes(value));
		if (server.kind === "http" && !limited)
			yield newFinding({
				...finding,
				keyPath: server.keyPath,
				span: server.name.span,
				message: `The model is offered every tool of this remote server, tomorrow's included. Name those that the work needs in ${quoted(field)}.`,
			});
	},
};
