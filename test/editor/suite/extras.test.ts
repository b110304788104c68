import * as assert from "node:assert/strict";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import type { Grant } from "../../../src/core/policy/layers.ts";
import { NO_OFFERS } from "../../../src/core/policy/offers.ts";
import { instructionsPinOf, pinOf } from "../../../src/core/tools/pin.ts";
import { extrasOf, withoutExtras } from "../../../src/editor/servers/extras.ts";
import { itemOf } from "../../../src/editor/servers/items.ts";
import { takeExtras } from "../../../src/editor/servers/narrowing.ts";
import { childrenOf, type Row } from "../../../src/editor/servers/nodes.ts";
import { ServersWorld } from "./servers-world.ts";

const OFFERS = path.resolve(import.meta.dirname, "..", "..", "test", "fixtures", "servers", "offers.mjs");
const { Checked } = vscode.TreeItemCheckboxState;

suite("what a server may do beside its tools", () => {
	const here = new ServersWorld();
	const { world, services, servers } = here;

	suiteSetup(async () => {
		await world.init();
		world.write(".mcp.json", { mcpServers: { offers: { command: process.execPath, args: [OFFERS] } } });
		const wanted = ["--prompt", "summary", "--resource", "notes://docs/*", "--completions", "--ask", "elicitation"];
		const allowed = await world.sallyport(["allow", "offers", ...wanted, "--yes"]);
		assert.equal(allowed.code, 0, allowed.stderr);
		await servers.load();
	});
	suiteTeardown(() => here.remove());

	function group(): Row {
		const rows = childrenOf(null, servers.files).flatMap((file) => childrenOf(file, servers.files));
		const server = rows.find((row) => row.kind === "server" && row.server.name === "offers");
		const found = server === undefined ? undefined : childrenOf(server, servers.files).find(({ kind }) => kind === "extras");
		assert.ok(found);
		return found;
	}

	/** The rows, each as `label, ticked or not`. */
	function rows(): readonly string[] {
		return childrenOf(group(), servers.files).map((row) => {
			const { label, checkboxState } = itemOf(row);
			const state = typeof checkboxState === "object" ? checkboxState.state : checkboxState;
			return `${String(label)}${state === Checked ? " ✓" : ""}`;
		});
	}

	test("is one row with counts, and ticks for what is granted", () => {
		assert.equal(itemOf(group()).description, "1 prompt, 1 resource, completions, elicitation");
		assert.deepEqual(rows(), ["summary ✓", "notes://docs/* ✓", "Completions ✓", "Sampling", "Elicitation ✓", "Roots"]);
	});

	test("what it lists stands beside that, once it was asked, with its own words", async () => {
		const listed = await here.approvals.listOffers(here.server("offers"));
		assert.equal(listed.ok, true);
		assert.deepEqual(rows(), [
			...["summary ✓", "steal"],
			...["notes://docs/* ✓", "notes://today", "notes://private/diary"],
			...["notes://docs/{name}", "Completions ✓", "Sampling", "Elicitation ✓", "Roots"],
		]);
		const diary = childrenOf(group(), servers.files).find((row) => itemOf(row).label === "notes://private/diary");
		assert.ok(diary);
		assert.match(String(itemOf(diary).tooltip), /^notes:\/\/private\/diary\n.*\nThe server says:\ndiary$/s);
		assert.equal(itemOf(diary).accessibilityInformation?.label, "notes://private/diary, resource");
	});

	test("is told of when it is not what was approved, and can be ticked as it is now", () => {
		const grant = here.server("offers").grant;
		assert.ok(grant);
		const definition = { name: "summary", description: "Another" };
		const prompts = [{ name: "summary", says: "Another", pin: pinOf(definition), definition }];
		const listed = { prompts, resources: [], templates: [], completions: true, instructions: "Use summary." };
		const state = (given: Grant) => {
			const extras = extrasOf(given, given, listed);
			return ["prompt", "instructions"].map((kind) => {
				const extra = extras.find((each) => each.kind === kind);
				return [extra?.granted, extra?.changed];
			});
		};
		assert.deepEqual(state(grant), [
			[true, true],
			[false, false],
		]);
		const approved = {
			...grant,
			offers: { ...(grant.offers ?? NO_OFFERS), promptPins: { summary: pinOf(definition) ?? "" } },
			instructions: instructionsPinOf("Use summary.") ?? "",
		};
		assert.deepEqual(state(approved), [
			[true, false],
			[true, false],
		]);
		assert.deepEqual(state({ ...approved, instructions: instructionsPinOf("Use it.") ?? "" })[1], [true, true]);
		assert.equal(withoutExtras(approved, [{ kind: "instructions", name: "" }]).instructions, undefined);
	});

	test("where a person let the host send it secrets, that stands there and can be taken away", async () => {
		const allowed = await world.sallyport(["allow", "offers", "--host-secrets", "note", "--host-secrets", "*", "--yes"]);
		assert.equal(allowed.code, 0, allowed.stderr);
		await servers.regrant();
		assert.match(String(itemOf(group()).description), /, your host's secrets$/);
		assert.deepEqual(
			rows().filter((row) => /^note |^Everything/.test(row)),
			["note ✓", "Everything that is sent ✓"],
		);
		const keys = [
			{ kind: "host-secret", name: "note" },
			{ kind: "host-secret", name: "*" },
		] as const;
		assert.deepEqual(await takeExtras(services, servers, here.server("offers"), keys), { ok: true, value: true });
		assert.equal(here.server("offers").grant?.hostSecrets, undefined);
	});

	test("goes without a question, each by itself", async () => {
		const keys = [
			{ kind: "prompt", name: "summary" },
			{ kind: "elicitation", name: "" },
		] as const;
		assert.deepEqual(await takeExtras(services, servers, here.server("offers"), keys), { ok: true, value: true });
		assert.equal(itemOf(group()).description, "1 resource, completions");
		assert.deepEqual(await takeExtras(services, servers, here.server("offers"), keys), { ok: true, value: false });
		const rest = [
			{ kind: "resource", name: "notes://docs/*" },
			{ kind: "completion", name: "" },
		] as const;
		assert.deepEqual(await takeExtras(services, servers, here.server("offers"), rest), { ok: true, value: true });
		assert.equal(itemOf(group()).description, "nothing allowed");
		assert.equal(here.server("offers").grant?.offers, undefined);
	});
});
