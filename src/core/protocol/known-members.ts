import { isObject, type JsonObject } from "./message.ts";
import { Meta } from "./meta.ts";
import { isLabel } from "./own-words.ts";
import { dropMembers } from "./rewrite.ts";

/**
 * What the protocol knows of messages in which a host expects none of a server's words: pages of lists, answers that hold nothing, news that
 * something changed. What else stands in one, some hosts would hand on. All return the new text.
 */

type IsKept = (key: string, value: unknown) => boolean;

/** Requests of the host that are answered by nothing. */
const ANSWERED_BY_NOTHING: ReadonlySet<string> = new Set([
	"ping",
	"logging/setLevel",
	"resources/subscribe",
	"resources/unsubscribe",
	"subscriptions/listen",
]);

/** By method, the parameters that a server's request or notification has beside `_meta`. What is not here has words in it, and is judged elsewhere. */
const PARAMS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
	Object.entries({
		ping: [],
		"roots/list": [],
		"notifications/tools/list_changed": [],
		"notifications/prompts/list_changed": [],
		"notifications/resources/list_changed": [],
		"notifications/resources/updated": ["uri"],
		"notifications/elicitation/complete": ["elicitationId"],
		"notifications/cancelled": ["requestId", "reason"],
		"notifications/subscriptions/acknowledged": ["notifications"],
	}).map(([method, names]) => [method, new Set(names)]),
);
/** Those that are texts, and that nobody has seen before. */
const LABELS: ReadonlySet<string> = new Set(["reason", "elicitationId"]);
const SUBSCRIBED: ReadonlySet<string> = new Set(["toolsListChanged", "promptsListChanged", "resourcesListChanged"]);
const SCOPES: ReadonlySet<unknown> = new Set(["private", "public"]);

/** True for an answer that holds nothing but, in the stateless era, who the server is. */
export function isAnsweredByNothing(method: string): boolean {
	return ANSWERED_BY_NOTHING.has(method);
}

/** The names of the members that are not kept. */
export function othersIn(object: JsonObject, isKept: IsKept): ReadonlySet<string> {
	return new Set(Object.entries(object).flatMap(([key, value]) => (isKept(key, value) ? [] : [key])));
}

/** True for a hint to a host's cache. */
export function isCacheHint(key: string, value: unknown): boolean {
	return (key === "ttlMs" && typeof value === "number") || (key === "cacheScope" && SCOPES.has(value));
}

/** Of a page of `list`, or (null) of an answer that holds nothing. */
export function withKnownResult(text: string, result: JsonObject, list: string | null): string {
	const isPage = list !== null;
	const isKept: IsKept = (key, value) => {
		if (key === "resultType") return value === "complete";
		return isPage && (key === list || isCacheHint(key, value) || (key === "nextCursor" && isCursor(value)));
	};
	return withKnown(
		text,
		["result"],
		result,
		isKept,
		(key, value) => isOfStream(key, value) || (key === Meta.serverInfo && isObject(value)),
	);
}

/** Of what a server asks or tells. */
export function withKnownParams(text: string, method: string, params: JsonObject): string {
	const known = PARAMS.get(method);
	if (known === undefined) return text;
	const fewer = withKnown(
		text,
		["params"],
		params,
		(key, value) => known.has(key) && (!LABELS.has(key) || isLabel(value)),
		isOfStreamIn(method),
	);
	const { notifications } = params;
	return known.has("notifications") && isObject(notifications) ? withKnownSubscriptions(fewer, notifications) : fewer;
}

function withKnownSubscriptions(text: string, notifications: JsonObject): string {
	const isKept: IsKept = (key, value) =>
		SUBSCRIBED.has(key) ? typeof value === "boolean" : key === "resourceSubscriptions" && Array.isArray(value);
	return dropMembers(text, ["params", "notifications"], othersIn(notifications, isKept));
}

function withKnown(text: string, path: readonly string[], object: JsonObject, isKept: IsKept, isKeptMeta: IsKept): string {
	const { _meta: meta } = object;
	const fewer = isObject(meta) ? dropMembers(text, [...path, "_meta"], othersIn(meta, isKeptMeta)) : text;
	return dropMembers(
		fewer,
		path,
		othersIn(object, (key, value) => (key === "_meta" ? isObject(value) || value === null : isKept(key, value))),
	);
}

/** A request of the server belongs to no subscription. */
function isOfStreamIn(method: string): IsKept {
	return method.startsWith("notifications/") ? isOfStream : () => false;
}

/** To which subscription of the host's it belongs. */
function isOfStream(key: string, value: unknown): boolean {
	return key === Meta.subscriptionId && (typeof value === "string" || typeof value === "number");
}

function isCursor(value: unknown): boolean {
	return typeof value === "string" || value === null;
}
