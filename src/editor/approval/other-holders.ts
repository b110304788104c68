import { plain } from "../../core/plain-text.ts";
import type { Grant } from "../../core/policy/layers.ts";

/** An entry of a known config file, and the references in it. */
export interface Asking {
	readonly name: string;
	readonly config: string;
	readonly references: readonly string[];
}

/** Another server that has a secret, or asks for it. */
export interface Holder {
	readonly reference: string;
	readonly name: string;
	readonly config: string;
	readonly granted: boolean;
}

/**
 * Who else has one of these secrets, or asks for one: by what was granted and what the files say, never by the reference's own name, since any
 * repository may call its server `github`. Empty: nobody that is known.
 *
 * @param own the entry that is asked about
 * @param asking every other entry that is known
 */
export function otherHolders(
	references: readonly string[],
	own: Pick<Grant, "name" | "config" | "workspace">,
	grants: readonly Grant[],
	asking: readonly Asking[],
): readonly Holder[] {
	return [...new Set(references)].flatMap((reference) => {
		const holders = new Map<string, Holder>();
		const add = (name: string, config: string, granted: boolean): void => {
			const key = JSON.stringify([name, config]);
			if (!holders.has(key)) holders.set(key, { reference, name, config, granted });
		};
		for (const { name, config, workspace, secrets } of grants) {
			const isOwn = name === own.name && config === own.config && workspace === own.workspace;
			if (!isOwn && [...secrets.values()].includes(reference)) add(name, config, true);
		}
		for (const { name, config, references: asked } of asking) if (asked.includes(reference)) add(name, config, false);
		return [...holders.values()];
	});
}

/** A row for each. */
export function holderRows(holders: readonly Holder[], called: (name: string) => string): readonly string[] {
	return holders.map(
		({ reference, name, config, granted }) =>
			`${plain(reference)} ${granted ? "was granted to" : "is what another entry asks for:"} ${called(name)}, ${plain(config)}`,
	);
}
