import { type Offers, offersPrompt, offersResource, offersTemplate } from "../policy/offers.ts";
import type { Request } from "./exchange.ts";
import { isObject, type JsonObject, lookalikesOf } from "./message.ts";

/**
 * Prompts, resources, their templates and completions: which of them a host may see, reach and hear of. Nothing here looks at what a
 * server lists: a name or a URI is granted letter for letter, or it is not.
 */

/** Lists by the method that asks for one: where its elements stand, and what makes one known. */
interface List {
	readonly key: "prompts" | "resources" | "resourceTemplates";
	readonly isOpen: (offers: Offers) => boolean;
	readonly shows: (offers: Offers, element: JsonObject) => boolean;
}

const LISTS: ReadonlyMap<string, List> = new Map<string, List>([
	[
		"prompts/list",
		{ key: "prompts", isOpen: ({ prompts }) => prompts.length > 0, shows: (offers, { name }) => offersPrompt(offers, name) },
	],
	[
		"resources/list",
		{ key: "resources", isOpen: ({ resources }) => resources.length > 0, shows: (offers, { uri }) => offersResource(offers, uri) },
	],
	[
		"resources/templates/list",
		{
			key: "resourceTemplates",
			isOpen: ({ templates }) => templates.length > 0,
			shows: (offers, { uriTemplate }) => offersTemplate(offers, uriTemplate),
		},
	],
]);

/** What a host asks for by name or URI. */
const REACHED: ReadonlyMap<string, (offers: Offers, params: JsonObject) => boolean> = new Map([
	["prompts/get", (offers, { name }) => offersPrompt(offers, name)],
	["resources/read", (offers, { uri }) => offersResource(offers, uri)],
	["resources/subscribe", (offers, { uri }) => offersResource(offers, uri)],
	["resources/unsubscribe", (offers, { uri }) => offersResource(offers, uri)],
	["completion/complete", (offers, { ref }) => offers.completions && isObject(ref) && isCompletable(offers, ref)],
]);

const hasAlikeMember = lookalikesOf(["name", "uri", "uriTemplate", "type"]);

function isCompletable(offers: Offers, ref: JsonObject): boolean {
	if (hasAlikeMember(ref)) return false;
	if (ref.type === "ref/prompt") return !("uri" in ref) && offersPrompt(offers, ref.name);
	return ref.type === "ref/resource" && !("name" in ref) && (offersTemplate(offers, ref.uri) || offersResource(offers, ref.uri));
}

/** Where the elements of such a list stand. Null: it is none. */
export function listKey(method: string): string | null {
	return LISTS.get(method)?.key ?? null;
}

/** True for a list of what a server offers beside tools. */
export function isOfferList(method: string): boolean {
	return LISTS.has(method);
}

/** True for a request for one thing that a server offers beside tools. */
export function isOfferRequest(method: string): boolean {
	return REACHED.has(method);
}

/** True for what the stateless era has no more: there, a host names what it wants to hear of in `subscriptions/listen`. */
export function isOfOlderEra(method: string): boolean {
	return method === "resources/subscribe" || method === "resources/unsubscribe";
}

/** True when this very prompt, resource or completion is granted. */
export function isReachable(offers: Offers, method: string, params: JsonObject = {}): boolean {
	return REACHED.get(method)?.(offers, params) === true;
}

/** What of one page may be shown. Null: the page is not one, or `method` no list. `keep` null: nothing of this kind is granted. */
export function offeredPage(
	offers: Offers,
	method: string,
	result: JsonObject,
): { readonly key: string; readonly keep: readonly boolean[] | null } | null {
	const list = LISTS.get(method);
	const elements = list === undefined ? null : result[list.key];
	if (list === undefined || !Array.isArray(elements)) return null;
	if (!list.isOpen(offers)) return { key: list.key, keep: null };
	return { key: list.key, keep: elements.map((each: unknown) => isObject(each) && !hasAlikeMember(each) && list.shows(offers, each)) };
}

/** The prompt that a request is about; null: none. */
export function promptIn({ method, params = {} }: Pick<Request, "method" | "params">): string | null {
	if (method === "prompts/get") return typeof params.name === "string" ? params.name : null;
	const { ref } = params;
	return method === "completion/complete" && isObject(ref) && ref.type === "ref/prompt" && typeof ref.name === "string" ? ref.name : null;
}

/** Of a server's capabilities, the kinds of which nothing is granted. */
export function deniedOffers(offers: Offers): ReadonlySet<string> {
	const { prompts, completions } = offers;
	return new Set([
		...(prompts.length > 0 ? [] : ["prompts"]),
		...(offersResources(offers) ? [] : ["resources"]),
		...(completions ? [] : ["completions"]),
	]);
}

function offersResources({ resources, templates }: Offers): boolean {
	return resources.length + templates.length > 0;
}

const PROMPTS_CHANGED = "notifications/prompts/list_changed";
const RESOURCES_CHANGED = "notifications/resources/list_changed";
const RESOURCE_UPDATED = "notifications/resources/updated";

/** Whether a host may hear of this; null: it is not about what a server offers. */
export function mayHear(offers: Offers, method: string, params: JsonObject): boolean | null {
	if (method === PROMPTS_CHANGED) return offers.prompts.length > 0;
	if (method === RESOURCES_CHANGED) return offersResources(offers);
	return method === RESOURCE_UPDATED ? offersResource(offers, params.uri) : null;
}

/** What a change of the grant makes worth listing anew, as notifications. */
export function changedOffers(before: Offers, after: Offers): readonly string[] {
	const { prompts, resources, templates } = after;
	return [
		...(isSame(before.prompts, prompts) && isSame(pinned(before), pinned(after)) ? [] : [PROMPTS_CHANGED]),
		...(isSame(before.resources, resources) && isSame(before.templates, templates) ? [] : [RESOURCES_CHANGED]),
	];
}

function pinned({ promptPins = {} }: Offers): readonly string[] {
	return Object.entries(promptPins).map((each) => each.join(" "));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((each) => b.includes(each));
}

/** The part of a `subscriptions/listen`, or of its acknowledgement, that is not granted: members to leave out, and URIs to keep. */
export function deniedSubscriptions(
	offers: Offers,
	notifications: JsonObject,
): { readonly drop: ReadonlySet<string>; readonly keep: readonly boolean[] | null } {
	const { resourceSubscriptions: uris } = notifications;
	const keep = Array.isArray(uris) ? uris.map((uri: unknown) => offersResource(offers, uri)) : [];
	return {
		drop: new Set([
			...(offers.prompts.length > 0 ? [] : ["promptsListChanged"]),
			...(offersResources(offers) ? [] : ["resourcesListChanged"]),
			...(keep.includes(true) ? [] : ["resourceSubscriptions"]),
		]),
		keep: keep.includes(true) && keep.includes(false) ? keep : null,
	};
}
