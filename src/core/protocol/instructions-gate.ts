import { instructionsPinOf, type Pin } from "../tools/pin.ts";
import { type JsonObject, lookalikesOf } from "./message.ts";
import { ownWords, ownWordsText } from "./own-words.ts";

/** What a server says of itself, its instructions for the model before all, and its host does not get as it is. */
export interface HeldInstructions {
	readonly reason: "instructions-not-granted" | "instructions-changed";
	/** Of what a person approved; null: nothing was. */
	readonly approved: Pin | null;
	/** Of what the server says; null: it is no text, or has no one reading. */
	readonly pin: Pin | null;
	/** The server's own word (`ownWordsText`). Null when `pin` is. */
	readonly text: string | null;
	/** What is left out: the instructions, what stands beside them, or both. */
	readonly drops: { readonly instructions: boolean; readonly beside: boolean };
}

/** A host that folds case would take such a member for what the relay judges under its own name. */
export const hasAlikeGreeting = lookalikesOf(["instructions", "serverInfo", "capabilities", "_meta"]);

/**
 * What an answer to `initialize` or `server/discover` says of the server, which many hosts hand on to the model. Null: nothing that has to be left
 * out, because there is nothing, or it is what was approved. Whoever approved the instructions alone, gets them alone.
 */
export function heldInstructions(result: JsonObject, approved: Pin | undefined): HeldInstructions | null {
	const words = ownWords(result);
	const { instructions } = result;
	const isText = typeof instructions === "string" || instructions === undefined || instructions === null;
	const hasBeside = Object.keys(words.beside).length > 0;
	if (isText && words.instructions === null && !hasBeside) return null;
	const text = isText ? ownWordsText(words) : null;
	const pin = pinOf(text);
	if (pin !== null && pin === approved) return null;
	const alone = isText && approved !== undefined && pinOf(ownWordsText({ ...words, beside: {} })) === approved;
	return {
		reason: approved === undefined ? "instructions-not-granted" : "instructions-changed",
		approved: approved ?? null,
		pin,
		text: pin === null ? null : text,
		drops: { instructions: !alone, beside: hasBeside },
	};
}

function pinOf(text: string | null): Pin | null {
	return text === null ? null : instructionsPinOf(text);
}
