import { everywhere, type Host, host } from "./host.ts";

/** See https://code.claude.com/docs/en/mcp. */
export const CLAUDE_CODE_SERVERS: readonly string[] = ["workspace", "claude-in-chrome", "computer-use", "Claude Preview", "Claude Browser"];

const NO_WARNING = {
	when: ["true"],
	does: "takes away the warning in front of a mode in which nobody is asked",
	mild: true,
	inWorkspace: "older",
} as const;

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
		remote: "typed",
		helper: "headersHelper",
		reservedNames: CLAUDE_CODE_SERVERS,
	}),
	host({
		id: "claude-settings",
		title: "Claude Code settings",
		program: "claude-code",
		workspaceFiles: [".claude/settings.json", ".claude/settings.local.json"],
		userFiles: everywhere("{home}/.claude/settings.json", "{env:CLAUDE_CONFIG_DIR}/settings.json"),
		variables: "shell",
		remote: "typed",
		helper: "headersHelper",
		switches: [
			{
				from: "file",
				path: ["enableAllProjectMcpServers"],
				when: ["true"],
				does: "starts every server that a repository's .mcp.json names, without asking",
			},
			{
				from: "file",
				path: ["enabledMcpjsonServers", "*"],
				when: [],
				does: "starts a server of this repository's .mcp.json without asking",
				mild: true,
				answered: true,
			},
			{
				from: "file",
				path: ["permissions", "defaultMode"],
				when: ["bypassPermissions"],
				does: "has every tool of every server called without asking",
				inWorkspace: "older",
			},
			{ from: "file", path: ["skipDangerousModePermissionPrompt"], ...NO_WARNING },
			{ from: "file", path: ["permissions", "skipDangerousModePermissionPrompt"], ...NO_WARNING },
		],
	}),
	host({
		id: "claude-desktop",
		title: "Claude Desktop",
		strict: true,
		userFiles: everywhere("{config}/Claude/claude_desktop_config.json"),
		moreShapes: ["claude_desktop_config.json"],
		variables: "none",
		// A URL goes into its settings for connectors.
		remote: "never",
	}),
	host({
		id: "mcpb",
		title: "MCP bundle",
		moreShapes: ["manifest.json"],
		shows: [{ path: ["server", "mcp_config"] }, { path: ["dxt_version"] }],
		roots: [
			{ path: ["server", "mcp_config"], holds: "one" },
			{ path: ["server", "mcp_config", "platform_overrides", "*"], holds: "one", over: ["server", "mcp_config"] },
		],
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
