import { applyEdits } from "../text.ts";
import { elementsOf, find, replace } from "./json-text.ts";
import { isObject, type JsonObject } from "./message.ts";
import { type Clean, isLabel, labelOf } from "./own-words.ts";

/** Characters of a description of a resource or a template. What is longer is cut. */
const MOST_DESCRIPTION = 300;
const KNOWN: ReadonlySet<string> = new Set(["uri", "uriTemplate", "name", "title", "description", "mimeType", "size", "annotations"]);
const AUDIENCES: ReadonlySet<unknown> = new Set(["user", "assistant"]);
/** `2026-11-24T09:30:00Z` */
const TIME = /^[\w:.+-]{1,40}$/;

/** The lists whose elements no pin covers: what a server says of them changes with them. */
const UNPINNED: ReadonlySet<string> = new Set(["resources", "resourceTemplates"]);

/**
 * A page of resources or templates, in which each that is shown says no more than a host needs to show it: what the protocol knows, in short. Nobody
 * has approved it, and a host may hand it to the model.
 *
 * @param keep by the place in the page, whether it is shown
 * @param clean takes secrets out of a text, before it is cut
 * @returns the new text; of another list the same
 */
export function withBriefOffers(text: string, key: string, offers: unknown, keep: readonly boolean[], clean: Clean): string {
	const list = UNPINNED.has(key) && Array.isArray(offers) ? find(text, "result", key) : null;
	if (list === null || !Array.isArray(offers)) return text;
	const edits = elementsOf(text, list.start).flatMap((place, index) => {
		const offer: unknown = offers[index];
		const brief = keep[index] === true && isObject(offer) ? briefOffer(offer, clean) : null;
		return brief === null ? [] : [replace(place, JSON.stringify(brief))];
	});
	return applyEdits(text, edits);
}

/** Null: it is brief. */
function briefOffer(offer: JsonObject, clean: Clean): JsonObject | null {
	const members = Object.entries(offer).flatMap(([key, value]) => {
		const brief = value === null && KNOWN.has(key) ? null : briefMember(key, value, clean);
		return brief === undefined ? [] : [[key, brief] as const];
	});
	const isSame = members.length === Object.keys(offer).length && members.every(([key, value]) => value === offer[key]);
	return isSame ? null : Object.fromEntries(members);
}

/** Undefined: it is left out. */
function briefMember(key: string, value: unknown, clean: Clean): unknown {
	switch (key) {
		case "uri":
		case "uriTemplate":
			return value;
		case "name":
		case "title":
			return typeof value !== "string" || isLabel(value) ? labelled(value) : labelOf(clean(value));
		case "description":
			return typeof value === "string" ? cut(value, clean) : undefined;
		case "mimeType":
			return labelled(value);
		case "size":
			return typeof value === "number" ? value : undefined;
		case "annotations":
			return isObject(value) && Object.entries(value).every(isPlainAnnotation) ? value : undefined;
		default:
			return undefined;
	}
}

function labelled(value: unknown): unknown {
	return isLabel(value) ? value : undefined;
}

function cut(text: string, clean: Clean): string {
	if (text.length <= MOST_DESCRIPTION) return text;
	return `${clean(text)
		.slice(0, MOST_DESCRIPTION - 1)
		.replace(/[\ud800-\udbff]$/, "")}…`;
}

function isPlainAnnotation([key, value]: readonly [string, unknown]): boolean {
	if (key === "audience") return Array.isArray(value) && value.every((each) => AUDIENCES.has(each));
	if (key === "lastModified") return typeof value === "string" && TIME.test(value);
	return key === "priority" && typeof value === "number";
}
