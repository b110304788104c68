import { coversAddress, fitsAddress, parseAddress } from "./address-glob.ts";
import { hiddenSlashes, leadsElsewhere } from "./elsewhere.ts";
import { coversSegments, fitsSegments } from "./segments.ts";

/** In characters: what is longer fits no glob. */
const LONGEST = 65_536;
/** Alone it stands for every text that does not lead elsewhere. */
const ALL = "**";

/**
 * Whether a text fits a glob, letter for letter: `*` stands for any characters but `/`, `**` between slashes for any number of
 * segments, `?` for one character but `/`. Unlike a list of what is forbidden, nothing is folded: what looks alike is not the same. What
 * two programs could take for two places fits none: a way up, an encoded slash, two slashes or a backslash that the glob does not name.
 */
export function fitsGlob(text: string, glob: string): boolean {
	if (text.length > LONGEST || leadsElsewhere(text)) return false;
	if (glob === ALL) return true;
	const address = parseAddress(glob);
	if (address !== null) return fitsAddress(text, address);
	if (text.includes("\\") && !glob.includes("\\")) return false;
	return hiddenSlashes(text) === hiddenSlashes(glob) && fitsSegments(text, glob);
}

/** True when every text that fits `narrow` surely fits `wide`. False may mean that it cannot be told. */
export function coversGlob(wide: string, narrow: string): boolean {
	if (wide === ALL) return true;
	const [wider, narrower] = [parseAddress(wide), parseAddress(narrow)];
	if (wider !== null && narrower !== null) return coversAddress(wider, narrower);
	if (wider !== null || narrower !== null) return false;
	if (narrow.includes("\\") && !wide.includes("\\")) return false;
	return hiddenSlashes(wide) === hiddenSlashes(narrow) && coversSegments(wide, narrow);
}
