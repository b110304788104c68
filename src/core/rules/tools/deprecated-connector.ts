import { newFinding, type Rule } from "../finding.ts";

export const deprecatedConnector: Rule = {
	id: "deprecated-connector",
	title: "Connector in its first, deprecated form",
	help: "Tools are chosen by an mcp_toolset now. The first form of Claude's connector is deprecated and will stop working.",
	defaultSeverity: "info",
	documentation: {
		finds: "`tool_configuration` in a server of a request to Claude's API, and the beta header `mcp-client-2025-04-04` among its `betas`.",
		matters:
			"The first form of the connector is deprecated. When it goes, so does the list of tools that it holds, and a request that is mended in a hurry may offer every tool.",
		remedy:
			'Add an item `{ "type": "mcp_toolset", "mcp_server_name": … }` to `tools`, with `default_config` and `configs`, and use the newer beta header.',
		example: {
			before:
				'"mcp_servers": [{ "type": "url", "url": "https://mcp.example.com/mcp", "name": "docs", "tool_configuration": { "allowed_tools": ["search"] } }]',
			after: [
				'"mcp_servers": [{ "type": "url", "url": "https://mcp.example.com/mcp", "name": "docs" }],',
				'"tools": [{ "type": "mcp_toolset", "mcp_server_name": "docs", "default_config": { "enabled": false }, "configs": { "search": { "enabled": true } } }]',
			].join("\n"),
		},
	},
	mayConcern: (_texts, _server, { host }) => host === "claude-api",
	*checkServer(server, document) {
		if (document.host !== "claude-api") return;
		for (const key of server.keys) {
			if (key.value !== "tool_configuration") continue;
			const names = server.settings.some(({ keyPath }) => keyPath.includes("allowed_tools"));
			yield newFinding({
				ruleId: "deprecated-connector",
				severity: "info",
				server: server.name.value,
				keyPath: [...server.keyPath, key.value],
				span: key.span,
				message: `tool_configuration is deprecated${names ? "" : ", and offers every tool here"}. Use an mcp_toolset that names the tools.`,
			});
		}
	},
	mayConcernFile: ({ host }) => host === "claude-api",
	*checkDocument(document) {
		if (document.host !== "claude-api") return;
		for (const { keyPath, value } of document.settings) {
			if (!/^(?:betas|anthropic-beta|anthropic_beta)$/.test(String(keyPath[0])) || !value.value.includes("mcp-client-2025-04-04")) continue;
			yield newFinding({
				ruleId: "deprecated-connector",
				severity: "info",
				server: null,
				keyPath,
				span: value.span,
				message: "This is the deprecated form of the connector. Use a newer beta header, and an mcp_toolset that names the tools.",
			});
		}
	},
};
