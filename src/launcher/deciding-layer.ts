import type { DecidingLayer } from "../core/audit/event.ts";
import { holdToAccepted } from "../core/policy/accepted.ts";
import { type Asked, explain, type Judge } from "../core/policy/explain.ts";
import { type GrantStep, traceGrant } from "../core/policy/layers.ts";
import type { Accepted } from "../platform/acceptance/accepted.ts";
import type { Home } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import type { RunArguments } from "./arguments.ts";
import type { Place } from "./prepare.ts";

/** What the answers stand on: while it is the same, the files are not read again. */
export interface DecidingState {
	/** Another number whenever a policy file may have changed. */
	readonly files: number;
	/** Null: nothing is known to be accepted. */
	readonly accepted: Accepted | null;
}

/**
 * Which policy refused what was asked for. The policies are read when the first one asks, and again only when they may have changed: a host that asks for
 * what is refused again and again costs no more than that.
 */
export class DecidingLayers {
	readonly #state: () => DecidingState;
	readonly #read: (accepted: Accepted) => readonly GrantStep[] | null;
	#known: { readonly state: DecidingState; readonly steps: readonly GrantStep[] | null } | null = null;

	/** @param read see {@link readSteps} */
	constructor(state: () => DecidingState, read: (accepted: Accepted) => readonly GrantStep[] | null) {
		this.#state = state;
		this.#read = read;
	}

	/** Undefined: none of them does by itself, or they do not parse. */
	decidedBy(asked: Asked, judge: Judge): DecidingLayer | undefined {
		const steps = this.#steps();
		const last = steps === null ? undefined : explain(steps, asked, judge).layers.at(-1);
		return last?.refuses === true ? { source: last.source, file: last.file, says: last.says } : undefined;
	}

	#steps(): readonly GrantStep[] | null {
		const { files, accepted } = this.#state();
		if (accepted === null) return null;
		if (this.#known?.state.files !== files || this.#known.state.accepted !== accepted)
			this.#known = { state: { files, accepted }, steps: this.#read(accepted) };
		return this.#known.steps;
	}
}

/** What each layer leaves of the grant of this launch, as the files are at this moment, held to what a person accepted. Null: there is none, or they do not parse. */
export function readSteps(request: RunArguments, home: Home, place: Place, accepted: Accepted): readonly GrantStep[] | null {
	const read = readLayers(home, place.sources, accepted);
	if (!read.ok) return null;
	const { layers } = holdToAccepted(read.value, accepted);
	const traced = traceGrant(layers, { name: request.name, command: request.command, args: request.args, folder: place.folder });
	return traced.found ? traced.steps : null;
}
