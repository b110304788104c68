// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import { describe, expect, it } from "vitest";
import { holdToAccepted } from "../../../src/core/policy/accepted.ts";
import { NOTHING_ACCEPTED } from "../../../src/core/policy/accepted-list.ts";
import { type Grant, grantOf, grantsOf, type PolicyLayer } from "../../../src/core/policy/layers.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const OTHER_PIN = `sha256:${"b".repeat(64)}`;
const accepted: PolicyServer = {
	name: "files",
	config: "/project/.mcp.json",
	workspace: "/project",
	launch: { command: "npx", args: ["-y", "pkg"], cwd: null, env: {}, fingerprint: PIN },
	tools: { read: { pin: PIN, meta: PIN }, write: { pin: PIN, arguments: { path: { within: ["/project/docs"] } } } },
	instructions: PIN,
	prompts: ["summary", "any"],
	promptPins: { summary: PIN },
	resources: ["file:///docs/**"],
	asks: { sampling: { perMinute: 20 }, roots: true },
	secrets: { "env:TOKEN": "keychain://files/TOKEN" },
	mutableSecrets: true,
	sandbox: { read: ["/project/docs", "/data"], write: ["/project/notes"], deny: ["*.key"], env: ["LANG", "TZ"] },
	egress: ["api.example.com:443", "*.example.org:443"],
	limits: { processes: 50, resultSize: "1MiB", overlong: "cut" },
};
const layer = (...servers: PolicyServer[]): PolicyLayer => ({ source: "user", file: "files.jsonc", policy: { version: 1, servers } });

function held(...servers: PolicyServer[]) {
	const { layers, proposals } = holdToAccepted([layer(...servers)], { ...NOTHING_ACCEPTED, servers: [accepted] });
	return { grants: grantsOf(layers), proposals };
}

/** What is left of the one grant. */
function left(change: Partial<PolicyServer>): { readonly grant: Grant | null; readonly waits: boolean } {
	const { grants, proposals } = held({ ...accepted, ...change });
	return { grant: grants[0] ?? null, waits: proposals.length > 0 };
}

const sandbox = accepted.sandbox === "off" || accepted.sandbox === undefined ? {} : accepted.sandbox;
const limits = accepted.limits ?? {};

describe("what stands in a policy file as it was accepted", () => {
	it("counts, however it is written", () => {
		expect(held(accepted)).toEqual({ grants: [grantOf(accepted)], proposals: [] });
		const turned = Object.fromEntries(Object.entries(accepted).reverse()) as PolicyServer;
		const other = {
			...turned,
			egress: [...(accepted.egress ?? [])].reverse(),
			sandbox: { ...sandbox, read: ["/data", "${workspace}/docs"] },
		};
		const { grants, proposals } = held(other);
		expect(proposals).toEqual([]);
		expect(grants).toEqual([grantOf(accepted)]);
	});
});

