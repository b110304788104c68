import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { parseRecord } from "../../src/core/audit/record.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();

beforeAll(async () => {
	await world.init();
	world.entry("mini");
	world.write("docs/a.txt", "a");
	expect((await world.sallyport(["allow", "mini", "--read", "docs", "--yes"])).code).toBe(0);
	await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes"]);
	await world.sallyport(["tools", "allow", "mini", "echo", "--yes"]);
	world.write(
		".sallyport/policy.jsonc",
		'{ "version": 1, "servers": [{ "name": "mini", "tools": { "*": {}, "echo": { "decision": "deny" } } }] }',
	);
});
afterAll(() => world.remove());

function records() {
	const folder = world.audit;
	const files = fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
	const times = files.map((name) => ({ name, at: fs.statSync(path.join(folder, name)).mtimeMs }));
	const newest = times.sort((x, y) => y.at - x.at)[0]?.name ?? "";
	return fs.readFileSync(path.join(folder, newest), "utf8").trim().split("\n").map(parseRecord);
}

it("a session's log says who ran which launcher under which grant, and of each refusal which policy decided", async () => {
	const { client } = await world.connect("mini");
	await callTool(client, "read", { path: path.join(world.workspace, "docs/a.txt") });
	await callTool(client, "read", { path: "/etc/passwd" });
	await callTool(client, "echo", { text: "a" });
	await callTool(client, "never-granted", {});
	await client.close();
	const all = records();
	expect(all[0]).toMatchObject({
		kind: "open",
		version: 3,
		user: os.userInfo().username,
		launcher: manifest.version,
		policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
	});
	const events = all.flatMap((record) => (record?.kind === "event" ? [record] : []));
	const granted = expect.stringContaining(path.join(world.sallyportHome, "policy"));
	const here = path.join(world.workspace, ".sallyport", "policy.jsonc");
	expect(events.filter(({ reason }) => reason === "argument-not-allowed")).toMatchObject([{ layer: { source: "user", file: granted } }]);
	expect(events.filter(({ reason }) => reason === "tool-not-granted")).toMatchObject([
		{ tool: "echo", layer: { source: "workspace", file: here, says: "takes it away" } },
		{ tool: "never-granted", layer: { source: "user", file: granted, says: "does not grant it" } },
	]);
	const outcomes = events.filter(({ outcome }) => outcome === "answered");
	expect(outcomes).toMatchObject([{ tool: "read", latency: expect.any(Number), requestBytes: expect.any(Number) }]);
	expect(outcomes[0]?.answerBytes).toBeGreaterThan(20);
	expect(all.at(-1)).toMatchObject({ kind: "close" });
});

it("a grant that changes while the server runs is in the log, by its digest", async () => {
	const { client } = await world.connect("mini");
	await callTool(client, "read", { path: path.join(world.workspace, "docs/a.txt") });
	const told = new Promise<void>((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()));
	world.write(".sallyport/policy.jsonc", '{ "version": 1, "servers": [{ "name": "mini", "tools": {} }] }');
	await told;
	await client.close();
	const all = records();
	const changed = all.flatMap((record) => (record?.kind === "event" && record.reason === "policy-changed" ? [record] : []));
	expect(changed.at(-1)?.arguments).toEqual({ policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
	expect(changed.at(-1)?.arguments).not.toEqual({ policy: all[0]?.kind === "open" ? all[0].policy : "" });
});
