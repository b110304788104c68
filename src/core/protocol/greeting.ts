import { applyEdits } from "../text.ts";
import { find, setMember } from "./json-text.ts";
import { isCacheHint, othersIn } from "./known-members.ts";
import { isObject, type JsonObject } from "./message.ts";
import { Meta } from "./meta.ts";
import { type Clean, hasPlace, isPlainInfo, isPlainOption, labelOf } from "./own-words.ts";
import { dropMembers } from "./rewrite.ts";

/** Edits of an answer to `initialize` or `server/discover`, by which it says no more than a host may hear. All return the new text. */

const IN_META: ReadonlySet<string> = new Set([Meta.serverInfo]);

/** True for a member that the protocol knows in such an answer, with a value of its kind. */
function isKnown(key: string, value: unknown): boolean {
	switch (key) {
		case "protocolVersion":
		case "supportedVersions":
		case "instructions":
		case "resultType":
			return true;
		case "capabilities":
		case "serverInfo":
		case "_meta":
			return isObject(value);
		default:
			return isCacheHint(key, value);
	}
}

/** Without what no host has a use for: members that the protocol does not know, and all of `_meta` but who the server is. */
export function withoutUnknown(text: string, result: JsonObject): string {
	const { _meta: meta } = result;
	const fewer = isObject(meta)
		? dropMembers(
				text,
				["result", "_meta"],
				othersIn(meta, (key, value) => IN_META.has(key) && isObject(value)),
			)
		: text;
	return dropMembers(fewer, ["result"], othersIn(result, isKnown));
}

/** Without what the server says for the model. */
export function withoutInstructions(text: string): string {
	return dropMembers(text, ["result"], new Set(["instructions"]));
}

/**
 * Without what it says of itself beside that: what is left is short labels, and the names of what it can.
 *
 * @param clean here and below: takes secrets out of a text, before it is cut
 */
export function withoutBeside(text: string, result: JsonObject, clean: Clean): string {
	const { capabilities, serverInfo } = result;
	let changed = withPlainInfo(withInfo(text, ["result", "serverInfo"], serverInfo, clean), result, clean);
	if (!isObject(capabilities)) return changed;
	const path = ["result", "capabilities"];
	const unknown = othersIn(capabilities, (kind, value) => hasPlace(kind) && isObject(value));
	for (const [kind, value] of Object.entries(capabilities))
		if (isObject(value) && !unknown.has(kind))
			changed = dropMembers(
				changed,
				[...path, kind],
				othersIn(value, (key, each) => isPlainOption(kind, key, each)),
			);
	return dropMembers(changed, path, unknown);
}

/** Of any answer, without what its `_meta` says of the server beyond short labels. */
export function withPlainInfo(text: string, { _meta: meta }: JsonObject, clean: Clean): string {
	return isObject(meta) ? withInfo(text, ["result", "_meta", Meta.serverInfo], meta[Meta.serverInfo], clean) : text;
}

/** @param path where `info` stands */
function withInfo(text: string, path: readonly string[], info: unknown, clean: Clean): string {
	if (!isObject(info)) return text;
	let changed = dropMembers(
		text,
		path,
		othersIn(info, (key, value) => isPlainInfo(key, value) || isNeeded(key, value)),
	);
	for (const [key, value] of Object.entries(info)) {
		if (isPlainInfo(key, value) || !isNeeded(key, value)) continue;
		const place = find(changed, ...path);
		if (place !== null) changed = applyEdits(changed, [setMember(changed, place, key, JSON.stringify(labelOf(clean(value))))]);
	}
	return changed;
}

/** A host refuses an answer without these. */
function isNeeded(key: string, value: unknown): value is string {
	return (key === "name" || key === "version") && typeof value === "string";
}
