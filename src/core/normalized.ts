/** What Unicode calls the Stream-Safe Text Format allows of characters that stand upon the one before them, in one run (UAX #15, section 13). */
export const MOST_MARKS = 30;
/** All of them, and the two half-width ones that some forms make into such. */
const MARK = "[\\p{M}\\uff9e\\uff9f]";
const LONG_RUN = new RegExp(`${MARK}{${MOST_MARKS}}(?=${MARK})`, "gu");
/** Parts a run, and is seen by nobody. Whoever takes marks or what is not seen out of the text takes this with it. */
const JOINER = "\u034f";
const BEYOND_ASCII = /[^\0-\x7f]/;

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/**
 * A text in a normalisation form of Unicode, in a time that grows with its length: the engine sorts a run of marks in the square of it.
 * A run that is longer than any script writes (see {@link hasLongRun}) is parted by an unseen character, as Unicode provides, and so is sorted in parts.
 */
export function normalized(text: string, form: NormalizationForm): string {
	return BEYOND_ASCII.test(text) ? text.replace(LONG_RUN, `$&${JOINER}`).normalize(form) : text;
}

/** Whether more marks follow one another than any script writes. Two such texts may be equal to other programs, and not to us: what decides leaves it. */
export function hasLongRun(text: string): boolean {
	return BEYOND_ASCII.test(text) && text.search(LONG_RUN) >= 0;
}
