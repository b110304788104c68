import { type Grant, type GrantStep, traceGrant } from "../../core/policy/layers.ts";
import { ok, type Result } from "../../core/result.ts";
import { readHeldNow } from "../acceptance/held.ts";
import type { LaunchLine } from "../launch/locate.ts";
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

/** What other files, and grants that are gone, take away of what a launch line is granted now, in the folder that it is for. */
export async function narrowedNow(
	{ name, command, args, workspace, policies }: LaunchLine,
	{ home, userHome, approvals }: Pick<ApprovalContext, "home" | "userHome" | "approvals">,
): Promise<Result<readonly Narrowed[]>> {
	const held = await readHeldNow(home, { workspace, narrowing: policies }, approvals);
	if (!held.ok) return held;
	const traced = traceGrant(held.value.layers, { name, command, args, folder: workspace ?? userHome });
	return ok(traced.found ? narrowedBy(traced.steps) : []);
}
