import { applyEdits, createScanner, findNodeAtLocation, type JSONPath, modify, parseTree } from "jsonc-parser";
import { splitBom } from "../text.ts";
import { canonicalServer, grantKey } from "./accepted.ts";
import { parsePolicy } from "./parse.ts";
import type { PolicyServer } from "./schema.ts";

/**
 * The text of a policy file with the grant of this entry as it is to be: what else stands in the file, comments and examples among it, stays
 * as a person wrote it. Null: the file has no grant of this entry alone, or cannot be changed so; then it has to be written anew.
 */
export function withGrant(text: string, server: PolicyServer): string | null {
	const place = placeOf(text, server);
	if (place === null) return null;
	const { index, before, file } = place;
	// Without a comment it is written as such files always are: a launch reads them sooner.
	if (`${JSON.stringify(file, null, "\t")}\n` === place.text) {
		const kept = before.examples === undefined ? {} : { examples: before.examples };
		return `${JSON.stringify({ ...file, servers: file.servers.with(index, { ...server, ...kept }) }, null, "\t")}\n`;
	}
	const [was, now] = [members(before), members(server)];
	let changed = place.text;
	for (const key of new Set([...was.keys(), ...now.keys()])) {
		if (key === "examples") continue;
		changed =
			key === "tools"
				? withEach(changed, ["servers", index, key], before.tools, server.tools)
				: set(changed, ["servers", index, key], was.get(key), now.get(key));
	}
	const read = parsePolicy(changed, "the grant");
	const after = read.ok ? read.value.servers[index] : undefined;
	return after !== undefined && canonicalServer(after) === canonicalServer(server) ? place.bom + changed : null;
}

/** The text without the grant of this entry. Null: nothing of a person's own is left in it, or it cannot be changed so. */
export function withoutGrant(text: string, server: Pick<PolicyServer, "name" | "config" | "workspace">): string | null {
	const place = placeOf(text, server);
	if (place === null || !place.hasMore) return null;
	const changed = withoutServer(place.text, place.index);
	return parsePolicy(changed, "the grant").ok ? place.bom + changed : null;
}

/** How many grants of this entry the text of a policy file has. 0 also where it does not parse. */
export function grantsHeld(text: string, server: Pick<PolicyServer, "name" | "config" | "workspace">): number {
	const read = parsePolicy(splitBom(text).text, "the grant");
	return read.ok ? read.value.servers.filter((each) => grantKey(each) === grantKey(server)).length : 0;
}

/** The text with the first grant of this entry alone. */
export function withoutRepeats(raw: string, server: Pick<PolicyServer, "name" | "config" | "workspace">): string {
	const { text } = splitBom(raw);
	const read = parsePolicy(text, "the grant");
	if (!read.ok) return raw;
	const [, ...repeats] = read.value.servers.flatMap((each, index) => (grantKey(each) === grantKey(server) ? [index] : []));
	const changed = repeats.reduceRight(withoutServer, text);
	return raw.slice(0, raw.length - text.length) + changed;
}

/** The text without this item of its list: `modify` takes a sign too many where the list ends on the item's own line. */
function withoutServer(text: string, index: number): string {
	const tree = parseTree(text, [], { allowTrailingComma: true });
	const items = (tree === undefined ? undefined : findNodeAtLocation(tree, ["servers"])?.children) ?? [];
	const [before, item, after] = [items[index - 1], items[index], items[index + 1]];
	if (item === undefined) return text;
	const end = item.offset + item.length;
	if (before !== undefined) return text.slice(0, before.offset + before.length) + text.slice(end);
	if (after !== undefined) return text.slice(0, item.offset) + text.slice(after.offset);
	const scanner = createScanner(text, true);
	scanner.setPosition(end);
	scanner.scan();
	const past = scanner.getTokenOffset() + scanner.getTokenLength();
	return text.slice(0, item.offset) + text.slice(text.slice(end, past).endsWith(",") ? past : end);
}

function placeOf(raw: string, server: Pick<PolicyServer, "name" | "config" | "workspace">) {
	const { text } = splitBom(raw);
	const read = parsePolicy(text, "the grant");
	if (!read.ok) return null;
	const file = read.value;
	const { servers, version: _, ...others } = file;
	const index = servers.findIndex((each) => grantKey(each) === grantKey(server));
	const before = servers[index];
	if (before === undefined || servers.filter((each) => grantKey(each) === grantKey(server)).length > 1) return null;
	const hasMore = servers.length > 1 || Object.values(others).some((each) => each !== undefined);
	return { text, file, bom: raw.slice(0, raw.length - text.length), index, before, hasMore };
}

/** Member by member, so that what stands beside one that stays does so too. */
function withEach(text: string, path: JSONPath, before: object | undefined, after: object | undefined): string {
	if (before === undefined || after === undefined) return set(text, path, before, after);
	const [was, now] = [members(before), members(after)];
	let changed = text;
	for (const key of new Set([...was.keys(), ...now.keys()])) changed = set(changed, [...path, key], was.get(key), now.get(key));
	return changed;
}

function set(text: string, path: JSONPath, before: unknown, after: unknown): string {
	if (JSON.stringify(before) === JSON.stringify(after)) return text;
	const formattingOptions = { insertSpaces: false, tabSize: 1, eol: text.includes("\r\n") ? "\r\n" : "\n" };
	return applyEdits(text, modify(text, path, after, { formattingOptions }));
}

function members(value: object): ReadonlyMap<string, unknown> {
	return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
