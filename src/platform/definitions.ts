import * as fs from "node:fs";
import * as path from "node:path";
import canonicalize from "canonicalize";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod/mini";
import type { Home } from "./home.ts";

const Definition = z.record(z.string(), z.unknown());

/** Keeps a granted tool's definition under its pin, so that drift can be shown as a difference and not as two digests. */
export async function keepDefinition(home: Home, pin: string, definition: Readonly<Record<string, unknown>>): Promise<void> {
	const file = fileOf(home, pin);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	const { _meta: _, ...rest } = definition;
	await writeFileAtomic(file, `${canonicalize(rest) ?? "{}"}\n`, { mode: 0o600 });
}

/** Null: it was never kept, or cannot be read. */
export function readDefinition(home: Home, pin: string): Readonly<Record<string, unknown>> | null {
	try {
		return Definition.parse(JSON.parse(fs.readFileSync(fileOf(home, pin), "utf8")));
	} catch {
		return null;
	}
}

function fileOf(home: Home, pin: string): string {
	return path.join(home.state, "definitions", `${pin.replace(/[^0-9a-f]/g, "").slice(-64)}.json`);
}
