import { plain } from "../core/plain-text.ts";

/** To the second, in UTC, of a time as the log has it. */
export function logTime(at: string): string {
	return plain(at.replace("T", " ").replace(/\.\d+Z$/, " UTC"));
}
