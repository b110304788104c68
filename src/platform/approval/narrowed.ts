import { type Grant, type GrantStep, traceGrant } from "../../core/policy/layers.ts";
import { ok, type Result } from "../../core/result.ts";
import type { LaunchLine } from "../launch/locate.ts";
import { readLayers } from "../policy-files.ts";
import type { ApprovalContext } from "./context.ts";
import { type ChangeRow, grantChange } from "./texts.ts";

/** What one policy file makes of a grant that is wider. */
export interface Narrowed {
	readonly file: string;
	/** `-` is taken away; `+` stands in its place, or bounds it. Never empty. */
	readonly rows: readonly ChangeRow[];
}

/** What each file behind the first takes away of the grant, in their order. Empty: nothing is taken away. */
export function narrowedBy(steps: readonly GrantStep[]): readonly Narrowed[] {
	const narrowed: Narrowed[] = [];
	let before: Grant | null = null;
	for (const { layer, grant } of steps) {
		const rows = before === null ? [] : grantChange(before, { ...grant, launch: before.launch }).rows.filter(({ mark }) => mark !== " ");
		if (rows.length > 0) narrowed.push({ file: layer.file, rows });
		before = grant;
	}
	return narrowed;
}

/** What other files take away of what a launch line is granted now, in the folder that it is for. */
export function narrowedNow(
	{ name, command, args, workspace }: LaunchLine,
	context: Pick<ApprovalContext, "home" | "userHome">,
): Result<readonly Narrowed[]> {
	const layers = readLayers(context.home, { workspace, narrowing: [] });
	if (!layers.ok) return layers;
	const traced = traceGrant(layers.value, { name, command, args, folder: workspace ?? context.userHome });
	return ok(traced.found ? narrowedBy(traced.steps) : []);
}
