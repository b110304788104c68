import { type Grant, grantOf, grantsOf, type PolicyLayer } from "./layers.ts";
import { nearest } from "./parse.ts";

/** A name in a policy file that stands for nothing, or an entry that says nothing: most often a slip of the pen. */
export interface Stranger {
	readonly file: string;
	/** What is odd, in words for people that may hold foreign names. */
	readonly says: string;
}

/**
 * What the policy files say of this server, or of one that is named nearly so, to no effect. What is spelt wrong in a file that narrows takes nothing
 * away, and nobody would notice. Empty: nothing is odd.
 *
 * @param granted what the server is granted before anything is taken away
 */
export function strangersFor(layers: readonly PolicyLayer[], granted: Grant): readonly Stranger[] {
	const names = [...new Set(grantsOf(layers).map(({ name }) => name))];
	const tools = [...granted.tools.keys()];
	return layers.flatMap(({ source, file, policy }) =>
		policy.servers.flatMap((server): readonly Stranger[] => {
			if (source === "user") {
				const says = `has an entry for ${server.name} that is no grant: without config, workspace and launch it gives nothing, and in your own files it takes nothing away`;
				return server.name === granted.name && grantOf(server) === null ? [{ file, says }] : [];
			}
			if (server.name !== granted.name) {
				const isMeant = !names.includes(server.name) && nearest(server.name, names) === granted.name;
				return isMeant
					? [{ file, says: `speaks of a server ${server.name}, which nothing is granted to. Did you mean ${granted.name}?` }]
					: [];
			}
			return Object.entries(server.tools ?? {}).flatMap(([tool]): readonly Stranger[] => {
				if (tool === "*" || granted.tools.has(tool)) return [];
				const near = nearest(tool, tools);
				return near === null ? [] : [{ file, says: `speaks of a tool ${tool}, which is not granted. Did you mean ${near}?` }];
			});
		}),
	);
}
