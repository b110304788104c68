import type { Random } from "../detection/random.ts";
import { fill } from "../detection/token.ts";

/** `.vscode/mcp.json` with so many servers, as people write them: a third without a version, each fifth remote, each tenth with a token. */
export function manyServers(random: Random, count: number): string {
	const servers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`server-${i}`, server(random, i)]));
	// The most servers that are asked for must fit into what is read of a file.
	return `${JSON.stringify({ servers }, null, "\t")}\n`;
}

function server(random: Random, i: number): object {
	const token = (): string => (i % 10 === 0 ? fill(random, `gh${"p"}_{a30}{crc}`, ["api"]) : `$${"{env:API_TOKEN}"}`);
	if (i % 5 === 4) return { type: "http", url: `https://mcp-${i}.example.com/mcp`, headers: { Authorization: `Bearer ${token()}` } };
	const version = i % 3 === 0 ? "" : `@1.${i % 20}.0`;
	return {
		type: "stdio",
		command: "npx",
		args: ["-y", `@example/mcp-server-${i}${version}`, "--root", `/srv/data/${i}`],
		env: { LOG_LEVEL: "info", API_TOKEN: token(), REGION: random.pick(["eu-west-1", "us-east-1"]) },
	};
}
