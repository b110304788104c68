import type { Finding } from "../../../core/rules/finding.ts";

/** What is moved unless a person asks for one secret in particular: not what only looks random. */
export function isMovable({ fixes, severity }: Finding): boolean {
	return fixes.includes("move-secret") && severity !== "hint";
}

export function isInEntry(finding: Finding, keyPath: readonly string[]): boolean {
	return keyPath.every((key, i) => finding.keyPath[i] === key);
}
