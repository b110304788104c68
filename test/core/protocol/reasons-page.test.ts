import * as path from "node:path";
import { expect, test } from "vitest";
import { REASON_NAMES, saysOf } from "../../../src/core/protocol/reasons.ts";

// `npx vitest run test/core/protocol/reasons-page.test.ts -u` writes it anew.
test("every reason that the relay records stands on a page, in its own words", async () => {
	const rows = [...REASON_NAMES].sort().map((name) => `| \`${name}\` | ${saysOf(name)} |`);
	const page = [
		"# Reasons in the log",
		"",
		"Made from the relay's own words; do not edit. What `reason` says in [the audit log](audit.md) of what was asked of a server and what it said:",
		"`sallyport audit search --reason NAME`. Beside these stand those of the launcher: `started`, `started-without-sandbox`, `policy-changed`,",
		"`records-lost`, `log-share-used-up`, `logs-removed`, `egress`, `egress-…` and `path-…` with what was refused, and why a launch was refused; and those of [approvals](audit.md#approvals), `approval-…`.",
		"",
		"| reason | what it says |",
		"|---|---|",
		...rows,
		"",
	].join("\n");
	await expect(page).toMatchFileSnapshot(path.join(import.meta.dirname, "../../../docs/reasons.md"));
});
