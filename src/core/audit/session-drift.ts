import * as z from "zod/mini";
import type { EventRecord } from "./record.ts";

/** A definition that a server listed in a session in the place of one that was approved, and that was withheld. */
export interface SessionDrift {
	readonly tool: string;
	/** ISO 8601, UTC: of the last time that the log has. */
	readonly at: string;
	readonly session: string;
	/** Pins: of what counted then, and of what was listed. */
	readonly approved: string;
	readonly listed: string;
}

const Pins = z.object({ approved: z.string(), listed: z.string() });

/**
 * The last of each tool, by its name. Logs of older versions do not say which definition it was: those are left out.
 *
 * @param entries of one server, oldest first
 */
export function sessionDrifts(entries: readonly EventRecord[]): ReadonlyMap<string, SessionDrift> {
	const drifts = new Map<string, SessionDrift>();
	for (const { reason, tool, at, session, arguments: given } of entries) {
		if (reason !== "tool-changed" || tool === null) continue;
		const pins = Pins.safeParse(given);
		if (pins.success) drifts.set(tool, { tool, at, session, ...pins.data });
	}
	return drifts;
}
