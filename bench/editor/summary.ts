import * as os from "node:os";
import process from "node:process";
import { type ActivationName, type Go, type Measurements, WINDOW_NAMES, type WindowName } from "./measure.ts";
import type { Activation } from "./protocol.ts";
import { PAUSES } from "./window.ts";

/**
 * Medians over all rounds; times in milliseconds. A ratio stands against the empty extension: it is the median of each round's own, for a
 * machine that is busy for a minute is so for all that take turns in it.
 */
export interface Summary {
	readonly machine: { readonly cores: number; readonly node: string; readonly vscode: string };
	readonly rounds: number;
	readonly activation: readonly ({ readonly of: ActivationName } & Activation)[];
	readonly windows: readonly WindowSummary[];
}

export interface WindowSummary {
	readonly window: WindowName;
	readonly servers: number;
	/** What Sallyport found in the config file. */
	readonly findings: number;
	/** From the key that opens the file. Null: nobody marks anything. */
	readonly text: number;
	readonly squiggle: number | null;
	readonly openingBusy: number;
	/** From key to paint. */
	readonly key: number;
	readonly keyRatio: number;
	readonly key95: number;
	readonly key95Ratio: number;
	/** How many keys that was. */
	readonly keys: number;
	/** How long the extension host was busy, a burst of keys and the pause after it; and the longest time that nothing else could be done there. */
	readonly pauseBusy: number;
	readonly longest: number;
}

export function summarize({ vscode, rounds, activations, goes }: Measurements): Summary {
	const sizes = [...new Set(goes.map(({ servers }) => servers))];
	return {
		machine: { cores: os.cpus().length, node: process.versions.node, vscode },
		rounds,
		activation: (["empty", "sallyport", "json"] as const).map((of) => {
			const times = activations.filter((each) => each.of === of).map((each) => each.times);
			const middle = (step: keyof Activation): number => median(times.map((each) => each[step]));
			return { of, load: middle("load"), call: middle("call"), whole: middle("whole"), after: middle("after") };
		}),
		windows: sizes.flatMap((servers) => {
			const inWindow = (name: WindowName): readonly Go[] => goes.filter((go) => go.servers === servers && go.window === name);
			return WINDOW_NAMES.map((window) => summarizeWindow(window, servers, inWindow(window), inWindow("empty")));
		}),
	};
}

function summarizeWindow(window: WindowName, servers: number, goes: readonly Go[], peers: readonly Go[]): WindowSummary {
	const ratio = (share: number): number =>
		median(goes.map((go, round) => quantile(go.keys, share) / quantile(peers[round]?.keys ?? [], share)));
	const keys = goes.flatMap((go) => go.keys);
	const squiggles = goes.map(({ opening }) => opening.squiggle).filter((squiggle) => squiggle !== null);
	return {
		window,
		servers,
		findings: median(goes.map(({ findings }) => findings)),
		text: median(goes.map(({ opening }) => opening.text)),
		squiggle: squiggles.length === 0 ? null : median(squiggles),
		openingBusy: median(goes.map(({ openingBusy }) => openingBusy.busy)),
		key: median(keys),
		keyRatio: ratio(0.5),
		key95: quantile(keys, 0.95),
		key95Ratio: ratio(0.95),
		keys: keys.length,
		pauseBusy: median(goes.map(({ typingBusy }) => typingBusy.busy)) / PAUSES,
		longest: median(goes.map(({ typingBusy }) => typingBusy.longest)),
	};
}

function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

/** Between the two nearest values, in proportion. Not a number when there are none. */
function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	const place = (sorted.length - 1) * share;
	const [low = Number.NaN, high = low] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
	return low + (high - low) * (place % 1);
}
