/** In the order in which a file's path is tried. */
export const HOST_IDS = ["vscode", "cursor", "claude-code", "claude-desktop", "mcp-json"] as const;
export type HostId = (typeof HOST_IDS)[number];

export type Platform = "linux" | "darwin" | "win32";

/**
 * How a host expands variables in its own file before it starts a server:
 * `vscode`: `${workspaceFolder}`, `${userHome}`, `${env:X}`, `${input:x}`; `cursor`: the same without inputs;
 * `shell`: `${VAR}` and `${VAR:-default}`; `none`: every value is literal.
 */
export type VariableSyntax = "vscode" | "cursor" | "shell" | "none";

/** One MCP host: everything that differs between them, as data. */
export interface Host {
	readonly id: HostId;
	readonly title: string;
	readonly format: "json";
	/** True when the host reads comments in its file; to another, a comment is a syntax error, and the file is lost. */
	readonly comments: boolean;
	/** Relative to a workspace folder, with `/`. Empty: the host has per-user files alone. */
	readonly workspaceFiles: readonly string[];
	/**
	 * Per-user files. `{home}` is the home folder, `{config}` the platform's folder for settings, `{env:NAME}` a variable
	 * (a path that names an unset one does not exist). A segment `*` stands for any one folder.
	 */
	readonly userFiles: readonly { readonly platform: Platform; readonly path: string }[];
	/**
	 * Ends of a path that mean this host wherever they stand, as in a folder of dotfiles; `*` is any one segment.
	 * Case is ignored, as the file systems of two platforms do. A base name alone only where no other program uses it.
	 */
	readonly shapes: readonly string[];
	/** The key that holds the servers. */
	readonly rootKey: string;
	/** Keys that hold servers in the same file for another host. */
	readonly otherRootKeys: readonly string[];
	/** The key of a map from project folders to objects that hold `rootKey` again; null: none. */
	readonly projectsKey: string | null;
	/** True when the host keeps its own state in the same file: then nothing outside the servers is looked at. */
	readonly holdsState: boolean;
	/** How a file that travels with a repository names the launcher; null: the absolute path (per-user files always have it). */
	readonly portableLauncher: string | null;
	/** How a workspace file hands the workspace folder to the launcher as an argument; null: this host starts servers in the workspace. */
	readonly workspaceVariable: string | null;
	readonly variables: VariableSyntax;
	/** Every member that the host reads in an entry, in lower and upper case as it writes them. Null: not known, so none is called misspelt. */
	readonly fields: readonly string[] | null;
	/** The members of an entry by which the host's own file limits or frees its tools. */
	readonly tools: ToolFields;
	/** Settings by which this host takes limits away. */
	readonly switches: readonly DangerousSwitch[];
}

/** Names of members of an entry; empty: this host has none of that kind. Each holds an array of names of tools, in which `*` may stand. */
export interface ToolFields {
	/** Only these are offered. */
	readonly allow: readonly string[];
	/** These are not. */
	readonly deny: readonly string[];
	/** These are called without asking anybody. */
	readonly unattended: readonly string[];
}

/** A setting by which a host takes limits away. */
export interface DangerousSwitch {
	/** Where its path begins: at each entry, or at the root of the file. */
	readonly from: "entry" | "file";
	/** Keys from there; `*` is any one key or index. */
	readonly path: readonly string[];
	/** The raw values at which it is dangerous: `true`, `approve`, `mcp__*`; a trailing `*` stands for anything. */
	readonly when: readonly string[];
	/** What it does, to follow "This": `calls every tool of this server without asking`. */
	readonly does: string;
}

const NO_TOOL_FIELDS: ToolFields = { allow: [], deny: [], unattended: [] };

const VSCODE_FOLDERS = ["Code", "Code - Insiders", "VSCodium"];
const EVERY_PLATFORM: readonly Platform[] = ["linux", "darwin", "win32"];

function everywhere(...paths: string[]): Host["userFiles"] {
	return EVERY_PLATFORM.flatMap((platform) => paths.map((path) => ({ platform, path })));
}

