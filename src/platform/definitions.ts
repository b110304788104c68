import * as fs from "node:fs";
import * as path from "node:path";
import canonicalize from "canonicalize";
import { isObject } from "../core/protocol/message.ts";
import { instructionsPinOf, metaPinOf, pinOf, promptPinOf } from "../core/tools/pin.ts";
import { readBounded } from "./files/bounded-file.ts";
import type { Home } from "./home.ts";

/** Bytes of a kept definition. A server can list larger ones; they are pinned, and not kept. */
const MOST_BYTES = 256 * 1024;

/**
 * Keeps the definition of a tool, or of a prompt (which is pinned with its `_meta`), under its pin, so that drift can be shown as a difference and not as two digests. The caller sees
 * to it that no resolved secret is in it. One that is there already, or is too large, is not written. Throws the system's error.
 */
export async function keepDefinition(home: Pick<Home, "state">, pin: string, definition: Readonly<Record<string, unknown>>): Promise<void> {
	const { _meta: _, ...rest } = definition;
	const said = pinOf(definition) === pin ? rest : definition;
	if (readDefinition(home, pin) === null) await keep(home, pin, `${canonicalize(said) ?? "{}"}\n`);
}

/** A tool's definition, and what stands beside it in its `_meta`, each under its digest. One that cannot be pinned is not kept. */
export async function keepTool(
	home: Pick<Home, "state">,
	{ pin, definition }: { readonly pin: string | null; readonly definition: Readonly<Record<string, unknown>> },
): Promise<void> {
	if (pin !== null) await keepDefinition(home, pin, definition);
	const meta = metaPinOf(definition);
	if (meta != null) await keepToolMeta(home, meta, definition._meta);
}

/** The same of the `_meta` that stands beside a tool's definition, under its own digest. */
async function keepToolMeta(home: Pick<Home, "state">, pin: string, meta: unknown): Promise<void> {
	if (readToolMeta(home, pin) === null) await keep(home, pin, `${canonicalize(meta) ?? "null"}\n`);
}

/** The same of a server's instructions. */
export async function keepInstructions(home: Pick<Home, "state">, pin: string, text: string): Promise<void> {
	if (readInstructions(home, pin) === null) await keep(home, pin, `${JSON.stringify(text)}\n`);
}

async function keep(home: Pick<Home, "state">, pin: string, text: string): Promise<void> {
	if (Buffer.byteLength(text) > MOST_BYTES) return;
	const file = fileOf(home, pin);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	const { default: writeFileAtomic } = await import("write-file-atomic");
	await writeFileAtomic(file, text, { mode: 0o600 });
}

/** Null: it was never kept, or what is there is not the definition with this pin. */
export function readDefinition(home: Pick<Home, "state">, pin: string): Readonly<Record<string, unknown>> | null {
	const definition = read(home, pin);
	return isObject(definition) && promptPinOf(definition) === pin ? definition : null;
}

/** Null: it was never kept, or what is there is not the `_meta` with this digest. */
export function readToolMeta(home: Pick<Home, "state">, pin: string): Readonly<Record<string, unknown>> | null {
	const meta = read(home, pin);
	return isObject(meta) && metaPinOf({ _meta: meta }) === pin ? meta : null;
}

/** Null: they were never kept, or what is there are not the instructions with this digest. */
export function readInstructions(home: Pick<Home, "state">, pin: string): string | null {
	const text = read(home, pin);
	return typeof text === "string" && instructionsPinOf(text) === pin ? text : null;
}

/** Undefined: there is nothing that can be read. */
function read(home: Pick<Home, "state">, pin: string): unknown {
	try {
		return JSON.parse(readBounded(fileOf(home, pin), MOST_BYTES) ?? "");
	} catch {
		return undefined;
	}
}

function fileOf(home: Pick<Home, "state">, pin: string): string {
	return path.join(home.state, "definitions", `${pin.replace(/[^0-9a-f]/g, "").slice(-64)}.json`);
}
