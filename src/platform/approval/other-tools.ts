import { type Grant, grantsOf } from "../../core/policy/layers.ts";
import type { Home } from "../home.ts";
import { readLayers } from "../policy-files.ts";

/** Names of the tools that other servers than this one were granted: a tool that speaks of them is to be looked at closely. Empty: none, or nobody can tell. */
export function toolsOfOthers(home: Home, { name }: Pick<Grant, "name">): ReadonlySet<string> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	const grants = layers.ok ? grantsOf(layers.value) : [];
	const own = new Set(grants.filter((grant) => grant.name === name).flatMap(({ tools }) => [...tools.keys()]));
	return new Set(grants.flatMap((grant) => (grant.name === name ? [] : [...grant.tools.keys()])).filter((tool) => !own.has(tool)));
}
