import type { AuditVerdict } from "../platform/audit/verify.ts";

/** Things that are not as they were written. */
export function changes({ logs, discrepancies, brokenLines, head }: AuditVerdict): number {
	const broken = logs.filter(({ verdict }) => verdict.state === "broken").length;
	return broken + discrepancies.length + brokenLines + (head.state === "changed" ? head.lists.length + head.breaches.length : 0);
}
