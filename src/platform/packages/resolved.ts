import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod/mini";
import type { PackageLaunch } from "../../core/launch/package-launch.ts";
import { ok, type Result } from "../../core/result.ts";
import { type Code, CodedMemory } from "../coded-memory.ts";
import type { Home } from "../home.ts";
import type { InstallDeps, PackageWork, ReadyPackage } from "./kind.ts";
import { packageWork } from "./kinds.ts";
import { findInStore, type StoredPackage } from "./store.ts";

const Resolved = z.strictObject({ version: z.literal(1), lockDigest: z.string() });

/** By home and line: what was resolved in this process, which nobody else can have written. */
const resolvedHere = new Map<string, string>();

/**
 * What a line was resolved to last time, so that listing, granting and changing a grant all speak of the same package. Null: not yet, or not by who
 * has this key: another program could have put a package of its own into the store under any name.
 *
 * @param code null: nothing but what this process has resolved itself is believed
 */
export function recallPackage(home: Home, launch: PackageLaunch, code: Code | null): ReadyPackage | null {
	const { key } = packageWork(launch);
	const kept = code === null ? null : memoryIn(home).recall(key);
	const fact = resolvedHere.get(keyHere(home, key)) ?? (code !== null && kept?.isCoded(code) === true ? kept.fact : null);
	if (fact === null) return null;
	const [lockDigest = ""] = fact.split(" ");
	const found = readyPackage(home, launch, lockDigest);
	return found !== null && factOf(found) === fact ? found : null;
}

/** The same as anybody may have written it: for a suggestion, never for what is approved. */
export function lastResolved(home: Home, launch: PackageLaunch): ReadyPackage | null {
	try {
		const { lockDigest } = Resolved.parse(JSON.parse(fs.readFileSync(fileOf(home, packageWork(launch)), "utf8")));
		return readyPackage(home, launch, lockDigest);
	} catch {
		return null;
	}
}

/** What is in the store under a lock, and how a line starts it. Null: it is not there, or cannot be started. */
export function readyPackage(home: Home, launch: PackageLaunch, lockDigest: string): ReadyPackage | null {
	const work = packageWork(launch);
	const found = findInStore(home, work.registry, lockDigest);
	const run = found.ok ? work.run(found.value) : found;
	return found.ok && run.ok ? { ...found.value, run: run.value } : null;
}

/**
 * From now on the line means this package, until it is resolved anew.
 *
 * @param code null: in this process alone
 */
export async function rememberPackage(home: Home, launch: PackageLaunch, stored: Digests, code: Code | null): Promise<void> {
	const work = packageWork(launch);
	const { lockDigest } = stored;
	resolvedHere.set(keyHere(home, work.key), factOf(stored));
	if (code !== null) memoryIn(home).remember(work.key, factOf(stored), code, Date.now());
	const file = fileOf(home, work);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	await writeFileAtomic(file, `${JSON.stringify({ version: 1, lockDigest })}\n`, { mode: 0o600 });
}

type Digests = Pick<StoredPackage, "lockDigest" | "contentDigest">;

function factOf({ lockDigest, contentDigest }: Digests): string {
	return `${lockDigest} ${contentDigest}`;
}

function keyHere(home: Home, key: string): string {
	return JSON.stringify([home.path, key]);
}

function memoryIn(home: Home): CodedMemory {
	return new CodedMemory(path.join(home.state, "resolved.json"), "resolved");
}

/** Resolves a line by its registry now, and puts the package into the store. What other lines and later looks mean is left as it is. */
export async function installPackage(launch: PackageLaunch, deps: InstallDeps): Promise<Result<ReadyPackage>> {
	const work = packageWork(launch);
	const stored = await work.install(deps);
	if (!stored.ok) return stored;
	const run = work.run(stored.value);
	if (!run.ok) return run;
	const { name, version, skippedScripts } = stored.value;
	const skipped = skippedScripts.length === 0 ? "" : ` (install scripts of ${skippedScripts.join(", ")} were not run)`;
	deps.onProgress(`installed ${name}@${version}${skipped}`);
	return ok({ ...stored.value, run: run.value });
}

function fileOf(home: Home, { key }: PackageWork): string {
	return path.join(home.state, "resolved", `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
}
