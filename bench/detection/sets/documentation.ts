import { HOST_FILES } from "../hosts.ts";
import type { Pools } from "../pools.ts";
import type { Random } from "../random.ts";
import { writePlaceholder } from "../recipes.ts";
import { type Sample, writeSample } from "../sample.ts";
import { type ServerSheet, type Sheet, setEnv, setHeader } from "../sheet.ts";

const HOSTS = HOST_FILES.filter(({ permissions }) => permissions !== true);

/** What stands in other people's READMEs: a server, and a placeholder where a credential is to go. */
export function documentation(random: Random, pools: Pools, size: number): Sample[] {
	return Array.from({ length: size }, () =>
		writeSample(random, pools, { set: "documentation", escapes: 0, unfinished: 0, hosts: HOSTS }, (sheet) => {
			const http = random.chance(0.25);
			const server = sheet.server(http ? "http" : "stdio");
			const key = random.pick(pools.providers)[1];
			const text = random.chance(0.4) ? writePlaceholder(sheet, key, "snippet") : snippet(sheet);
			random.pick(http ? REMOTE : LOCAL)(sheet, server, key, text);
			if (random.chance(0.6)) server.comments.push(random.pick(pools.snippetComments));
		}),
	);
}

/** Each placeholder once in each place where a credential could stand. */
export function placeholders(random: Random, pools: Pools, size: number): Sample[] {
	return Array.from({ length: size }, () =>
		writeSample(random, pools, { set: "placeholders", escapes: 0, unfinished: 0, hosts: HOSTS }, (sheet) => {
			const server = sheet.server("stdio");
			for (const key of random.shuffled(pools.secretKeys).slice(0, 4)) setEnv(server, key, writePlaceholder(sheet, key, "env"));
			setEnv(server, random.pick(pools.passwordKeys), writePlaceholder(sheet, "PASSWORD", "env"));
			server.args.push(random.pick(pools.secretFlags), writePlaceholder(sheet, "TOKEN", "flag value"));
			const other = sheet.server("http");
			setHeader(other, "Authorization", `Bearer ${writePlaceholder(sheet, "ACCESS_TOKEN", "header")}`);
			setHeader(other, random.pick(pools.secretHeaders), writePlaceholder(sheet, "API_KEY", "header"));
		}),
	);
}

/** How authors show what a token looks like: what every such token begins with, and then nothing. */
function snippet(sheet: Sheet): string {
	const [provider, , template] = sheet.random.pick(sheet.pools.providers);
	const prefix = /^[A-Za-z0-9_-]*[_-]/.exec(template)?.[0] ?? "";
	const dashed = provider.toLowerCase().replaceAll(" ", "-");
	const text = sheet.random
		.pick(sheet.pools.snippets)
		.replaceAll("{prefix}", prefix)
		.replaceAll("{Provider}", provider)
		.replaceAll("{provider}", dashed)
		.replaceAll("{PROVIDER}", dashed.replaceAll("-", "_").toUpperCase());
	return sheet.clean("documentation", "snippet", text);
}

type Place = (sheet: Sheet, server: ServerSheet, key: string, text: string) => void;

const LOCAL: readonly Place[] = [
	(_sheet, server, key, text) => setEnv(server, key, text),
	(_sheet, server, key, text) => {
		setEnv(server, key, text);
		setEnv(server, "LOG_LEVEL", "info");
	},
	({ random, pools }, server, _key, text) => void server.args.push(random.pick(pools.secretFlags), text),
	({ random, pools }, server, _key, text) => void server.args.push(`${random.pick(pools.secretFlags)}=${text}`),
	(_sheet, server, _key, text) => void server.args.push(text),
	(_sheet, server, key, text) => {
		Object.assign(server, { command: "docker", args: ["run", "-i", "--rm", "-e", `${key}=${text}`, "mcp/server"] });
	},
	(_sheet, server, _key, text) => {
		const address = "https://mcp.example.com/sse";
		Object.assign(server, { command: "npx", args: ["mcp-remote", address, "--header", `Authorization: Bearer ${text}`] });
	},
	(_sheet, server, _key, text) => {
		setEnv(server, "OPENAPI_MCP_HEADERS", JSON.stringify({ Authorization: `Bearer ${text}`, "X-Version": "2022-06-28" }));
	},
	(_sheet, server, key, text) => {
		setEnv(server, "NODE_ENV", "production");
		server.comments.push(`export ${key}=${text}`);
	},
	(sheet, server) =>
		setEnv(server, "DATABASE_URL", sheet.clean("documentation", "snippet", sheet.random.pick(sheet.pools.sampleConnections))),
	(sheet, server) => void server.args.push(sheet.clean("documentation", "snippet", sheet.random.pick(sheet.pools.sampleConnections))),
];

const REMOTE: readonly Place[] = [
	(_sheet, server, _key, text) => setHeader(server, "Authorization", `Bearer ${text}`),
	({ random, pools }, server, _key, text) => setHeader(server, random.pick(pools.secretHeaders), text),
	({ random, pools }, server, _key, text) => {
		server.url += `?${random.pick(pools.secretQueryKeys)}=${text}`;
	},
];
