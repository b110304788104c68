import { describe, expect, it } from "vitest";
import { heldAuditSettings } from "../../../src/core/policy/audit-settings.ts";
import { forbiddenBy, launchSubject } from "../../../src/core/policy/forbid.ts";
import type { PolicyLayer } from "../../../src/core/policy/layers.ts";
import { forbidLayers, type OwnSettings, ownSettings, settingsProposal, withStricter } from "../../../src/core/policy/own-settings.ts";
import type { PolicyFile } from "../../../src/core/policy/schema.ts";

const RULES = [
	{ id: "secret-in-env", defaultSeverity: "warning" },
	{ id: "wide-path", defaultSeverity: "info" },
] as const;

const layer = (policy: Omit<PolicyFile, "version" | "servers">, source: PolicyLayer["source"] = "user"): PolicyLayer => ({
	source,
	file: `${source}.jsonc`,
	policy: { version: 1, servers: [], ...policy },
});
const MiB = 1024 * 1024;

describe("how the log is kept, by the person's own files", () => {
	const held = (audit: PolicyFile["audit"], accepted: PolicyFile["audit"], ...others: PolicyLayer[]) =>
		heldAuditSettings([layer(audit === undefined ? {} : { audit }), ...others], accepted);

	it.each<[string, PolicyFile["audit"], PolicyFile["audit"], number]>([
		["shorter than is usual, and nobody accepted that", { keepDays: 1 }, undefined, 90],
		["longer than is usual", { keepDays: 400 }, undefined, 400],
		["shorter, accepted", { keepDays: 1 }, { keepDays: 1 }, 1],
		["shorter than was accepted", { keepDays: 1 }, { keepDays: 30 }, 30],
		["longer than was accepted", { keepDays: 60 }, { keepDays: 30 }, 60],
		["no longer said, where longer was accepted", undefined, { keepDays: 365 }, 365],
		["no longer said, where shorter was accepted", undefined, { keepDays: 7 }, 90],
	])("keeps it as long as either says: %s", (_, asked, accepted, days) => {
		expect(held(asked, accepted).retention.days).toBe(days);
	});

	it("keeps as much of it as either says", () => {
		expect(held({ keepSize: "1MiB" }, undefined).retention.bytes).toBe(256 * MiB);
		expect(held({ keepSize: "1MiB" }, { keepSize: 2 * MiB }).retention.bytes).toBe(2 * MiB);
		expect(held({ keepSize: "3MiB" }, { keepSize: 2 * MiB }).retention.bytes).toBe(3 * MiB);
	});

	it("lets a call go on without its record only where that was accepted and still stands there", () => {
		expect(held({ onFailure: "allow" }, undefined).onFailure).toBe("refuse");
		expect(held({ onFailure: "allow" }, { onFailure: "allow" }).onFailure).toBe("allow");
		expect(held({ onFailure: "refuse" }, { onFailure: "allow" }).onFailure).toBe("refuse");
		expect(held(undefined, { onFailure: "allow" }).onFailure).toBe("refuse");
	});

	it("keeps neither more nor less of arguments than was accepted", () => {
		const none = { arguments: "none", paths: "names" } as const;
		expect(held(none, undefined).classes).toMatchObject({ arguments: "full", paths: "home" });
		expect(held(none, none).classes).toMatchObject({ arguments: "none", paths: "names" });
		expect(held(undefined, none).classes).toMatchObject({ arguments: "none", paths: "names" });
		expect(held({ personal: "full" }, none).classes).toMatchObject({ personal: "masked" });
	});

	it("leaves what the administrator and a workspace say as it is", () => {
		const managed = layer({ audit: { keepDays: 7, onFailure: "allow" } }, "managed");
		const workspace = layer({ audit: { arguments: "shapes", onFailure: "refuse" } }, "workspace");
		expect(held(undefined, undefined, managed)).toMatchObject({ onFailure: "allow", retention: { days: 7 } });
		expect(held(undefined, undefined, managed, workspace)).toMatchObject({ onFailure: "refuse", classes: { arguments: "shapes" } });
	});
});