describe("what takes away", () => {
	const read = { pin: PIN };
	it.each<[string, Partial<PolicyServer>, (grant: Grant) => unknown, unknown]>([
		["a tool", { tools: { read } }, (grant) => [...grant.tools.keys()], ["read"]],
		["every tool", { tools: {} }, (grant) => grant.tools.size, 0],
		[
			"a tool by deny",
			{ tools: { ...accepted.tools, read: { pin: PIN, decision: "deny" } } },
			(grant) => [...grant.tools.keys()],
			["write"],
		],
		[
			"a tool's freedom",
			{ tools: { ...accepted.tools, read: { pin: PIN, arguments: { path: { maxLength: 9 } } } } },
			(grant) => grant.constraints.get("read"),
			[{ path: { maxLength: 9 } }],
		],
		["what stands beside a tool's definition", { tools: { ...accepted.tools, read } }, (grant) => grant.toolMeta, undefined],
		["the same by false", { tools: { ...accepted.tools, read: { pin: PIN, meta: false } } }, (grant) => grant.toolMeta, undefined],
		["its instructions", { instructions: false }, (grant) => grant.instructions, undefined],
		["a prompt", { prompts: ["any"] }, (grant) => grant.offers?.promptPins, undefined],
		["every prompt", { prompts: [] }, (grant) => grant.offers?.prompts, []],
		["a prompt with any other definition", { promptPins: { summary: PIN, any: PIN } }, (grant) => grant.offers?.promptPins?.any, PIN],
		["some of its questions", { asks: { sampling: { perMinute: 4 } } }, (grant) => grant.asks, { sampling: 4 }],
		["questions down to the usual number", { asks: { sampling: true } }, (grant) => grant.asks, { sampling: 10 }],
		["a secret", { secrets: {} }, (grant) => grant.secrets.size, 0],
		["code that can be changed", { mutableSecrets: false }, (grant) => grant.mutableSecrets, undefined],
		["a folder", { sandbox: { ...sandbox, read: ["/data"] } }, (grant) => grant.sandbox, { ...sandbox, read: ["/data"] }],
		["most of a folder", { sandbox: { ...sandbox, read: ["/data/a"] } }, (grant) => grant.sandbox, { ...sandbox, read: ["/data/a"] }],
		[
			"what is denied more",
			{ sandbox: { ...sandbox, deny: ["*.key", "*.pem"] } },
			(grant) => grant.sandbox,
			{ ...sandbox, deny: ["*.key", "*.pem"] },
		],
		["a variable", { sandbox: { ...sandbox, env: ["TZ"] } }, (grant) => grant.sandbox, { ...sandbox, env: ["TZ"] }],
		["a host", { egress: ["api.example.com:443"] }, (grant) => grant.egress, ["api.example.com:443"]],
		["some of a wildcard", { egress: ["a.example.org:443"] }, (grant) => grant.egress, ["a.example.org:443"]],
		["a part of a limit", { limits: { ...limits, processes: 5 } }, (grant) => grant.limits.processes, 5],
		["long results", { limits: { processes: 50, resultSize: "1MiB" } }, (grant) => grant.limits.overlong, undefined],
	])("needs nobody: %s", (_, change, what, expected) => {
		const { grant, waits } = left(change);
		expect(waits).toBe(false);
		expect(grant === null ? null : what(grant)).toEqual(expected);
	});

	it("needs nobody: all of it", () => {
		expect(held()).toEqual({ grants: [], proposals: [] });
	});
});

