import { inWorkspace } from "../policy/layers.ts";
import type { Constraint, Constraints } from "./schema.ts";

/**
 * Constraints with the workspace's path in the place of its word. Without a workspace such a path allows nothing: the list is then
 * empty, and no path lies within it.
 */
export function placeConstraints(constraints: Constraints, workspace: string | null): Constraints {
	return Object.fromEntries(Object.entries(constraints).map(([name, constraint]) => [name, placed(constraint, workspace)]));
}

function placed({ within, relativeTo, ...rest }: Constraint, workspace: string | null): Constraint {
	const base = relativeTo === undefined ? null : inWorkspace(relativeTo, workspace);
	return {
		...rest,
		...(within === undefined ? {} : { within: [within].flat().flatMap((folder) => inWorkspace(folder, workspace) ?? []) }),
		...(base === null ? {} : { relativeTo: base }),
	};
}
