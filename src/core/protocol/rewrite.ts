import { applyEdits, type TextEdit } from "../text.ts";
import { type Element, elementsOf, find, membersOf, replace, setMember, without } from "./json-text.ts";
import { isObject, type JsonObject } from "./message.ts";
import { TASKS_EXTENSION } from "./meta.ts";

/** What the relay changes in messages, each by the smallest edit of the original text. All return the new text. */

/** In milliseconds. A grant can change at any moment, and a host may keep a list for as long as it says. */
const LIST_TTL = 5000;

const TASKS: ReadonlySet<string> = new Set(["tasks"]);
const MODEL_TOOLS: ReadonlySet<string> = new Set(["tools"]);
const META: ReadonlySet<string> = new Set(["_meta"]);

/** `denied`: what a server may not ask its host for. */
export function hasDeniedCapability(capabilities: unknown, denied: ReadonlySet<string>): boolean {
	return (
		isObject(capabilities) &&
		(Object.keys(capabilities).some((key) => denied.has(key)) || hasTasksExtension(capabilities) || hasModelTools(capabilities))
	);
}

/** `path` leads to the host's capabilities. */
export function withoutDeniedCapabilities(text: string, denied: ReadonlySet<string>, ...path: readonly string[]): string {
	const fewer = dropMembers(text, [...path, "sampling"], MODEL_TOOLS);
	return dropMembers(dropTasksExtension(fewer, path), path, denied);
}

/** Of an answer to `initialize` or `server/discover`: a server with tools announces changes, because the grant can change; no tasks. */
export function withListChanged(text: string, capabilities: unknown): string {
	if (!isObject(capabilities)) return text;
	const path = ["result", "capabilities"];
	let changed = text;
	if (isObject(capabilities.tools) && capabilities.tools.listChanged !== true) {
		const tools = find(changed, ...path, "tools");
		if (tools !== null) changed = applyEdits(changed, [setMember(changed, tools, "listChanged", "true")]);
	}
	if ("tasks" in capabilities) changed = dropMembers(changed, path, TASKS);
	return hasTasksExtension(capabilities) ? dropTasksExtension(changed, path) : changed;
}

/** Of a page of tools or prompts: without the `_meta` of those for which `drop` is true. */
export function withoutMeta(text: string, key: "tools" | "prompts", drop: readonly boolean[]): string {
	const list = drop.includes(true) ? find(text, "result", key) : null;
	if (list === null) return text;
	const edits = elementsOf(text, list.start).flatMap((each, index) =>
		drop[index] === true ? [replace(each, without(text, each, META))] : [],
	);
	return applyEdits(text, edits);
}

/** Keeps the elements of `result[key]` for which `keep` is true. */
export function filteredList(text: string, key: string, keep: readonly boolean[]): string {
	return keptElements(text, ["result", key], keep);
}

function keptElements(text: string, path: readonly string[], keep: readonly boolean[]): string {
	const list = find(text, ...path);
	if (list === null || keep.every(Boolean)) return text;
	const kept = elementsOf(text, list.start).filter((_, index) => keep[index]);
	return applyEdits(text, [replace(list, `[${kept.map(({ start, end }) => text.slice(start, end)).join(",")}]`)]);
}

/** An empty list has no further page. */
export function emptiedList(text: string, key: string): string {
	const list = find(text, "result", key);
	return list === null ? text : dropMembers(applyEdits(text, [replace(list, "[]")]), ["result"], new Set(["nextCursor"]));
}

/** Marks a list as this host's own and as short-lived. */
export function privateList(text: string, result: JsonObject): string {
	let changed = text;
	const set = (key: string, value: string) => {
		const place = find(changed, "result");
		if (place !== null) changed = applyEdits(changed, [setMember(changed, place, key, value)]);
	};
	const ttl = typeof result.ttlMs === "number" && result.ttlMs >= 0 ? result.ttlMs : LIST_TTL;
	if (result.ttlMs !== Math.min(ttl, LIST_TTL)) set("ttlMs", String(Math.min(ttl, LIST_TTL)));
	if (result.cacheScope !== "private") set("cacheScope", '"private"');
	return changed;
}

/** Of `subscriptions/listen` and its acknowledgement: without these members, and with those URIs alone; `keep` null: with all. */
export function withSubscriptions(text: string, drop: ReadonlySet<string>, keep: readonly boolean[] | null): string {
	const path = ["params", "notifications"];
	const fewer = dropMembers(text, path, drop);
	return keep === null ? fewer : keptElements(fewer, [...path, "resourceSubscriptions"], keep);
}

/** Of an answer to `initialize` or `server/discover`: without these kinds; what is left of prompts and resources announces changes. */
export function withOffers(text: string, capabilities: unknown, denied: ReadonlySet<string>): string {
	if (!isObject(capabilities)) return text;
	const path = ["result", "capabilities"];
	let changed = dropMembers(text, path, denied);
	for (const kind of ["prompts", "resources"]) {
		const said = capabilities[kind];
		const place = denied.has(kind) || !isObject(said) || said.listChanged === true ? null : find(changed, ...path, kind);
		if (place !== null) changed = applyEdits(changed, [setMember(changed, place, "listChanged", "true")]);
	}
	return changed;
}

/** Of an acknowledgement: changes of the tools are announced, by the relay if not by the server. */
export function withToolsAcknowledged(text: string): string {
	const filter = find(text, "params", "notifications");
	return filter === null ? text : applyEdits(text, [setMember(text, filter, "toolsListChanged", "true")]);
}

/** Whether a server may ask the model with tools of its own: what nobody approved is never let through, so that none need ask. */
function hasModelTools({ sampling }: JsonObject): boolean {
	return isObject(sampling) && "tools" in sampling;
}

function hasTasksExtension(capabilities: JsonObject): boolean {
	return isObject(capabilities.extensions) && TASKS_EXTENSION in capabilities.extensions;
}

function dropTasksExtension(text: string, path: readonly string[]): string {
	return dropMembers(text, [...path, "extensions"], new Set([TASKS_EXTENSION]));
}

/** The object at `path` without these members; the same text where it is no object, or has none of them. */
export function dropMembers(text: string, path: readonly string[], drop: ReadonlySet<string>): string {
	const place: Element | null = find(text, ...path);
	if (place === null || text[place.start] !== "{") return text;
	if (!membersOf(text, place.start).some((member) => drop.has(member.key))) return text;
	const edit: TextEdit = replace(place, without(text, place, drop));
	return applyEdits(text, [edit]);
}
