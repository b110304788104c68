import type { Span } from "../text.ts";
import type { EntryField, EntryNames, Host } from "./hosts/host.ts";
import { type AliasBudget, membersOf } from "./merges.ts";
import type { ConfigProblem, EntryIgnore, HttpServer, Located, NamedValue, ServerEntry, StdioServer } from "./server.ts";
import {
	duplicateKeys,
	hasDuplicateKeys,
	isStringNode,
	isTangled,
	keysOf,
	keyText,
	locate,
	type Property,
	propertiesOf,
	spanOf,
	type TreeNode,
} from "./tree.ts";

const MAX_PROBLEMS = 20;

/** How many arguments, variables or headers of one entry are read. */
const MOST_VALUES = 10_000;

/** The key of an entry that holds what is to be ignored in it. Hosts pass over keys that they do not know. */
export const IGNORE_KEY = "sallyport-ignore";

/** Where an entry stands. */
export interface EntryPlace {
	readonly host: Host;
	/** Null: it has none, as a list's item may be without. */
	readonly key: TreeNode | null;
	/** An entry whose command, arguments or environment this one has where it says none itself; null: none. */
	readonly base: TreeNode | null;
	readonly keyPath: readonly string[];
	readonly project: string | null;
	/** What the surroundings leave of it. */
	readonly unambiguous: boolean;
	/** What aliases lead to, and how many values may yet be read there. */
	readonly aliases: AliasBudget;
}

export type PartOfEntry = Omit<StdioServer, "settings"> | Omit<HttpServer, "settings">;

interface ReadEntry {
	/** Null when the value is not a server at all. Its settings are the caller's to find: they are what `taken` leaves. */
	readonly server: PartOfEntry | null;
	/** The nodes that the server's fields hold. */
	readonly taken: readonly TreeNode[];
	readonly problems: readonly ConfigProblem[];
}

/** Reads one server, whatever its host calls the parts. */
export function readEntry(text: string, value: TreeNode, place: EntryPlace): ReadEntry {
	const reader = new EntryReader(text, value, place);
	return { server: reader.read(), taken: reader.taken, problems: reader.problems };
}

/** Names that other hosts have. They are read where an entry has none of its own host's: what they hold is no less a secret. */
const FOREIGN_NAMES: EntryNames = {
	command: ["command", "cmd"],
	env: ["env", "environment", "envs"],
	url: ["url", "serverUrl", "httpUrl", "uri", "server_url"],
	headers: ["headers", "http_headers"],
};

class EntryReader {
	readonly taken: TreeNode[] = [];
	readonly problems: ConfigProblem[] = [];
	readonly #text: string;
	readonly #value: TreeNode;
	readonly #place: EntryPlace;
	#properties: readonly Property[] = [];
	/** Those that stand in the entry itself. */
	#members: readonly Property[] = [];
	/** Of those that share a name, the last: what most parsers take. */
	#named: ReadonlyMap<string, Property> = new Map();
	/** Cleared by whatever two hosts could read differently. */
	#clear: boolean;
	#scattered: boolean;
	/** True when the entry says what to start or to connect to by another host's names alone. */
	#foreign = false;

	constructor(text: string, value: TreeNode, place: EntryPlace) {
		this.#text = text;
		this.#place = place;
		this.#scattered = value.scattered === true;
		// Made of keys with dots: its parts stand anywhere.
		this.#clear = place.unambiguous && !(this.#scattered && place.host.dotted.length > 0);
		this.#value = this.#resolved(value) ?? value;
	}

