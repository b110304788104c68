import type { HostId } from "./ids.ts";

export type Platform = "linux" | "darwin" | "win32";

/** How a host's file is written. `json` is read with comments and trailing commas, whether the host allows them or not. */
export type Format = "json" | "toml" | "yaml";

/**
 * How a host expands variables in its own file before it starts a server:
 *
 * - `vscode`: `${workspaceFolder}`, `${userHome}`, `${env:X}`, `${input:x}`; `cursor`: the same without inputs
 * - `env-colon`: `${env:X}` alone; `windsurf`: that, and `${file:/path}`
 * - `shell`: `${VAR}` and `${VAR:-default}`; `braced`: `${VAR}` alone; `gemini`: `$VAR`, `${VAR}` and `%VAR%`, in the environment alone
 * - `opencode`: `{env:X}` and `{file:path}`; `continue`: `${{ secrets.X }}`; `bundle`: `${user_config.X}`, `${__dirname}`, `${HOME}`
 * - `none`: every value is literal; `unknown`: not established, so nothing is said of any
 */
export type VariableSyntax =
	| "vscode"
	| "cursor"
	| "env-colon"
	| "windsurf"
	| "shell"
	| "braced"
	| "gemini"
	| "opencode"
	| "continue"
	| "bundle"
	| "none"
	| "unknown";

/** Where servers stand in a file. */
export interface Root {
	/** Keys from the outside; `*` is any one key. Empty: the whole file, where it is not in the host's own format. */
	readonly path: readonly string[];
	/** `map`: an object of names and servers; `list`: an array of servers that hold their names; `one`: the server itself. */
	readonly holds: "map" | "list" | "one";
	/** True: the key at `*` is the folder that these servers belong to. */
	readonly projects?: boolean;
	/** Of one server: keys from the outside to the one whose command, arguments or environment it has where it says none itself. */
	readonly over?: readonly string[];
	/** Of a list: only the items that say this of themselves are servers. Left out: all. */
	readonly only?: { readonly key: string; readonly value: string };
	/** Of a list: the member that holds the name. Left out: `name`. */
	readonly nameKey?: string;
}

/** The members of an entry that an `EntryNames` tells of. */
export type EntryField = "command" | "args" | "env" | "cwd" | "envFile" | "url" | "headers";

/** What a host calls the members of an entry, the one that counts first. A field left out has its common name: `command`, `args`, `env`, `cwd`, `envFile`, `url`, `headers`. */
export type EntryNames = Partial<Readonly<Record<EntryField, readonly string[]>>>;

/** One MCP host: everything that differs between them, as data. */
export interface Host {
	readonly id: HostId;
	readonly title: string;
	/** The host whose program reads this file: of two servers of one name in files of the same program it starts one. Mostly `id`. */
	readonly program: HostId;
	readonly format: Format;
	/** True when the host reads comments in its file; to another, a comment is a syntax error, and the file is lost. */
	readonly comments: boolean;
	/** True when it is known that a comment, or a comma behind the last member, costs the host the whole file. */
	readonly strict: boolean;
	/** Relative to a workspace folder, with `/`; `*` in a segment is any text without `/`. Empty: the host has per-user files alone. */
	readonly workspaceFiles: readonly string[];
	/**
	 * Per-user files. `{home}` is the home folder, `{config}` the platform's folder for settings, `{env:NAME}` a variable
	 * (a path that names an unset one does not exist). A `*` stands for any text in one segment.
	 */
	readonly userFiles: readonly { readonly platform: Platform; readonly path: string }[];
	/**
	 * Ends of a path that mean this host wherever they stand, as in a folder of dotfiles; `*` is any text in one segment.
	 * Case is ignored, as the file systems of two platforms do. A base name alone only where no other program uses it, or `shows` tells.
	 */
	readonly shapes: readonly string[];
	/**
	 * Of a file that other programs may have under this name: paths of which it must hold one to be about MCP at all, and how the value
	 * there begins (left out: anything). Null: the name says enough.
	 */
	readonly shows: readonly Sign[] | null;
	/** The first is where the host's own documentation puts them. Empty: the file holds no servers, only what the host makes of them. */
	readonly roots: readonly Root[];
	/** The key that holds the servers, the last of `roots`' first path. */
	readonly rootKey: string;
	/** Outermost keys that hold servers in the same file for another host. */
	readonly otherRootKeys: readonly string[];
	/** True when the host keeps its own state in the same file: then nothing outside the servers is looked at. */
	readonly holdsState: boolean;
	/**
	 * True when most of the file is about other things: of those, only what `switches` and `alsoReads` name is looked at, values whose name
	 * means a secret, and comments.
	 */
	readonly mixed: boolean;
	/** Keys to the folders of settings in which a key is a path: `mcp.servers` stands for `servers` in `mcp`. Empty: a dot is a letter. */
	readonly dotted: readonly (readonly string[])[];
	/** Of a mixed file: keys from the outside to further settings that are about MCP. */
	readonly alsoReads: readonly (readonly string[])[];
	/** False: no host starts servers from this very file (a bundle to be installed, a request to an API), so the launcher has no place in it. */
	readonly starts: boolean;
	/** How a file that travels with a repository names the launcher; null: the absolute path (per-user files always have it). */
	readonly portableLauncher: string | null;
	/** How a workspace file hands the workspace folder to the launcher as an argument; null: this host starts servers in the workspace. */
	readonly workspaceVariable: string | null;
	readonly variables: VariableSyntax;
	readonly names: EntryNames;
	/** The member of a remote entry that holds a line for a shell, which is to print headers. Null: this host runs none. */
	readonly helper: string | null;
	/**
	 * What an entry with a URL is to this host. `typed`: it needs a `type`, and is skipped without one; `never`: it is skipped, for the file
	 * is for programs alone; `known`: it is a server, or nothing else is known.
	 */
	readonly remote: "known" | "typed" | "never";
	/** Members of an entry that hold parts of it one level deeper. */
	readonly nests: readonly string[];
	/** `list`: an entry's `command` may be one array with the arguments behind the program. */
	readonly commandForm: "string" | "list";
	/** True: an entry with neither command nor URL is no mistake, since the host knows other kinds of servers (built in, of an extension, disabled). */
	readonly otherKinds: boolean;
	/** Every member that the host reads in an entry, in lower and upper case as it writes them. Null: not known, so none is called misspelt. */
	readonly fields: readonly string[] | null;
	/** Names that the host keeps for servers of its own: it skips entries that are called so. Empty: none are known. */
	readonly reservedNames: readonly string[];
	/** The members of an entry by which the host's own file limits or frees its tools. */
	readonly tools: ToolFields;
	/** Settings by which this host takes limits away; of several that match one value the first counts. */
	readonly switches: readonly DangerousSwitch[];
}

