import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import type { Home } from "../home.ts";

/** What is installed, as `installation.json` in the home says. */
export interface InstallationRecord {
	/** The launcher's version, such as `0.1.0`. */
	readonly launcher: string;
	/** Of its files: 64 hexadecimal digits. */
	readonly digest: string;
	/** Absolute path of the dispatcher. */
	readonly program: string;
	/** Real path of the Node that runs it; at least the oldest that will do, when it was recorded. */
	readonly node: string;
	/** An editor's binary that may run as Node instead; null: none. */
	readonly electron: string | null;
}

const Absolute = z.string().check(z.refine((text) => path.isAbsolute(text) && !/[\0\n]/.test(text)));
const Stored = z.object({
	version: z.literal(1),
	launcher: z.string().check(z.regex(/^\d[0-9A-Za-z.+-]{0,63}$/)),
	digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
	program: Absolute,
	node: Absolute,
	electron: z.nullable(Absolute),
});

type Place = Pick<Home, "path">;

export function recordPath(home: Place): string {
	return path.join(home.path, "installation.json");
}

/** Where the installed launchers are, each in a folder of its own. */
export function launchersPath(home: Place): string {
	return path.join(home.path, "launcher");
}

/** The folder of one launcher. Its content is in its name, so that no two share one. */
export function launcherPath(home: Place, { launcher, digest }: Pick<InstallationRecord, "launcher" | "digest">): string {
	return path.join(launchersPath(home), `${launcher}-${digest.slice(0, 12)}`);
}

export function programIn(folder: string): string {
	return path.join(folder, "sallyport.cjs");
}

/** Null: nothing is installed, or the record is not one of this home's: then the launcher has to be installed anew. */
export function readRecord(home: Place): InstallationRecord | null {
	try {
		const file = recordPath(home);
		if (!fs.lstatSync(file).isFile()) return null;
		const { version: _, ...record } = Stored.parse(JSON.parse(fs.readFileSync(file, "utf8")));
		// A home that was moved or copied speaks of another one's files.
		return record.program === programIn(launcherPath(home, record)) ? record : null;
	} catch {
		return null;
	}
}

export function recordText(record: InstallationRecord): string {
	return `${JSON.stringify({ version: 1, ...record }, null, "\t")}\n`;
}
