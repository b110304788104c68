// Runs a hostile MCP server without a sandbox, in another sandbox, and through Sallyport, and looks from the host at what it got.
//
//   npm run attack                              every attack, as root and as a throw-away user, or as the user who runs it
//   npm run attack -- --only reading --as user  attacks whose name or family holds the word
//   npm run attack -- --short --way sallyport   a few of each kind, and ours alone
//   npm run attack -- --json                    for programs
//   npm run attack -- --write docs/attacks.md   the table as a document
import * as fs from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { landlockEngine } from "../../src/platform/sandbox/landlock/engine.ts";
import { probeSandbox } from "../../src/platform/sandbox/probe.ts";
import { ATTACKS, SHORT_ATTACKS } from "./attacks/index.ts";
import { runIsolated } from "./machine.ts";
import { sandboxRuntime } from "./peer.ts";
import { document, markdown, reasons, summarize, totals } from "./report.ts";
import { runAttacks } from "./run.ts";
import { WAYS } from "./ways.ts";

const { values } = parseArgs({
	options: {
		json: { type: "boolean" },
		verbose: { type: "boolean" },
		only: { type: "string" },
		as: { type: "string" },
		write: { type: "string" },
		/** One or a few of each kind. */
		short: { type: "boolean" },
		/** Only these ways. Without `none` nobody looks whether an attack does anything at all. */
		way: { type: "string", multiple: true },
		lanes: { type: "string" },
	},
});

process.exitCode = await main();

async function main(): Promise<number> {
	const isRoot = process.getuid?.() === 0;
	if (process.platform !== "linux") return refuse("The attacks are for Linux.");
	if (!fs.existsSync("/usr/bin/perl")) return refuse("The attacks need Perl: apt-get install perl-base.");
	if (values.as === "root" && !isRoot) return refuse("Only root can run them as root.");
	if (values.as !== undefined && values.as !== "root" && values.as !== "user") return refuse("--as is root or user.");
	// The weaker sandbox is the kernel's, and not every kernel has it.
	const here = (await probeSandbox(landlockEngine(), [])).ok ? WAYS : WAYS.filter(({ name }) => name !== "landlock");
	const { way: wanted = here.map(({ name }) => name) } = values;
	const ways = WAYS.map(({ name }) => name).filter((name) => wanted.includes(name));
	if (ways.length !== new Set(wanted).size) return refuse(`--way is one of ${WAYS.map(({ name }) => name).join(", ")}.`);
	// While there still is a network.
	const srt = ways.includes("srt") ? await sandboxRuntime((text) => process.stderr.write(`${text}\n`)) : null;
	const inner = runIsolated(process.argv.slice(1));
	if (inner !== null) return inner;

	const { only } = values;
	const attacks = (values.short === true ? SHORT_ATTACKS : ATTACKS).filter(
		({ name, family }) => only === undefined || name.includes(only) || family === only,
	);
	if (attacks.length === 0) return refuse(`There is no attack with ${only} in its name.`);
	const rows = await runAttacks({
		attacks,
		users: values.as === "root" || values.as === "user" ? [values.as] : isRoot ? ["root", "user"] : ["user"],
		ways,
		srt,
		lanes: Number(values.lanes ?? 8),
		progress: (done, of, { name, user, verdicts }, took) => {
			const words = Object.entries(verdicts).map(([each, verdict]) => `${each} ${verdict.is}`);
			if (values.verbose === true)
				process.stderr.write(`${done} of ${of} ${name} (${user}), ${Math.round(took)} ms: ${words.join(", ")}\n`);
			else if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of}`);
		},
	});
	if (process.stderr.isTTY) process.stderr.write("\n");
	const summary = summarize(rows, ways.includes("none"));
	if (values.json === true) process.stdout.write(`${JSON.stringify({ version: 1, ...summary, rows })}\n`);
	else {
		process.stdout.write(`${markdown(rows)}\n${totals(rows)}\nNot possible here:\n${reasons(rows)}\n`);
		for (const fault of summary.faults) process.stdout.write(`No verdict: ${fault}\n`);
	}
	if (values.write !== undefined) fs.writeFileSync(values.write, document(rows));
	return (summary.escapes.sallyport ?? 0) > 0 || summary.faults.length > 0 ? 1 : 0;
}

function refuse(why: string): number {
	process.stderr.write(`${why}\n`);
	return 2;
}
