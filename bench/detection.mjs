// How well credentials are found in config files: Sallyport beside other engines, on a corpus made anew for each seed. The corpus knows where
// each secret stands and what only looks like one. Nothing is fetched but another engine, once, into .cache/peers.
//
//   npm run bench:detection                         a fresh seed, which is printed; prints the tables
//   npm run bench:detection -- --seed 7 --size 800  the same files again; files of each set and split
//   npm run bench:detection -- --show dev           what Sallyport missed and flagged wrongly in the split that anybody may look at
//   npm run bench:detection -- --json               the figures as JSON
//   npm run bench:detection -- --only Sallyport     without the others
import { randomBytes } from "node:crypto";
import process from "node:process";
import { parseArgs } from "node:util";
import { cases } from "./detection/cases.ts";
import { generate } from "./detection/corpus.ts";
import { FERRET } from "./detection/engines/ferret.ts";
import { SALLYPORT } from "./detection/engines/sallyport.ts";
import { SECRETLINT } from "./detection/engines/secretlint.ts";
import { summarize, tables } from "./detection/report.ts";
import { judge } from "./detection/score.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: randomBytes(4).toString("hex") },
		size: { type: "string", default: "400" },
		show: { type: "string" },
		only: { type: "string" },
		json: { type: "boolean", default: false },
	},
});
const size = Number(values.size);
if (!Number.isInteger(size) || size < 1) throw new Error("--size is a whole number from 1.");
if (values.show !== undefined && values.show !== "dev" && values.show !== "held-out") throw new Error("--show is dev or held-out.");

const samples = generate(values.seed, size);
const outcomes = [];
for (const engine of [SALLYPORT, SECRETLINT, FERRET]) {
	if (values.only !== undefined && engine !== SALLYPORT && engine.name !== values.only) continue;
	// What Sallyport does not read yet is left out for everybody, so that all are measured on the same files.
	const shared = outcomes[0]?.outcome.read ?? samples;
	const started = performance.now();
	const results = await engine.run(shared, (text) => process.stderr.write(`${text}\n`));
	if (results === null) continue;
	process.stderr.write(`${engine.name}: ${shared.length} files in ${Math.round(performance.now() - started)} ms\n`);
	outcomes.push({ engine: engine.name, outcome: judge(shared, results) });
}
const report = summarize(values.seed, size, outcomes);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else process.stdout.write(`${tables(report)}\n`);
if (values.show !== undefined && outcomes[0] !== undefined) process.stdout.write(`\n${cases(outcomes[0].outcome, values.show)}\n`);
