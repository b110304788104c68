// Plays sessions that nobody would have with the relay, and says which promise breaks.
//
//   npm run fuzz:relay                          for a minute
//   npm run fuzz:relay -- 600                   for ten
//   npm run fuzz:relay -- 60 --seed abc         the sessions of an earlier run, in the same order
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { grownBy } from "./relay/memory.ts";
import { fuzzRelay, type RelayFailure } from "./relay/run.ts";

const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const seconds = Number(positionals[0] ?? 60);
if (!(seconds > 0)) throw new Error("The first argument is the number of seconds.");
const seed = values.seed ?? String(Date.now() % 1_000_000_000);
process.stdout.write(`${seconds} s, seed ${seed}\n`);

const grown = grownBy(seed, 100_000);
process.stdout.write(`one session of ${grown.events} events: ${(grown.bytes / 1024 / 1024).toFixed(1)} MiB more than before\n`);
const end = performance.now() + seconds * 1000;
const { cases, events, failures } = fuzzRelay(seed, () => performance.now() < end, save);
process.stdout.write(`${cases} sessions, ${events} events, ${failures.length} broken promises\n`);
process.exitCode = failures.length === 0 && grown.bytes < grown.most ? 0 : 1;

/** The texts are made up: they may be shown. */
function save({ promise, number, events: shortest }: RelayFailure): void {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-fuzz-"));
	const file = path.join(folder, "events.json");
	fs.writeFileSync(file, `${JSON.stringify({ seed, number, promise, events: shortest }, null, "\t")}\n`);
	process.stdout.write(`\nBROKEN, seed ${seed}, session ${number}: ${promise}\n`);
	for (const event of shortest) process.stdout.write(`  ${JSON.stringify(event).slice(0, 1000)}\n`);
	process.stdout.write(`  kept in ${file}\n`);
}
