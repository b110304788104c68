import { instructionsPinOf, type Pin } from "../tools/pin.ts";
import { type JsonObject, lookalikesOf } from "./message.ts";

/** Instructions of a server that its host does not get. */
export interface HeldInstructions {
	readonly reason: "instructions-not-granted" | "instructions-changed";
	/** Of those that a person approved; null: none were. */
	readonly approved: Pin | null;
	/** Of those that the server gives; null: they are no text, or have no one reading. */
	readonly pin: Pin | null;
	/** The server's own word. Null when `pin` is. */
	readonly text: string | null;
}

/** A host that folds case would take such a member for the instructions. */
export const hasAlikeInstructions = lookalikesOf(["instructions"]);

/**
 * What an answer to `initialize` or `server/discover` says for the model, which many hosts hand on to it. Null: nothing that has to be left out,
 * because there is nothing, or it is what was approved.
 */
export function heldInstructions({ instructions }: JsonObject, approved: Pin | undefined): HeldInstructions | null {
	if (instructions === undefined || instructions === null || instructions === "") return null;
	const text = typeof instructions === "string" ? instructions : null;
	const pin = text === null ? null : instructionsPinOf(text);
	if (pin !== null && pin === approved) return null;
	return {
		reason: approved === undefined ? "instructions-not-granted" : "instructions-changed",
		approved: approved ?? null,
		pin,
		text: pin === null ? null : text,
	};
}
