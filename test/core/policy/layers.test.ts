// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import { describe, expect, it } from "vitest";
import { findGrant, type PolicyLayer } from "../../../src/core/policy/layers.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const OTHER_PIN = `sha256:${"b".repeat(64)}`;
const launch = { command: "npx", args: ["-y", "pkg"], cwd: null, env: {}, fingerprint: PIN };
const granted: PolicyServer = {
	name: "files",
	config: "/project/.mcp.json",
	workspace: "/project",
	launch,
	tools: { read: { pin: PIN }, write: { pin: PIN } },
	secrets: { "env:TOKEN": "keychain://files/TOKEN" },
	sandbox: { read: ["/project/docs"], write: ["/project/notes"], env: ["LANG"] },
	egress: ["api.example.com:443"],
	limits: { processes: 50 },
};
const layer = (source: PolicyLayer["source"], ...servers: PolicyServer[]): PolicyLayer => ({
	source,
	file: source,
	policy: { version: 1, servers },
});
const request = { name: "files", command: "npx", args: ["-y", "pkg"], folder: "/project" };

function grantWith(...layers: PolicyLayer[]) {
	const lookup = findGrant([layer("user", granted), ...layers], request);
	if (!lookup.found) throw new Error(lookup.why);
	return lookup.grant;
}

describe("the tools of a grant", () => {
	const free = { path: { within: ["${workspace}/docs"] } };
	const held = { path: { within: ["/project/docs"] } };

	it("need a pin in the user's layer, and none in a layer that narrows", () => {
		const unpinned = layer("user", { ...granted, tools: { read: {}, write: { pin: PIN, decision: "deny" } } });
		const lookup = findGrant([unpinned], request);
		expect(lookup.found && [...lookup.grant.tools.keys()]).toEqual([]);
		expect([...grantWith(layer("managed", { name: "files", tools: { read: {} } })).tools.keys()]).toEqual(["read"]);
	});

	it("are left by a layer that speaks of every tool, but for those that it denies", () => {
		const layers = layer("managed", { name: "files", tools: { "*": {}, write: { decision: "deny" } } });
		expect([...grantWith(layers).tools.keys()]).toEqual(["read"]);
		expect([...grantWith(layer("workspace", { name: "files", tools: { "*": { decision: "deny" }, read: {} } })).tools.keys()]).toEqual([
			"read",
		]);
	});

	it("are held to the arguments of every layer, and of every grant of the same launch", () => {
		const own = layer("user", { ...granted, tools: { read: { pin: PIN, arguments: free } } });
		const other = layer("user", {
			...granted,
			config: "/project/.cursor/mcp.json",
			tools: { read: { pin: PIN, arguments: { path: { maxLength: 9 } } } },
		});
		const limit = layer("managed", { name: "files", tools: { "*": { arguments: { path: { glob: "**" } } } } });
		const lookup = findGrant([own, other, limit], request);
		expect(lookup.found && lookup.grant.constraints.get("read")).toEqual([held, { path: { maxLength: 9 } }, { path: { glob: "**" } }]);
	});

	it("are not widened by a tool that is itself called *", () => {
		const star = layer("user", { ...granted, config: "/project/.cursor/mcp.json", tools: { "*": { pin: PIN } } });
		const lookup = findGrant([layer("user", granted), star], request);
		expect(lookup.found && [...lookup.grant.tools.keys()]).toEqual([]);
	});
});

describe("a grant", () => {
	it("is found for the very launch that was approved", () => {
		expect([...grantWith().tools.keys()]).toEqual(["read", "write"]);
	});

	it.each([
		["another name", { name: "github" }, "not-approved"],
		["another command", { command: "node" }, "launch-changed"],
		["another argument", { args: ["-y", "evil"] }, "launch-changed"],
		["one argument more", { args: ["-y", "pkg", "--root=/"] }, "launch-changed"],
		["another workspace", { folder: "/elsewhere" }, "other-workspace"],
		["a workspace whose name begins alike", { folder: "/project-evil" }, "other-workspace"],
	])("is not found for %s", (_what, change, why) => {
		expect(findGrant([layer("user", granted)], { ...request, ...change })).toEqual({ found: false, why });
	});

	it("holds in folders of its workspace", () => {
		expect(findGrant([layer("user", granted)], { ...request, folder: "/project/sub" }).found).toBe(true);
	});

	it("holds everywhere when it is a per-user entry's", () => {
		expect(findGrant([layer("user", { ...granted, workspace: null })], { ...request, folder: "/any" }).found).toBe(true);
	});

	it.each(["workspace", "argument", "managed"] as const)("never comes from the %s layer", (source) => {
		expect(findGrant([layer(source, granted)], request)).toEqual({ found: false, why: "not-approved" });
	});

	it("does not come from an entry of the user's that says too little", () => {
		const { launch: _, ...rest } = granted;
		expect(findGrant([layer("user", rest)], request).found).toBe(false);
	});
});

