import type { Node } from "jsonc-parser";
import type { Span } from "../text.ts";
import {
	duplicateKeys,
	hasDuplicateKeys,
	isStringNode,
	keysOf,
	keyText,
	locate,
	type Property,
	propertiesOf,
	spanOf,
} from "./json-nodes.ts";
import type { ConfigProblem, EntryIgnore, HttpServer, Located, NamedValue, ServerEntry, StdioServer } from "./server.ts";

const MAX_PROBLEMS = 20;

/** The key of an entry that holds what is to be ignored in it. Hosts pass over keys that they do not know. */
export const IGNORE_KEY = "sallyport-ignore";

interface Place {
	readonly keyPath: readonly string[];
	readonly project: string | null;
	/** What the surroundings leave of it. */
	readonly unambiguous: boolean;
}

export type PartOfEntry = Omit<StdioServer, "settings"> | Omit<HttpServer, "settings">;

interface ReadEntry {
	/** Null when the value is not a server at all. Its settings are the caller's to find: they are what `taken` leaves. */
	readonly server: PartOfEntry | null;
	/** The nodes that the server's fields hold. */
	readonly taken: readonly Node[];
	readonly problems: readonly ConfigProblem[];
}

/** Reads one server of a host that speaks the common shape: `command`, `args`, `env`, `cwd`, `envFile`, or `url`, `headers`. */
export function readEntry(text: string, key: Node, value: Node, place: Place): ReadEntry {
	const reader = new EntryReader(text, key, value, place);
	return { server: reader.read(), taken: reader.taken, problems: reader.problems };
}

class EntryReader {
	readonly taken: Node[] = [];
	readonly problems: ConfigProblem[] = [];
	readonly #text: string;
	readonly #key: Node;
	readonly #value: Node;
	readonly #properties: readonly Property[];
	readonly #place: Place;
	/** Cleared by whatever two hosts could read differently. */
	#clear: boolean;

	constructor(text: string, key: Node, value: Node, place: Place) {
		this.#text = text;
		this.#key = key;
		this.#value = value;
		this.#properties = propertiesOf(value);
		this.#place = place;
		this.#clear = place.unambiguous;
	}

	read(): PartOfEntry | null {
		if (this.#value.type !== "object") {
			this.#problem("bad-entry", spanOf(this.#value), "A server must be an object.");
			return null;
		}
		if (hasDuplicateKeys(this.#value)) {
			this.#clear = false;
			this.#problem(
				"duplicate-key",
				this.#keySpan(),
				"This server holds a key twice: hosts differ on which one counts.",
				duplicateKeys(this.#value, MAX_PROBLEMS),
			);
		}
		const command = this.#string("command");
		const url = this.#string("url");
		const type = this.#string("type");
		if (command !== null && url !== null) {
			this.#clear = false;
			this.#problem("bad-entry", this.#keySpan(), "This server has both a command and a url: hosts differ on which one counts.");
		}
		const remote = command === null || (url !== null && type !== null && type.located.value !== "stdio");
		if (remote && url !== null) return this.#http(url.located, url.node);
		if (command !== null) return this.#stdio(command);
		if (!this.problems.some(({ code }) => code === "bad-entry"))
			this.#problem("bad-entry", this.#keySpan(), "This server has neither a command nor a url, so no host can start it.");
		return null;
	}

	#stdio(command: StringProperty): PartOfEntry {
		this.taken.push(command.node);
		const args = this.#args();
		return {
			...this.#base(),
			kind: "stdio",
			command: command.located,
			commandProperty: spanOf(command.property.node),
			args: args.values,
			argsArray: args.span,
			env: this.#named("env"),
			cwd: this.#take("cwd"),
			envFile: this.#take("envFile"),
			unambiguous: this.#clear,
		};
	}

	#http(url: Located<string>, node: Node): PartOfEntry {
		this.taken.push(node);
		return { ...this.#base(), kind: "http", url, headers: this.#named("headers"), unambiguous: this.#clear };
	}

	#base(): Pick<ServerEntry, "name" | "span" | "keyPath" | "project" | "ignores" | "keys"> {
		const name = isStringNode(this.#key) ? locate(this.#text, this.#key) : { value: "", span: this.#keySpan(), outer: this.#keySpan() };
		return {
			name,
			span: spanOf(this.#value),
			keyPath: this.#place.keyPath,
			project: this.#place.project,
			ignores: this.#ignores(),
			keys: keysOf(this.#text, this.#properties),
		};
	}

	#ignores(): readonly EntryIgnore[] {
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

	/** The last property of that name: what most parsers take. */
	#property(name: string): Property | undefined {
		return this.#properties.findLast(({ key }) => keyText(key) === name);
	}

	#string(name: string): StringProperty | null {
		const property = this.#property(name);
		const node = property?.value;
		if (property === undefined || node === undefined || node.type === "null") return null;
		if (isStringNode(node) && node.value !== "") return { property, node, located: locate(this.#text, node) };
		this.#clear = false;
		this.#problem("bad-entry", spanOf(node), `"${name}" must be a string that is not empty.`);
		return null;
	}

	#take(name: string): Located<string> | null {
		const found = this.#string(name);
		if (found !== null) this.taken.push(found.node);
		return found?.located ?? null;
	}

	#args(): { readonly values: readonly Located<string>[]; readonly span: Span | null } {
		const node = this.#property("args")?.value;
		if (node === undefined || node.type === "null") return { values: [], span: null };
		if (node.type !== "array") {
			this.#clear = false;
			this.#problem("bad-entry", spanOf(node), '"args" must be an array of strings.');
			return { values: [], span: null };
		}
		const values: Located<string>[] = [];
		for (const child of node.children ?? []) {
			const located = this.#scalar(child);
			if (!isStringNode(child)) {
				this.#clear = false;
				this.#problem("bad-entry", spanOf(child), "Every argument must be a string.");
			}
			if (located !== null) values.push(located);
		}
		return { values, span: spanOf(node) };
	}

	/** A number counts as its text, null as unset. */
	#named(name: string): readonly NamedValue[] {
		const values: NamedValue[] = [];
		for (const { key: outer, value: node } of this.#properties) {
			if (keyText(outer) !== name || node === undefined || node.type === "null") continue;
			if (node.type !== "object") {
				this.#clear = false;
				this.#problem("bad-entry", spanOf(node), `"${name}" must be an object of strings.`);
				continue;
			}
			for (const { key, value } of propertiesOf(node)) {
				if (value === undefined || value.type === "null" || !isStringNode(key)) continue;
				const located = this.#scalar(value);
				if (located !== null) values.push({ name: locate(this.#text, key), value: located });
				else {
					this.#clear = false;
					this.#problem("bad-entry", spanOf(value), `Every value in "${name}" must be a string.`);
				}
			}
		}
		return values;
	}

	#scalar(node: Node): Located<string> | null {
		if (isStringNode(node)) {
			this.taken.push(node);
			return locate(this.#text, node);
		}
		if (node.type !== "number") return null;
		this.taken.push(node);
		const span = spanOf(node);
		return { value: this.#text.slice(span.offset, span.offset + span.length), span, outer: span };
	}

	#keySpan(): Span {
		return spanOf(this.#key);
	}

	#problem(code: ConfigProblem["code"], span: Span, message: string, related?: readonly Span[]): void {
		// A hostile file can hold a million of them.
		if (this.problems.length < MAX_PROBLEMS)
			this.problems.push({ code, span, server: keyText(this.#key), message, ...(related === undefined ? {} : { related }) });
	}
}

interface StringProperty {
	readonly property: Property;
	readonly node: Node;
	readonly located: Located<string>;
}