export const HOSTS: Readonly<Record<HostId, Host>> = {
	vscode: {
		id: "vscode",
		title: "VS Code",
		format: "json",
		comments: true,
		workspaceFiles: [".vscode/mcp.json"],
		userFiles: [
			...everywhere(
				...VSCODE_FOLDERS.flatMap((folder) => [`{config}/${folder}/User/mcp.json`, `{config}/${folder}/User/profiles/*/mcp.json`]),
			),
			{ platform: "linux", path: "{home}/.vscode-server/data/User/mcp.json" },
		],
		shapes: [
			".vscode/mcp.json",
			".vscode-server/data/User/mcp.json",
			...VSCODE_FOLDERS.flatMap((folder) => [`${folder}/User/mcp.json`, `${folder}/User/profiles/*/mcp.json`]),
		],
		rootKey: "servers",
		otherRootKeys: [],
		projectsKey: null,
		holdsState: false,
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		portableLauncher: "${userHome}/.sallyport/bin/sallyport",
		workspaceVariable: null,
		variables: "vscode",
		fields: [
			"type",
			"command",
			"args",
			"cwd",
			"env",
			"envFile",
			"dev",
			"sandboxEnabled",
			"sandbox",
			"url",
			"headers",
			"oauth",
			"gallery",
			"version",
		],
		tools: NO_TOOL_FIELDS,
		switches: [],
	},
	cursor: {
		id: "cursor",
		title: "Cursor",
		format: "json",
		comments: true,
		workspaceFiles: [".cursor/mcp.json"],
		userFiles: everywhere("{home}/.cursor/mcp.json"),
		shapes: [".cursor/mcp.json"],
		rootKey: "mcpServers",
		otherRootKeys: [],
		projectsKey: null,
		holdsState: false,
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		portableLauncher: "${userHome}/.sallyport/bin/sallyport",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		workspaceVariable: "${workspaceFolder}",
		variables: "cursor",
		fields: ["type", "command", "args", "cwd", "env", "envFile", "url", "headers", "auth"],
		tools: NO_TOOL_FIELDS,
		switches: [],
	},
	"claude-code": {
		id: "claude-code",
		title: "Claude Code",
		format: "json",
		comments: false,
		workspaceFiles: [],
		userFiles: everywhere("{home}/.claude.json", "{env:CLAUDE_CONFIG_DIR}/.claude.json"),
		shapes: [".claude.json"],
		rootKey: "mcpServers",
		otherRootKeys: [],
		projectsKey: "projects",
		holdsState: true,
		portableLauncher: null,
		workspaceVariable: null,
		variables: "shell",
		fields: null,
		tools: NO_TOOL_FIELDS,
		switches: [],
	},
	"claude-desktop": {
		id: "claude-desktop",
		title: "Claude Desktop",
		format: "json",
		comments: false,
		workspaceFiles: [],
		userFiles: everywhere("{config}/Claude/claude_desktop_config.json"),
		shapes: ["claude_desktop_config.json"],
		rootKey: "mcpServers",
		otherRootKeys: [],
		projectsKey: null,
		holdsState: false,
		portableLauncher: null,
		workspaceVariable: null,
		variables: "none",
		fields: null,
		tools: NO_TOOL_FIELDS,
		switches: [],
	},
	"mcp-json": {
		id: "mcp-json",
		title: "Claude Code and others",
		format: "json",
		comments: false,
		workspaceFiles: [".mcp.json"],
		userFiles: everywhere("{home}/.mcp.json"),
		shapes: [".mcp.json"],
		rootKey: "mcpServers",
		// Visual Studio reads the same file, and calls them `servers`.
		otherRootKeys: ["servers"],
		projectsKey: null,
		holdsState: false,
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		portableLauncher: "${HOME}/.sallyport/bin/sallyport",
		workspaceVariable: null,
		variables: "shell",
		fields: null,
		tools: NO_TOOL_FIELDS,
		switches: [],
	},
};

/** The host whose file this is, by the end of its path (`/` or `\` between segments); null when no host reads a file that is named so. */
export function matchHost(path: string): HostId | null {
	const segments = path.split(/[/\\]/).map((segment) => segment.toLowerCase());
	return HOST_IDS.find((id) => HOSTS[id].shapes.some((shape) => endsWithShape(segments, shape))) ?? null;
}

function endsWithShape(segments: readonly string[], shape: string): boolean {
	const wanted = shape.toLowerCase().split("/");
	const from = segments.length - wanted.length;
	return from >= 0 && wanted.every((part, i) => (part === "*" ? segments[from + i] !== "" : part === segments[from + i]));
}

/** For a file that a person named and no host claims: which host's shape do its root keys have? Null: it holds no servers. */
export function guessHost(rootKeys: readonly string[]): HostId | null {
	if (rootKeys.includes("mcpServers")) return "mcp-json";
	return rootKeys.includes("servers") ? "vscode" : null;
}
