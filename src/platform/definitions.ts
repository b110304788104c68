import * as fs from "node:fs";
import * as path from "node:path";
import canonicalize from "canonicalize";
import { isObject } from "../core/protocol/message.ts";
import { instructionsPinOf, metaPinOf, pinOf, promptPinOf } from "../core/tools/pin.ts";
import { readBounded } from "./files/bounded-file.ts";
import type { Home } from "./home.ts";

/** Bytes of a kept definition. A server can list larger ones; they are pinned, and not kept. */
const MOST_BYTES = 256 * 1024;

/** Bytes that all of `seen` may take: some sixty definitions of the largest kind, thousands of ordinary ones. */
const MOST_SEEN = 16 * 1024 * 1024;

/** What a person approved or was shown; and what servers listed instead while they ran, of which the oldest go. */
type Shelf = "approved" | "seen";

/**
 * Keeps the definition of a tool, or of a prompt (which is pinned with its `_meta`), under its pin, so that drift can be shown as a difference and not as two digests. The caller sees
 * to it that no resolved secret is in it. One that is there already, or is too large, is not written. Throws the system's error.
 */
export async function keepDefinition(
	home: Pick<Home, "state">,
	pin: string,
	definition: Readonly<Record<string, unknown>>,
	shelf: Shelf = "approved",
): Promise<void> {
	const { _meta: _, ...rest } = definition;
	const said = pinOf(definition) === pin ? rest : definition;
	if (!isDefinition(readFrom(home, shelf, pin), pin)) await keep(home, shelf, pin, `${canonicalize(said) ?? "{}"}\n`);
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
	if (readToolMeta(home, pin) === null) await keep(home, "approved", pin, `${canonicalize(meta) ?? "null"}\n`);
}

/** The same of a server's instructions. */
export async function keepInstructions(home: Pick<Home, "state">, pin: string, text: string, shelf: Shelf = "approved"): Promise<void> {
	if (!isInstructions(readFrom(home, shelf, pin), pin)) await keep(home, shelf, pin, `${JSON.stringify(text)}\n`);
}

async function keep(home: Pick<Home, "state">, shelf: Shelf, pin: string, text: string): Promise<void> {
	const bytes = Buffer.byteLength(text);
	if (bytes > MOST_BYTES) return;
	const file = fileOf(home, shelf, pin);
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	if (shelf === "seen") makeRoom(path.dirname(file), bytes);
	const { default: writeFileAtomic } = await import("write-file-atomic");
	await writeFileAtomic(file, text, { mode: 0o600 });
}

/** Null: it was never kept, or what is there is not the definition with this pin. */
export function readDefinition(home: Pick<Home, "state">, pin: string): Readonly<Record<string, unknown>> | null {
	const [definition] = read(home, pin, (value) => isDefinition(value, pin));
	return isObject(definition) ? definition : null;
}

function isDefinition(value: unknown, pin: string): boolean {
	return isObject(value) && promptPinOf(value) === pin;
}

/** Null: it was never kept, or what is there is not the `_meta` with this digest. */
export function readToolMeta(home: Pick<Home, "state">, pin: string): Readonly<Record<string, unknown>> | null {
	const [meta] = read(home, pin, (value) => isObject(value) && metaPinOf({ _meta: value }) === pin);
	return isObject(meta) ? meta : null;
}

/** Null: they were never kept, or what is there are not the instructions with this digest. */
export function readInstructions(home: Pick<Home, "state">, pin: string): string | null {
	const [text] = read(home, pin, (value) => isInstructions(value, pin));
	return typeof text === "string" ? text : null;
}

function isInstructions(value: unknown, pin: string): boolean {
	return typeof value === "string" && instructionsPinOf(value) === pin;
}

/** What is kept under the pin and is what it says. Empty: nothing. */
function read(home: Pick<Home, "state">, pin: string, isThat: (value: unknown) => boolean): readonly unknown[] {
	return [readFrom(home, "approved", pin), readFrom(home, "seen", pin)].filter(isThat);
}

/** Undefined: there is nothing that can be read. */
function readFrom(home: Pick<Home, "state">, shelf: Shelf, pin: string): unknown {
	try {
		return JSON.parse(readBounded(fileOf(home, shelf, pin), MOST_BYTES) ?? "");
	} catch {
		return undefined;
	}
}

function fileOf(home: Pick<Home, "state">, shelf: Shelf, pin: string): string {
	const folder = path.join(home.state, "definitions");
	return path.join(shelf === "seen" ? path.join(folder, "seen") : folder, `${pin.replace(/[^0-9a-f]/g, "").slice(-64)}.json`);
}

/** The oldest files go until so many bytes more fit. Of two programs that do so at once, each goes on where the other took one away. */
function makeRoom(folder: string, bytes: number): void {
	const files = fs.readdirSync(folder).flatMap((name) => {
		const file = path.join(folder, name);
		const stat = fs.lstatSync(file, { throwIfNoEntry: false });
		return stat?.isFile() === true ? [{ file, size: stat.size, at: stat.mtimeMs }] : [];
	});
	let left = files.reduce((sum, { size }) => sum + size, bytes);
	for (const { file, size } of files.sort((a, b) => a.at - b.at)) {
		if (left <= MOST_SEEN) return;
		fs.rmSync(file, { force: true });
		left -= size;
	}
}
