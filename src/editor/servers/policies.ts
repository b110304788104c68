import { holdToAccepted } from "../../core/policy/accepted.ts";
import { findGrant, type Grant, type GrantLookup, grantsOf, type PolicyLayer } from "../../core/policy/layers.ts";
import { type fail, ok, type Problem, type Result } from "../../core/result.ts";
import type { Accepted } from "../../platform/acceptance/accepted.ts";
import { firstWaiting } from "../../platform/acceptance/held.ts";
import { currentGrant } from "../../platform/approval/candidate.ts";
import type { Home } from "../../platform/home.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { type LayerSources, readLayers } from "../../platform/policy-files.ts";

/** What the policies say about one launch line. */
export interface Verdict {
	readonly grant: Grant | null;
	readonly lookup: GrantLookup;
	/** Why something that stands in a policy file for this server does not count; null: all of it does. */
	readonly waiting: Problem | null;
}

/** Every policy as it stood when this was made; each workspace's are read once. */
export class Policies {
	readonly #home: Result<Home>;
	readonly #accepted: Result<Accepted> | null;
	readonly #layers = new Map<string, Result<Indexed>>();

	/** @param accepted null: nothing is granted, or it is not known yet; then the files count */
	constructor(home: Result<Home>, accepted: Result<Accepted> | null) {
		this.#home = home;
		this.#accepted = accepted;
	}

	/** A Problem: a policy cannot be read, so that the launcher refuses everything. */
	verdict(line: LaunchLine, userHome: string): Result<Verdict> {
		// Without a home nothing was ever granted.
		if (!this.#home.ok)
			return this.#home.problem.code === "no-home"
				? ok({ grant: null, lookup: { found: false, why: "not-approved" }, waiting: null })
				: this.#home;
		const layers = this.#byName(this.#home.value, { workspace: line.workspace, narrowing: line.policies });
		if (!layers.ok) return layers;
		const named = layers.value.layers.get(line.name) ?? [];
		const { name, command, args } = line;
		const lookup = findGrant(named, { name, command, args, folder: line.workspace ?? userHome });
		return ok({ grant: currentGrant(grantsOf(named), line), lookup, waiting: layers.value.waiting.get(line.name) ?? null });
	}

	/** Only what is said of one name decides about it: with a thousand servers, all of it for each would be slow. */
	#byName(home: Home, sources: LayerSources): Result<Indexed> {
		const key = JSON.stringify(sources);
		const known = this.#layers.get(key);
		if (known !== undefined) return known;
		const index = this.#read(home, sources);
		this.#layers.set(key, index);
		return index;
	}

	#read(home: Home, sources: LayerSources): Result<Indexed> {
		const accepted = this.#accepted;
		const layers = readLayers(home, sources, accepted?.ok === true ? accepted.value : null);
		if (!layers.ok) return layers;
		if (accepted === null) return ok({ layers: indexed(layers.value), waiting: new Map() });
		if (!accepted.ok) return accepted;
		const held = holdToAccepted(layers.value, accepted.value);
		const names = [...held.proposals.map(({ server }) => server.name), ...held.withdrawn.map(({ grant }) => grant.name)];
		const waiting = new Map(names.flatMap((name) => [[name, firstWaiting(held, accepted.value, name)] as const]));
		return ok({ layers: indexed(held.layers), waiting });
	}
}

/** By the names of servers. */
interface Indexed {
	readonly layers: ReadonlyMap<string, readonly PolicyLayer[]>;
	readonly waiting: ReadonlyMap<string, Problem | null>;
}

function indexed(layers: readonly PolicyLayer[]): ReadonlyMap<string, readonly PolicyLayer[]> {
	const index = new Map<string, PolicyLayer[]>();
	for (const layer of layers) {
		const granted = layer.granted === undefined ? null : byName(layer.granted);
		for (const [name, servers] of byName(layer.policy.servers)) {
			const own = index.get(name) ?? [];
			own.push({ ...layer, policy: { ...layer.policy, servers }, ...(granted === null ? {} : { granted: granted.get(name) ?? [] }) });
			index.set(name, own);
		}
		for (const [name, withdrawn] of byName(layer.withdrawn ?? [])) index.set(name, [...(index.get(name) ?? []), { ...layer, withdrawn }]);
	}
	return index;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T[]> {
	const named = new Map<string, T[]>();
	for (const item of items) {
		const same = named.get(item.name);
		if (same === undefined) named.set(item.name, [item]);
		else same.push(item);
	}
	return named;
}

/** Why the launcher would refuse this line, as far as that can be told without hashing anything; null: nothing speaks against it. */
export function refusalOf(line: LaunchLine, { lookup, waiting }: Verdict): Problem | null {
	if (!lookup.found) {
		if (waiting !== null) return waiting;
		switch (lookup.why) {
			case "not-approved":
				return problem(
					"not-approved",
					"It was never approved, so Sallyport does not start it.",
					"List its tools, and allow those you want.",
				);
			case "launch-changed":
				return problem("launch-changed", "Its command is not the one that was approved.", CHANGED);
			case "other-workspace":
				return problem("other-workspace", "It was approved for another workspace.", "List its tools, and allow those you want here.");
		}
	}
	const { launch, secrets } = lookup.grant;
	const kinds = Object.entries(line.env).map(([name, { kind }]) => `${name} ${kind === "literal" ? kind : "reference"}`);
	const approved = Object.entries(launch.env).map(([name, kind]) => `${name} ${kind}`);
	if (launch.cwd !== line.cwd || kinds.sort().join() !== approved.sort().join())
		return problem("launch-changed", "Its variables or its folder are not what was approved.", CHANGED);
	const [missing] = [...line.asks].find(([slot, reference]) => secrets.get(slot) !== reference) ?? [];
	return missing === undefined
		? null
		: problem(
				"reference-not-granted",
				`It asks for a secret in ${missing} that is not granted to it.`,
				"Approve this command: it asks for its secrets too.",
			);
}

const CHANGED = "If you meant that: approve this command.";

function problem(...[code, message, remedy]: Parameters<typeof fail>): Problem {
	return { code, message, remedy };
}
