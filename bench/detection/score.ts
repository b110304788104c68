import type { Flag } from "./engines/engine.ts";
import type { Label } from "./label.ts";
import type { Sample } from "./sample.ts";

/** How much of a secret a finding must cover to have found it. */
const COVERED = 0.6;

/** A secret, and what found it. */
export interface Judged {
	readonly sample: Sample;
	readonly label: Label;
	/** Null: nothing. */
	readonly flag: Flag | null;
}

/** A finding on what is no secret. */
export interface FalseFlag {
	readonly sample: Sample;
	readonly flag: Flag;
	/** What the finding is on, as far as the corpus knows. */
	readonly kind: string;
}

/** What an engine did with some samples. */
export interface Outcome {
	/** Every label of the tiers `warning` and `hint`. */
	readonly secrets: readonly Judged[];
	readonly falseFlags: readonly FalseFlag[];
	/** Samples that the engine does not read; nothing of them is in the rest. */
	readonly unread: readonly Sample[];
	readonly read: readonly Sample[];
}

/**
 * Compares findings with labels. A finding counts for one secret, the one it covers most of; further findings on the same secret, on a part of
 * it, or on what is a matter of taste are neither right nor wrong.
 */
export function judge(samples: readonly Sample[], results: readonly (readonly Flag[] | null)[]): Outcome {
	const secrets: Judged[] = [];
	const falseFlags: FalseFlag[] = [];
	const unread: Sample[] = [];
	const read: Sample[] = [];
	samples.forEach((sample, i) => {
		const flags = results[i];
		if (flags === null || flags === undefined) {
			unread.push(sample);
			return;
		}
		read.push(sample);
		const found = new Map<Label, Flag>();
		const real = sample.labels.filter(({ tier }) => tier !== "none");
		for (const flag of flags) {
			const [best] = real
				.filter((label) => overlap(label, flag) >= COVERED * label.length && !isAsGood(found.get(label), flag))
				.sort((a, b) => overlap(b, flag) / b.length - overlap(a, flag) / a.length);
			if (best !== undefined) found.set(best, flag);
			else if (!real.some((label) => overlap(label, flag) > 0)) {
				const on = sample.labels.filter((label) => overlap(label, flag) > 0).at(-1);
				falseFlags.push({ sample, flag, kind: on === undefined ? "unmarked text" : `${on.kind} (${on.position})` });
			}
		}
		// Who tells a list of secrets as one finding has told them all.
		for (const label of real) {
			const whole = flags.find((flag) => overlap(label, flag) === label.length);
			if (label.position === "list" && !found.has(label) && whole !== undefined) found.set(label, whole);
		}
		for (const label of real) if (label.tier !== "either") secrets.push({ sample, label, flag: found.get(label) ?? null });
	});
	return { secrets, falseFlags, unread, read };
}

/** Whether what is held of a secret already says as much. */
function isAsGood(held: Flag | undefined, flag: Flag): boolean {
	return held !== undefined && !(held.tier === "hint" && flag.tier === "warning");
}

function overlap(label: Label, flag: Flag): number {
	return Math.max(0, Math.min(label.offset + label.length, flag.offset + flag.length) - Math.max(label.offset, flag.offset));
}

/** Rates from 0 to 1; null where there was nothing to rate, as on a set without secrets. */
export interface Figures {
	readonly secrets: number;
	/** Of the secrets that are surely some: found by warnings. */
	readonly recall: number | null;
	/** Of the warnings: on secrets. */
	readonly precision: number | null;
	/** Of all secrets: found by warnings or hints. */
	readonly recallWithHints: number | null;
	/** Of warnings and hints: on secrets. */
	readonly precisionWithHints: number | null;
	readonly falseWarnings: number;
	readonly falseHints: number;
	/** Of the secrets found: whose place is told to the character. */
	readonly exact: number | null;
}

export function figures({ secrets, falseFlags }: Pick<Outcome, "secrets" | "falseFlags">): Figures {
	const sure = secrets.filter(({ label }) => label.tier === "warning");
	const found = secrets.filter(({ flag }) => flag !== null);
	const warned = found.filter(({ flag }) => flag?.tier === "warning");
	const falseWarnings = falseFlags.filter(({ flag }) => flag.tier === "warning").length;
	return {
		secrets: secrets.length,
		recall: rate(sure.filter(({ flag }) => flag?.tier === "warning").length, sure.length),
		precision: secrets.length === 0 ? null : rate(warned.length, warned.length + falseWarnings),
		recallWithHints: rate(found.length, secrets.length),
		precisionWithHints: secrets.length === 0 ? null : rate(found.length, found.length + falseFlags.length),
		falseWarnings,
		falseHints: falseFlags.length - falseWarnings,
		exact: rate(found.filter(({ label, flag }) => flag?.offset === label.offset && flag.length === label.length).length, found.length),
	};
}

function rate(part: number, whole: number): number | null {
	return whole === 0 ? null : part / whole;
}
