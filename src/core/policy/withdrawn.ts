import { type Grant, isOfLine, type PolicyLayer, sharedGrant, worksIn } from "./layers.ts";

/**
 * A grant that is gone, while others of the same line stay. A host's launch does not tell which config file it is from, so that each of them may
 * be the one that was taken back: until a person accepts it, none gives more than it gave beside the one that is gone.
 */
export interface Withdrawn {
	/** What it gave. */
	readonly grant: Grant;
	/** What others would give without it, and what they give. Never empty. */
	readonly others: readonly { readonly alone: Grant; readonly held: Grant }[];
}

/** Whether two grants are for the same name and words, so that one launch may be either. */
export function isSameLine(one: Grant, other: Grant): boolean {
	const { command, args } = other.launch;
	return isOfLine(one, { name: other.name, command, args }) && meet(one, other);
}

/** What a grant that is gone takes away from those that stand; null: nothing. */
export function withdrawnFrom(standing: readonly Grant[], gone: Grant, isSame: (a: Grant, b: Grant) => boolean): Withdrawn | null {
	const others = standing
		.filter((grant) => isSameLine(grant, gone))
		.map((alone) => ({ alone, held: sharedGrant(alone, gone) }))
		.filter(({ alone, held }) => !isSame(alone, held));
	return others.length === 0 ? null : { grant: gone, others };
}

/** As a layer that grants nothing and holds others of its line. */
export function withdrawnLayer(grant: Grant): PolicyLayer {
	const file = `${grant.config} (what was granted for it is gone)`;
	return { source: "user", file, policy: { version: 1, servers: [] }, granted: [], withdrawn: [grant], held: true };
}

/** Whether there is a folder in which a launch may be one of both. */
function meet(one: Grant, other: Grant): boolean {
	const folders = [one, other].flatMap(({ workspace, launch }) => [workspace, launch.cwd]).filter((folder) => folder !== null);
	return (one.workspace === null && other.workspace === null) || folders.some((folder) => worksIn(one, folder) && worksIn(other, folder));
}
