import type { Random } from "../detection/random.ts";
import { fill } from "../detection/token.ts";

/**
 * `.vscode/mcp.json` with so many servers, as people write them: a third without a version, each fifth remote, each tenth with a token.
 *
 * @param mark stands in names, hosts, packages and paths, so that files of different marks have no value in common
 */
export function manyServers(random: Random, count: number, mark = ""): string {
	const servers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`server-${mark}${i}`, server(random, i, mark)]));
	// The most servers that are asked for must fit into what is read of a file.
	return `${JSON.stringify({ servers }, null, "\t")}\n`;
}

function server(random: Random, i: number, mark: string): object {
	const token = (): string => (i % 10 === 0 ? fill(random, `gh${"p"}_{a30}{crc}`, ["api"]) : `$${"{env:API_TOKEN}"}`);
	if (i % 5 === 4) return { type: "http", url: `https://mcp-${mark}${i}.example.com/mcp`, headers: { Authorization: `Bearer ${token()}` } };
	const version = i % 3 === 0 ? "" : `@1.${i % 20}.0`;
	return {
		type: "stdio",
		command: "npx",
		args: ["-y", `@example/mcp-server-${mark}${i}${version}`, "--root", `/srv/data/${mark}${i}`],
		env: { LOG_LEVEL: "info", API_TOKEN: token(), REGION: random.pick(["eu-west-1", "us-east-1"]) },
	};
}
