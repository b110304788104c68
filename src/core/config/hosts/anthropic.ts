import { everywhere, type Host, host } from "./host.ts";

export const ANTHROPIC: readonly Host[] = [
	host({
		id: "claude-code",
		title: "Claude Code",
		userFiles: everywhere("{home}/.claude.json", "{env:CLAUDE_CONFIG_DIR}/.claude.json"),
		roots: [
			{ path: ["mcpServers"], holds: "map" },
			{ path: ["projects", "*", "mcpServers"], holds: "map", projects: true },
		],
		holdsState: true,
		variables: "shell",
	}),
	host({
		id: "claude-settings",
		title: "Claude Code settings",
		workspaceFiles: [".claude/settings.json", ".claude/settings.local.json"],
		userFiles: everywhere("{home}/.claude/settings.json", "{env:CLAUDE_CONFIG_DIR}/settings.json"),
		variables: "shell",
		switches: [
			{
				from: "file",
				path: ["enableAllProjectMcpServers"],
				when: ["true"],
				does: "starts every server that a repository's .mcp.json names, without asking",
			},
		],
	}),
	host({
		id: "claude-desktop",
		title: "Claude Desktop",
		userFiles: everywhere("{config}/Claude/claude_desktop_config.json"),
		moreShapes: ["claude_desktop_config.json"],
		variables: "none",
	}),
	host({
		id: "mcpb",
		title: "MCP bundle",
		moreShapes: ["manifest.json"],
		shows: [{ path: ["server", "mcp_config"] }, { path: ["dxt_version"] }],
		roots: [{ path: ["server", "mcp_config"], holds: "one" }],
		starts: false,
		variables: "bundle",
	}),
	host({
		id: "claude-api",
		title: "Claude API request",
		shows: [{ path: ["mcp_servers", "*", "url"] }],
		roots: [{ path: ["mcp_servers"], holds: "list" }],
		starts: false,
		variables: "none",
		fields: ["type", "url", "name", "authorization_token", "tool_configuration"],
	}),
];
