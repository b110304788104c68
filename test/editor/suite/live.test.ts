import * as assert from "node:assert/strict";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { groupLabel, groupRefusals, logLine, noticeText } from "../../../src/editor/live/groups.ts";
import { Live, type ServerKey } from "../../../src/editor/live/live.ts";
import { Notices } from "../../../src/editor/live/notices.ts";
import { type Refusal, wordsFor } from "../../../src/editor/live/refusal.ts";
import { messageText } from "../../../src/editor/messages.ts";
import { readDefinition } from "../../../src/platform/definitions.ts";
import { type Home, openHome } from "../../../src/platform/home.ts";
import { callTool, World } from "../../harness/world.ts";

/** Waits until it is so; the test's own time limit is the end of it. */
async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

suite("beside a running server", () => {
	const world = new World();
	const key: ServerKey = { name: "mini", config: path.join(world.workspace, ".mcp.json"), workspace: world.workspace };
	const log: string[] = [];
	const setUp = new vscode.EventEmitter<void>();
	const news: Refusal[] = [];
	let home: Home;
	let live: Live;

	suiteSetup(async () => {
		live = new Live({
			home: () => openHome(world.sallyportHome),
			log: {
				info: (line) => log.push(line),
				warn: (line) => log.push(line),
				problem: () => {},
				bug: (where, error) => assert.fail(`${where}: ${String(error)}`),
				show: () => {},
				dispose: () => {},
			},
			onDidSetUp: setUp.event,
		});
		live.onRefusal((refusal) => news.push(refusal));
		live.start();
		await world.init();
		world.entry("mini");
		await world.allowTools("mini", "echo", "drift", "connect");
		// There was no home before; this is what set-up says.
		setUp.fire();
		const opened = openHome(world.sallyportHome);
		assert.ok(opened.ok);
		home = opened.value;
	});
	suiteTeardown(() => {
		live.dispose();
		setUp.dispose();
		world.remove();
	});

	test("it is counted while it runs, and no longer", async () => {
		assert.equal(live.running(key), 0);
		const first = await world.connect("mini");
		await until(() => live.running(key) === 1);
		const second = await world.connect("mini");
		await until(() => live.running(key) === 2);
		assert.equal(live.running({ ...key, name: "other" }), 0);
		await first.client.close();
		await until(() => live.running(key) === 1);
		await second.client.close();
		await until(() => live.running(key) === 0);
	});

	test("a call that is not granted arrives, with the tool and never its arguments", async () => {
		const { client } = await world.connect("mini");
		await until(() => live.running(key) === 1);
		let changes = 0;
		const own = live.onDidChange(() => changes++);
		await callTool(client, "env", { canary: "argument-canary" });
		await until(() => news.some(({ tool }) => tool === "env"));
		await until(() => changes > 0);
		own.dispose();
		await client.close();
		const refusal = news.find(({ tool }) => tool === "env");
		assert.equal(refusal?.kind, "call");
		assert.deepEqual(refusal?.server, { name: key.name, config: key.config, workspace: key.workspace });
		assert.ok(live.refusals.includes(refusal));
		assert.equal(JSON.stringify(live.refusals).includes("argument-canary"), false);
		assert.equal(noticeText(groupRefusals([refusal])), "mini: 1 call was refused (env)");
		assert.equal(
			logLine(groupRefusals([refusal, refusal])[0] ?? assert.fail()),
			"mini: a tool that is not granted was called (env), 2 times",
		);
	});

	test("a tool that changes arrives with both definitions to compare, and is forgotten when the server ends", async () => {
		const { client } = await world.connect("mini");
		await until(() => live.running(key) === 1);
		assert.equal(live.drift(key).size, 0);
		await callTool(client, "drift");
		await callTool(client, "echo", { text: "again" });
		await until(() => live.drift(key).has("echo"));
		const pin = live.drift(key).get("echo");
		assert.ok(typeof pin === "string");
		assert.match(String(readDefinition(home, pin)?.description), /id_rsa/);
		await until(() => news.some(({ kind, tool }) => kind === "drift" && tool === "echo"));
		await client.close();
		await until(() => live.running(key) === 0);
		assert.equal(live.drift(key).size, 0);
	});

	test("what changed is told again after another grant, and is no drift any more once it is taken away", async () => {
		const { client } = await world.connect("mini");
		await callTool(client, "drift");
		await callTool(client, "echo", { text: "again" });
		await until(() => live.drift(key).has("echo"));
		// Any other grant makes the launcher look again, and find it changed again.
		await world.allowTools("mini", "read");
		await callTool(client, "echo", { text: "again" });
		await until(() => live.drift(key).has("echo"));
		assert.equal((await world.sallyport(["tools", "deny", "mini", "echo"])).code, 0);
		await until(() => !live.drift(key).has("echo"));
		await client.close();
		await until(() => live.running(key) === 0);
		await world.allowTools("mini", "echo");
	});

	test("a launch that was refused arrives, although nothing runs", async () => {
		assert.equal((await world.launch("stranger")).code, 125);
		await until(() => news.some(({ kind }) => kind === "launch"));
		const refusal = news.find(({ kind }) => kind === "launch");
		assert.ok(refusal);
		assert.equal(refusal.reason, "not-approved");
		assert.equal(noticeText(groupRefusals([refusal])), "stranger: it was not started: it was never approved on this machine");
	});

	test("the log names what happened in our own words", () => {
		assert.ok(log.some((line) => /^mini: runs \(process \d+\)$/.test(line)));
		assert.ok(log.some((line) => line.startsWith("mini: ended (")));
	});
});