describe("what the person's own files forbid", () => {
	const asks = (layers: readonly PolicyLayer[], accepted: OwnSettings, name: string) =>
		forbiddenBy([...layers, ...forbidLayers(layers, accepted)], launchSubject(name, "npx", []))?.reason ?? null;

	it("counts at once, and stays while nobody has accepted that it is gone", () => {
		const written = [layer({ forbid: [{ name: "a", reason: "no" }] })];
		expect(asks(written, {}, "a")).toBe("no");
		const accepted = ownSettings(written);
		expect(asks([layer({})], accepted, "a")).toBe("no");
		expect(asks([], accepted, "a")).toBe("no");
		expect(asks([layer({ forbid: [{ name: "a", command: "other" }] })], accepted, "a"), "narrower").toBe("no");
		expect(asks([layer({})], {}, "a")).toBeNull();
	});

	it("may have another reason", () => {
		const accepted = ownSettings([layer({ forbid: [{ name: "a", reason: "no" }] })]);
		expect(forbidLayers([layer({ forbid: [{ name: "a", reason: "never" }] })], accepted)).toEqual([]);
	});

	it("is of the person's files alone", () => {
		expect(ownSettings([layer({ forbid: [{ name: "a" }], rules: { "wide-path": "off" } }, "workspace")])).toEqual({});
	});
});

describe("what waits", () => {
	it.each<[string, Omit<PolicyFile, "version" | "servers">, OwnSettings]>([
		["logs that are kept for a shorter time", { audit: { keepDays: 1 } }, {}],
		["calls that go on without a record", { audit: { onFailure: "allow" } }, {}],
		["less of arguments", { audit: { arguments: "none" } }, {}],
		["more of arguments", { audit: { personal: "full" } }, {}],
		["a longer time that is gone", {}, { audit: { keepDays: 365 } }],
		["what is no longer forbidden", {}, { forbid: [{ name: "a" }] }],
		["a rule below its own severity", { rules: { "secret-in-env": "info" } }, {}],
		["a rule that was raised, and is not any more", {}, { rules: { "wide-path": "error" } }],
		["a rule that was raised less", { rules: { "wide-path": "warning" } }, { rules: { "wide-path": "error" } }],
	])("is what is less strict: %s", (_, asked, accepted) => {
		const layers = [layer(asked)];
		expect(settingsProposal(layers, accepted, RULES)).not.toBeNull();
		expect(withStricter(accepted, layers, RULES), "it is not accepted without a question").toEqual(accepted);
		expect(settingsProposal(layers, ownSettings(layers), RULES), "once accepted it does not wait").toBeNull();
	});

	it.each<[string, Omit<PolicyFile, "version" | "servers">]>([
		["a longer time", { audit: { keepDays: 365 } }],
		["more that is forbidden", { forbid: [{ name: "b" }, { name: "a" }] }],
		["a rule that is raised", { rules: { "wide-path": "error" } }],
	])("is nothing that is stricter, which counts as accepted from the next time on: %s", (_, asked) => {
		const layers = [layer(asked)];
		expect(settingsProposal(layers, {}, RULES)).toBeNull();
		expect(withStricter({}, layers, RULES)).toEqual(asked);
	});

	it("is told member by member: what is stricter in one does not wait for another", () => {
		const layers = [layer({ audit: { keepDays: 1 }, forbid: [{ name: "a" }] })];
		expect(settingsProposal(layers, {}, RULES)).toMatchObject({ lifted: [], lowered: [], audit: { to: { retention: { days: 1 } } } });
		expect(withStricter({}, layers, RULES)).toEqual({ forbid: [{ name: "a" }] });
	});
});

it("takes several files for one: the stricter word of each", () => {
	const several = [
		layer({ audit: { keepDays: 1, onFailure: "allow", arguments: "none" }, rules: { "wide-path": "off" } }),
		layer({ audit: { keepDays: 3, onFailure: "refuse" }, rules: { "wide-path": "warning" }, forbid: [{ name: "a" }] }),
		layer({ forbid: [{ name: "a" }, { url: "http://*" }] }),
	];
	expect(ownSettings(several)).toEqual({
		audit: { arguments: "none", onFailure: "refuse", keepDays: 3 },
		rules: { "wide-path": "warning" },
		forbid: [{ name: "a" }, { url: "http://*" }],
	});
});
