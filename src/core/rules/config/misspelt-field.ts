import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { betterField } from "./better-field.ts";

export const misspeltField: Rule = {
	id: "misspelt-field",
	title: "Field that the host does not read, and nearly the name of one",
	help: "Hosts pass over what they do not know without a word. Write the name that the host reads.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A member of a server's entry whose name the host does not read, and which is one slip away from one that it does (`commmand`, `arg`), or another host's name for it (`environment`). Only for hosts whose fields are all known. Names that are like none of the host's, and fields that are `null`, are left alone.",
		matters: "The host passes over it and says nothing: a limit that was meant to hold does not, a server starts without its variables.",
		remedy: "Take the fix, which renames it.",
		example: {
			before: '"notes": { "command": "notes-server", "arg": ["--read-only"] }',
			after: '"notes": { "command": "notes-server", "args": ["--read-only"] }',
		},
	},
	mayConcernFile: mayMisspell,
	*checkDocument(document) {
		const offered = new Set<string>();
		for (const { name, key, keyPath, others } of misspelt(document)) {
			const better = betterField(document.host, key.value);
			if (better === null) continue;
			// Two fields of one name would be one lost.
			const place = JSON.stringify([...keyPath.slice(0, -1), better]);
			const isFree = others !== null && !others.has(better) && !offered.has(place);
			offered.add(place);
			yield newFinding({
				ruleId: "misspelt-field",
				severity: "warning",
				server: name,
				keyPath,
				span: key.span,
				message: `${HOSTS[document.host].title}: ${quoted(key.value)} is not read. Write ${better}.`,
				fixes: isFree ? ["rename-key"] : [],
			});
		}
	},
};

const SETS = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Of a host's own list, which never changes. */
function setOf(fields: readonly string[]): ReadonlySet<string> {
	const known = SETS.get(fields) ?? new Set(fields);
	SETS.set(fields, known);
	return known;
}

/** A member of an entry, read or not. */
interface Member {
	readonly name: string;
	readonly key: Located<string>;
	readonly keyPath: readonly (string | number)[];
	/** The names beside it; null: the entry is not to be edited. */
	readonly others: ReadonlySet<string> | null;
}

/** False where the host reads every member of every entry. */
function mayMisspell({ host, servers, problems }: ConfigDocument): boolean {
	const { fields } = HOSTS[host];
	if (fields === null) return false;
	const known = setOf(fields);
	return problems.some(({ code }) => code === "bad-entry") || servers.some(({ keys }) => keys.some(({ value }) => !known.has(value)));
}

function isNull({ settings, keyPath }: ServerEntry, field: string): boolean {
	return settings.some(
		(setting) => setting.kind === "null" && setting.keyPath.length === keyPath.length + 1 && setting.keyPath.at(-1) === field,
	);
}

function* misspelt(document: ConfigDocument): Iterable<Member> {
	const { fields, roots } = HOSTS[document.host];
	if (fields === null) return;
	const known = setOf(fields);
	for (const server of document.servers) {
		if (server.keys.every(({ value }) => known.has(value))) continue;
		const others = server.unambiguous ? new Set(server.keys.map(({ value }) => value)) : null;
		for (const key of server.keys) {
			// Nothing is lost by a field that says nothing.
			if (known.has(key.value) || isNull(server, key.value)) continue;
			yield { name: server.name.value, key, keyPath: [...server.keyPath, key.value], others };
		}
	}
	// Without a command or an address it is no server, perhaps only because that is misspelt.
	if (!document.problems.some(({ code }) => code === "bad-entry")) return;
	const broken = document.problems.some(({ code }) => code === "syntax");
	const read = new Set(document.servers.map(({ keyPath }) => JSON.stringify(keyPath)));
	const seen = new Set<number>();
	for (const { keyPath, key, server } of document.settings) {
		const root = roots.find(({ path, holds }) => holds === "map" && path.every((part, i) => part === keyPath[i]));
		if (root === undefined || server === null || key === null || seen.has(key.span.offset)) continue;
		const place = keyPath.slice(0, root.path.length + 2);
		if (place.at(-1) !== key.value || read.has(JSON.stringify(place.slice(0, -1)))) continue;
		seen.add(key.span.offset);
		yield { name: server, key, keyPath: place, others: broken ? null : new Set() };
	}
}
