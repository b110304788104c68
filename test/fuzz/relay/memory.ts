import v8 from "node:v8";
import vm from "node:vm";
import { Random } from "../../../bench/detection/random.ts";
import { Grammar, recordedLines } from "./grammar.ts";
import { Broken } from "./oracle.ts";
import { FuzzSession } from "./session.ts";

/** Bytes that one session may hold on to, whatever it is fed. */
const MOST = 64 * 1024 * 1024;

/** How much more memory is in use after one very long session, while the session is still there. */
export function grownBy(seed: string, events: number): { readonly events: number; readonly bytes: number; readonly most: number } {
	v8.setFlagsFromString("--expose-gc");
	const collect: unknown = vm.runInNewContext("gc");
	const used = (): number => {
		if (typeof collect === "function") collect();
		return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
	};
	const corpus = recordedLines();
	const session = new FuzzSession();
	const grammar = new Grammar(new Random(seed), corpus);
	const before = used();
	for (const event of grammar.beginning()) session.apply(event);
	for (let n = 0; n < events; n++) {
		const event = grammar.next(session.oracle);
		if (n % 500 === 0) session.oracle.forget();
		// It goes on to the end, and what it promises others look at: whoever forgets cannot.
		if ("closed" in event) continue;
		try {
			session.apply(event);
		} catch (error) {
			if (!(error instanceof Broken)) throw error;
		}
	}
	session.oracle.forget();
	const bytes = used() - before;
	// Still there: it is what was measured.
	session.apply({ log: true });
	return { events, bytes, most: MOST };
}
