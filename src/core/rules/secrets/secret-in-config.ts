import { IGNORE_KEY } from "../../config/entry.ts";
import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry, Setting } from "../../config/server.ts";
import { detectInArguments } from "../../secrets/arguments.ts";
import { type Detection, detectInText, detectSecrets } from "../../secrets/detector.ts";
import { classifyKey } from "../../secrets/keys.ts";
import { slice, spanLookup } from "../../text.ts";
import type { Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { byteLists } from "./byte-lists.ts";
import { secretFinding } from "./secret-finding.ts";

const REMEDY = "Take it out of the file, then rotate it.";

export const secretInConfig: Rule = {
	id: "secret-in-config",
	title: "Credential elsewhere in the file",
	help: "A default of an input, a key that the host does not read, or a comment holds a credential. Take it out, and have the provider issue a new one.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A credential anywhere else in the file: in a comment, in the default of an input, under a key that the host does not read, in an entry that no host can start; a key as a list of its bytes counts, and so does a login in a note: `login sam …`. Of a file that holds a host's other settings as well, every comment is read, and every value whose name means a password or a token: a model's `apiKey`, a provider's header.",
		matters: "An entry that was commented out still works for whoever finds it, and nobody looks there when keys are rotated.",
		remedy: "Delete it, and have the provider issue a new one. What must be kept belongs into the keychain: `sallyport secrets set`.",
		example: {
			before: [
				'// "old": { "command": "npx", "args": ["--token", "…"] },',
				'"inputs": [{ "id": "token", "type": "promptString", "default": "…" }]',
			].join("\n"),
			after: '"inputs": [{ "id": "token", "type": "promptString", "password": true }]',
		},
	},
	mayConcernFile: ({ settings, comments }) => settings.length + comments.length > 0,
	*checkDocument(document) {
		let names: ReadonlyMap<string, string> | null = null;
		// What holds nothing is known to the search itself.
		const known = new Map<string, readonly Detection[]>();
		yield* commandLists(document);
		for (const { keyPath, server, value, kind } of document.settings) {
			if (!isText(kind)) continue;
			const own = keyPath.findLast((key) => typeof key === "string") ?? null;
			const last = keyPath.at(-1);
			if (last === "default" || last === "value") names ??= siblingNames(document);
			const named = last === "default" || last === "value" ? names?.get(parentOf(keyPath)) : undefined;
			const prose = own !== null && /^(?:_?comments?|descriptions?|_?instructions|_?notes?|title|label|help|\/\/)$/i.test(own);
			const telling = tellingKey(keyPath, server);
			const isReason = server !== null && keyPath.includes(IGNORE_KEY);
			const key = named ?? telling;
			// With its length, so that no two of them give the same.
			const same = `${prose || isReason} ${key?.length ?? "no"} ${key ?? ""}${value.value}`;
			const detections = known.get(same) ?? (prose || isReason ? detectInText(value.value) : detectSecrets(key, value.value));
			if (detections.length === 0) continue;
			known.set(same, detections);
			for (const detection of detections) {
				yield secretFinding(document, value, detection, {
					ruleId: "secret-in-config",
					server,
					keyPath,
					holder: isReason ? "An ignore" : telling === null ? "A value" : quoted(telling),
					remedy: REMEDY,
					slot: null,
				});
			}
		}
		for (const { located, first, detection } of byteLists(document, ({ keyPath, server }) => tellingKey(keyPath, server))) {
			yield secretFinding(document, located, detection, {
				ruleId: "secret-in-config",
				server: first.server,
				keyPath: first.keyPath,
				holder: "A list of numbers",
				remedy: REMEDY,
				slot: null,
				from: located.span.offset,
			});
		}
		yield* comments(document);
	},
};

/**
 * The key that tells what a value is: its own, or the one above where its own says nothing and that one means a secret:
 * `"PASSWORD": { "value": "…" }`. The name of a server tells nothing about what is in it.
 */
