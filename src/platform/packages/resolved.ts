import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod/mini";
import type { NpxLaunch } from "../../core/launch/npx-line.ts";
import type { Home } from "../home.ts";
import { findInstalled, type StoredPackage } from "./store.ts";

const Resolved = z.strictObject({ version: z.literal(1), lockDigest: z.string() });

/** What an npx line was resolved to last time, so that listing, granting and changing a grant all speak of the same package. Null: not yet. */
export function recallPackage(home: Home, launch: NpxLaunch): StoredPackage | null {
	try {
		const { lockDigest } = Resolved.parse(JSON.parse(fs.readFileSync(fileOf(home, launch), "utf8")));
		const found = findInstalled(home, lockDigest, launch.bin);
		return found.ok ? found.value : null;
	} catch {
		return null;
	}
}

export async function rememberPackage(home: Home, launch: NpxLaunch, stored: StoredPackage): Promise<void> {
	const file = fileOf(home, launch);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	await writeFileAtomic(file, `${JSON.stringify({ version: 1, lockDigest: stored.lockDigest })}\n`, { mode: 0o600 });
}

function fileOf(home: Home, { spec, bin }: NpxLaunch): string {
	const key = createHash("sha256")
		.update(JSON.stringify([spec.name, spec.range, bin]))
		.digest("hex")
		.slice(0, 32);
	return path.join(home.state, "resolved", `${key}.json`);
}
