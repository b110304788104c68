// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { CLAUDE_CODE_SERVERS } from "./anthropic.ts";
import { type DangerousSwitch, everywhere, type Host, host, on } from "./host.ts";

const EDITORS = ["Code", "Code - Insiders", "VSCodium"];

const FIELDS = [
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
];

const SANDBOXED = {
	from: "entry",
	path: ["sandboxEnabled"],
	when: ["true"],
	does: "has VS Code call every tool of this server without asking",
} as const;

/** Settings of VS Code, and of agents that are extensions of it, by which nobody is asked any more. */
const UNATTENDED: readonly Pick<DangerousSwitch, "path" | "when">[] = [
	{ path: ["chat", "tools", "global", "autoApprove"], when: ["true"] },
	{ path: ["chat", "tools", "autoApprove"], when: ["true"] },
	{ path: ["chat", "permissions", "default"], when: ["autoApprove", "autopilot"] },
	{ path: ["claudeCode", "initialPermissionMode"], when: ["bypassPermissions"] },
	{ path: ["geminicodeassist", "agentYoloMode"], when: ["true"] },
	{ path: ["amp", "dangerouslyAllowAll"], when: ["true"] },
];

/** @param folder keys to the settings */
function unattended(...folder: readonly string[]): readonly DangerousSwitch[] {
	return UNATTENDED.map(({ path, when }) => ({
		from: "file",
		path: [...folder, ...path],
		when,
		does: "has every tool of every server called without asking",
	}));
}

export const MICROSOFT: readonly Host[] = [
	host({
		id: "vscode",
		title: "VS Code",
		comments: true,
		workspaceFiles: [".vscode/mcp.json"],
		userFiles: [
			...everywhere(...EDITORS.flatMap((folder) => [`{config}/${folder}/User/mcp.json`, `{config}/${folder}/User/profiles/*/mcp.json`])),
			...on("linux", "{home}/.vscode-server/data/User/mcp.json"),
		],
		roots: [{ path: ["servers"], holds: "map" }],
		portableLauncher: "${userHome}/.sallyport/bin/sallyport",
		variables: "vscode",
		fields: FIELDS,
		switches: [SANDBOXED],
	}),
	host({
		id: "vscode-settings",
		title: "VS Code settings",
		comments: true,
		mixed: true,
		dotted: [[], ["settings"]],
		workspaceFiles: [".vscode/settings.json"],
		userFiles: [
			...everywhere(
				...EDITORS.flatMap((folder) => [`{config}/${folder}/User/settings.json`, `{config}/${folder}/User/profiles/*/settings.json`]),
			),
			...on("linux", "{home}/.vscode-server/data/Machine/settings.json", "{home}/.vscode-server/data/User/settings.json"),
		],
		moreShapes: ["*.code-workspace"],
		shows: [
			{ path: ["mcp", "servers"] },
			{ path: ["mcp", "inputs"] },
			{ path: ["settings", "mcp", "servers"] },
			...unattended().map(({ path }) => ({ path })),
			...unattended("settings").map(({ path }) => ({ path })),
		],
		roots: [
			{ path: ["mcp", "servers"], holds: "map" },
			{ path: ["settings", "mcp", "servers"], holds: "map" },
		],
		alsoReads: [["mcp"], ["settings", "mcp"]],
		portableLauncher: "${userHome}/.sallyport/bin/sallyport",
		variables: "vscode",
		fields: FIELDS,
		switches: [SANDBOXED, ...unattended(), ...unattended("settings")],
	}),
	host({
		id: "devcontainer",
		title: "Dev Container",
		comments: true,
		mixed: true,
		dotted: [["customizations", "vscode", "settings"]],
		workspaceFiles: [".devcontainer/devcontainer.json", ".devcontainer.json", ".devcontainer/*/devcontainer.json"],
		shows: [
			{ path: ["customizations", "vscode", "mcp"] },
			{ path: ["customizations", "vscode", "settings", "mcp"] },
			...unattended("customizations", "vscode", "settings").map(({ path }) => ({ path })),
		],
		roots: [
			{ path: ["customizations", "vscode", "mcp", "servers"], holds: "map" },
			{ path: ["customizations", "vscode", "settings", "mcp", "servers"], holds: "map" },
		],
		alsoReads: [
			["customizations", "vscode", "mcp"],
			["customizations", "vscode", "settings", "mcp"],
		],
		variables: "vscode",
		fields: FIELDS,
		switches: [SANDBOXED, ...unattended("customizations", "vscode", "settings")],
	}),
	host({
		id: "mcp-json",
		title: "Claude Code and others",
		program: "claude-code",
		workspaceFiles: [".mcp.json"],
		userFiles: everywhere("{home}/.mcp.json"),
		// Visual Studio reads the same file, and calls them `servers`.
		roots: [
			{ path: ["mcpServers"], holds: "map" },
			{ path: ["servers"], holds: "map" },
		],
		portableLauncher: "${HOME}/.sallyport/bin/sallyport",
		variables: "shell",
		remote: "typed",
		helper: "headersHelper",
		reservedNames: CLAUDE_CODE_SERVERS,
	}),
	host({
		id: "copilot",
		title: "GitHub Copilot",
		workspaceFiles: [".github/mcp.json"],
		userFiles: everywhere("{home}/.copilot/mcp-config.json", "{env:COPILOT_HOME}/mcp-config.json"),
		moreShapes: [".copilot/mcp-config.json", ".copilot/mcp.json", ".github/copilot/mcp.json"],
		variables: "shell",
		tools: { allow: ["tools"] },
	}),
];
