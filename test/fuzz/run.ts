import { Random } from "../../bench/detection/random.ts";
import { checkCase, type FuzzCase, promiseOf } from "./invariants.ts";
import { mutate } from "./mutate.ts";
import { shrink } from "./shrink.ts";
import { fixtureSources, makeSource } from "./sources.ts";

/** One promise that was broken, by the shortest text that was found to break it. */
export interface Failure {
	readonly promise: string;
	readonly message: string;
	/** The seed of the run and the number of the case. */
	readonly seed: string;
	readonly number: number;
	readonly failing: FuzzCase;
}

export interface FuzzRun {
	readonly cases: number;
	/** One for each promise that was broken, in the order in which they were. */
	readonly failures: readonly Failure[];
}

/** Tries one case after the other, as long as `goesOn` is told so. The same seed gives the same cases. */
export function fuzz(seed: string, goesOn: (cases: number) => boolean, onFailure: (failure: Failure) => void = () => {}): FuzzRun {
	const corpus = fixtureSources();
	const failures = new Map<string, Failure>();
	let cases = 0;
	while (goesOn(cases)) {
		const number = cases++;
		// Each by itself, so that one can be tried again without those before.
		const random = new Random(`${seed} ${number}`);
		const source = makeSource(random, corpus);
		const text = random.chance(0.2) ? source.text : mutate(random, source.text, makeSource(random, corpus).text);
		const tried: FuzzCase = { path: source.path, before: source.text, text, planted: source.planted };
		const error = errorOf(tried);
		if (error === null || failures.has(error.promise)) continue;
		const failing = shortest(tried, error.promise);
		const failure = { ...error, message: errorOf(failing)?.message ?? error.message, seed, number, failing };
		failures.set(error.promise, failure);
		onFailure(failure);
	}
	return { cases, failures: [...failures.values()] };
}

function errorOf(tried: FuzzCase): { readonly promise: string; readonly message: string } | null {
	try {
		checkCase(tried);
		return null;
	} catch (error) {
		return { promise: promiseOf(error), message: error instanceof Error ? error.message : String(error) };
	}
}

function shortest(tried: FuzzCase, promise: string): FuzzCase {
	const breaks = (other: FuzzCase): boolean => errorOf(other)?.promise === promise;
	const text = shrink(tried.text, (shorter) => breaks({ ...tried, text: shorter }));
	const before = breaks({ ...tried, text, before: text })
		? text
		: shrink(tried.before, (shorter) => breaks({ ...tried, text, before: shorter }));
	return { ...tried, text, before };
}
