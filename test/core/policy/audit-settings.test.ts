import { expect, test } from "vitest";
import { auditSettings, DEFAULT_AUDIT_SETTINGS } from "../../../src/core/policy/audit-settings.ts";
import type { PolicyLayer } from "../../../src/core/policy/layers.ts";
import type { AuditPolicy } from "../../../src/core/policy/schema.ts";

const layer = (source: PolicyLayer["source"], audit?: AuditPolicy): PolicyLayer => ({
	source,
	file: `${source}.jsonc`,
	policy: { version: 1, servers: [], ...(audit === undefined ? {} : { audit }) },
});

test("where nobody says anything, statements lose their literals, paths the home, texts what names a person; a full disk refuses", () => {
	expect(auditSettings([layer("user"), layer("workspace")])).toEqual(DEFAULT_AUDIT_SETTINGS);
	expect(DEFAULT_AUDIT_SETTINGS).toEqual({
		classes: { arguments: "full", sql: "shape", paths: "home", personal: "masked" },
		onFailure: "refuse",
		retention: { days: 90, bytes: 256 * 1024 * 1024 },
	});
});

test("the person may have more kept, and the administrator less", () => {
	const user = layer("user", { sql: "full", paths: "full", personal: "full" });
	expect(auditSettings([user]).classes).toEqual({ arguments: "full", sql: "full", paths: "full", personal: "full" });
	expect(auditSettings([user, layer("managed", { arguments: "shapes", paths: "names" })]).classes).toEqual({
		arguments: "shapes",
		sql: "full",
		paths: "names",
		personal: "full",
	});
});

test("a workspace can have less kept, never more, and cannot shorten how long", () => {
	const workspace = layer("workspace", { arguments: "none", sql: "full", keepDays: 1, keepSize: "1MiB", onFailure: "allow" });
	expect(auditSettings([workspace])).toMatchObject({
		classes: { arguments: "none", sql: "shape" },
		onFailure: "refuse",
		retention: DEFAULT_AUDIT_SETTINGS.retention,
	});
});

test("a call goes on without its record only where the person or the administrator says so, and nobody says no", () => {
	expect(auditSettings([layer("user", { onFailure: "allow" })]).onFailure).toBe("allow");
	for (const source of ["managed", "workspace", "argument"] as const)
		expect(auditSettings([layer("user", { onFailure: "allow" }), layer(source, { onFailure: "refuse" })]).onFailure).toBe("refuse");
});

test("of two that say how long, the longer one counts", () => {
	const settings = auditSettings([layer("user", { keepDays: 30, keepSize: "1GiB" }), layer("managed", { keepDays: 365 })]);
	expect(settings.retention).toEqual({ days: 365, bytes: 1024 ** 3 });
});
