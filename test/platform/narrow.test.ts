import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Grant, grantsOf } from "../../src/core/policy/layers.ts";
import type { Result } from "../../src/core/result.ts";
import { readAccepted } from "../../src/platform/acceptance/accepted.ts";
import { type Candidate, describeCandidate, saveGrant, startingGrant } from "../../src/platform/approval/candidate.ts";
import type { ApprovalContext } from "../../src/platform/approval/context.ts";
import { narrowGrant, revokeGrants } from "../../src/platform/approval/narrow.ts";
import { withPolicyLock } from "../../src/platform/approval/policy-lock.ts";
import { createHome, type Home } from "../../src/platform/home.ts";
import { launchLinesIn } from "../../src/platform/launch/config-lines.ts";
import { readLayers } from "../../src/platform/policy-files.ts";
import { Vaults } from "../../src/platform/vault/index.ts";

const PIN = `sha256:${"a".repeat(64)}`;

let folder: string;
let home: Home;
let config: string;
beforeEach(async () => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-narrow-")));
	home = must(createHome(path.join(folder, ".sallyport"), { unattended: true }));
	config = path.join(folder, "work", ".mcp.json");
	fs.mkdirSync(path.dirname(config));
	const script = path.join(folder, "server.mjs");
	fs.writeFileSync(script, "");
	fs.writeFileSync(config, JSON.stringify({ mcpServers: { x: { command: process.execPath, args: [script] } } }));
	const candidate = await candidateNow();
	const tools = new Map(["delete", "push", "read"].map((tool) => [tool, PIN]));
	must(await saveGrant(home, { ...startingGrant(candidate), tools, egress: ["example.com:443"] }, candidate));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function must<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
	return result.value;
}

async function candidateNow(): Promise<Candidate> {
	const [line] = must(launchLinesIn(config, "x", { home: folder, env: {} }));
	if (line === undefined) throw new Error("no line");
	const context: ApprovalContext = {
		home,
		userHome: folder,
		env: {},
		node: process.execPath,
		onProgress: () => {},
		openVaults: () => new Vaults(home),
	};
	return must(await describeCandidate(line, context, { update: false }));
}

const key = () => ({ name: "x", config, workspace: path.dirname(config) });
const grants = (): readonly Grant[] => grantsOf(must(readLayers(home, { workspace: null, narrowing: [] })));
const tools = (): readonly string[] => grants().flatMap((grant) => [...grant.tools.keys()]);
const without = (tool: string) => (grant: Grant) => ({ ...grant, tools: new Map([...grant.tools].filter(([name]) => name !== tool)) });

describe("what is taken away at the same time", () => {
	it("is all taken away", async () => {
		const taken = await Promise.all([
			narrowGrant(home, key(), without("delete")),
			narrowGrant(home, key(), without("push")),
			narrowGrant(home, key(), (grant) => ({ ...grant, egress: [] })),
		]);
		expect(taken.map(must)).toEqual([true, true, true]);
		expect(tools()).toEqual(["read"]);
		expect(grants().map(({ egress }) => egress)).toEqual([[]]);
	});

	it("does not bring back a grant that is revoked at the same time", async () => {
		const narrowing = narrowGrant(home, key(), without("read"));
		const revoking = revokeGrants(home, () => true);
		must(await narrowing);
		expect(must(await revoking)).toHaveLength(1);
		expect(grants()).toEqual([]);
	});

	it.each([
		["a narrowing", () => narrowGrant(home, key(), without("read"))],
		["a revoke", () => revokeGrants(home, ({ name }) => name === "x")],
		[
			"a grant",
			async () => {
				const candidate = await candidateNow();
				return saveGrant(home, startingGrant(candidate), candidate);
			},
		],
	])("waits for the program that is deciding on the grants: %s", async (_what, change) => {
		const order: string[] = [];
		const waiting: Promise<void>[] = [];
		await withPolicyLock(home, async () => {
			waiting.push(change().then((done) => void order.push(done.ok ? "changed" : done.problem.code)));
			// Long enough for all that would not wait.
			await delay(300);
			order.push("decided");
			return { ok: true, value: undefined };
		});
		await Promise.all(waiting);
		expect(order).toEqual(["decided", "changed"]);
	});

	it("does not bring back a grant that was revoked for every file", async () => {
		const [revoked] = await Promise.all([
			revokeGrants(home, ({ name }) => name === "x"),
			narrowGrant(home, key(), without("read")),
			narrowGrant(home, key(), without("push")),
		]);
		expect(must(revoked).map(({ name }) => name)).toEqual(["x"]);
		expect(grants()).toEqual([]);
	});

	it("does not come back with a grant that was asked for before", async () => {
		const candidate = await candidateNow();
		const start = startingGrant(candidate);
		const [narrowed, saved] = await Promise.all([
			narrowGrant(home, key(), without("delete")),
			saveGrant(home, { ...start, tools: new Map([...start.tools, ["more", PIN]]) }, candidate),
		]);
		expect(must(narrowed)).toBe(true);
		expect(saved).toMatchObject({ ok: false, problem: { code: "grant-changed-meanwhile" } });
		expect(tools()).toEqual(["push", "read"]);
	});

	it("does not come back with a grant that is being saved while it is revoked", async () => {
		const candidate = await candidateNow();
		const saving = saveGrant(home, startingGrant(candidate), candidate);
		must(await revokeGrants(home, () => true));
		await saving;
		expect(grants()).toEqual([]);
	});
});

it("what a person wrote into a policy file of their own is named, and left", async () => {
	const [file = ""] = fs.readdirSync(home.policy);
	fs.renameSync(path.join(home.policy, file), path.join(home.policy, "mine.jsonc"));
	expect(await revokeGrants(home, ({ name }) => name === "x")).toMatchObject({ ok: false, problem: { code: "grant-elsewhere" } });
	// It asks, and is granted nothing any more.
	expect(must(await readAccepted(home)).servers).toEqual([]);
	expect(tools()).toEqual(["delete", "push", "read"]);
});
