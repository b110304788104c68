import type { Random } from "./random.ts";
import type { ServerSheet, Sheet } from "./sheet.ts";
import { member, type Node, strings, Table } from "./tree.ts";

export type Format = "json" | "jsonc" | "toml" | "yaml";

/** The file of one host: where it is and what it looks like. */
export interface HostFile {
	readonly host: string;
	readonly path: string;
	readonly format: Format;
	/** How often people have such a file, against the others. */
	readonly weight: number;
	readonly inputs?: true;
	readonly permissions?: true;
	readonly build: (sheet: Sheet) => Table;
}

/** Field names of a server, where they differ from the usual ones. */
interface Dialect {
	readonly url?: string;
	readonly env?: string;
	readonly headers?: string;
	readonly type?: boolean;
	readonly extra?: (random: Random) => readonly (readonly [string, Node])[];
}

function entry(sheet: Sheet, server: ServerSheet, dialect: Dialect): Table {
	const extra = [...server.extra, ...(dialect.extra?.(sheet.random) ?? [])];
	const comments = server.comments.map((comment) => ({ comment }));
	if (server.kind === "stdio") {
		return new Table([
			dialect.type === true ? member("type", "stdio") : null,
			member("command", server.command),
			member("args", server.args),
			...comments,
			member(dialect.env ?? "env", strings(server.env)),
			...extra.map(([key, value]) => member(key, value)),
		]);
	}
	return new Table([
		dialect.type === true ? member("type", "http") : null,
		member(dialect.url ?? "url", server.url),
		...comments,
		member(dialect.headers ?? "headers", strings(server.headers)),
		...extra.map(([key, value]) => member(key, value)),
	]);
}

function servers(sheet: Sheet, dialect: Dialect = {}): Table {
	return new Table(sheet.servers.map((server) => member(server.name, entry(sheet, server, dialect))));
}

function under(root: string, dialect: Dialect = {}): (sheet: Sheet) => Table {
	return (sheet) => new Table([member(root, servers(sheet, dialect))]);
}

function inputs(sheet: Sheet): Node | null {
	if (sheet.inputs.length === 0) return null;
	return sheet.inputs.map(
		(input) =>
			new Table([
				member("type", "promptString"),
				member("id", input.id),
				member("description", input.description),
				member("default", input.default),
				member("password", true),
			]),
	);
}

function vscode(sheet: Sheet): Table {
	return new Table([member("inputs", inputs(sheet)), member("servers", servers(sheet, { type: true }))]);
}

/** A list of servers, each with its name in it. */
function named(sheet: Sheet): Node {
	return sheet.servers.map((server) => new Table([member("name", server.name), ...entry(sheet, server, {}).members]));
}

function gooseExtensions(sheet: Sheet): Table {
	return new Table(
		sheet.servers.map((server) =>
			member(
				server.name,
				new Table([
					member("name", server.name),
					member("enabled", true),
					member("type", server.kind === "stdio" ? "stdio" : "streamable_http"),
					member(server.kind === "stdio" ? "cmd" : "uri", server.kind === "stdio" ? server.command : server.url),
					member("args", server.kind === "stdio" ? server.args : null),
					...server.comments.map((comment) => ({ comment })),
					member(server.kind === "stdio" ? "envs" : "headers", strings(server.kind === "stdio" ? server.env : server.headers)),
					...server.extra.map(([key, value]) => member(key, value)),
					member("timeout", 300),
				]),
			),
		),
	);
}

function opencode(sheet: Sheet): Table {
	return new Table(
		sheet.servers.map((server) =>
			member(
				server.name,
				server.kind === "stdio"
					? new Table([
							member("type", "local"),
							member("command", [server.command, ...server.args]),
							...server.comments.map((comment) => ({ comment })),
							member("environment", strings(server.env)),
							...server.extra.map(([key, value]) => member(key, value)),
							member("enabled", true),
						])
					: new Table([
							member("type", "remote"),
							member("url", server.url),
							...server.comments.map((comment) => ({ comment })),
							member("headers", strings(server.headers)),
							...server.extra.map(([key, value]) => member(key, value)),
						]),
			),
		),
	);
}

const approvals: Dialect = {
	extra: (random) => (random.chance(0.5) ? [["autoApprove", ["read_file", "list_directory"]] as const, ["disabled", false] as const] : []),
};

