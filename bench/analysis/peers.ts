import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadFerret } from "../detection/engines/ferret.ts";
import { SECRETLINT } from "../detection/engines/secretlint.ts";
import type { Sample } from "../detection/sample.ts";
import type { Way } from "./clock.ts";
import { commandLines } from "./command-lines.ts";
import { examineFile } from "./sallyport.ts";

/** What there is to compare, each on the same files, in this process; and what takes the files off the disk again. */
export interface Peers {
	/** Of texts in memory. */
	readonly inMemory: readonly Way[];
	/** Of files on disk: what reads no other way, and ours as well. Empty: the peer could not be installed. */
	readonly onDisk: readonly Way[];
	/** As a person runs them: one process each, over the folder. */
	readonly commandLines: readonly Way[];
	readonly remove: () => void;
}

export async function peersOn(samples: readonly Sample[], say: (text: string) => void): Promise<Peers> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-"));
	const files = samples.map(({ path: file, text }, i) => {
		const place = path.join(folder, String(i), file);
		fs.mkdirSync(path.dirname(place), { recursive: true });
		fs.writeFileSync(place, text);
		return place;
	});
	const inMemory: Way[] = [
		{ name: "Sallyport", run: () => samples.forEach(({ path: file, text }) => void examineFile(file, text)) },
		{ name: "secretlint", run: async () => void (await SECRETLINT.run(samples, say)) },
	];
	const ferret = await loadFerret(say);
	const onDisk: Way[] =
		ferret === null
			? []
			: [
					{ name: "Sallyport, from disk", run: () => files.forEach((file) => void examineFile(file, fs.readFileSync(file, "utf8"))) },
					{
						name: "ferret-scan",
						run: async () => void (await ferret.scan({ ...ferret.DEFAULT_CONFIG, paths: [folder], ci: true, maxFiles: samples.length })),
					},
				];
	const settings = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-"));
	return {
		inMemory,
		onDisk,
		commandLines: await commandLines(folder, settings, say),
		remove: () => {
			for (const each of [folder, settings]) fs.rmSync(each, { recursive: true, force: true });
		},
	};
}
