import type { Grant } from "./layers.ts";

/** All that a grant says, as a text that is the same for equal grants: its digest names what was granted at a time. */
export function grantText(grant: Grant): string {
	const {
		name,
		config,
		workspace,
		launch,
		tools,
		constraints,
		offers,
		asks,
		secrets,
		mutableSecrets,
		sandbox,
		egress,
		limits,
		instructions,
		toolMeta,
	} = grant;
	const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify([
		[name, config, workspace, launch.fingerprint],
		sorted(tools),
		sorted(constraints),
		[offers ?? null, asks ?? null],
		[sorted(secrets), mutableSecrets === true],
		[sandbox, [...egress].sort(), limits],
		...(instructions === undefined && toolMeta === undefined ? [] : [[instructions ?? null, sorted(toolMeta ?? new Map())]]),
	]);
}
