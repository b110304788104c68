import { Random } from "../../../bench/detection/random.ts";
import { shrink } from "../shrink.ts";
import { type Corpus, Grammar, recordedLines } from "./grammar.ts";
import { Broken } from "./oracle.ts";
import { type Event, FuzzSession } from "./session.ts";

/** A promise that was broken, by as few events as were found to break it. */
export interface RelayFailure {
	readonly promise: string;
	readonly seed: string;
	/** Which case of the seed. */
	readonly number: number;
	readonly events: readonly Event[];
}

export interface RelayFuzzRun {
	readonly cases: number;
	readonly events: number;
	/** One for each promise. */
	readonly failures: readonly RelayFailure[];
}

/** Events of one session. */
const MOST_EVENTS = 80;
/** Sessions that are tried to make a failure shorter. */
const TRIES = 4000;

/** Plays one session after the other, as long as `goesOn` is told so. The same seed gives the same sessions. */
export function fuzzRelay(
	seed: string,
	goesOn: (cases: number) => boolean,
	onFailure: (failure: RelayFailure) => void = () => {},
): RelayFuzzRun {
	const corpus = recordedLines();
	const failures = new Map<string, RelayFailure>();
	let cases = 0;
	let events = 0;
	while (goesOn(cases)) {
		const number = cases++;
		const played = playCase(new Random(`${seed} ${number}`), corpus);
		events += played.events.length;
		if (played.broken === null || failures.has(played.broken)) continue;
		const failure = { promise: played.broken, seed, number, events: shortest(played.events, played.broken) };
		failures.set(failure.promise, failure);
		onFailure(failure);
	}
	return { cases, events, failures: [...failures.values()] };
}

function playCase(random: Random, corpus: Corpus): { readonly events: readonly Event[]; readonly broken: string | null } {
	const session = new FuzzSession();
	const grammar = new Grammar(random, corpus);
	const events: Event[] = [];
	try {
		for (const event of grammar.beginning()) {
			events.push(event);
			session.apply(event);
		}
		for (let left = random.between(10, MOST_EVENTS); left > 0; left--) {
			const event = grammar.next(session.oracle);
			events.push(event);
			session.apply(event);
		}
		// Then every call has had its end.
		const end = { closed: "server" } as const;
		events.push(end);
		session.apply(end);
		return { events, broken: null };
	} catch (error) {
		return { events, broken: promiseOf(error) };
	}
}

/** What these events break; null: nothing. */
export function brokenBy(events: readonly Event[]): string | null {
	const session = new FuzzSession();
	try {
		for (const event of events) session.apply(event);
		return null;
	} catch (error) {
		return promiseOf(error);
	}
}

function promiseOf(error: unknown): string {
	if (error instanceof Broken) return error.message;
	const [place = ""] = error instanceof Error ? (error.stack ?? "").split("\n").slice(1) : [];
	return `it throws: ${error instanceof Error ? error.message : String(error)} ${place.trim()}`;
}

function shortest(events: readonly Event[], promise: string): readonly Event[] {
	let best = events;
	let tries = TRIES;
	const breaks = (some: readonly Event[]): boolean => tries-- > 0 && brokenBy(some) === promise;
	for (let size = best.length >> 1; size >= 1; size >>= 1)
		for (let at = 0; at < best.length; ) {
			const fewer = best.toSpliced(at, size);
			if (breaks(fewer)) best = fewer;
			else at += size;
		}
	for (const [at, event] of best.entries()) {
		if (!("from" in event)) continue;
		const whole = { ...event, cuts: [] };
		if (breaks(best.with(at, whole))) best = best.with(at, whole);
		const bytes = shrink(event.bytes, (shorter) => breaks(best.with(at, { ...whole, bytes: shorter })), 300);
		if (breaks(best.with(at, { ...whole, bytes }))) best = best.with(at, { ...whole, bytes });
	}
	return best;
}
