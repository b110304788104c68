import * as fs from "node:fs";
import * as path from "node:path";
import canonicalize from "canonicalize";
import { isObject } from "../core/protocol/message.ts";
import { pinOf } from "../core/tools/pin.ts";
import { readBounded } from "./files/bounded-file.ts";
import type { Home } from "./home.ts";

/** Bytes of a kept definition. A server can list larger ones; they are pinned, and not kept. */
const MOST_BYTES = 256 * 1024;

/**
 * Keeps a tool's definition under its pin, so that drift can be shown as a difference and not as two digests. The caller sees
 * to it that no resolved secret is in it. One that is there already, or is too large, is not written. Throws the system's error.
 */
export async function keepDefinition(home: Pick<Home, "state">, pin: string, definition: Readonly<Record<string, unknown>>): Promise<void> {
	const { _meta: _, ...rest } = definition;
	const text = `${canonicalize(rest) ?? "{}"}\n`;
	if (Buffer.byteLength(text) > MOST_BYTES || readDefinition(home, pin) !== null) return;
	const file = fileOf(home, pin);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	const { default: writeFileAtomic } = await import("write-file-atomic");
	await writeFileAtomic(file, text, { mode: 0o600 });
}

/** Null: it was never kept, or what is there is not the definition with this pin. */
export function readDefinition(home: Pick<Home, "state">, pin: string): Readonly<Record<string, unknown>> | null {
	try {
		const definition: unknown = JSON.parse(readBounded(fileOf(home, pin), MOST_BYTES) ?? "");
		return isObject(definition) && pinOf(definition) === pin ? definition : null;
	} catch {
		return null;
	}
}

function fileOf(home: Pick<Home, "state">, pin: string): string {
	return path.join(home.state, "definitions", `${pin.replace(/[^0-9a-f]/g, "").slice(-64)}.json`);
}