describe("every other layer", () => {
	it("does not narrow while it is silent on the server", () => {
		expect(grantWith(layer("workspace", { name: "other", tools: {} })).tools.size).toBe(2);
		expect(grantWith(layer("workspace", { name: "files" })).tools.size).toBe(2);
	});

	it("takes away what it does not list", () => {
		const grant = grantWith(
			layer("workspace", { name: "files", tools: { read: { pin: PIN } }, egress: [], secrets: {}, sandbox: { env: [] } }),
		);
		expect([...grant.tools.keys()]).toEqual(["read"]);
		expect(grant.egress).toEqual([]);
		expect(grant.secrets.size).toBe(0);
		expect(grant.sandbox).toMatchObject({ read: ["/project/docs"], write: ["/project/notes"], env: [] });
	});

	it("adds nothing, whatever it says", () => {
		const wide: PolicyServer = {
			name: "files",
			tools: { read: { pin: PIN }, write: { pin: PIN }, evil: { pin: PIN } },
			secrets: { "env:TOKEN": "keychain://files/TOKEN", "env:OTHER": "keychain://github/TOKEN" },
			sandbox: { read: ["/"], write: ["/"], env: ["LANG", "SECRET"] },
			egress: ["api.example.com:443", "evil.example:443"],
			limits: { processes: 5000, files: 10 },
		};
		for (const source of ["workspace", "argument", "managed"] as const) {
			const grant = grantWith(layer(source, wide));
			expect(grant.tools.has("evil")).toBe(false);
			expect([...grant.secrets.keys()]).toEqual(["env:TOKEN"]);
			expect(grant.sandbox).toEqual({ read: ["/project/docs"], write: ["/project/notes"], deny: [], env: ["LANG"] });
			expect(grant.egress).toEqual(["api.example.com:443"]);
			expect(grant.limits).toEqual({ processes: 50, files: 10 });
		}
	});

	it("cannot choose the weaker sandbox, and can forbid it", () => {
		const weaker: PolicyServer = { ...granted, sandbox: { read: ["/project/docs"], tier: "landlock" } };
		const tierWith = (...others: readonly PolicyLayer[]): unknown => {
			const found = findGrant([layer("user", weaker), ...others], request);
			return found.found && found.grant.sandbox !== "off" ? found.grant.sandbox.tier : null;
		};
		expect(tierWith()).toBe("landlock");
		expect(tierWith(layer("workspace", { name: "files", sandbox: { env: [] } }))).toBe("landlock");
		expect(tierWith(layer("managed", { name: "files", sandbox: { tier: "bubblewrap" } }))).toBeUndefined();
		expect(tierWith(layer("user", granted))).toBeUndefined();
		expect(grantWith(layer("workspace", { name: "files", sandbox: { tier: "landlock" } })).sandbox).not.toHaveProperty("tier");
		const off = findGrant(
			[layer("user", { ...granted, sandbox: "off" }), layer("workspace", { name: "files", sandbox: { tier: "landlock" } })],
			request,
		);
		expect(off.found && off.grant.sandbox).not.toHaveProperty("tier");
	});

	it("cannot turn the sandbox off, and can turn it on", () => {
		expect(grantWith(layer("workspace", { name: "files", sandbox: "off" })).sandbox).not.toBe("off");
		const off = findGrant(
			[layer("user", { ...granted, sandbox: "off" }), layer("managed", { name: "files", sandbox: { read: ["/project"] } })],
			request,
		);
		expect(off.found && off.grant.sandbox).toEqual({ read: ["/project"], write: [], deny: [], env: [] });
	});

	it("withholds a tool that it pins to another definition", () => {
		expect(grantWith(layer("managed", { name: "files", tools: { read: { pin: OTHER_PIN }, write: { pin: PIN } } })).tools.has("read")).toBe(
			false,
		);
	});

	it("may name the workspace, which is the grant's", () => {
		const grant = grantWith(
			layer("workspace", { name: "files", sandbox: { read: ["${workspace}/docs/public"], deny: ["${workspace}/docs/old", "**/*.key"] } }),
		);
		expect(grant.sandbox).toMatchObject({ read: ["/project/docs/public"], deny: ["/project/docs/old", "**/*.key"] });
		const everywhere = findGrant(
			[
				layer("user", { ...granted, workspace: null }),
				layer("managed", { name: "files", sandbox: { read: ["${workspace}/docs"], deny: ["${workspace}/x"] } }),
			],
			{ ...request, folder: "/any" },
		);
		expect(everywhere.found && everywhere.grant.sandbox).toMatchObject({ read: [], deny: ["**/x"] });
	});

	it("lowers limits, whatever their unit, and raises none", () => {
		const limited: PolicyServer = { ...granted, limits: { memory: "1GiB", disk: "64MiB", files: 100 } };
		const lookup = findGrant(
			[layer("user", limited), layer("workspace", { name: "files", limits: { memory: "2GiB", disk: 1_000_000 } })],
			request,
		);
		expect(lookup.found && lookup.grant.limits).toEqual({ memoryBytes: 1024 ** 3, diskBytes: 1_000_000, files: 100 });
		expect(grantWith(layer("managed", { name: "files", limits: { memoryBytes: 5, memory: "1GB" } })).limits).toEqual({
			memoryBytes: 5,
			processes: 50,
		});
	});

	it("narrows paths to the smaller of the two", () => {
		const grant = grantWith(
			layer("workspace", { name: "files", sandbox: { read: ["/project/docs/public", "/etc"], write: ["/project/notes", "/tmp"] } }),
		);
		expect(grant.sandbox).toMatchObject({ read: ["/project/docs/public"], write: ["/project/notes"] });
	});
});