suite("one message a server", () => {
	const refused = (tool: string, more: Partial<Refusal> = {}): Refusal => ({
		kind: "call",
		at: new Date().toISOString(),
		server: { name: "github", config: "/w/.mcp.json", workspace: "/w" },
		reason: "tool-not-granted",
		tool,
		target: null,
		count: 1,
		...more,
	});

	test("groups what comes together, and waits while it stands", async () => {
		const shown: string[] = [];
		const log: string[] = [];
		const reviewed: Refusal[] = [];
		let press = (_pressed: boolean): void => {};
		const notices = new Notices({
			collectMs: 10,
			pauseMs: 10,
			worthTelling: async (refusals) => refusals,
			show: (text) => {
				shown.push(text);
				return new Promise((resolve) => {
					press = resolve;
				});
			},
			review: (refusals) => reviewed.push(...refusals),
			log: (line) => log.push(line),
		});
		notices.add(refused("create_issue"));
		notices.add(refused("delete_repo"));
		notices.add(refused("create_issue"));
		await until(() => shown.length === 1);
		assert.equal(shown[0], "github: 3 calls were refused (create_issue, delete_repo)");
		notices.add(refused("merge"));
		await until(() => log.some((line) => line.includes("merge")));
		assert.equal(shown.length, 1);
		press(true);
		await until(() => reviewed.length > 0);
		assert.deepEqual(new Set(reviewed.map(({ tool }) => tool)), new Set(["create_issue", "delete_repo", "merge"]));
		notices.add(refused("merge"));
		await until(() => shown.length === 2);
		notices.dispose();
	});

	test("says nothing where nothing is worth it, and logs it all the same", async () => {
		const log: string[] = [];
		const notices = new Notices({
			collectMs: 1,
			pauseMs: 1,
			worthTelling: async () => [],
			show: () => assert.fail("nothing is to be shown"),
			review: () => {},
			log: (line) => log.push(line),
		});
		notices.add(refused("create_issue"));
		await until(() => log.length === 1);
		notices.dispose();
	});

	test("says what is left out of what a server says of itself", () => {
		const said = (reason: string, tool: string | null = null) => refused("", { kind: "said", tool, reason });
		const groups = groupRefusals([said("instructions-changed"), said("prompt-changed"), said("tool-meta-changed", "echo")]);
		assert.equal(
			noticeText(groups),
			"github: what it says of itself is not what you approved, and is left out; a prompt is not what you approved, and is withheld; the _meta of 1 tool is left out (echo)",
		);
		assert.deepEqual(groups.map(groupLabel).sort(), ["A prompt", "What it says of itself", "echo"]);
		assert.ok(groups.every((group) => wordsFor(group).includes("not what was approved")));
	});

	test("names the tool that changed, the host and the launch, and makes no link of a name", () => {
		const groups = groupRefusals([
			refused("echo", { kind: "drift", reason: "tool-changed" }),
			refused("echo", { kind: "drift", reason: "tool-duplicate" }),
			refused("", { kind: "connection", tool: null, target: "evil.example:443", reason: "not-granted" }),
			refused("", { kind: "path", tool: null, target: "/project/src", reason: "path-not-granted" }),
			refused("[Fix](command:workbench.action.quit)"),
			refused("write", { kind: "host-secret", reason: "host-secret" }),
		]);
		assert.equal(
			messageText(noticeText(groups) ?? ""),
			"github: 1 tool has changed and is withheld (echo); 1 call was refused ([Fix] (command:workbench.action.quit)); 1 call with a key or token of yours stopped (write); 1 connection was refused (evil.example:443); 1 path was not granted (/project/src)",
		);
		const narrowed = groupRefusals([refused("erase", { kind: "narrowed", by: "/w/.sallyport/policy.jsonc" })]);
		assert.equal(noticeText(narrowed), "github: 1 call was refused by another policy than yours (erase)");
		assert.match(logLine(narrowed[0] ?? assert.fail()), /: \/w\/\.sallyport\/policy\.jsonc takes it away \(erase\)$/);
		assert.equal(noticeText(groupRefusals([refused("", { kind: "other", tool: null, reason: "line-invalid" })])), null);
	});
});
