import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives back what a start has left in memory, which is much more than a quiet launcher needs. V8 would do it when it needs room, and hands
 * the function that asks for it only to contexts that are made while this flag is set; set from the beginning, it would cost the start
 * the code that Node keeps of its own modules.
 */
export function giveBack(): void {
	setFlagsFromString("--expose-gc");
	const collect: unknown = runInNewContext("gc");
	setFlagsFromString("--no-expose-gc");
	if (typeof collect === "function") collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
