import type { AuditEvent } from "../core/audit/event.ts";

/**
 * A record of what the launcher itself did not let through, and of no message.
 *
 * @param given what it was about: a path, a place, or the reason in words
 */
export function refusalRecord(reason: string, given: Readonly<Record<string, string>>): AuditEvent {
	return { ...OWN, decision: "refuse", reason, outcome: "withheld", arguments: given };
}

/** No host and no server asked for it in so many words. */
const OWN = { request: null, direction: "launcher", method: null, tool: null } as const;
