import { workbook } from "./workbook.ts";

/** In arguments, variables and calls: the real path of the workspace. */
export const WORKSPACE = "{workspace}";

/** A published server, and what it is tried with. */
export interface TriedServer {
	readonly name: string;
	/** Its package on npm, and the version that was tried. */
	readonly package: string;
	readonly version: string;
	/** After the package. Default: none. */
	readonly args?: readonly string[];
	/** Variables of the entry. Default: none. */
	readonly env?: Readonly<Record<string, string>>;
	/** Variables with a token: how one begins, and how many letters follow. A made-up one is moved into the vault. Default: none. */
	readonly tokens?: Readonly<Record<string, readonly [prefix: string, letters: number]>>;
	/** Files of the workspace that it works on. Default: none. */
	readonly files?: Readonly<Record<string, () => Buffer>>;
	/** Folders of the workspace that are granted when it does not work without them. Default: none. */
	readonly read?: readonly string[];
	readonly write?: readonly string[];
	/** Null: each of its tools needs something that is not here, which `because` says. */
	readonly call: TriedCall | { readonly because: string };
}

export interface TriedCall {
	readonly tool: string;
	readonly args: Readonly<Record<string, unknown>>;
	/** Text of its answer. Null: it asks a service, which is not let through: what counts is where it wanted to go. */
	readonly answers: string | null;
	/** A file of the workspace that is there afterwards, for a person to see. Default: none. */
	readonly leaves?: string;
}

/** The reference servers first, then others by name. */
export const CATALOGUE: readonly TriedServer[] = [
	{
		name: "everything",
		package: "@modelcontextprotocol/server-everything",
		version: "2026.8.31",
		call: { tool: "get-sum", args: { a: 20, b: 22 }, answers: "42" },
	},
	{
		name: "filesystem",
		package: "@modelcontextprotocol/server-filesystem",
		version: "2026.8.31",
		args: [`${WORKSPACE}/docs`],
		write: ["docs"],
		call: {
			tool: "write_file",
			args: { path: `${WORKSPACE}/docs/note.txt`, content: "hello" },
			answers: "Successfully wrote",
			leaves: "docs/note.txt",
		},
	},
	{
		name: "memory",
		package: "@modelcontextprotocol/server-memory",
		version: "2026.8.31",
		env: { MEMORY_FILE_PATH: `${WORKSPACE}/memory/memory.jsonl` },
		write: ["memory"],
		call: {
			tool: "create_entities",
			args: { entities: [{ name: "sallyport", entityType: "door", observations: ["is the only one"] }] },
			answers: "is the only one",
			leaves: "memory/memory.jsonl",
		},
	},
	{
		name: "sequential-thinking",
		package: "@modelcontextprotocol/server-sequential-thinking",
		version: "2026.8.31",
		call: {
			tool: "sequentialthinking",
			args: { thought: "One step.", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
			answers: "thoughtHistoryLength",
		},
	},
	{
		name: "brave-search",
		package: "@modelcontextprotocol/server-brave-search",
		version: "0.6.2",
		tokens: { BRAVE_API_KEY: ["BSA", 28] },
		call: { tool: "brave_web_search", args: { query: "sallyport" }, answers: null },
	},
	{
		name: "chrome-devtools",
		package: "chrome-devtools-mcp",
		version: "1.11.0",
		call: { because: "each tool needs a Chrome" },
	},
	{
		name: "context7",
		package: "@upstash/context7-mcp",
		version: "4.1.1",
		call: { tool: "resolve-library-id", args: { query: "zod", libraryName: "zod" }, answers: null },
	},
	{
		name: "desktop-commander",
		package: "@wonderwhy-er/desktop-commander",
		version: "0.2.52",
		call: { tool: "get_config", args: {}, answers: "blockedCommands" },
	},
	{
		name: "exa",
		package: "exa-mcp-server",
		version: "3.4.1",
		tokens: { EXA_API_KEY: ["", 36] },
		call: { tool: "web_search_exa", args: { query: "sallyport" }, answers: null },
	},
	{
		name: "excel",
		package: "@negokaz/excel-mcp-server",
		version: "0.12.0",
		files: { "books/numbers.xlsx": workbook },
		read: ["books"],
		call: { tool: "excel_describe_sheets", args: { fileAbsolutePath: `${WORKSPACE}/books/numbers.xlsx` }, answers: "Numbers" },
	},
	{
		name: "figma",
		package: "figma-developer-mcp",
		version: "0.13.2",
		args: ["--stdio"],
		tokens: { FIGMA_API_KEY: ["figd_", 40] },
		call: { tool: "get_figma_data", args: { fileKey: "abcdef123456", nodeId: "1:2" }, answers: null },
	},
	{
		name: "firecrawl",
		package: "firecrawl-mcp",
		version: "3.26.0",
		tokens: { FIRECRAWL_API_KEY: ["fc-", 32] },
		call: { tool: "firecrawl_scrape", args: { url: "https://example.com" }, answers: null },
	},
	{
		name: "github",
		package: "@modelcontextprotocol/server-github",
		version: "2025.4.8",
		tokens: { GITHUB_PERSONAL_ACCESS_TOKEN: ["ghp_", 36] },
		call: { tool: "search_repositories", args: { query: "sallyport" }, answers: null },
	},
	{
		name: "notion",
		package: "@notionhq/notion-mcp-server",
		version: "2.5.2",
		tokens: { NOTION_TOKEN: ["ntn_", 46] },
		call: { tool: "API-get-self", args: {}, answers: null },
	},
	{
		name: "playwright",
		package: "@playwright/mcp",
		version: "0.0.83",
		call: { because: "each tool needs a browser" },
	},
	{
		name: "sentry",
		package: "@sentry/mcp-server",
		version: "0.39.0",
		tokens: { SENTRY_ACCESS_TOKEN: ["sntryu_", 64] },
		call: { tool: "find_organizations", args: {}, answers: null },
	},
	{
		name: "tavily",
		package: "tavily-mcp",
		version: "0.2.22",
		tokens: { TAVILY_API_KEY: ["tvly-", 32] },
		call: { tool: "tavily_search", args: { query: "sallyport" }, answers: null },
	},
];
