/**
 * Something that a person can mend. `message` says what is wrong in one sentence, `remedy` what to do about it.
 * Neither ever holds a secret. `code` is stable and kebab-case, for programs and tests.
 */
export interface Problem {
	readonly code: string;
	readonly message: string;
	readonly remedy: string;
}

/** An expected failure is a value; a bug throws. */
export type Result<T, E = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
	return { ok: true, value };
}

export function failed<E>(problem: E): { readonly ok: false; readonly problem: E } {
	return { ok: false, problem };
}

export function fail(code: string, message: string, remedy: string): { readonly ok: false; readonly problem: Problem } {
	return failed({ code, message, remedy });
}

/** For the `default` of a switch over a union: the compiler rejects it while a case is missing. */
export function unreachable(value: never): never {
	throw new Error(`unreachable: ${typeof value}`);
}