describe("one line in two hosts' files", () => {
	it("gets what both grants allow, because the launcher cannot tell who started it", () => {
		const lookup = findGrant(
			[layer("user", granted, { ...granted, config: "/project/.cursor/mcp.json", tools: { read: { pin: PIN } } })],
			request,
		);
		expect(lookup.found && [...lookup.grant.tools.keys()]).toEqual(["read"]);
	});

	it("gets no tool when what stands behind the line differs", () => {
		const other = { ...granted, config: "/project/.cursor/mcp.json", launch: { ...launch, fingerprint: OTHER_PIN } };
		const lookup = findGrant([layer("user", granted, other)], request);
		expect(lookup.found && lookup.grant.tools.size).toBe(0);
	});
});

describe("what a server may say of itself", () => {
	const said = layer("user", {
		...granted,
		instructions: PIN,
		tools: { read: { pin: PIN, meta: PIN }, write: { pin: PIN, meta: OTHER_PIN } },
	});
	const left = (...layers: PolicyLayer[]) => {
		const lookup = findGrant([said, ...layers], request);
		if (!lookup.found) throw new Error(lookup.why);
		const { instructions, toolMeta = new Map() } = lookup.grant;
		return { instructions, toolMeta: Object.fromEntries(toolMeta) };
	};
	const all = { instructions: PIN, toolMeta: { read: PIN, write: OTHER_PIN } };

	it("is nothing unless its digest is granted", () => {
		expect(grantWith()).not.toHaveProperty("instructions");
		expect(grantWith()).not.toHaveProperty("toolMeta");
		expect(left()).toEqual(all);
	});

	it("is left by a layer that does not speak of it, or wants the very same", () => {
		expect(left(layer("workspace", { name: "files", tools: { "*": {} } }))).toEqual(all);
		expect(left(layer("workspace", { name: "files", instructions: PIN, tools: { "*": {}, read: { meta: PIN } } }))).toEqual(all);
	});

	it("is taken away by a layer that says so, or wants another", () => {
		expect(left(layer("managed", { name: "files", instructions: false })).instructions).toBeUndefined();
		expect(left(layer("managed", { name: "files", instructions: OTHER_PIN })).instructions).toBeUndefined();
		expect(left(layer("managed", { name: "files", tools: { "*": { meta: false } } })).toolMeta).toEqual({});
		expect(left(layer("managed", { name: "files", tools: { "*": {}, read: { meta: OTHER_PIN } } })).toolMeta).toEqual({ write: OTHER_PIN });
	});

	it("of a tool that is taken away is taken away, too", () => {
		expect(left(layer("managed", { name: "files", tools: { read: {} } })).toolMeta).toEqual({ read: PIN });
	});

	it("is, of several grants of one launch, what all of them allow, and nothing for other code", () => {
		const other = (more: Partial<PolicyServer>): PolicyLayer =>
			layer("user", {
				...granted,
				config: "/project/.cursor/mcp.json",
				instructions: PIN,
				tools: { read: { pin: PIN, meta: PIN } },
				...more,
			});
		expect(left(other({}))).toEqual({ instructions: PIN, toolMeta: { read: PIN } });
		expect(left(other({ instructions: OTHER_PIN, tools: { read: { pin: PIN } } }))).toEqual({ instructions: undefined, toolMeta: {} });
		expect(left(other({ launch: { ...launch, fingerprint: OTHER_PIN } }))).toEqual({ instructions: undefined, toolMeta: {} });
	});

	it("in an entry that takes it away grants nothing, in the user's own layer either", () => {
		const none = layer("user", { ...granted, instructions: false, tools: { read: { pin: PIN, meta: false } } });
		const lookup = findGrant([none], request);
		expect(lookup.found && [lookup.grant.instructions, lookup.grant.toolMeta]).toEqual([undefined, undefined]);
	});
});
