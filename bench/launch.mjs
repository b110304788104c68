// How long a host waits for the first answer of a server, what a call costs, what the launcher weighs, and how soon all of it is gone: started directly, through a bare
// Node pipe, under bare bubblewrap, under srt and through Sallyport. In turns, medians and ratios, for machines are noisy. The exit code
// says whether all levels are reached.
//
//   npm run bench:launch                                 prints the tables; takes some minutes
//   npm run bench:launch -- --only calls --rounds 5      one part: start, calls, memory, many, end
import os from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { callTable, endTable, manyTable, memoryTable, startTable } from "./launch/tables.ts";
import { World } from "./launch/world.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, rounds: { type: "string", default: "20" } } });
const rounds = Number(values.rounds);
const PARTS = {
	start: (world) => startTable(world, rounds),
	calls: (world) => callTable(world, rounds),
	memory: (world) => memoryTable(world, Math.min(rounds, 5)),
	many: (world) => manyTable(world),
	end: (world) => endTable(world, rounds),
};
if (values.only !== undefined && !Object.hasOwn(PARTS, values.only))
	throw new Error(`--only takes one of ${Object.keys(PARTS).join(", ")}.`);

const say = (text) => process.stderr.write(`${text}\n`);
const who = process.getuid?.() === 0 ? "as root" : "as an ordinary user";
process.stdout.write(`${os.cpus().length} cores, Node ${process.versions.node}, ${who}, medians of ${rounds}\n`);
const missed = [];
const world = await World.make(say);
try {
	for (const [name, measure] of Object.entries(PARTS)) {
		if (values.only !== undefined && values.only !== name) continue;
		const { text, misses } = await measure(world);
		process.stdout.write(`\n${text}\n`);
		missed.push(...misses);
	}
} finally {
	await world.remove();
}
process.stdout.write(
	missed.length === 0 ? "\nEvery level is reached.\n" : `\nNot reached:\n${missed.map((each) => `- ${each}\n`).join("")}`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
