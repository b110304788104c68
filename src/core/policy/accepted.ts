import type { AcceptedPolicy } from "./accepted-list.ts";
import { type Grant, grantOf, type PolicyLayer, sharedGrant } from "./layers.ts";
import { forbidLayers } from "./own-settings.ts";
import type { PolicyServer } from "./schema.ts";
import { isSameLine, type Withdrawn, withdrawnFrom, withdrawnLayer } from "./withdrawn.ts";

/** What stands in a policy file of the user's layer and goes beyond what a person accepted: it waits, and grants nothing. */
export interface Proposal {
	/** The policy file that proposes. */
	readonly file: string;
	/** As it stands in the file. */
	readonly server: PolicyServer;
	/** All that the file asks for. */
	readonly asked: Grant;
	/** What was accepted for the same entry of the same config file and workspace; null: nothing. */
	readonly accepted: Grant | null;
}

export interface Held {
	/** As they were given; the user's layers grant what was accepted and is still asked for, and nothing else. */
	readonly layers: readonly PolicyLayer[];
	/** Empty: the files say nothing that was not accepted. */
	readonly proposals: readonly Proposal[];
	/** What is gone from the files, and would let other grants of the same line give more. Empty: nothing. */
	readonly withdrawn: readonly Withdrawn[];
}

/**
 * Holds the user's layers to what a person accepted. What a file takes away is gone; what it adds waits. A grant for another launch than the
 * accepted one is new as a whole. Of a field that is not known here, what was accepted counts. A grant that is gone while another one of the same
 * line stays goes on to hold that one: nobody can tell which of the two a host starts. What was accepted as forbidden stays so.
 */
export function holdToAccepted(layers: readonly PolicyLayer[], accepted: AcceptedPolicy): Held {
	const known = new Map(accepted.servers.map((server) => [grantKey(server), server]));
	const proposals: Proposal[] = [];
	const standing = new Map<string, Grant>();
	const held = layers.map((layer): PolicyLayer => {
		if (layer.source !== "user") return layer;
		const granted = layer.policy.servers.flatMap((server) => {
			const asked = grantOf(server);
			if (asked === null) return [];
			const before = known.get(grantKey(server));
			const was = before === undefined ? null : grantOf(before);
			const left = was === null || before === undefined ? null : stillGranted(before, was, server, asked);
			if (left === null || left.proposes) proposals.push({ file: layer.file, server, asked, accepted: was });
			if (left === null) return [];
			standing.set(grantKey(server), left.grant);
			return [left.grant];
		});
		return { ...layer, granted };
	});
	const gone = [...accepted.servers.filter((server) => !standing.has(grantKey(server))), ...accepted.withdrawn]
		.flatMap((server) => grantOf(server) ?? [])
		.filter((grant) => [...standing.values()].some((each) => isSameLine(each, grant)));
	return {
		layers: [...held, ...gone.map(withdrawnLayer), ...forbidLayers(layers, accepted.settings)],
		proposals,
		withdrawn: gone.flatMap((grant) => withdrawnFrom([...standing.values()], grant, isSameGrant) ?? []),
	};
}

function isSameGrant(a: Grant, b: Grant): boolean {
	return canonical(asMeant(a)) === canonical(asMeant(b));
}

/** The entry that a grant is for: of one entry, one grant is accepted. */
export function grantKey({ name, config, workspace }: Pick<PolicyServer, "name" | "config" | "workspace">): string {
	return JSON.stringify([name, config, workspace]);
}

/** One text for everything that means the same to JSON: without the order of keys, and without what is undefined. */
export function canonicalServer({ examples: _, ...server }: PolicyServer): string {
	return canonical(server);
}

/** Null: the launch is another one. */
function stillGranted(
	before: PolicyServer,
	was: Grant,
	server: PolicyServer,
	asked: Grant,
): { readonly grant: Grant; readonly proposes: boolean } | null {
	if (canonical(was.launch) !== canonical(asked.launch)) return null;
	// As it stands in nearly every file: nobody has touched it.
	if (canonicalServer(before) === canonicalServer(server)) return { grant: was, proposes: false };
	const grant = sharedGrant(was, asked);
	return { grant, proposes: !isSameGrant(grant, asked) };
}

/** The order of what is a set does not count, nor what is said of a tool that is not granted. */
function asMeant(grant: Grant): unknown {
	const { launch, constraints, ...rest } = grant;
	return { launch, constraints: new Map([...constraints].filter(([tool]) => grant.tools.has(tool))), rest: sorted(rest) };
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
	if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, sorted(each)]));
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sorted(each)]));
	return value;
}

/** One text for what is the same value: without the order of keys and of what is in a map, and without what is undefined. */
export function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
	if (value instanceof Map) return `m${canonical([...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)))}`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const entries = Object.entries(value).filter(([, each]) => each !== undefined);
	return `{${entries
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)
		.join()}}`;
}
