/** A switch that, by the documentation of the program that reads it, takes a limit of its own away. */
export interface Limit {
	/** What it does, to follow "This". */
	readonly does: string;
	/** True where the program's own examples have it, so that many honest files do, too. */
	readonly common: boolean;
}

export interface LimitFlag extends Limit {
	/** The program's name, or a word that names its package. */
	readonly of: RegExp;
	/** The flag, with its value behind `=` where that counts. */
	readonly flag: RegExp;
}

export interface LimitVariable extends Limit {
	/** As for a flag; null: nothing else has a variable of this name. */
	readonly of: RegExp | null;
	readonly name: string;
	readonly when: RegExp;
}

const ON = /^(?:1|true|yes|on)$/i;

const COMMAND_SERVER = /(?:^|[\\/])cli-mcp-server(?:@.*|==.*)?$/;

export const LIMIT_FLAGS: readonly LimitFlag[] = [
	{
		of: /^@playwright\/mcp(?:@|$)|playwright-mcp|mcr\.microsoft\.com\/playwright/,
		flag: /^--allow-unrestricted-file-access(?:=true)?$/,
		does: "lets pages and tools read files outside of the workspace",
		common: true,
	},
	{
		of: /^kubectl-ai$/,
		flag: /^--skip-permissions(?:=true)?$/,
		does: "changes the cluster without asking anybody",
		common: false,
	},
	{
		of: /^(?:postgres-mcp(?:@.*|==.*)?|crystaldba\/postgres-mcp(?::.*)?)$/,
		flag: /^--access-mode=unrestricted$/,
		does: "lets the server change the database; restricted only reads",
		common: true,
	},
	{
		of: /^deno$/,
		flag: /^(?:-A|--allow-all)$/,
		does: "gives the program every right that you have",
		common: true,
	},
];

export const LIMIT_VARIABLES: readonly LimitVariable[] = [
	{
		of: null,
		name: "DANGEROUSLY_OMIT_AUTH",
		when: ON,
		does: "opens the inspector to every page in your browser, which can then run programs",
		common: false,
	},
	{
		of: null,
		name: "PLAYWRIGHT_MCP_ALLOW_UNRESTRICTED_FILE_ACCESS",
		when: ON,
		does: "lets pages and tools read files outside of the workspace",
		common: true,
	},
	{
		of: null,
		name: "AWS_API_MCP_ALLOW_UNRESTRICTED_LOCAL_FILE_ACCESS",
		when: ON,
		does: "lets the server read and write files outside of its folder",
		common: false,
	},
	{
		of: COMMAND_SERVER,
		name: "ALLOW_SHELL_OPERATORS",
		when: ON,
		does: "lets one allowed command chain any other",
		common: false,
	},
	{
		of: COMMAND_SERVER,
		name: "ALLOWED_COMMANDS",
		when: /^all$/i,
		does: "lets the server run every command",
		common: false,
	},
	{
		of: COMMAND_SERVER,
		name: "ALLOWED_FLAGS",
		when: /^all$/i,
		does: "lets commands have every option",
		common: true,
	},
];
