import type { ServerEntry } from "../config/server.ts";
import { LastOf } from "./last-of.ts";

/** The texts of an entry in one, to see in one look that it holds nothing of what a rule is about. */
export interface EntryTexts {
	/** The command and its arguments; empty for a remote server. */
	readonly launch: string;
	/**
	 * True where a word of the launch line may read otherwise than it stands there (quotes and escapes of a shell, code in base64), or
	 * where there is too much to look through it for every rule: then no rule may be passed over. So it is for a remote server, too.
	 */
	readonly twisted: boolean;
	/** The names of the variables; empty for a remote server. */
	readonly names: string;
	/** Their values. */
	readonly values: string;
}

/** What parts two texts. No form that is looked for has it. */
const BETWEEN = "\0";
const TWISTED = /["'`\\^]|[^\0-\x7f]|p(?:ower|w)sh/i;
/** Characters of one list. */
const LONGEST = 4096;

const REMOTE: EntryTexts = { launch: "", twisted: true, names: "", values: "" };
const known = new LastOf<ServerEntry, EntryTexts>();

export function entryTexts(server: ServerEntry): EntryTexts {
	if (server.kind !== "stdio") return REMOTE;
	const before = known.get(server);
	if (before !== undefined) return before;
	let launch = server.command.value;
	for (const { value } of server.args) launch += BETWEEN + value;
	let names = "";
	let values = "";
	for (const { name, value } of server.env) {
		names += name.value + BETWEEN;
		values += value.value + BETWEEN;
	}
	// Case is compared as in ASCII here, and by some rules as in all scripts.
	const isForeign = /[^\0-\x7f]/.test(names);
	const isLong = launch.length > LONGEST || names.length > LONGEST || values.length > LONGEST;
	const texts = isLong || isForeign ? REMOTE : { launch, twisted: TWISTED.test(launch), names, values };
	known.set(server, texts);
	return texts;
}

/** For a rule about words of the launch line: false where none of them can be meant. `form` is a part of every such word. */
export function launchHolds(form: RegExp): (texts: EntryTexts) => boolean {
	return ({ launch, twisted }) => twisted || form.test(launch);
}

/** The same of the names and the values of variables, too; null: of those it is not about. */
export function entryHolds(forms: {
	readonly launch: RegExp | null;
	readonly names: RegExp | null;
	readonly values: RegExp | null;
}): (texts: EntryTexts) => boolean {
	return ({ launch, twisted, names, values }) =>
		twisted || forms.launch?.test(launch) === true || forms.names?.test(names) === true || forms.values?.test(values) === true;
}
