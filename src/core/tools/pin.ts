import { utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import * as z from "zod/mini";
import { sha256Hex } from "../sha256.ts";

/** The digest of what a server said and a person approved, such as one tool's whole listed definition: `sha256:` and 64 lower-case hexadecimal digits. */
export type Pin = `sha256:${string}`;

/** Only the name is read here; everything else counts for the digest alone. */
const ListedTool = z.looseObject({ name: z.string().check(z.minLength(1), z.maxLength(256)) });

/** True for the text of a well-formed pin. */
export function isPin(text: string): text is Pin {
	return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The name of a tool as a server listed it; null when the value is not a tool (names have 1 to 256 characters). */
export function toolName(tool: unknown): string | null {
	const parsed = ListedTool.safeParse(tool);
	return parsed.success ? parsed.data.name : null;
}

/**
 * SHA-256 of the RFC 8785 form of a listed tool without its own `_meta` (which may change from one listing to the next).
 * Null when the value is not a tool, or holds what RFC 8785 cannot represent: a lone surrogate, an infinite number.
 */
export function pinOf(tool: unknown): Pin | null {
	if (toolName(tool) === null || typeof tool !== "object" || tool === null) return null;
	return digestOf(Object.fromEntries(Object.entries(tool).filter(([key]) => key !== "_meta")));
}

/**
 * The digest of what stands beside a listed tool's definition, in its own `_meta`. Undefined: there is nothing in it. Null: it holds what
 * RFC 8785 cannot represent.
 */
export function metaPinOf(tool: unknown): Pin | null | undefined {
	if (typeof tool !== "object" || tool === null || !("_meta" in tool)) return undefined;
	const { _meta: meta } = tool;
	const isEmpty = typeof meta === "object" && meta !== null && !Array.isArray(meta) && Object.keys(meta).length === 0;
	return isEmpty ? undefined : digestOf(meta);
}

/** The same of a listed prompt with its own `_meta`, where there is anything in that. Null: as with `pinOf`. */
export function promptPinOf(prompt: unknown): Pin | null {
	if (metaPinOf(prompt) === undefined) return pinOf(prompt);
	return toolName(prompt) === null ? null : digestOf(prompt);
}

/** The digest of the instructions that a server gives: of their UTF-8 bytes. Null: half a character is in them, which has none. */
export function instructionsPinOf(text: string): Pin | null {
	return /\p{Surrogate}/u.test(text) ? null : `sha256:${sha256Hex(utf8ToBytes(text))}`;
}

/** Null: the value has no RFC 8785 form. */
function digestOf(value: unknown): Pin | null {
	let text: string | undefined;
	try {
		text = canonicalize(value);
	} catch {
		return null;
	}
	return text === undefined ? null : `sha256:${sha256Hex(utf8ToBytes(text))}`;
}

/**
 * The pins of one complete listing, by name. Null: this tool cannot be pinned, because its name is listed more than
 * once (no one can say which definition a call would reach) or because its definition has no RFC 8785 form.
 */
export function pinListing(tools: readonly unknown[]): ReadonlyMap<string, Pin | null> {
	const pins = new Map<string, Pin | null>();
	for (const tool of tools) {
		const name = toolName(tool);
		if (name !== null) pins.set(name, pins.has(name) ? null : pinOf(tool));
	}
	return pins;
}
