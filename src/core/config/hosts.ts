/** Contract sketch; the rows are still to come. */
export type HostId = "vscode" | "mcp-json" | "claude-desktop" | "claude-code" | "cursor";

export interface Host {
	readonly id: HostId;
	readonly title: string;
	/** Relative to a workspace folder, with `/`. Matched on the whole path at any depth, never on the base name alone where the name is common. */
	readonly workspaceFiles: readonly string[];
	/** Per-user files: `{home}` and `{config}` (see hosts.md) are replaced. */
	readonly userFiles: readonly { readonly platform: "linux" | "darwin" | "win32"; readonly path: string }[];
	/** The key that holds the servers. */
	readonly rootKey: string;
	/** How a file that travels with a repository names the launcher; null: the absolute path (per-user files always have it). */
	readonly portableLauncher: string | null;
	/** How a workspace file hands the workspace folder to the launcher as an argument; null: this host starts servers in the workspace. */
	readonly workspaceVariable: string | null;
}
