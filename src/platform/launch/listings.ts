import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { isoTime } from "../../core/iso-time.ts";
import { isPin, type Pin, pinListing, pinOf, toolName } from "../../core/tools/pin.ts";
import { readBounded } from "../files/bounded-file.ts";
import type { Home } from "../home.ts";
import type { ListedTool } from "./list-tools.ts";

/** Bytes of a kept listing. */
const MOST_BYTES = 4 * 1024 * 1024;

const Listing = z.strictObject({
	version: z.literal(1),
	at: z.string(),
	tools: z.array(
		z.strictObject({
			name: z.string(),
			pin: z.nullable(z.custom<Pin>((value) => typeof value === "string" && isPin(value))),
			definition: z.record(z.string(), z.unknown()),
		}),
	),
});

export interface KeptListing {
	/** When it was written: ISO 8601, UTC. */
	readonly at: string;
	/** In the server's order, without `_meta`. Everything in it is the server's own word. */
	readonly tools: readonly ListedTool[];
}

/**
 * Keeps the whole list of a server's tools under the fingerprint of its launch, so that it can be shown without starting the
 * server. The caller sees to it that no resolved secret is in it. False: it is too large, or could not be written; the one
 * before stays.
 */
export async function writeListing(home: Pick<Home, "state">, fingerprint: string, tools: readonly ListedTool[]): Promise<boolean> {
	const listed = tools.map(({ name, pin, definition: { _meta: _, ...definition } }) => ({ name, pin, definition }));
	const text = `${JSON.stringify({ version: 1, at: isoTime(new Date()), tools: listed })}\n`;
	if (Buffer.byteLength(text) > MOST_BYTES) return false;
	const file = listingFile(home, fingerprint);
	try {
		fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
		// Not worth waiting for the disk: the server can be asked again.
		const { default: writeFileAtomic } = await import("write-file-atomic");
		await writeFileAtomic(file, text, { mode: 0o600, fsync: false });
		return true;
	} catch {
		return false;
	}
}

/**
 * Null: this launch was never listed, or what was kept cannot be read, or has a pin that is not of its definition: what a person sees must be what
 * they allow.
 */
export function readListing(home: Pick<Home, "state">, fingerprint: string): KeptListing | null {
	const kept = parseListing(home, fingerprint);
	const isTrue = kept?.tools.every(({ name, pin, definition }) => definition.name === name && (pin === null || pinOf(definition) === pin));
	return isTrue === true ? kept : null;
}

/** As it stands there. */
function parseListing(home: Pick<Home, "state">, fingerprint: string): KeptListing | null {
	try {
		const { at, tools } = Listing.parse(JSON.parse(readBounded(listingFile(home, fingerprint), MOST_BYTES) ?? ""));
		return { at, tools };
	} catch {
		return null;
	}
}

/** True when exactly this list is kept, its definitions compared without `_meta`. Cheaper than to pin them. */
export function isKeptListing(home: Pick<Home, "state">, fingerprint: string, tools: readonly unknown[]): boolean {
	const kept = parseListing(home, fingerprint)?.tools;
	// A tool without a pin was listed twice, perhaps.
	if (kept === undefined || kept.some(({ pin }) => pin === null)) return false;
	const definitions = tools.map((tool) => (typeof tool === "object" && tool !== null ? { ...tool, _meta: undefined } : tool));
	return JSON.stringify(kept.map(({ definition }) => definition)) === JSON.stringify(definitions);
}

/** The tools, or the prompts, of one whole list as a server sent it. What is neither is left out; of two with one name the last stays, without a pin. */
export function listedTools(tools: readonly unknown[]): readonly ListedTool[] {
	const pins = pinListing(tools);
	const named = new Map<string, ListedTool>();
	for (const tool of tools) {
		const name = toolName(tool);
		if (name !== null && typeof tool === "object" && tool !== null)
			named.set(name, { name, pin: pins.get(name) ?? null, definition: { ...tool } });
	}
	return [...named.values()];
}

function listingFile(home: Pick<Home, "state">, fingerprint: string): string {
	return path.join(home.state, "listings", `${fingerprint.replace(/[^0-9a-f]/g, "").slice(-64)}.json`);
}
