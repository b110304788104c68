// What the extension costs the person who edits: its activation, the time to the first squiggle, and each keystroke. Beside it, in the same
// run and in turns: an extension that does nothing, and none. Medians and ratios, for machines are noisy.
//
//   npm run bench:editor                            prints the tables; takes about two minutes a round
//   npm run bench:editor -- --rounds 2 --json       prints the figures as JSON, in the last line
import process from "node:process";
import { parseArgs } from "node:util";
import { measure } from "./editor/measure.ts";
import { summarize } from "./editor/summary.ts";
import { tables } from "./editor/tables.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, json: { type: "boolean", default: false } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is a whole number from 1.");

const summary = summarize(await measure(rounds, (text) => process.stderr.write(`${text}\n`)));
process.stdout.write(`${values.json ? JSON.stringify(summary) : tables(summary)}\n`);