export interface Sign {
	/** Keys from the outside; `*` is any one key or index. */
	readonly path: readonly string[];
	/** A part of the value there. Left out: any value. */
	readonly contains?: string;
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
	/** The raw values at which it is dangerous: `true`, `approve`, `mcp__*`; a trailing `*` stands for anything. Empty: any value. */
	readonly when: readonly string[];
	/** What it does, to follow "This": `calls every tool of this server without asking`. */
	readonly does: string;
	/** True: a `*` at the end of its path is a key that is called so. Left out: any one key. */
	readonly literal?: true;
	/** What mends it, as a sentence, where the host does the same without the setting. Left out: to remove it. */
	readonly instead?: string;
	/** Only where the member of this name beside it has one of these raw values. Left out: whatever stands beside it. */
	readonly beside?: { readonly key: string; readonly when: readonly string[] };
	/** True: by itself it takes no question away. Left out: it does. */
	readonly mild?: true;
	/** True: in a person's own file it is what they answered when they were asked, and nothing is said of it. */
	readonly answered?: true;
	/** In a file that travels with a workspace the host does `never` heed it, or only `older` versions do. Left out: it counts there, too. */
	readonly inWorkspace?: "never" | "older";
}

/** A row as it is written: what it leaves out is as most hosts have it. */
export type HostRow = Pick<Host, "id" | "title"> & {
	readonly userFiles?: Host["userFiles"];
	/** Beside those that `workspaceFiles` and `userFiles` make. */
	readonly moreShapes?: readonly string[];
	readonly tools?: Partial<ToolFields>;
} & Partial<Omit<Host, "id" | "title" | "userFiles" | "shapes" | "rootKey" | "otherRootKeys" | "tools">>;

/** `{ "mcpServers": { NAME: … } }`, which most hosts have. */
const MCP_SERVERS: readonly Root[] = [{ path: ["mcpServers"], holds: "map" }];

/** A row with everything that it leaves out. */
export function host(row: HostRow): Host {
	const { moreShapes = [], tools, ...rest } = row;
	const { workspaceFiles = [], userFiles = [], roots = MCP_SERVERS } = rest;
	const [first, ...others] = roots;
	return {
		program: rest.id,
		format: "json",
		comments: rest.format === "toml" || rest.format === "yaml",
		strict: false,
		shows: null,
		holdsState: false,
		mixed: false,
		dotted: [],
		alsoReads: [],
		starts: true,
		portableLauncher: null,
		workspaceVariable: null,
		variables: "unknown",
		names: {},
		helper: null,
		remote: "known",
		nests: [],
		commandForm: "string",
		otherKinds: false,
		fields: null,
		reservedNames: [],
		switches: [],
		...rest,
		workspaceFiles,
		userFiles,
		roots,
		shapes: [...new Set([...workspaceFiles, ...userFiles.flatMap(({ path }) => shapeOf(path)), ...moreShapes])],
		rootKey: first?.path.at(-1) ?? "",
		otherRootKeys: others.flatMap(({ path }) => (path.length === 1 ? path : [])),
		tools: { allow: [], deny: [], unattended: [], ...tools },
	};
}

/** None for a folder that a variable names: what is in there is called as anywhere else. */
function shapeOf(userFile: string): readonly string[] {
	return userFile.startsWith("{env:") ? [] : [userFile.replace(/^\{\w+\}\//, "")];
}

const EVERY_PLATFORM: readonly Platform[] = ["linux", "darwin", "win32"];

/** The same per-user files on every platform. */
export function everywhere(...paths: readonly string[]): Host["userFiles"] {
	return EVERY_PLATFORM.flatMap((platform) => on(platform, ...paths));
}

/** Per-user files of one platform. */
export function on(platform: Platform, ...paths: readonly string[]): Host["userFiles"] {
	return paths.map((path) => ({ platform, path }));
}
