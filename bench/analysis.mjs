// What the analysis costs: of files with many servers, of many repositories beside the peers that npm ships, of a key in a large file, of raw
// text, and of 1 MB of what was made to be slow. In turns, medians and ratios, for machines are noisy. The exit code says whether all targets are met.
//
//   npm run bench:analysis                                  prints the tables; takes some minutes
//   npm run bench:analysis -- --only worst --show 40        one part: servers, repositories, keys, text, worst
//   npm run bench:analysis -- --repositories 200 --seed 7   fewer, and the same as before
import os from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { keyTable, repositoryTable, serverTable, textTable, worstTable } from "./analysis/tables.ts";

const { values } = parseArgs({
	options: {
		only: { type: "string" },
		repositories: { type: "string", default: "2000" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		show: { type: "string", default: "10" },
	},
});
const { seed } = values;
const PARTS = {
	servers: () => serverTable(seed),
	repositories: () => repositoryTable(seed, Number(values.repositories), (text) => process.stderr.write(`${text}\n`)),
	keys: () => keyTable(seed),
	text: () => textTable(seed),
	worst: () => worstTable(Number(values.show)),
};
if (values.only !== undefined && !Object.hasOwn(PARTS, values.only))
	throw new Error(`--only takes one of ${Object.keys(PARTS).join(", ")}.`);

process.stdout.write(`${os.cpus().length} cores, Node ${process.versions.node}, seed ${seed}\n`);
const missed = [];
for (const [name, measure] of Object.entries(PARTS)) {
	if (values.only !== undefined && values.only !== name) continue;
	const { text, misses } = await measure();
	process.stdout.write(`\n${text}\n`);
	missed.push(...misses);
}
process.stdout.write(missed.length === 0 ? "\nEvery target is met.\n" : `\nMissed:\n${missed.map((each) => `- ${each}\n`).join("")}`);
process.exitCode = missed.length === 0 ? 0 : 1;
