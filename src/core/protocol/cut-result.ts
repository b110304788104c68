import { utf8ToBytes } from "@noble/hashes/utils.js";
import { encode } from "./answers.ts";
import { isObject, type JsonObject, type RequestId } from "./message.ts";

/** What stands at the end of a result that was cut. Constant: nothing a server wrote is in it. */
const CUT = "[Cut here: the result is over its limit. A person can review this in Sallyport.]";

/** Where the blocks of a result stand. */
const BLOCKS = ["content", "contents"] as const;

/**
 * The message with as much of its text as fits into so many bytes, and a mark where it ends. What is no block of text or does not fit
 * is left out, `structuredContent` with it: a part of it would be another value. Null: there is nothing to cut in it.
 */
export function cutResult(id: RequestId, result: JsonObject, most: number): Uint8Array | null {
	const key = BLOCKS.find((each) => Array.isArray(result[each]));
	if (key === undefined) return null;
	const blocks: readonly unknown[] = Array.isArray(result[key]) ? result[key] : [];
	const { structuredContent: _, [key]: __, ...rest } = result;
	const whole = (kept: readonly unknown[]) => encode({ jsonrpc: "2.0", id, result: { [key]: kept, ...rest } });
	const mark = key === "content" ? [{ type: "text", text: CUT }] : [];
	let room = most - whole(mark).length - 1;
	const kept: unknown[] = [];
	for (const block of blocks) {
		const size = encode(block).length + 1;
		if (size <= room) {
			kept.push(block);
			room -= size;
			continue;
		}
		const part = partOf(block, room, mark.length === 0 ? CUT : "");
		if (part !== null) kept.push(part);
		break;
	}
	return room < 0 || (kept.length === 0 && mark.length === 0) ? null : whole([...kept, ...mark]);
}

/** The beginning of a block of text; null: it is none, or not one character of it has room. */
function partOf(block: unknown, room: number, end: string): JsonObject | null {
	if (!isObject(block) || typeof block.text !== "string") return null;
	const left = room - encode({ ...block, text: end }).length - 1;
	const text = beginning(block.text, left);
	return text === "" ? null : { ...block, text: `${text}${end}` };
}

/** As much of a text as is, in JSON and UTF-8, no more than so many bytes. */
function beginning(text: string, most: number): string {
	if (most <= 0) return "";
	let length = Math.min(text.length, most);
	for (;;) {
		const part = text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
		const size = utf8ToBytes(JSON.stringify(part)).length - 2;
		if (size <= most) return part;
		length = Math.min(length - 1, Math.floor((length * most) / size));
	}
}