function tellingKey(keyPath: Setting["keyPath"], server: string | null): string | null {
	const inside = server === null ? keyPath : keyPath.slice(keyPath.indexOf(server) + 1);
	const [own = null, above = null] = inside.filter((key) => typeof key === "string").reverse();
	if (own === null) return keyPath.findLast((key) => typeof key === "string") ?? null;
	const kind = classifyKey(above);
	return classifyKey(own) === "neutral" && (kind === "password" || kind === "secret") ? above : own;
}

/** A list of words may be a command line in a shape that the host does not know: `"command": ["npx", "--token", "…"]`. */
function* commandLists(document: ConfigDocument) {
	const lists = new Map<string, Setting[]>();
	let last: Setting[] | null = null;
	for (const value of document.settings) {
		if (!isText(value.kind) || typeof value.keyPath.at(-1) !== "number") continue;
		// Nearly always the list of the value before.
		if (last?.[0] !== undefined && isBeside(last[0].keyPath, value.keyPath)) {
			last.push(value);
			continue;
		}
		const parent = parentOf(value.keyPath);
		last = lists.get(parent) ?? [];
		if (last.length === 0) lists.set(parent, last);
		last.push(value);
	}
	for (const list of lists.values()) {
		for (const detection of detectInArguments(list.map(({ value }) => value.value))) {
			const item = list[detection.index];
			if (item === undefined || !detection.confident) continue;
			yield secretFinding(document, item.value, detection, {
				ruleId: "secret-in-config",
				server: item.server,
				keyPath: item.keyPath,
				holder: "A list",
				remedy: REMEDY,
				slot: null,
			});
		}
	}
}

function* comments(document: ConfigDocument) {
	let serverAt: ReturnType<typeof spanLookup<ServerEntry>> | null = null;
	const { mixed } = HOSTS[document.host];
	for (const [index, span] of document.comments.entries()) {
		const located: Located<string> = { value: slice(document.text, span), span, outer: span };
		const detections = detectInText(located.value);
		if (detections.length === 0) continue;
		serverAt ??= spanLookup(document.servers);
		const server = serverAt(span.offset);
		for (const detection of detections) {
			// Far from the servers random text is about whatever else is in the file.
			if (server === null && mixed && !detection.confident) continue;
			yield secretFinding(document, located, detection, {
				ruleId: "secret-in-config",
				server: server?.name.value ?? null,
				keyPath: ["//", index],
				holder: "A comment",
				remedy: REMEDY,
				slot: null,
				from: span.offset,
			});
		}
	}
}

/** A number may stand for a string. */
function isText(kind: Setting["kind"]): boolean {
	return kind === "string" || kind === "number";
}

/** What the object around a value calls itself: `id` of an input, `name` of a pair. */
function siblingNames(document: ConfigDocument): ReadonlyMap<string, string> {
	const names = new Map<string, string>();
	for (const { keyPath, value } of document.settings) {
		const key = keyPath.at(-1);
		if (key === "id" || key === "name" || key === "key") names.set(parentOf(keyPath), value.value);
	}
	// What is asked for unseen is a secret, whatever it is called.
	for (const { keyPath, value, kind } of document.settings) {
		if (keyPath.at(-1) !== "password" || kind !== "boolean" || value.value !== "true") continue;
		const parent = parentOf(keyPath);
		if (classifyKey(names.get(parent) ?? null) === "neutral") names.set(parent, "token");
	}
	return names;
}

/** True for two members of the same object or list. */
function isBeside(one: Setting["keyPath"], other: Setting["keyPath"]): boolean {
	if (one.length !== other.length) return false;
	for (let i = other.length - 2; i >= 0; i--) if (one[i] !== other[i]) return false;
	return true;
}

function parentOf(keyPath: Setting["keyPath"]): string {
	return JSON.stringify(keyPath.slice(0, -1));
}
