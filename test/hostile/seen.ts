import type { Attack } from "./attack.ts";
import { formsOf } from "./attacks/secrets.ts";

/** What came out on either side, as bytes that were read as UTF-8. */
export interface Seen {
	readonly host: string;
	readonly server: string;
	readonly stderr: string;
}

/** True: the attack got through. `seen` is what the two sides got, and nothing that anybody says of it. */
export function gotThrough(attack: Attack, seen: Seen, secret: string): boolean {
	const at = attack.at ?? (attack.by === "server" ? "host" : "server");
	const texts = at === "stderr" ? [seen.stderr] : [seen[at], ...meantBy(seen[at])];
	return attack.never.some((never) => {
		const exact = formsOf(never, secret);
		return texts.some((text) => exact.test(text));
	});
}

/** Every key and text in the messages of a stream, without its escapes. What no parser reads is as it stands. */
function meantBy(stream: string): readonly string[] {
	return stream.split(/[\r\n]/).flatMap((line) => {
		try {
			return textsIn(JSON.parse(line));
		} catch {
			return [line];
		}
	});
}

function textsIn(value: unknown): readonly string[] {
	if (typeof value === "string") return [value];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => [key, ...textsIn(member)]);
}

/** True for a message to a person that drives a terminal, or that is not what it looks like. */
export function isUnclean(text: string): boolean {
	return /[\p{Cc}\u200b\u202e]/u.test(text.replaceAll("\n", ""));
}
