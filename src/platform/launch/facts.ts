import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import type { CodeFact, FileFact } from "../../core/policy/fingerprint.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";

/**
 * What stands behind an approved command line on this machine: found once, at approval, so that a launch asks neither the PATH
 * nor a package manager. Stored under the fingerprint, which covers every field: a changed file no longer matches its name.
 */
export interface LaunchFacts {
	readonly executable: FileFact & { readonly startedAs: string };
	readonly argv: readonly string[];
	readonly code: CodeFact;
	readonly roots: readonly string[];
	/** Variables that the runtime needs to find its own files; they win over the server's. Undefined: none. */
	readonly env?: Readonly<Record<string, string>> | undefined;
	/** This user's programs can change some of the code that runs: not the executable and the entry, whose hashes are checked at every launch. */
	readonly mutable: boolean;
}

declare const PROVED: unique symbol;

/** Facts whose files were all compared with what was approved, and by nobody's word but the files' own or that of who has the key. Only `prove` gives them. */
export type ProvedFacts = LaunchFacts & { readonly [PROVED]: true };

const File = z.strictObject({ path: z.string(), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });

const Facts = z.strictObject({
	version: z.literal(1),
	executable: z.extend(File, { startedAs: z.string() }),
	argv: z.array(z.string()),
	code: z.discriminatedUnion("kind", [
		z.strictObject({ kind: z.literal("none") }),
		z.strictObject({ kind: z.literal("script"), script: File }),
		z.strictObject({
			kind: z.literal("package"),
			name: z.string(),
			version: z.string(),
			folder: z.string(),
			bin: z.string(),
			lockDigest: z.string(),
			contentDigest: z.string(),
		}),
	]),
	roots: z.array(z.string()),
	env: z.optional(z.record(z.string(), z.string())),
	mutable: z.boolean(),
});

function factsFile(home: Home, fingerprint: string): string {
	return path.join(home.state, "launches", `${fingerprint.replace(/^sha256:/, "")}.json`);
}

export async function writeFacts(home: Home, fingerprint: string, facts: LaunchFacts): Promise<void> {
	const file = factsFile(home, fingerprint);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	const { default: writeFileAtomic } = await import("write-file-atomic");
	await writeFileAtomic(file, `${JSON.stringify({ version: 1, ...facts })}\n`, { mode: 0o600 });
}

export function readFacts(home: Home, fingerprint: string): Result<LaunchFacts> {
	try {
		const { version: _, ...facts } = Facts.parse(JSON.parse(fs.readFileSync(factsFile(home, fingerprint), "utf8")));
		return ok(facts);
	} catch {
		return fail("facts-missing", "What was approved for this server is no longer recorded.", "Approve it again: sallyport allow NAME");
	}
}
