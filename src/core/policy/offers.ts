import { coversGlob, fitsGlob } from "../constraints/glob.ts";
import { mayHideCharacters } from "../hidden-characters.ts";
import { own } from "../own.ts";

/** What a server may offer beside its tools. */
export interface Offers {
	/** Names of prompts; `*`: every prompt. Empty: none. */
	readonly prompts: readonly string[];
	/** By name, the definition with which alone a prompt counts. One that is not in it counts whatever its definition. Never empty. */
	readonly promptPins?: Readonly<Record<string, string>>;
	/** URIs, letter for letter; with a `*` in it, a glob. Empty: none. */
	readonly resources: readonly string[];
	/** URI templates that are listed, letter for letter; `*`: every one. What is read by them is judged by `resources`. Empty: none. */
	readonly templates: readonly string[];
	/** Whether it may complete what a person types, for prompts, templates and resources that are granted. */
	readonly completions: boolean;
}

/** The same as it stands in a policy file: a key that is missing says nothing. */
export interface PolicyOffers {
	readonly prompts?: readonly string[] | undefined;
	readonly promptPins?: Readonly<Record<string, string>> | undefined;
	readonly resources?: readonly string[] | undefined;
	readonly templates?: readonly string[] | undefined;
	readonly completions?: boolean | undefined;
}

export const NO_OFFERS: Offers = { prompts: [], resources: [], templates: [], completions: false };

/** Stands for every name, or every template. */
const ALL = "*";
/** Stands for every resource, however its URI is written: where all of them are granted, it does not matter for which one is taken. */
const EVERY_RESOURCE = "**";
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Of a user's layer: what it does not name is not granted. */
export function offersOf({ prompts = [], promptPins = {}, resources = [], templates = [], completions = false }: PolicyOffers): Offers {
	return withPromptPins({ prompts, resources, templates, completions }, promptPins);
}

/** The same with these in the place of its pins, as far as they are of prompts that it names. */
export function withPromptPins({ promptPins: _, ...offers }: Offers, pins: Readonly<Record<string, string>>): Offers {
	const named = Object.entries(pins)
		.filter(([name]) => offersPrompt(offers, name))
		.sort(([a], [b]) => (a < b ? -1 : 1));
	return named.length === 0 ? offers : { ...offers, promptPins: Object.fromEntries(named) };
}

/** Null: whatever its definition, if it is granted at all. */
export function promptPin({ promptPins }: Pick<PolicyOffers, "promptPins">, name: string): string | null {
	return own(promptPins ?? {}, name) ?? null;
}

/** As a policy file of the user's layer has them: without what is empty. */
export function policyOffers({ prompts, promptPins, resources, templates, completions }: Offers) {
	return {
		...(prompts.length === 0 ? {} : { prompts: [...prompts] }),
		...(promptPins === undefined ? {} : { promptPins: { ...promptPins } }),
		...(resources.length === 0 ? {} : { resources: [...resources] }),
		...(templates.length === 0 ? {} : { templates: [...templates] }),
		...(completions ? { completions } : {}),
	};
}

/** What both allow. A key that the limit leaves out does not narrow; one that is there and empty allows nothing. */
export function narrowOffers(granted: Offers, limit: PolicyOffers): Offers {
	const common = limit.prompts === undefined ? granted.prompts : commonNames(granted.prompts, limit.prompts);
	const pins = { ...limit.promptPins, ...granted.promptPins };
	const torn = Object.keys(pins).filter((name) => (promptPin(limit, name) ?? pins[name]) !== pins[name]);
	const offers = {
		// What has to be two things at once is left to nobody, nor is the rest by a word that would speak of it, too.
		prompts: torn.length === 0 ? common : common.filter((name) => name !== ALL && !torn.includes(name)),
		resources: limit.resources === undefined ? granted.resources : commonPatterns(granted.resources, limit.resources),
		templates: limit.templates === undefined ? granted.templates : commonNames(granted.templates, limit.templates),
		completions: granted.completions && limit.completions !== false,
	};
	return withPromptPins(offers, pins);
}

/** Of two lists of names, either of which may say `*` for all, what both allow. */
export function commonNames(granted: readonly string[], limit: readonly string[]): readonly string[] {
	if (limit.includes(ALL)) return granted;
	return granted.includes(ALL) ? limit : granted.filter((name) => limit.includes(name));
}

/** The narrower pattern of every pair of which one holds for all that the other does. */
function commonPatterns(granted: readonly string[], limit: readonly string[]): readonly string[] {
	const common = new Set<string>();
	for (const pattern of granted)
		for (const other of limit) {
			if (covers(other, pattern)) common.add(pattern);
			else if (covers(pattern, other)) common.add(other);
		}
	return [...common];
}

function covers(wide: string, narrow: string): boolean {
	if (wide === narrow || (wide === EVERY_RESOURCE && SCHEME.test(narrow))) return true;
	if (!isGlob(wide)) return false;
	return isGlob(narrow) ? coversGlob(wide, narrow) : isPlainUri(narrow) && fitsGlob(narrow, wide);
}

export function offersPrompt({ prompts }: Offers, name: unknown): boolean {
	return typeof name === "string" && (prompts.includes(name) || prompts.includes(ALL));
}

export function offersTemplate({ templates }: Offers, template: unknown): boolean {
	return typeof template === "string" && (templates.includes(template) || templates.includes(ALL));
}

/** Judged as it stands: nothing is decoded or cleaned. What two programs could take for two addresses fits no glob but the one for all. */
export function offersResource(offers: Offers, uri: unknown): boolean {
	return typeof uri === "string" && resourceGrant(offers, uri) !== null;
}

/** What grants a resource: its URI itself, or the first glob that it fits. Null: nothing does. */
export function resourceGrant({ resources }: Offers, uri: string): string | null {
	if (resources.includes(uri)) return uri;
	if (resources.includes(EVERY_RESOURCE) && SCHEME.test(uri)) return EVERY_RESOURCE;
	if (!resources.some(isGlob) || !isPlainUri(uri)) return null;
	return resources.find((each) => isGlob(each) && fitsGlob(uri, each)) ?? null;
}

function isGlob(pattern: string): boolean {
	return pattern.includes("*");
}

/** Longer than any address that a person grants by a glob. In characters. */
const LONGEST_URI = 4096;
/** An encoded dot, slash, backslash, percent sign or control, or a percent sign that encodes nothing. */
const DOUBTFUL_ESCAPE = /%(?:[01][0-9a-f]|2[5ef]|5c|7f|(?![0-9a-f]{2}))/i;

/** True for a URI that every program takes for the same place. */
export function isPlainUri(uri: string): boolean {
	if (uri.length > LONGEST_URI || !/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*$/.test(uri)) return false;
	if (/[\\<>"`{}|^]/.test(uri) || DOUBTFUL_ESCAPE.test(uri)) return false;
	// `//somebody@host`: the host is what few programs look at first.
	if (/^[^/]*\/\/[^/]*@/.test(uri)) return false;
	return !uri.split(/[/?#;]/).some((part) => part === "." || part === "..");
}

/** Whether a text may stand as a name, a URI or a template in a policy: one that a person sees as it is. */
export function isOfferName(text: string): boolean {
	return (
		text !== "" && text.length <= 1000 && !(mayHideCharacters(text) && /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(text))
	);
}
