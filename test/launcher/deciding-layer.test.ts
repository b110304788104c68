import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NOTHING_ACCEPTED } from "../../src/core/policy/accepted-list.ts";
import type { PolicyServer } from "../../src/core/policy/schema.ts";
import { DecidingLayers, type DecidingState, readSteps } from "../../src/launcher/deciding-layer.ts";
import type { Accepted } from "../../src/platform/acceptance/accepted.ts";
import { createHome } from "../../src/platform/home.ts";

const PIN = `sha256:${"a".repeat(64)}`;
let folder = "";
let reads = 0;
let state: { -readonly [Key in keyof DecidingState]: DecidingState[Key] };
let layers: DecidingLayers;

const server: PolicyServer = {
	name: "files",
	config: "/project/.mcp.json",
	workspace: null,
	launch: { command: "srv", args: [], cwd: null, env: {}, fingerprint: PIN },
	tools: { read: { pin: PIN } },
	secrets: {},
	sandbox: { read: [], write: [], deny: [], env: [] },
	egress: [],
	limits: {},
};
const accepting = (): Accepted => ({ ...NOTHING_ACCEPTED, servers: [server], place: "sealed", head: null, code: null, damage: null });
const REQUEST = { name: "files", workspace: null, policies: [], command: "srv", args: [] };
const narrowing = (): string => path.join(folder, "narrow.jsonc");
const narrow = (tools: object): void => fs.writeFileSync(narrowing(), JSON.stringify({ version: 1, servers: [{ name: "files", tools }] }));
const decided = (name: string) => layers.decidedBy({ kind: "tool", name, arguments: null }, () => null);

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-deciding-")));
	const home = createHome(path.join(folder, "home"), { unattended: true });
	if (!home.ok) throw new Error(home.problem.message);
	fs.writeFileSync(path.join(home.value.policy, "g.jsonc"), JSON.stringify({ version: 1, servers: [server] }));
	narrow({ read: {} });
	reads = 0;
	state = { files: 0, accepted: accepting() };
	layers = new DecidingLayers(
		() => state,
		(accepted) => {
			reads++;
			return readSteps(REQUEST, home.value, { folder, sources: { workspace: null, narrowing: [narrowing()] } }, accepted);
		},
	);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

it("a host that floods requests that are refused makes the policies be read once", () => {
	for (let i = 0; i < 1000; i++) expect(decided(`delete_${i}`)).toMatchObject({ source: "user", says: "does not grant it" });
	expect(reads).toBe(1);
});

it("names the file that refuses as soon as it is heard that one has changed", () => {
	expect(decided("read")).toBeUndefined();
	narrow({});
	state.files++;
	expect(decided("read")).toMatchObject({ source: "argument", file: narrowing(), says: "takes it away" });
	narrow({ read: {} });
	state.files++;
	expect(decided("read")).toBeUndefined();
	expect(reads).toBe(3);
});

it("and as soon as something else is accepted, or nothing is known to be", () => {
	expect(decided("delete")).toBeDefined();
	state.accepted = { ...accepting(), servers: [] };
	expect(decided("delete")).toBeUndefined();
	state.accepted = null;
	expect(decided("delete")).toBeUndefined();
	expect(reads).toBe(2);
});

it("keeps that there is no answer, too, while the files do not parse", () => {
	fs.writeFileSync(narrowing(), "{");
	for (let i = 0; i < 10; i++) expect(decided("delete")).toBeUndefined();
	expect(reads).toBe(1);
});
