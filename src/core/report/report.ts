import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ConfigDocument } from "../config/server.ts";
import type { Finding, Severity } from "../rules/finding.ts";
import { maskDetected } from "../secrets/redact.ts";

/** One file with what was found in it. */
export interface AnalyzedFile {
	/** As people call it: relative to where they are, with `/`; absolute outside of it. */
	readonly file: string;
	readonly document: ConfigDocument;
	readonly findings: readonly Finding[];
	/** What else was found, and somebody put aside; in the order of the text. */
	readonly silenced: readonly SilencedFinding[];
	/** True for the baseline itself, of which something is told: it is no config file, and is not counted as one. */
	readonly isBaseline?: boolean;
}

/** A finding that nobody needs to be told of. */
export interface SilencedFinding {
	readonly finding: Finding;
	/** `ignore`: the file itself says so, with a reason; `baseline`: it was there when the baseline was written. */
	readonly by: "ignore" | "baseline";
	/** What the ignore or the baseline's entry says; null: nothing. */
	readonly reason: string | null;
}

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info", "hint"];

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
	return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/** Names a finding by its place, so that it can be ignored, and counted once, while values and lines come and go. No value goes into it. */
export function fingerprintOf(file: string, finding: Finding, digest: Digest = sha256Hex): string {
	const place = [finding.ruleId, file, shownName(finding.server), shownKeyPath(finding.keyPath)];
	return digest(JSON.stringify(place));
}

/** SHA-256 of a text as UTF-8, in hex. Whoever has a system's own may hand it over: it is several times as fast. */
export type Digest = (text: string) => string;

function sha256Hex(text: string): string {
	return bytesToHex(sha256(utf8ToBytes(text)));
}

/** A name from a file as a report may say it: somebody may have put a token where a name belongs. */
export function shownName<T extends string | null>(name: T): T | string {
	// Most names, and no token: no format is as short.
	if (name === null || SHORT_NAME.test(name)) return name;
	return maskDetected(name.slice(0, LONGEST_NAME));
}

const SHORT_NAME = /^[\w.-]{1,15}$/;

/** Longer names are no names. */
const LONGEST_NAME = 200;

export function shownKeyPath(keyPath: Finding["keyPath"]): Finding["keyPath"] {
	return keyPath.map((part) => (typeof part === "number" ? part : shownName(part)));
}

/** For lists that must be the same everywhere, whatever the language of the machine. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
