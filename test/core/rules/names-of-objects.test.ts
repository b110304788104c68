import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { parseLaunch } from "../../../src/core/launch/runner.ts";
import { examine } from "../../../src/core/rules/analyze.ts";

const NAMES = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "length", "name"];

test.each(NAMES)("what every object has (%s) is a name like any other: as command, option, variable, key, server and tool", (name) => {
	const servers = [
		{ command: name, args: [name, `--${name}`, `--${name}=${name}`], env: { [name]: name }, type: name, cwd: name },
		{ command: "sh", args: ["-c", `${name} -c '${name} | ${name}'`] },
		...["docker", "podman"].map((command) => ({ command, args: ["run", `--${name}`, `--${name}=x`, `-${name}`, name] })),
		...["npx", "uvx", "node", "python", "deno", "env", "cmd"].map((command) => ({ command, args: [`--${name}`, name, `-${name}`] })),
		{ url: `https://${name}/${name}?${name}=${name}`, headers: { [name]: name }, [name]: { [name]: name } },
	];
	const entries = JSON.stringify(Object.fromEntries(servers.map((server, i) => [i === 0 ? name : `${name}${i}`, server])));
	// Written by hand: `{ ["__proto__"]: … }` is a key for JSON, and for JSON.stringify of an object made by entries.
	const text = `{"mcpServers": ${entries}, "${name}": {"${name}": "${name}"}, "inputs": [{"id": "${name}", "type": "${name}"}]}`;
	for (const file of [".mcp.json", ".cursor/mcp.json", ".gemini/settings.json"] as const) {
		const host = file === ".mcp.json" ? "mcp-json" : file === ".cursor/mcp.json" ? "cursor" : "gemini";
		expect(() => examine(parseConfig(text, host, file), { home: "/home/me" })).not.toThrow();
	}
	for (const command of [name, "npx", "node"]) expect(() => parseLaunch(command, [`--${name}`, name])).not.toThrow();
});
