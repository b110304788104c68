import type { AskKind } from "../policy/asks.ts";
import { isObject, type JsonObject } from "./message.ts";

/** One answer of a server that asks for input before it goes on, which the host was given. */
interface Round {
	/** What the host is to send back, letter for letter. Undefined: nothing. */
	readonly state: string | undefined;
	/** What was asked for, by the server's own keys. */
	readonly asked: ReadonlyMap<string, AskKind>;
}

/** More than a host works on at once. */
const MOST_ROUNDS = 64;
/** Characters of all of their states and keys: one answer of the largest size has room. */
const MOST_TEXT = 16 * 1024 * 1024;

/**
 * Requests for input that were passed on and not yet answered, in the stateless era. An answer goes to the server only for such a one: to the
 * same request, with the same state, for the keys that were asked for.
 */
export class InputRounds {
	#rounds: { readonly subject: string; readonly round: Round }[] = [];

	/** `subject`: the method and what it is about. The oldest ones go where there are too many, or they are too long to be kept. */
	open(subject: string, round: Round): void {
		if (this.#rounds.length >= MOST_ROUNDS) this.#rounds.shift();
		this.#rounds.push({ subject, round });
		let size = 0;
		const from = this.#rounds.findLastIndex((each) => {
			size += sizeOf(each.round);
			return size > MOST_TEXT;
		});
		// The newest stays: its message was let through.
		if (from >= 0) this.#rounds = this.#rounds.slice(Math.min(from + 1, this.#rounds.length - 1));
	}

	/** The kinds that an answer holds; null: it answers nothing that was asked. */
	answered(subject: string, params: JsonObject): readonly AskKind[] | null {
		const found = this.#find(subject, params);
		if (found === undefined) return null;
		const keys = isObject(params.inputResponses) ? Object.keys(params.inputResponses) : [];
		return keys.flatMap((key) => found.round.asked.get(key) ?? []);
	}

	/** The answer goes on: it is none to anything else. */
	close(subject: string, params: JsonObject): void {
		const found = this.#find(subject, params);
		this.#rounds = this.#rounds.filter((each) => each !== found);
	}

	#find(subject: string, { requestState, inputResponses = {} }: JsonObject) {
		if (!isObject(inputResponses) || !Object.values(inputResponses).every(isObject)) return undefined;
		const keys = Object.keys(inputResponses);
		return this.#rounds.find(
			(each) => each.subject === subject && each.round.state === requestState && keys.every((key) => each.round.asked.has(key)),
		);
	}
}

function sizeOf({ state = "", asked }: Round): number {
	let size = state.length;
	for (const key of asked.keys()) size += key.length;
	return size;
}
