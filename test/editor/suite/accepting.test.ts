import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type * as vscode from "vscode";
import { definitionText } from "../../../src/editor/approval/definitions.ts";
import { acceptAll } from "../../../src/editor/servers/accepting.ts";
import { itemOf } from "../../../src/editor/servers/items.ts";
import { childrenOf } from "../../../src/editor/servers/nodes.ts";
import { type Asked, answering } from "./answering.ts";
import { until } from "./config-files.ts";
import { must } from "./granting.ts";
import { ServersWorld } from "./servers-world.ts";

const GO_ON = "Go On to the Question";

suite("what another program wrote into a person's policy files", () => {
	const here = new ServersWorld();
	const { world, services, servers } = here;
	const folder = (): string => path.join(world.sallyportHome, "policy");
	const fileOf = (config: string): string =>
		fs
			.readdirSync(folder())
			.map((name) => path.join(folder(), name))
			.find((file) => fs.readFileSync(file, "utf8").includes(JSON.stringify(config))) ?? assert.fail(`a policy for ${config}`);
	const entry = path.join(world.workspace, ".vscode", "mcp.json");
	const sallyport = async (...args: string[]): Promise<void> => {
		const outcome = await world.sallyport(args);
		assert.equal(outcome.code, 0, outcome.stderr);
	};
	const tools = (): readonly string[] => [...(here.server("mine").effective?.tools.keys() ?? [])].sort();

	suiteSetup(async () => {
		await world.init();
		world.write(".vscode/mcp.json", { servers: { mine: here.wrapped("mine") } });
		await sallyport("tools", "allow", "mine", "echo", "read", "--file", entry, "--yes");
		await servers.load();
	});
	suiteTeardown(() => here.remove());

	test("is a row above all others while it waits, and gets nothing", async () => {
		const file = fileOf(entry);
		const wide = fs.readFileSync(file, "utf8");
		// What was allowed once is kept; taken away, it is as if another program had put it in.
		await sallyport("tools", "deny", "mine", "read", "--file", entry);
		fs.writeFileSync(file, wide);
		await until(
			() => servers.waiting,
			(waiting) => waiting !== null,
		);
		assert.deepEqual(servers.waiting, { servers: ["mine"], settings: false, network: false, lost: false });
		const [first] = childrenOf(null, servers.files, servers.waiting);
		assert.ok(first?.kind === "waiting");
		const item = itemOf(first);
		assert.equal(item.description, "mine");
		assert.equal(item.command?.command, "sallyport.acceptChanges");
		assert.match(item.accessibilityInformation?.label ?? "", /wait for you: mine$/);
		assert.deepEqual(tools(), ["echo"]);
	});

	test("is accepted only by who went on from the server's own words, shown whole, and then said yes", async () => {
		const seen: string[] = [];
		const show = (document: vscode.Uri | undefined): void => {
			seen.push(document === undefined ? "nothing" : definitionText(services, document));
		};
		const asked: Asked[] = [];
		const answer = (says: string | undefined) => (question: Asked) => {
			asked.push(question);
			return says;
		};
		// Who leaves the document is asked nothing.
		must(await answering({ read: (document) => void show(document), answer: answer("Accept") }, () => acceptAll(services, servers)));
		assert.equal(asked.length, 0);
		assert.deepEqual(tools(), ["echo"]);
		const read = (document: vscode.Uri | undefined): string => {
			show(document);
			return GO_ON;
		};
		must(await answering({ read, answer: answer(undefined) }, () => acceptAll(services, servers)));
		assert.deepEqual(tools(), ["echo"]);
		must(await answering({ read, answer: answer("Accept") }, () => acceptAll(services, servers)));
		assert.deepEqual(tools(), ["echo", "read"]);
		assert.equal(servers.waiting, null);
		assert.equal(seen.length, 3);
		for (const text of seen) {
			assert.match(text, /^Accept what a policy file grants to “mine”\?/);
			assert.match(text, /The tool read, by the server's own word:\n│ \{\n[\s\S]*│ {3}"description": "Reads a file",/);
			assert.match(text, /It gets:\n {2}tool: read/);
		}
		const [question] = asked;
		assert.match(question?.detail ?? "", /The server's own words that it lets through stand in the document behind this: 1 tool\./);
		assert.equal(question?.buttons.at(-1), "Accept");
	});

	test("is accepted of settings, and of two files with one command, by the same question", async () => {
		const own = path.join(folder(), "own.jsonc");
		const write = (policy: object): void => fs.writeFileSync(own, JSON.stringify({ version: 1, servers: [], ...policy }));
		const asked: Asked[] = [];
		const yes = {
			read: () => GO_ON,
			answer: (question: Asked) => {
				asked.push(question);
				return "Accept";
			},
		};
		write({ forbid: [{ name: "legacy" }] });
		must(await answering(yes, () => acceptAll(services, servers)));
		// What is stricter is accepted without a question.
		assert.equal(asked.length, 0);
		write({});
		await until(
			() => servers.waiting?.settings,
			(settings) => settings === true,
		);
		must(await answering(yes, () => acceptAll(services, servers)));
		assert.match(asked[0]?.title ?? "", /^Accept the laxer settings/);
		assert.match(asked[0]?.detail ?? "", /Until now:\n {2}forbid: name "legacy"/);
		assert.equal(servers.waiting, null);

		const other = world.write(".cursor/mcp.json", { mcpServers: { mine: here.wrapped("mine") } });
		await sallyport("tools", "allow", "mine", "echo", "write", "--file", other, "--yes");
		await sallyport("revoke", "mine", "--file", other);
		await servers.refresh();
		assert.deepEqual(servers.waiting, { servers: ["mine"], settings: false, network: false, lost: false });
		assert.deepEqual(tools(), ["echo"]);
		asked.length = 0;
		must(await answering(yes, () => acceptAll(services, servers)));
		assert.match(asked[0]?.title ?? "", /^Let “mine” have all that its other grants give\?/);
		assert.match(asked[0]?.detail ?? "", /It gets:\n {2}tool: read/);
		assert.deepEqual(tools(), ["echo", "read"]);
		assert.equal(servers.waiting, null);
	});

	test("is no other program's to accept: without an answer in the dialog it waits on", async () => {
		const file = fileOf(entry);
		const before = fs.readFileSync(file, "utf8");
		fs.writeFileSync(file, before.replace('"egress": []', '"egress": ["evil.example:443"]'));
		await until(
			() => servers.waiting,
			(waiting) => waiting !== null,
		);
		must(await acceptAll(services, servers));
		assert.deepEqual(here.server("mine").effective?.egress, []);
		assert.notEqual(servers.waiting, null);
		fs.writeFileSync(file, before);
		await until(
			() => servers.waiting,
			(waiting) => waiting === null,
		);
	});

	test("cannot be told any more where the list of what was accepted is damaged, until a person begins it anew", async () => {
		const approvals = path.join(world.sallyportHome, "state", "approvals");
		const list = fs.readdirSync(approvals).find((name) => name.endsWith(".json")) ?? assert.fail("a list");
		fs.appendFileSync(path.join(approvals, list), " ");
		await servers.refresh();
		await until(
			() => servers.waiting?.lost,
			(lost) => lost === true,
		);
		const asked: Asked[] = [];
		const saying = (...answers: readonly (string | undefined)[]) => {
			const left = [...answers];
			return {
				read: () => GO_ON,
				answer: (question: Asked) => {
					asked.push(question);
					return left.shift();
				},
			};
		};
		const left = await answering(saying(undefined), () => acceptAll(services, servers));
		assert.equal(left.ok ? "" : left.problem.code, "cancelled");
		assert.equal(asked.length, 1);
		assert.deepEqual(tools(), []);
		asked.length = 0;
		must(await answering(saying("Begin Anew", "Accept", "Accept"), () => acceptAll(services, servers)));
		assert.match(asked[0]?.title ?? "", /^Begin the list of what you accepted anew\?/);
		assert.match(asked[0]?.detail ?? "", /has been changed by another program[\s\S]*asked about each of these grants[\s\S]*mine/);
		assert.match(asked[1]?.title ?? "", /^Accept what a policy file grants to “mine”\?/);
		assert.deepEqual(tools(), ["echo", "read"]);
		assert.equal(servers.waiting, null);
	});

	test("is told of the company's proxy, which a terminal alone can accept", async () => {
		const file = path.join(world.sallyportHome, "network.json");
		fs.writeFileSync(file, JSON.stringify({ version: 1, https: { url: "http://proxy.example:8080" } }));
		await until(
			() => servers.waiting?.network,
			(network) => network === true,
		);
		const [first] = childrenOf(null, servers.files, servers.waiting);
		assert.ok(first);
		assert.equal(itemOf(first).description, "network");
		must(await acceptAll(services, servers));
		assert.equal(servers.waiting?.network, true);
		fs.rmSync(file);
		await until(
			() => servers.waiting,
			(waiting) => waiting === null,
		);
	});
});
