import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ConfigDocument } from "../config/server.ts";
import type { Finding, Severity } from "../rules/finding.ts";

/** One file with what was found in it. */
export interface AnalyzedFile {
	/** As people call it: relative to where they are, with `/`; absolute outside of it. */
	readonly file: string;
	readonly document: ConfigDocument;
	readonly findings: readonly Finding[];
	/** How many more the file itself ignores. */
	readonly silenced: number;
}

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info", "hint"];

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
	return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/** Names a finding by its place, so that it can be ignored, and counted once, while values come and go. */
export function fingerprintOf(file: string, finding: Finding): string {
	return bytesToHex(sha256(utf8ToBytes(JSON.stringify([finding.ruleId, file, finding.server, finding.keyPath]))));
}
