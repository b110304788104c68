import { mayReceiveSecrets } from "../policy/host-secrets.ts";
import { certainSecretIn, mayHoldCertainSecret } from "../secrets/certain.ts";
import type { KnownValues } from "../secrets/known-values.ts";
import type { Message } from "./message.ts";

/** A secret on its way to a server that was not granted any. */
export interface FoundSecret {
	/** For people: `private key`. */
	readonly kind: string;
	/** Where in the message: `params.arguments.text`. Names that could tell something are left out. */
	readonly place: string;
}

/** An escape behind which any ASCII character may stand that is no control. No honest program writes one, but for `<`, `>`, `&`, `'` and `+`. */
const HAS_ESCAPE = /\\u00[2-7]/i;

/** Looks for private keys and tokens in what a host sends. A server's own secrets may go back to it. */
export class HostSecrets {
	readonly #known: KnownValues | null;
	#granted: readonly string[];

	/** @param known the server's own secrets. Null: it has none */
	constructor(granted: readonly string[], known: KnownValues | null) {
		this.#granted = granted;
		this.#known = known;
	}

	grant(granted: readonly string[]): void {
		this.#granted = granted;
	}

	/** Null: there is none, or it may go there. */
	find(message: Message, text: string): FoundSecret | null {
		if (!mayHoldCertainSecret(text) && !HAS_ESCAPE.test(text)) return null;
		return mayReceiveSecrets(this.#granted, toolOf(message)) ? null : this.#search(JSON.parse(text), []);
	}

	/** The nesting of a message is bounded where it is read. */
	#search(value: unknown, path: readonly string[]): FoundSecret | null {
		if (typeof value === "string") return this.#judge(value, path);
		if (typeof value !== "object" || value === null) return null;
		for (const [name, member] of Object.entries(value)) {
			const found = this.#judge(name, path) ?? this.#search(member, [...path, name]);
			if (found !== null) return found;
		}
		return null;
	}

	#judge(text: string, path: readonly string[]): FoundSecret | null {
		const kind = certainSecretIn(text, (secret) => this.#isKnown(secret));
		return kind === null ? null : { kind, place: placeText(path) };
	}

	/** One that merely stands in it somewhere does not make the rest of it known. */
	#isKnown(secret: string): boolean {
		if (this.#known === null) return false;
		const bytes = encoder.encode(secret);
		const place = this.#known.first(bytes);
		return place !== null && place.start <= SLACK && place.end >= bytes.length - SLACK;
	}
}

const encoder = new TextEncoder();
/** Bytes by which what is found may be longer than the secret: a line's end, padding. */
const SLACK = 8;

function toolOf(message: Message): string | null {
	if (message.kind !== "request" || message.method !== "tools/call") return null;
	const name = message.params?.name;
	return typeof name === "string" ? name : null;
}

/** Steps that are shown. */
const MOST_STEPS = 8;

function placeText(path: readonly string[]): string {
	const steps = path.slice(0, MOST_STEPS).map((name) => (/^[A-Za-z0-9_-]{1,32}$/.test(name) ? name : "…"));
	return [...steps, ...(path.length > MOST_STEPS ? ["…"] : [])].join(".");
}