	read(): PartOfEntry | null {
		if (this.#value.type !== "object") {
			this.#problem("bad-entry", spanOf(this.#value), "A server must be an object.");
			return null;
		}
		this.#members = propertiesOf(this.#value);
		const inherited = this.#inherited();
		const members = this.#membersOf(this.#value, this.#members);
		this.#properties = inherited.length === 0 ? members : [...inherited, ...members];
		const named = new Map<string, Property>();
		for (const property of this.#properties) named.set(keyText(property.key), property);
		this.#named = named;
		if (hasDuplicateKeys(this.#value)) {
			this.#clear = false;
			this.#problem(
				"duplicate-key",
				this.#keySpan(),
				"This server holds a key twice: hosts differ on which one counts.",
				duplicateKeys(this.#value, MAX_PROBLEMS),
			);
		}
		if (isTangled(this.#value)) {
			this.#clear = false;
			this.#scattered = true;
		}
		this.#unnest();
		this.#foreign = this.#own("command") === undefined && this.#own("url") === undefined;
		const list = this.#commandList();
		const command = list?.command ?? this.#string("command");
		const url = this.#string("url");
		const type = this.#plain("type") ?? this.#plain("transportType");
		if (command !== null && url !== null) {
			this.#clear = false;
			this.#problem("bad-entry", this.#keySpan(), "This server has both a command and a url: hosts differ on which one counts.");
		}
		const remote = command === null || (url !== null && type !== null && type !== "stdio" && type !== "local");
		if (remote && url !== null) return this.#http(url.located, url.node);
		if (command !== null) return this.#stdio(command, list);
		if (!this.#place.host.otherKinds && !this.problems.some(({ code }) => code === "bad-entry"))
			this.#problem("bad-entry", this.#keySpan(), "This server has neither a command nor a url, so no host can start it.");
		return null;
	}

	#stdio(command: StringProperty, list: CommandList | null): PartOfEntry {
		this.taken.push(command.node);
		const args = list ?? this.#args();
		return {
			...this.#base(),
			kind: "stdio",
			command: command.located,
			commandProperty: spanOf(command.property.node),
			commandForm: list === null ? "string" : "list",
			args: args.values,
			argsArray: args.span,
			env: this.#pairs("env"),
			cwd: this.#take("cwd"),
			envFile: this.#take("envFile"),
			unambiguous: this.#clear,
			scattered: this.#scattered,
		};
	}

	#http(url: Located<string>, node: TreeNode): PartOfEntry {
		this.taken.push(node);
		return {
			...this.#base(),
			kind: "http",
			url,
			headers: this.#pairs("headers"),
			unambiguous: this.#clear,
			scattered: this.#scattered,
		};
	}

	#base(): Pick<ServerEntry, "name" | "span" | "keyPath" | "project" | "ignores" | "keys"> {
		const { key } = this.#place;
		const start: Span = { offset: this.#value.offset, length: 0 };
		const name =
			key === null
				? { value: "", span: start, outer: start }
				: isStringNode(key)
					? locate(this.#text, key)
					: { value: "", span: this.#keySpan(), outer: this.#keySpan() };
		return {
			name,
			span: spanOf(this.#value),
			keyPath: this.#place.keyPath,
			project: this.#place.project,
			ignores: this.#ignores(),
			keys: keysOf(this.#text, this.#members),
		};
	}

	#ignores(): readonly EntryIgnore[] {
		if (!this.#named.has(IGNORE_KEY)) return [];
		return this.#properties
			.filter(({ key, value }) => keyText(key) === IGNORE_KEY && value !== undefined)
			.flatMap(({ node, value }): readonly EntryIgnore[] => {
				if (value?.type !== "object") return [{ rule: null, reason: null, span: spanOf(value ?? node) }];
				return propertiesOf(value).map((member) => ({
					rule: isStringNode(member.key) ? locate(this.#text, member.key) : null,
					reason: member.value !== undefined && isStringNode(member.value) ? locate(this.#text, member.value) : null,
					span: spanOf(member.node),
				}));
			});
	}

	/** What an alias stands for; any other node is itself. Undefined: it stands for more than anybody would write. */
	#resolved(node: TreeNode | undefined): TreeNode | undefined {
		if (node?.type !== "alias") return node;
		this.#clear = false;
		this.#scattered = true;
		const { aliases } = this.#place;
		const { target } = node;
		if (target === undefined || target.type === "alias") return undefined;
		aliases.left -= 1 + (target.children?.length ?? 0);
		return aliases.left < 0 ? undefined : target;
	}

	/** With what `<<` merges in, which the entry's own members override. */
	#membersOf(node: TreeNode, own?: readonly Property[]): readonly Property[] {
		const { properties, isMerged } = membersOf(node, this.#place.aliases, own);
		if (isMerged) {
			this.#clear = false;
			this.#scattered = true;
		}
		return properties;
	}

	/** What a bundle starts on one platform says what is different there. */
	#inherited(): readonly Property[] {
		const { base, host } = this.#place;
		if (base === null) return [];
		this.#clear = false;
		this.#scattered = true;
		const own = new Set(this.#members.map(({ key }) => keyText(key)));
		const fields = (["command", "args", "env"] as const).flatMap((field) => host.names[field] ?? [field]);
		return propertiesOf(base).filter(({ key, value }) => {
			if (!fields.includes(keyText(key)) || own.has(keyText(key))) return false;
			// Many of these, over one with much in it, would be that many times as much.
			this.#place.aliases.left -= value?.children?.length ?? 0;
			return value?.children === undefined || this.#place.aliases.left >= 0;
		});
	}

	/** What a nested object holds counts as the entry's own where that is missing. Zed's `command` may be one, too: `{ "path", "args", "env" }`. */
	#unnest(): void {
		const isNested = this.#named.get("command")?.value?.type;
		// Most entries are as flat as most hosts have them.
		if (this.#place.host.nests.length === 0 && isNested !== "object" && isNested !== "alias") return;
		const named = new Map(this.#named);
		for (const name of this.#place.host.nests) {
			const nest = this.#resolved(this.#named.get(name)?.value);
			for (const property of propertiesOf(nest)) if (!named.has(keyText(property.key))) named.set(keyText(property.key), property);
		}
		const command = this.#resolved(this.#named.get("command")?.value);
		if (command?.type === "object") {
			named.delete("command");
			for (const property of propertiesOf(command)) {
				const name = keyText(property.key);
				if (name === "path") named.set("command", property);
				else if (!named.has(name)) named.set(name, property);
			}
		}
		this.#named = named;
	}

	#property(field: EntryField): Property | undefined {
		const own = this.#own(field);
		if (own !== undefined || (!this.#foreign && (field === "command" || field === "url"))) return own;
		return this.#byName(FOREIGN_NAMES[field] ?? []);
	}

	#own(field: EntryField): Property | undefined {
		return this.#byName(this.#place.host.names[field] ?? [field]);
	}

	/** A member that says `null` is none. */
	#byName(names: readonly string[]): Property | undefined {
		for (const name of names) {
			const property = this.#named.get(name);
			if (property?.value !== undefined && property.value.type !== "null") return property;
		}
		return undefined;
	}

	#string(field: EntryField): StringProperty | null {
		const property = this.#property(field);
		const node = this.#resolved(property?.value);
		if (property === undefined || node === undefined) return null;
		if (isStringNode(node) && node.value !== "") return { property, node, located: locate(this.#text, node) };
		this.#clear = false;
		this.#problem("bad-entry", spanOf(node), `"${keyText(property.key)}" must be a string that is not empty.`);
		return null;
	}

	/** The text of a member that no field holds; null where there is none. */
	#plain(name: string): string | null {
		const node = this.#resolved(this.#named.get(name)?.value);
		return node !== undefined && isStringNode(node) ? node.value : null;
	}

	#take(field: EntryField): Located<string> | null {
		const found = this.#string(field);
		if (found !== null) this.taken.push(found.node);
		return found?.located ?? null;
	}

	/** opencode: `"command": ["npx", "-y", "pkg"]`. Null: it is no list, or its host knows none. */
	#commandList(): CommandList | null {
		if (this.#place.host.commandForm !== "list") return null;
		const property = this.#property("command");
		const node = this.#resolved(property?.value);
		if (property === undefined || node?.type !== "array") return null;
		const [first] = node.children ?? [];
		const { values, span } = this.#words(node, property);
		const program = this.#resolved(first);
		const [located, ...rest] = values;
		if (program === undefined || !isStringNode(program) || located === undefined || located.value === "") {
			this.#clear = false;
			this.#problem("bad-entry", spanOf(node), `"${keyText(property.key)}" must begin with the program to start.`);
			return null;
		}
		return { command: { property, node: program, located }, values: rest, span };
	}

	#args(): { readonly values: readonly Located<string>[]; readonly span: Span | null } {
		const property = this.#property("args");
		const node = this.#resolved(property?.value);
		if (property === undefined || node === undefined) return { values: [], span: null };
		if (node.type === "array") return this.#words(node, property);
		this.#clear = false;
		this.#problem("bad-entry", spanOf(node), `"${keyText(property.key)}" must be an array of strings.`);
		return { values: [], span: null };
	}

	#words(node: TreeNode, property: Property): { readonly values: readonly Located<string>[]; readonly span: Span } {
		const values: Located<string>[] = [];
		for (const each of this.#first(node.children ?? [], property, (each) => each)) {
			const child = this.#resolved(each);
			if (child === undefined) continue;
			const located = this.#scalar(child);
			if (!isStringNode(child)) {
				this.#clear = false;
				const what = keyText(property.key) === "args" ? "argument" : "word of the command";
				this.#problem("bad-entry", spanOf(child), `Every ${what} must be a string.`);
			}
			if (located !== null) values.push(located);
		}
		return { values, span: spanOf(node) };
	}

	/** A number counts as its text, null as unset. */
	#pairs(field: "env" | "headers"): readonly NamedValue[] {
		const chosen = this.#property(field);
		if (chosen === undefined) return [];
		const name = keyText(chosen.key);
		const values: NamedValue[] = [];
		const own = this.#properties.filter(({ key }) => keyText(key) === name);
		for (const { value } of own.includes(chosen) ? own : [chosen]) {
			const node = this.#resolved(value);
			if (node === undefined || node.type === "null") continue;
			if (node.type !== "object") {
				this.#clear = false;
				this.#problem("bad-entry", spanOf(node), `"${name}" must be an object of strings.`);
				continue;
			}
			for (const { key, value: each } of this.#first(this.#membersOf(node), chosen, (each) => each.value)) {
				const member = this.#resolved(each);
				if (member === undefined || member.type === "null" || !isStringNode(key) || key.value === "<<") continue;
				const located = this.#scalar(member);
				if (located !== null) values.push({ name: locate(this.#text, key), value: located });
				else {
					this.#clear = false;
					this.#problem("bad-entry", spanOf(member), `Every value in "${name}" must be a string.`);
				}
			}
		}
		return values;
	}

	/** As many as are looked at: nobody writes more, and what does not end would take as long. */
	#first<T>(all: readonly T[], { key }: Property, nodeOf: (each: T) => TreeNode | undefined): readonly T[] {
		if (all.length <= MOST_VALUES) return all;
		this.#clear = false;
		const most = MOST_VALUES.toLocaleString("en");
		this.#problem("bad-entry", spanOf(key), `"${keyText(key)}" holds more than ${most} values: those behind them are not looked at.`);
		for (const each of all.slice(MOST_VALUES)) {
			const node = nodeOf(each);
			if (node !== undefined) this.taken.push(node);
		}
		return all.slice(0, MOST_VALUES);
	}

	#scalar(node: TreeNode): Located<string> | null {
		if (isStringNode(node)) {
			this.taken.push(node);
			return locate(this.#text, node);
		}
		if (node.type !== "number") return null;
		this.taken.push(node);
		const span = spanOf(node);
		return { value: this.#text.slice(span.offset, span.offset + span.length), span, outer: span, writing: "raw" };
	}

	#keySpan(): Span {
		const { key } = this.#place;
		return key === null ? { offset: this.#value.offset, length: 1 } : spanOf(key);
	}

	#problem(code: ConfigProblem["code"], span: Span, message: string, related?: readonly Span[]): void {
		const { key } = this.#place;
		// A hostile file can hold a million of them.
		if (this.problems.length < MAX_PROBLEMS)
			this.problems.push({
				code,
				span,
				server: key === null ? null : keyText(key),
				message,
				...(related === undefined ? {} : { related }),
			});
	}
}

interface StringProperty {
	readonly property: Property;
	readonly node: TreeNode;
	readonly located: Located<string>;
}

interface CommandList {
	readonly command: StringProperty;
	readonly values: readonly Located<string>[];
	readonly span: Span;
}
