import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";

const DIGEST = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
/**
 * What a lock pinned: the place in the tree, the name, the version, and the integrity; null for a package that came inside the archive of the one
 * that it lies in.
 */
export type LockedPackage = readonly [place: string, name: string, version: string, integrity: string | null];

/** Lies beside the packages in the folder, and takes its place in one rename with them. */
export const Label = z.strictObject({
	version: z.literal(1),
	package: z.strictObject({ name: z.string(), version: z.string(), integrity: z.string() }),
	lockDigest: DIGEST,
	contentDigest: DIGEST,
	skippedScripts: z.array(z.string()),
	packages: z.array(z.tuple([z.string(), z.string(), z.string(), z.nullable(z.string())])),
	runtime: z.optional(z.string()),
});
export type Label = z.infer<typeof Label>;
/** Its name in the folder. */
export const LABEL = "sallyport.json";

/** What a folder of the store says of itself; null: nothing that can be read. */
export function readLabel(folder: string): Label | null {
	try {
		return Label.parse(JSON.parse(fs.readFileSync(path.join(folder, LABEL), "utf8")));
	} catch {
		return null;
	}
}
