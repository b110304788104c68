import * as z from "zod/mini";
import type { EventRecord } from "./record.ts";

/** What a server listed, or said for the model, in a session in the place of what was approved, and that was withheld. */
export interface SessionDrift {
	readonly kind: "tool" | "prompt" | "instructions";
	/** Of the tool or the prompt; null: it is about the instructions, of which a server has one text. */
	readonly name: string | null;
	/** ISO 8601, UTC: of the last time that the log has. */
	readonly at: string;
	readonly session: string;
	/** Pins: of what counted then, and of what was listed or said. */
	readonly approved: string;
	readonly listed: string;
}

const Pins = z.object({ approved: z.string(), listed: z.string(), name: z.optional(z.string()) });

/**
 * The last of each tool, of each prompt, and of the instructions. Logs of older versions do not say which definition it was: those are left out.
 *
 * @param entries of one server, oldest first
 */
export function sessionDrifts(entries: readonly EventRecord[]): readonly SessionDrift[] {
	const drifts = new Map<string, SessionDrift>();
	for (const entry of entries) {
		const drift = driftIn(entry);
		if (drift !== null) drifts.set(JSON.stringify([drift.kind, drift.name]), drift);
	}
	return [...drifts.values()];
}

const KINDS: ReadonlyMap<string, SessionDrift["kind"]> = new Map([
	["tool-changed", "tool"],
	["prompt-changed", "prompt"],
	["instructions-changed", "instructions"],
]);

/** Null: it is no record of such a thing, or does not say of which definition. A call's arguments are the host's, and say nothing of pins. */
function driftIn({ reason, direction, tool, at, session, arguments: given }: EventRecord): SessionDrift | null {
	const kind = KINDS.get(reason);
	const pins = kind === undefined || direction !== "server-to-host" ? null : Pins.safeParse(given);
	if (kind === undefined || pins?.success !== true) return null;
	const { name: prompt = null, approved, listed } = pins.data;
	const name = kind === "tool" ? tool : kind === "prompt" ? prompt : null;
	return kind !== "instructions" && name === null ? null : { kind, name, at, session, approved, listed };
}
