import type { Breach } from "../constraints/judge.ts";
import type { Constraints } from "../constraints/schema.ts";
import { constraintsText } from "../constraints/text.ts";
import { constraintsIn, type Grant, type GrantStep, letsThrough, type PolicyLayer } from "./layers.ts";
import type { PolicyServer } from "./schema.ts";

/** What one layer says of a tool, in words for people. */
export interface LayerSays {
	readonly file: string;
	readonly source: PolicyLayer["source"];
	readonly says: string;
	/** This is the layer that decided. */
	readonly refuses: boolean;
}

export interface Explained {
	readonly decision: "allow" | "refuse";
	readonly layers: readonly LayerSays[];
}

/** Judges arguments by constraints; null: they hold. */
export type Judge = (several: readonly Constraints[], given: Readonly<Record<string, unknown>>) => Breach | null;

/**
 * Which layer decides over a call, and why. The last layer that speaks is the one that refused first: nothing behind it is asked.
 *
 * @param given null: whatever the arguments
 */
export function explainTool(
	steps: readonly GrantStep[],
	tool: string,
	given: Readonly<Record<string, unknown>> | null,
	judge: Judge,
): Explained {
	const layers: LayerSays[] = [];
	let before: Grant | null = null;
	for (const { layer, grant } of steps) {
		const said = saysOf(before, grant, tool, given, judge);
		if (said !== null) layers.push({ file: layer.file, source: layer.source, ...said });
		if (said?.refuses === true) return { decision: "refuse", layers };
		before = grant;
	}
	return { decision: "allow", layers };
}

function saysOf(before: Grant | null, after: Grant, tool: string, given: Readonly<Record<string, unknown>> | null, judge: Judge) {
	const pin = after.tools.get(tool);
	if (pin === undefined) {
		const says =
			before === null
				? "does not grant it"
				: before.launch.fingerprint === after.launch.fingerprint
					? "takes it away"
					: "is for another launch";
		return { says, refuses: true };
	}
	const known = before?.constraints.get(tool)?.length ?? 0;
	const own = (after.constraints.get(tool) ?? []).slice(known);
	if (before !== null && own.length === 0) return null;
	const where = own.map(constraintsText).filter((text) => text !== "");
	const text = `${before === null ? `grants it, pinned to ${pin.slice(0, 19)}…` : "leaves it"}${where.length === 0 ? "" : `, where ${where.join("; ")}`}`;
	const breach = given === null ? null : judge(own, given);
	if (breach === null) return { says: text, refuses: false };
	const { argument, broken } = breach;
	return { says: `${text}: ${argument === "*" ? "the arguments do" : `${argument} does`} not hold to it (${broken})`, refuses: true };
}

/** One example of a policy file, and what the file really says. */
export interface ExampleResult {
	readonly server: string;
	readonly tool: string;
	readonly expected: "allow" | "refuse";
	readonly decision: "allow" | "refuse";
}

/** Runs the examples of one file against that file alone. A server without examples gives none. */
export function runExamples(servers: readonly PolicyServer[], workspace: string | null, judge: Judge): readonly ExampleResult[] {
	return servers.flatMap((server) =>
		(server.examples ?? []).map(({ tool, arguments: given, expect }) => {
			const constraints = constraintsIn(server, tool, workspace);
			const holds = constraints === null || judge([constraints], given ?? {}) === null;
			return {
				server: server.name,
				tool,
				expected: expect,
				decision: letsThrough(server, tool) && holds ? ("allow" as const) : ("refuse" as const),
			};
		}),
	);
}
