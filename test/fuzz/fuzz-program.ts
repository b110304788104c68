// Feeds the analysis and its fixes what nobody would write, and says which promise breaks.
//
//   npm run fuzz                          for a minute
//   npm run fuzz -- 600                   for ten
//   npm run fuzz -- 60 --seed abc         the cases of an earlier run, in the same order
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Failure, fuzz } from "./run.ts";

const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const seconds = Number(positionals[0] ?? 60);
if (!(seconds > 0)) throw new Error("The first argument is the number of seconds.");
const seed = values.seed ?? String(Date.now() % 1_000_000_000);
const end = performance.now() + seconds * 1000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-fuzz-"));
process.stdout.write(`${seconds} s, seed ${seed}\n`);

const { cases, failures } = fuzz(seed, () => performance.now() < end, save);
process.stdout.write(`${cases} cases, ${failures.length} broken promises\n`);
if (failures.length === 0) fs.rmdirSync(folder);
process.exitCode = failures.length === 0 ? 0 : 1;

/** The texts are made up: they may be shown. */
function save({ promise, message, number, failing }: Failure): void {
	const file = path.join(folder, `${promise.replace(/[^\w]+/g, "-").slice(0, 60)}.json`);
	fs.writeFileSync(file, `${JSON.stringify({ seed, number, promise, ...failing }, null, "\t")}\n`);
	process.stdout.write(
		`\nBROKEN, seed ${seed}, case ${number}: ${message}\n  path: ${failing.path}\n  text: ${JSON.stringify(failing.text)}\n` +
			`${failing.before === failing.text ? "" : `  before: ${JSON.stringify(failing.before)}\n`}  kept in ${file}\n`,
	);
}
