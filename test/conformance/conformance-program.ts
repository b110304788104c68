// Compares servers and hosts with themselves behind the launcher, everything granted, for as long as it is asked: the protocol's own suites, the SDKs'
// own clients, and generated messages. What `npm test` does of it is in conformance.test.ts.
//
//   npm run conformance                        all of it, some minutes
//   npm run conformance -- --dialogues 20000   so many generated dialogues of 200 messages; each has its number for a seed
//   npm run conformance -- --seed 41           the first of these seeds
//   npm run conformance -- --json              for programs
//   npm run conformance -- --write             writes the table of docs/conformance.md
import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { World } from "../harness/world.ts";
import { CLIENT_SCENARIOS, type Comparison, compareClient, compareServer, compareVisit, compareWire } from "./comparisons.ts";
import { ERAS } from "./dialogue.ts";
import { compare, type Met } from "./differential.ts";
import { prepare, VISIT_OF, VISITS } from "./servers.ts";
import { VERSIONS } from "./suite.ts";

const PAGE = path.resolve(import.meta.dirname, "..", "..", "docs", "conformance.md");
const MESSAGES = 200;
const SCRIPTS = 10;
const REQUESTS = 500;
/** Between these the page has the table. */
const [BEGIN, END] = ["<!-- npm run conformance -- --write -->\n", "<!-- end -->"];

interface Row {
	readonly what: string;
	readonly compared: number;
	readonly different: readonly string[];
}

const { values } = parseArgs({
	options: {
		dialogues: { type: "string", default: "5000" },
		seed: { type: "string", default: "1" },
		json: { type: "boolean", default: false },
		write: { type: "boolean", default: false },
	},
});
process.exitCode = await main(Number(values.dialogues), Number(values.seed));

async function main(dialogues: number, seed: number): Promise<number> {
	if (process.platform !== "linux") return refuse("Servers are confined on Linux alone.");
	if (!Number.isInteger(dialogues) || dialogues < 0 || !Number.isInteger(seed)) return refuse("--dialogues and --seed are whole numbers.");
	const rows: Row[] = [];
	const note = (what: string, { compared, different }: Comparison): void => {
		rows.push({ what, compared, different });
		if (!values.json) process.stdout.write(`${[`${what}: ${said(compared, different)}`, ...different].join("\n")}\n`);
	};
	const world = new World();
	try {
		const servers = await prepare(world);
		for (const version of VERSIONS) note(`suite for servers, ${version}`, await compareServer(servers.conformance, version));
		for (const scenario of CLIENT_SCENARIOS) note(`suite for clients, ${scenario}`, await compareClient(scenario));
		for (const [sdk, server, mode] of VISITS)
			note(`${sdk} SDK's client, server ${server}, ${modeName(mode)}`, await compareVisit(servers[server], VISIT_OF[server], sdk, mode));
		for (const era of ERAS) {
			const each = await Promise.all(Array.from({ length: SCRIPTS }, (_, at) => compareWire(servers.parrot, era, seed + at, REQUESTS)));
			note(`bytes through the launcher, ${era}`, sum(each));
		}
	} finally {
		world.remove();
	}
	note("generated messages through the relay", generated(seed, dialogues));
	if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, seed, rows })}\n`);
	if (values.write) write(rows);
	return rows.every(({ different }) => different.length === 0) ? 0 : 1;
}

function generated(seed: number, dialogues: number): Comparison {
	const met: Met = new Map();
	const different: string[] = [];
	for (let at = 0; at < dialogues; at++)
		try {
			compare(seed + at, MESSAGES, met);
		} catch (error) {
			different.push(`${String(error)}: ${error instanceof Error ? String(error.cause) : ""}`);
		}
	return { compared: [...met.values()].reduce((all, count) => all + count, 0), different };
}

function sum(comparisons: readonly Comparison[]): Comparison {
	return {
		compared: comparisons.reduce((all, { compared }) => all + compared, 0),
		different: comparisons.flatMap(({ different }) => different),
	};
}

function modeName(mode: (typeof VISITS)[number][2]): string {
	return typeof mode === "string" ? mode : `pinned to ${mode.pin}`;
}

function said(compared: number, different: readonly string[]): string {
	return different.length === 0 ? `${compared} alike` : `${compared} compared, and some differ`;
}

function write(rows: readonly Row[]): void {
	const page = fs.readFileSync(PAGE, "utf8");
	const [begin, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
	const table = [
		"| what | compared | different |",
		"|---|---|---|",
		...rows.map(({ what, compared, different }) => `| ${what} | ${compared} | ${different.length} |`),
	];
	fs.writeFileSync(PAGE, `${page.slice(0, begin)}\n${table.join("\n")}\n\n${page.slice(end)}`);
}

function refuse(why: string): number {
	process.stderr.write(`${why}\n`);
	return 2;
}
