import type { Span } from "../text.ts";
import type { ConfigProblem, EntryIgnore, HttpServer, Located, NamedValue, ServerEntry, Setting, StdioServer } from "./server.ts";

// Each names every member, so that none which holds a place can be forgotten: the compiler asks for what is new.

/** Copies of what was read, for a text in which it stands `by` units further on. What is shared in there is shared in the copies. */
export class Mover {
	readonly #by: number;
	readonly #settings = new Map<Setting, Setting>();

	constructor(by: number) {
		this.#by = by;
	}

	server(server: ServerEntry): ServerEntry {
		if (this.#by === 0) return server;
		return server.kind === "stdio" ? this.#stdio(server) : this.#http(server);
	}

	setting(setting: Setting): Setting {
		if (this.#by === 0) return setting;
		const known = this.#settings.get(setting);
		if (known !== undefined) return known;
		const { keyPath, server, key, kind, value } = setting;
		const moved = { keyPath, server, key: this.#optional(key), kind, value: this.located(value) };
		this.#settings.set(setting, moved);
		return moved;
	}

	/** @param from what stands before it stays */
	problem({ code, span, server, message, related }: ConfigProblem, from: number): ConfigProblem {
		const move = (place: Span): Span => (place.offset < from ? place : this.span(place));
		const moved = { code, span: move(span), server, message };
		return related === undefined ? moved : { ...moved, related: related.map(move) };
	}

	located<T>({ value, span, outer, writing }: Located<T>): Located<T> {
		const place = this.span(span);
		const moved = { value, span: place, outer: outer === span ? place : this.span(outer) };
		return writing === undefined ? moved : { ...moved, writing };
	}

	span({ offset, length }: Span): Span {
		return { offset: offset + this.#by, length };
	}

	#stdio(server: StdioServer): StdioServer {
		return {
			...this.#base(server),
			kind: server.kind,
			command: this.located(server.command),
			commandProperty: this.span(server.commandProperty),
			args: server.args.map((each) => this.located(each)),
			argsArray: server.argsArray === null ? null : this.span(server.argsArray),
			commandForm: server.commandForm,
			env: server.env.map((each) => this.#named(each)),
			cwd: this.#optional(server.cwd),
			envFile: this.#optional(server.envFile),
		};
	}

	#http(server: HttpServer): HttpServer {
		return {
			...this.#base(server),
			kind: server.kind,
			url: this.located(server.url),
			headers: server.headers.map((each) => this.#named(each)),
		};
	}

	#base(server: ServerEntry): Omit<ServerEntry, "kind"> {
		return {
			name: this.located(server.name),
			span: this.span(server.span),
			keyPath: server.keyPath,
			project: server.project,
			unambiguous: server.unambiguous,
			scattered: server.scattered,
			ignores: server.ignores.map((each) => this.#ignore(each)),
			keys: server.keys.map((each) => this.located(each)),
			settings: server.settings.map((each) => this.setting(each)),
		};
	}

	#ignore({ rule, reason, span }: EntryIgnore): EntryIgnore {
		return { rule: this.#optional(rule), reason: this.#optional(reason), span: this.span(span) };
	}

	#named({ name, value }: NamedValue): NamedValue {
		return { name: this.located(name), value: this.located(value) };
	}

	#optional(located: Located<string> | null): Located<string> | null {
		return located === null ? null : this.located(located);
	}
}
