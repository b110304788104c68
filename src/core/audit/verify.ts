import { type Mac, sessionCode } from "./chain.ts";
import { parseRecord } from "./record.ts";

/**
 * `complete`: every line is as it was written, and the last one closes the session. `open`: every line is as it was
 * written, and none closes it: the session still runs, crashed, or its end was cut off. `torn`: the last line has no end
 * (a crash while it was written); it is not counted. `broken`: `line` (from 1) is not what was written there.
 */
export type ChainVerdict =
	| { readonly state: "complete"; readonly records: number }
	| { readonly state: "open"; readonly records: number; readonly torn: boolean }
	| { readonly state: "broken"; readonly line: number; readonly problem: string };

/** Checks a whole log file. */
export function verifyChain(text: string, mac: Mac): ChainVerdict {
	const lines = text.split("\n");
	const torn = lines.pop() !== "";
	let previous = "";
	let session = "";
	let closed = false;
	for (const [index, line] of lines.entries()) {
		const broken = (problem: string): ChainVerdict => ({ state: "broken", line: index + 1, problem });
		const body = /^(.*),"mac":"([0-9a-f]{64})"\}$/s.exec(line);
		const record = parseRecord(line);
		if (body === null || record === null) return broken("this line is not an audit record");
		if (mac(`${body[1]}}`) !== body[2]) return broken("this line was changed, or written by someone else");
		if (index === 0) {
			session = record.session;
			previous = sessionCode(mac, session);
		}
		if (record.session !== session) return broken("this line belongs to another session");
		if (record.sequence !== index || record.previous !== previous) return broken("lines before this one are missing or in another order");
		if ((record.kind === "open") !== (index === 0)) return broken("a session begins here, in the midst of another");
		if (closed) return broken("this line comes after the end of the session");
		closed = record.kind === "close";
		previous = record.mac;
	}
	if (closed && torn) return { state: "broken", line: lines.length + 1, problem: "this line comes after the end of the session" };
	return closed ? { state: "complete", records: lines.length } : { state: "open", records: lines.length, torn };
}
