import { spawn } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod/mini";
import { landlockEngine } from "../../src/platform/sandbox/landlock/engine.ts";
import { probeSandbox } from "../../src/platform/sandbox/probe.ts";

const Report = z.object({
	tried: z.number(),
	escapes: z.object({ none: z.number() }),
	faults: z.array(z.string()),
	rows: z.array(z.object({ name: z.string(), user: z.string(), verdicts: z.record(z.string(), z.object({ is: z.string() })) })),
});

/** As `npm run attack -- --short` without the other sandbox: a program of its own, since as root it makes itself a machine of its own. */
function attack(...args: string[]): Promise<string> {
	return new Promise((resolve, reject) => {
		const program = path.join(import.meta.dirname, "attack-program.ts");
		const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
		const child = spawn(process.execPath, [...flags, program, "--json", ...args], { stdio: ["ignore", "pipe", "pipe"] });
		let said = "";
		let complained = "";
		child.stdout.on("data", (part) => {
			said += String(part);
		});
		child.stderr.on("data", (part) => {
			complained += String(part);
		});
		child.once("error", reject);
		child.once("close", () => (said === "" ? reject(new Error(complained)) : resolve(said)));
	});
}

describe("a hostile server, started by the launcher with a grant", () => {
	it("gets through with none of the attacks that work without a sandbox, whoever starts it", { timeout: 300_000 }, async () => {
		const weaker = (await probeSandbox(landlockEngine(), [])).ok ? ["--way", "landlock"] : [];
		const report = Report.parse(JSON.parse(await attack("--short", "--way", "none", "--way", "sallyport", ...weaker)));
		const through = report.rows.flatMap(({ name, user, verdicts: { none: _, ...ours } }) =>
			Object.entries(ours).flatMap(([way, { is }]) => (is === "escaped" ? [`${name} (${user}, ${way})`] : [])),
		);
		expect(through).toEqual([]);
		expect(report.faults).toEqual([]);
		expect(report.escapes.none).toBe(report.tried);
		expect(report.tried).toBeGreaterThan(30);
	});
});
