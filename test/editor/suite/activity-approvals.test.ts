import * as assert from "node:assert/strict";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { ActivityFeed } from "../../../src/editor/activity/feed.ts";
import { isAllowable, itemOf, tooltipOf } from "../../../src/editor/activity/items.ts";
import { EntryRow } from "../../../src/editor/activity/rows.ts";
import { takeTools } from "../../../src/editor/servers/narrowing.ts";
import { until } from "./config-files.ts";
import { ServersWorld } from "./servers-world.ts";

suite("the view of what servers do", () => {
	const here = new ServersWorld();
	const { world, services, servers } = here;

	suiteSetup(async () => {
		await world.init();
		world.write(".vscode/mcp.json", { servers: { mine: here.wrapped("mine") } });
		const file = path.join(world.workspace, ".vscode", "mcp.json");
		const allowed = await world.sallyport(["tools", "allow", "mine", "echo", "read", "--file", file, "--yes"]);
		assert.equal(allowed.code, 0, allowed.stderr);
		await servers.load();
	});
	suiteTeardown(() => here.remove());

	test("has what a person approved and took back beside what was called, with the program that they sat in", async () => {
		const feed = new ActivityFeed(services);
		feed.start();
		try {
			await until(
				() => feed.entries.length,
				(count) => count === 1,
			);
			assert.deepEqual(await takeTools(services, servers, here.server("mine"), ["read"]), { ok: true, value: true });
			await until(
				() => feed.entries.length,
				(count) => count === 2,
			);
			const now = new Date();
			const shown = feed.entries.map((entry) => {
				const { label, description } = itemOf(new EntryRow(entry, null), now);
				return [label, String(description).split(" · ").slice(0, 3), entry.record.host, isAllowable(entry)];
			});
			assert.deepEqual(shown, [
				["Approval", ["mine", "taken away", "tool: read"], vscode.env.appName, false],
				["Approval", ["mine", "granted", "tool: echo and 2 more"], "sallyport", false],
			]);
			const [, granted] = feed.entries;
			assert.ok(granted);
			const told = tooltipOf(granted, null);
			assert.match(told, /^Approval of mine: granted\nA person approved what the server may do\.\n/);
			assert.match(told, /"tool: echo"/);
		} finally {
			feed.dispose();
		}
	});
});
