import { utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { hmacSha256Hex, sha256Hex } from "../sha256.ts";

/** A file and its content. `path` is real (no symbolic links), `sha256` 64 hexadecimal digits. */
export interface FileFact {
	readonly path: string;
	readonly sha256: string;
}

/** The code that a launch runs beside its executable. */
export type CodeFact =
	| { readonly kind: "none" }
	| { readonly kind: "script"; readonly script: FileFact }
	| {
			readonly kind: "package";
			readonly name: string;
			readonly version: string;
			readonly folder: string;
			readonly bin: string;
			readonly lockDigest: string;
			readonly contentDigest: string;
	  };

/**
 * Everything that a person approves when they approve a launch. Two launches with equal parts do the same thing;
 * one that differs in any part has another fingerprint and needs another approval.
 */
export interface LaunchParts {
	readonly command: string;
	readonly args: readonly string[];
	/** Null: the workspace. */
	readonly cwd: string | null;
	/** `literal` is the value itself (it enters as a keyed hash); `reference` the text with our references; `host` a value that the host fills in. */
	readonly env: Readonly<Record<string, EnvPart>>;
	/** The real program; `startedAs` is the path that it is started by, where a link means something (a virtual environment). */
	readonly executable: FileFact & { readonly startedAs: string };
	/** What is really executed: the executable, then these, then the code's own arguments. */
	readonly argv: readonly string[];
	readonly code: CodeFact;
	/** Folders and files beyond the system's that the runtime and the code need to read. */
	readonly roots: readonly string[];
	/** Variables that the runtime itself needs. Undefined: none. */
	readonly runtime?: Readonly<Record<string, string>>;
}

export type EnvPart =
	| { readonly kind: "literal"; readonly value: string }
	| { readonly kind: "reference"; readonly text: string }
	| { readonly kind: "host" };

/**
 * SHA-256 over the RFC 8785 form of the parts. Literal environment values enter as HMAC-SHA256 under the home's key: a policy
 * file must not help to guess them.
 *
 * @param key 32 bytes, the home's
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function fingerprintOf(parts: LaunchParts, key: Uint8Array): string {
	const env: Record<string, unknown> = {};
	for (const [name, part] of Object.entries(parts.env))
		env[name] = part.kind === "literal" ? { literal: keyedHash(name, part.value, key) } : part;
	const form = canonicalize({ version: 1, ...parts, env });
	if (form === undefined) throw new Error("a launch without a canonical form");
	return `sha256:${sha256Hex(utf8ToBytes(form))}`;
}

function keyedHash(name: string, value: string, key: Uint8Array): string {
	return hmacSha256Hex(key, utf8ToBytes(`env\0${name}\0${value}`));
}