describe("what adds", () => {
	it.each<[string, Partial<PolicyServer>]>([
		["a tool", { tools: { ...accepted.tools, delete: { pin: PIN } } }],
		["another definition of a tool", { tools: { ...accepted.tools, read: { pin: OTHER_PIN } } }],
		["freedom for a tool", { tools: { ...accepted.tools, write: { pin: PIN } } }],
		["other constraints", { tools: { ...accepted.tools, write: { pin: PIN, arguments: { path: { within: ["/project/src"] } } } } }],
		["another text for the model", { instructions: OTHER_PIN }],
		["something else beside a definition", { tools: { ...accepted.tools, read: { pin: PIN, meta: OTHER_PIN } } }],
		["something beside a definition that had nothing", { tools: { ...accepted.tools, write: { ...accepted.tools?.write, meta: PIN } } }],
		["a prompt", { prompts: ["summary", "any", "*"] }],
		["another definition of a prompt", { promptPins: { summary: OTHER_PIN } }],
		["any definition of a prompt", { promptPins: {} }],
		["more resources", { resources: ["file:///**"] }],
		["a template", { templates: ["*"] }],
		["completions", { completions: true }],
		["a question", { asks: { ...accepted.asks, elicitation: true } }],
		["more questions", { asks: { ...accepted.asks, sampling: { perMinute: 21 } } }],
		["a secret", { secrets: { ...accepted.secrets, "env:MORE": "keychain://files/MORE" } }],
		["no sandbox", { sandbox: "off" }],
		["the weaker sandbox", { sandbox: { ...sandbox, tier: "landlock" } }],
		["a folder", { sandbox: { ...sandbox, read: [...(sandbox.read ?? []), "/home"] } }],
		["the folder above", { sandbox: { ...sandbox, read: ["/project", "/data"] } }],
		["writing where it may read", { sandbox: { ...sandbox, write: ["/project/notes", "/data"] } }],
		["what was denied", { sandbox: { ...sandbox, deny: [] } }],
		["a variable", { sandbox: { ...sandbox, env: ["LANG", "TZ", "PATH"] } }],
		["a host", { egress: [...(accepted.egress ?? []), "evil.example:443"] }],
		["a wildcard", { egress: ["*.example.com:443", "api.example.com:443", "*.example.org:443"] }],
		["a higher limit", { limits: { ...limits, processes: 51 } }],
		["no limit", { limits: {} }],
	])("waits, and the rest stays as it was: %s", (_, change) => {
		const { grant, waits } = left(change);
		expect(waits).toBe(true);
		const was = grantOf(accepted);
		// Of other constraints, both must hold; of another definition or text, none is left.
		const open = { tools: null, constraints: null, limits: null, instructions: null, toolMeta: null, offers: null };
		expect({ ...grant, ...open }).toEqual({ ...was, ...open });
		expect([undefined, was?.instructions]).toContain(grant?.instructions);
		expect([["summary", "any"], ["any"]]).toContainEqual(grant?.offers?.prompts);
		expect([undefined, { summary: PIN }]).toContainEqual(grant?.offers?.promptPins);
		expect({ ...grant?.offers, prompts: null, promptPins: null }).toEqual({ ...was?.offers, prompts: null, promptPins: null });
		for (const [tool, meta] of grant?.toolMeta ?? []) expect(was?.toolMeta?.get(tool)).toBe(meta);
		for (const [tool, pin] of grant?.tools ?? []) expect(was?.tools.get(tool)).toBe(pin);
		for (const each of was?.constraints.get("write") ?? []) expect(grant?.constraints.get("write")).toContainEqual(each);
		expect(grant?.limits.processes).toBe(50);
	});

	it.each<[string, Partial<PolicyServer>]>([
		["command", { launch: { command: "bash", args: ["-y", "pkg"], cwd: null, env: {}, fingerprint: PIN } }],
		["arguments", { launch: { command: "npx", args: ["pkg", "-y"], cwd: null, env: {}, fingerprint: PIN } }],
		["fingerprint", { launch: { command: "npx", args: ["-y", "pkg"], cwd: null, env: {}, fingerprint: OTHER_PIN } }],
		["folder", { launch: { command: "npx", args: ["-y", "pkg"], cwd: "/", env: {}, fingerprint: PIN } }],
		["name", { name: "files2" }],
		["config file", { config: "/project/.cursor/mcp.json" }],
		["workspace", { workspace: null }],
	])("waits as a whole when it is for another %s", (_, change) => {
		expect(left(change)).toEqual({ grant: null, waits: true });
	});

	it("waits when a secret's place is to hold another one, and neither is given", () => {
		const { grant, waits } = left({ secrets: { "env:TOKEN": "keychain://github/TOKEN" } });
		expect(waits).toBe(true);
		expect(grant?.secrets.size).toBe(0);
	});

	it("waits in every file that says it", () => {
		const more = { ...accepted, egress: ["evil.example:443"] };
		const { grants, proposals } = held(accepted, more);
		expect(proposals).toHaveLength(1);
		expect(grants.map(({ egress }) => egress)).toEqual([accepted.egress, []]);
	});
});

it("takes nothing of what other layers say to be granted", () => {
	const other: PolicyLayer = { ...layer(accepted), source: "workspace" };
	expect(holdToAccepted([other], NOTHING_ACCEPTED)).toMatchObject({ layers: [other], proposals: [] });
});
