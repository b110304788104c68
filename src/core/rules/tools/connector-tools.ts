import { newFinding, type Rule } from "../finding.ts";
import { type Connector, connectorsIn, mayConnect } from "./connectors.ts";

export const connectorTools: Rule = {
	id: "connector-tools",
	title: "Connector that offers every tool",
	help: "An API that connects to a server itself calls its tools without a person. Name the tools that the work needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			'In a request to a model\'s API: for OpenAI, an MCP server whose tools are called without approval (`require_approval: "never"`) and that names none in `allowed_tools`; for Claude, for information, an `mcp_toolset` without `default_config.enabled: false`.',
		matters:
			"The API calls the tools on its own side: nobody sees a call before it is made, and neither Sallyport nor a host stands in between. Without a list the model gets every tool that the server has, and those that it will have tomorrow.",
		remedy:
			'Name the tools: `"allowed_tools": ["search"]` for OpenAI; for Claude `"default_config": { "enabled": false }` and `"configs": { "search": { "enabled": true } }`.',
		example: {
			before: '{ "type": "mcp_toolset", "mcp_server_name": "docs" }',
			after: [
				"{",
				'  "type": "mcp_toolset", "mcp_server_name": "docs",',
				'  "default_config": { "enabled": false }, "configs": { "search": { "enabled": true } }',
				"}",
			].join("\n"),
		},
	},
	mayConcernFile: mayConnect,
	*checkDocument(document) {
		for (const each of connectorsIn(document)) {
			const found = each.kind === "claude" ? inToolset(each) : withoutApproval(each);
			if (found === null) continue;
			const { setting, severity, message } = found;
			yield newFinding({
				ruleId: "connector-tools",
				severity,
				server: setting.server,
				keyPath: setting.keyPath,
				span: setting.value.span,
				message,
			});
		}
	},
};

function inToolset(each: Connector) {
	const byDefault = each.at("default_config", "enabled");
	const setting = byDefault ?? each.at("mcp_server_name") ?? each.at("type");
	if (setting === null || byDefault?.value.value === "false") return null;
	const message =
		'The model gets every tool of this server, tomorrow\'s included. Set "default_config": { "enabled": false } and name tools in "configs".';
	return { setting, severity: "info", message } as const;
}

function withoutApproval(each: Connector) {
	const approval = each.at("require_approval");
	if (approval?.value.value !== "never" || each.has("allowed_tools")) return null;
	const message =
		"Every tool of this server is called without approval, tomorrow's included. Name tools in allowed_tools, or ask for approval.";
	return { setting: approval, severity: "warning", message } as const;
}
