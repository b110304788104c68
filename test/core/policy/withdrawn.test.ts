import { describe, expect, it } from "vitest";
import { holdToAccepted } from "../../../src/core/policy/accepted.ts";
import { type AcceptedPolicy, acceptedText, NOTHING_ACCEPTED, parseAccepted } from "../../../src/core/policy/accepted-list.ts";
import { findGrant, type Grant, type PolicyLayer } from "../../../src/core/policy/layers.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const LINE = { name: "files", command: "npx", args: ["-y", "pkg"] };

function server(config: string, tools: readonly string[], more: Partial<PolicyServer> = {}): PolicyServer {
	return {
		name: LINE.name,
		config,
		workspace: null,
		launch: { command: LINE.command, args: LINE.args, cwd: null, env: {}, fingerprint: PIN },
		tools: Object.fromEntries(tools.map((tool) => [tool, { pin: PIN }])),
		...more,
	};
}

const layer = (one: PolicyServer): PolicyLayer => ({ source: "user", file: `${one.config}.jsonc`, policy: { version: 1, servers: [one] } });

/** What a launch of the line gets in a folder. */
function launched(files: readonly PolicyServer[], accepted: Partial<AcceptedPolicy>, folder = "/project"): Grant | null {
	const { layers } = holdToAccepted(files.map(layer), { ...NOTHING_ACCEPTED, ...accepted });
	const lookup = findGrant(layers, { ...LINE, folder });
	return lookup.found ? lookup.grant : null;
}

const toolsOf = (grant: Grant | null) => (grant === null ? null : [...grant.tools.keys()]);

const narrow = server("/a.json", ["read"], { egress: ["a.example:443"] });
const wide = server("/b.json", ["read", "write"], { egress: ["a.example:443", "b.example:443"] });
const both = { servers: [narrow, wide] };

describe("two grants of one command", () => {
	it("give together what both allow", () => {
		const grant = launched([narrow, wide], both);
		expect(toolsOf(grant)).toEqual(["read"]);
		expect(grant?.egress).toEqual(["a.example:443"]);
	});

	it.each<[string, readonly PolicyServer[], Partial<AcceptedPolicy>]>([
		["its file is taken away", [wide], both],
		["it was revoked", [wide], { servers: [wide], withdrawn: [narrow] }],
		[
			"its file asks for another command",
			[{ ...narrow, launch: { command: "npx", args: ["other"], cwd: null, env: {}, fingerprint: PIN } }, wide],
			both,
		],
		["its file has another name for it", [{ ...narrow, name: "elsewhere" }, wide], both],
		["its file has another config file for it", [{ ...narrow, config: "/c.json" }, wide], both],
	])("give no more once one of them is gone: %s", (_, files, accepted) => {
		const grant = launched(files, accepted);
		expect(toolsOf(grant)).toEqual(["read"]);
		expect(grant?.egress).toEqual(["a.example:443"]);
		const { withdrawn } = holdToAccepted(files.map(layer), { ...NOTHING_ACCEPTED, ...accepted });
		expect(
			withdrawn.map(({ grant: { config }, others }) => [config, others.map(({ alone, held }) => [alone.config, toolsOf(held)])]),
		).toEqual([["/a.json", [["/b.json", ["read"]]]]]);
	});

	it("give nothing of what only the one that is gone gave", () => {
		expect(toolsOf(launched([narrow], { servers: [narrow], withdrawn: [wide] }))).toEqual(["read"]);
	});

	it("wait for nobody where the one that is gone took nothing away", () => {
		expect(holdToAccepted([layer(narrow)], { ...NOTHING_ACCEPTED, servers: [narrow, wide] }).withdrawn).toEqual([]);
	});

	it("start nothing once both are gone", () => {
		expect(launched([], both)).toBeNull();
		expect(launched([], { withdrawn: [narrow, wide] })).toBeNull();
	});

	it("are held only where a launch may be one of both", () => {
		const here = server("/here/.mcp.json", ["read"], { workspace: "/here" });
		const there = server("/there/.mcp.json", ["read", "write"], { workspace: "/there" });
		expect(toolsOf(launched([there], { servers: [there], withdrawn: [here] }, "/there"))).toEqual(["read", "write"]);
		expect(holdToAccepted([layer(there)], { ...NOTHING_ACCEPTED, servers: [there], withdrawn: [here] }).withdrawn).toEqual([]);
		expect(toolsOf(launched([wide], { servers: [wide], withdrawn: [here] }, "/here/below"))).toEqual(["read"]);
		expect(toolsOf(launched([wide], { servers: [wide], withdrawn: [here] }, "/there"))).toEqual(["read", "write"]);
	});

	it("say nothing of other commands", () => {
		const other = server("/a.json", [], { launch: { command: "npx", args: ["-y", "other"], cwd: null, env: {}, fingerprint: PIN } });
		expect(toolsOf(launched([wide], { servers: [wide], withdrawn: [other] }))).toEqual(["read", "write"]);
	});
});

describe("the list of what was accepted", () => {
	it("is read as it was written", () => {
		const list: AcceptedPolicy = {
			servers: [wide],
			withdrawn: [narrow],
			network: "a".repeat(64),
			settings: { audit: { keepDays: 3 }, forbid: [{ name: "x" }], rules: { "secret-in-env": "error" } },
		};
		const text = acceptedText(list);
		expect(text.ok && parseAccepted(text.value)).toEqual({ ok: true, value: list });
	});

	it("is the same text as in a version before, where nothing is gone", () => {
		expect(acceptedText({ ...NOTHING_ACCEPTED, servers: [wide] })).toEqual({
			ok: true,
			value: `${JSON.stringify({ version: 1, servers: [wide] }, null, "\t")}\n`,
		});
	});

	it.each(["", "{}", "[]", '{"version":2,"servers":[]}', '{"version":1,"servers":[],"more":1}', '{"version":1,"servers":[{}]}'])(
		"counts for nothing when it is another one: %s",
		(text) => {
			expect(parseAccepted(text)).toMatchObject({ ok: false, problem: { code: "approvals-unknown" } });
		},
	);

	it("has an end", () => {
		const many = Array.from({ length: 4_000 }, (_, i) => server(`/${i}.json`, ["read"]));
		expect(acceptedText({ ...NOTHING_ACCEPTED, servers: many })).toMatchObject({ ok: false, problem: { code: "approvals-too-many" } });
	});
});
