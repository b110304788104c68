import type { ServerEntry } from "./server.ts";

/** Why an entry that is not `unambiguous` is not changed, and what a person does. */
interface Uneditable {
	/** To follow "cannot be edited safely: ". */
	readonly why: string;
	readonly remedy: string;
}

export function uneditable({ scattered }: Pick<ServerEntry, "scattered">): Uneditable {
	return scattered
		? {
				why: "parts of it stand elsewhere in the file, or are used there, too (an anchor, an alias, a table in several places, a key with dots)",
				remedy: "Write it out in one place, then launch it through Sallyport.",
			}
		: {
				why: "the file has a syntax error, a key stands twice, or a value has another type than hosts read",
				remedy: "Mend that first: sallyport scan shows the place.",
			};
}