export const HOST_FILES: readonly HostFile[] = [
	{ host: "vscode", weight: 4, path: ".vscode/mcp.json", format: "jsonc", inputs: true, build: vscode },
	{
		host: "vscode settings",
		weight: 2,
		path: ".vscode/settings.json",
		format: "jsonc",
		inputs: true,
		build: (sheet) => new Table([member("editor.tabSize", 2), member("mcp", vscode(sheet))]),
	},
	{
		host: "devcontainer",
		weight: 1,
		path: ".devcontainer/devcontainer.json",
		format: "jsonc",
		build: (sheet) =>
			new Table([
				member("image", "mcr.microsoft.com/devcontainers/base:bookworm"),
				member("customizations", new Table([member("vscode", new Table([member("mcp", vscode(sheet))]))])),
			]),
	},
	{ host: "cursor", weight: 3, path: ".cursor/mcp.json", format: "jsonc", build: under("mcpServers") },
	{ host: "portable", weight: 4, path: ".mcp.json", format: "json", build: under("mcpServers", { type: true }) },
	{ host: "visual studio", weight: 1, path: "src/.mcp.json", format: "json", build: under("servers", { type: true }) },
	{ host: "claude desktop", weight: 3, path: "Claude/claude_desktop_config.json", format: "json", build: under("mcpServers") },
	{
		host: "claude code",
		weight: 1,
		path: "home/.claude.json",
		format: "json",
		build: (sheet) =>
			new Table([
				member("numStartups", 41),
				member("projects", new Table([member("/home/sam/proj/shop", new Table([member("mcpServers", servers(sheet))]))])),
			]),
	},
	{
		host: "claude settings",
		weight: 3,
		path: ".claude/settings.local.json",
		format: "json",
		permissions: true,
		build: (sheet) =>
			new Table([
				member("permissions", new Table([member("allow", ["WebSearch", ...sheet.permissions, "Bash(git status)"])])),
				member("env", strings(sheet.servers.flatMap((server) => server.env))),
			]),
	},
	{
		host: "copilot",
		weight: 1,
		path: ".copilot/mcp-config.json",
		format: "json",
		build: under("mcpServers", { type: true, extra: () => [["tools", ["*"]]] }),
	},
	{
		host: "windsurf",
		weight: 1,
		path: ".codeium/windsurf/mcp_config.json",
		format: "json",
		build: under("mcpServers", { url: "serverUrl" }),
	},
	{
		host: "cline",
		weight: 1,
		path: ".cline/data/settings/cline_mcp_settings.json",
		format: "json",
		build: under("mcpServers", approvals),
	},
	{
		host: "roo",
		weight: 1,
		path: ".roo/mcp.json",
		format: "json",
		build: under("mcpServers", { extra: () => [["alwaysAllow", ["search"]]] }),
	},
	{
		host: "continue",
		weight: 2,
		path: ".continue/config.yaml",
		format: "yaml",
		build: (sheet) =>
			new Table([
				member("name", "Local assistant"),
				member("version", "1.0.0"),
				member("schema", "v1"),
				member("mcpServers", named(sheet)),
			]),
	},
	{ host: "zed", weight: 1, path: ".zed/settings.json", format: "jsonc", build: under("context_servers") },
	{ host: "jetbrains", weight: 1, path: ".junie/mcp/mcp.json", format: "json", build: under("mcpServers") },
	{ host: "gemini", weight: 1, path: ".gemini/settings.json", format: "json", build: under("mcpServers", { url: "httpUrl" }) },
	{ host: "antigravity", weight: 1, path: ".agents/mcp_config.json", format: "json", build: under("mcpServers", { url: "serverUrl" }) },
	{
		host: "codex",
		weight: 3,
		path: ".codex/config.toml",
		format: "toml",
		build: (sheet) =>
			new Table([
				member("model", "gpt-5.2-codex"),
				member("approval_policy", "on-request"),
				member("mcp_servers", servers(sheet, { headers: "http_headers", extra: () => [["startup_timeout_sec", 20]] })),
			]),
	},
	{ host: "kiro", weight: 1, path: ".kiro/settings/mcp.json", format: "json", build: under("mcpServers", approvals) },
	{ host: "lm studio", weight: 1, path: ".lmstudio/mcp.json", format: "json", build: under("mcpServers") },
	{
		host: "goose",
		weight: 2,
		path: ".config/goose/config.yaml",
		format: "yaml",
		build: (sheet) =>
			new Table([
				member("GOOSE_PROVIDER", "anthropic"),
				member("GOOSE_MODEL", "claude-sonnet-4-5"),
				member("extensions", gooseExtensions(sheet)),
			]),
	},
	{
		host: "opencode",
		weight: 1,
		path: "opencode.json",
		format: "jsonc",
		build: (sheet) => new Table([member("$schema", "https://opencode.ai/config.json"), member("mcp", opencode(sheet))]),
	},
	{
		host: "warp",
		weight: 1,
		path: ".warp/.mcp.json",
		format: "json",
		build: under("mcpServers", { extra: () => [["working_directory", "/srv/app"]] }),
	},
	{ host: "trae", weight: 1, path: "Trae/User/mcp.json", format: "json", build: under("mcpServers") },
];
