import { type LabelSeed, mark, type Tier } from "./label.ts";
import type { Pools } from "./pools.ts";
import type { Random } from "./random.ts";
import { fill } from "./token.ts";
import type { Node } from "./tree.ts";

/** A server before it has a host's field names. Any text may hold marks. */
export interface ServerSheet {
	readonly name: string;
	readonly kind: "stdio" | "http";
	command: string;
	args: string[];
	env: [string, string][];
	url: string;
	headers: [string, string][];
	comments: string[];
	/** Fields of the entry that no host knows, or that only some do. */
	extra: [string, Node][];
}

export interface InputSheet {
	readonly id: string;
	readonly description: string;
	readonly default: string;
}

/** A config file before it has a host and a format, and what is known of the texts in it. */
export class Sheet {
	readonly random: Random;
	readonly pools: Pools;
	readonly labels: LabelSeed[] = [];
	readonly servers: ServerSheet[] = [];
	readonly inputs: InputSheet[] = [];
	readonly permissions: string[] = [];

	constructor(random: Random, pools: Pools) {
		this.random = random;
		this.pools = pools;
	}

	/** A text from a template of `token.ts`, with this pool's words. */
	fill(template: string): string {
		return fill(this.random, template, this.pools.words);
	}

	secret(kind: string, position: string, text: string, tier: Tier = "warning"): string {
		return mark(this.labels, { tier, position, kind }, text);
	}

	/** A text that is no credential, but could be taken for one. */
	clean(kind: string, position: string, text: string): string {
		return mark(this.labels, { tier: "none", position, kind }, text);
	}

	/** A text from a template in which each secret stands between « and », what may be one between ⟪ and ⟫, and what is a matter of taste between ‹ and ›. */
	partial(kind: string, position: string, template: string, tier: Tier = "warning"): string {
		return this.fill(template)
			.replace(/«([^»]*)»/g, (_whole, secret: string) => this.secret(kind, position, secret, tier))
			.replace(/⟪([^⟫]*)⟫/g, (_whole, text: string) => this.secret(kind, position, text, "hint"))
			.replace(/‹([^›]*)›/g, (_whole, text: string) => this.secret(kind, position, text, "either"));
	}

	server(kind: "stdio" | "http"): ServerSheet {
		const { name, command, args, url } = this.random.pick(this.pools.servers);
		const taken = this.servers.some((each) => each.name === name);
		const server: ServerSheet = {
			name: taken ? `${name}-${this.servers.length + 1}` : name,
			kind,
			command: kind === "stdio" ? command : "",
			args: kind === "stdio" ? [...args] : [],
			env: [],
			url: kind === "http" ? url : "",
			headers: [],
			comments: [],
			extra: [],
		};
		this.servers.push(server);
		return server;
	}
}

/** Sets an environment variable, unless it is there: a file names each once. */
export function setEnv(server: ServerSheet, key: string, value: string): void {
	if (!server.env.some(([name]) => name === key)) server.env.push([key, value]);
}

/** Sets a header, unless it is there. */
export function setHeader(server: ServerSheet, name: string, value: string): void {
	if (!server.headers.some(([taken]) => taken === name)) server.headers.push([name, value]);
}
