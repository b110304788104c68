import { LONGEST_LINE } from "./bounds.ts";
import type { LiveMessage } from "./message.ts";

/** Room for everything in a line but the names of tools. */
const REST = 1024;

/** One line with its newline. Names that would make it too long are counted instead. */
export function liveLine(sequence: number, message: LiveMessage): string {
	return `${JSON.stringify({ sequence, ...(message.kind === "tools" ? fitting(message) : message) })}\n`;
}

function fitting(message: Extract<LiveMessage, { kind: "tools" }>): LiveMessage {
	let room = LONGEST_LINE - REST;
	const allowed: string[] = [];
	for (const name of message.allowed) {
		// A character is at most three bytes, or two of them four; a quote or a backslash two.
		room -= 3 * name.length + 3;
		if (room < 0) break;
		allowed.push(name);
	}
	return { ...message, allowed, omitted: message.omitted + message.allowed.length - allowed.length };
}
