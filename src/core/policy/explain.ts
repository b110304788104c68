import type { Breach } from "../constraints/judge.ts";
import type { Constraints } from "../constraints/schema.ts";
import { breachSays, constraintsText } from "../constraints/text.ts";
import type { AskKind } from "./asks.ts";
import type { Grant, GrantStep, PolicyLayer } from "./layers.ts";
import { isPlainUri, NO_OFFERS, type Offers, offersPrompt, offersTemplate, promptPin, resourceGrant } from "./offers.ts";

/** What somebody asks a policy about. */
export type Asked =
	| {
			readonly kind: "tool";
			readonly name: string;
			/** Null: whatever the arguments. */
			readonly arguments: Readonly<Record<string, unknown>> | null;
	  }
	| { readonly kind: "prompt" | "resource" | "template"; readonly name: string }
	| { readonly kind: "completions" }
	| { readonly kind: "instructions" }
	| { readonly kind: "ask"; readonly name: AskKind };

/** What one layer says of it, in words for people. */
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

/** Which layer decides, and why. The last layer that speaks is the one that refused first: nothing behind it is asked. */
export function explain(steps: readonly GrantStep[], asked: Asked, judge: Judge): Explained {
	const layers: LayerSays[] = [];
	let before: Grant | null = null;
	for (const { layer, grant } of steps) {
		const said = asked.kind === "tool" ? saysOfTool(before, grant, asked, judge) : saysOf(before, grant, asked);
		if (said !== null) layers.push({ file: layer.file, source: layer.source, ...said });
		if (said?.refuses === true) return { decision: "refuse", layers };
		before = grant;
	}
	return { decision: "allow", layers };
}

type Says = Pick<LayerSays, "says" | "refuses">;

function saysOfTool(before: Grant | null, after: Grant, asked: Extract<Asked, { kind: "tool" }>, judge: Judge): Says | null {
	const pin = after.tools.get(asked.name);
	if (pin === undefined) return { says: withheld(before, after), refuses: true };
	const known = before?.constraints.get(asked.name)?.length ?? 0;
	const own = (after.constraints.get(asked.name) ?? []).slice(known);
	if (before !== null && own.length === 0) return null;
	const where = own.map(constraintsText).filter((text) => text !== "");
	const meta = after.toolMeta?.get(asked.name);
	const pinned = `grants it, pinned to ${pin.slice(0, 19)}…${meta === undefined ? "" : `, with its _meta as ${meta.slice(0, 19)}…`}`;
	const text = `${before === null ? pinned : "leaves it"}${where.length === 0 ? "" : `, where ${where.join("; ")}`}`;
	const breach = asked.arguments === null ? null : judge(own, asked.arguments);
	if (breach === null) return { says: text, refuses: false };
	return { says: `${text}: ${breachSays(breach)}`, refuses: true };
}

/** A layer that changes nothing of it says nothing. */
function saysOf(before: Grant | null, after: Grant, asked: Exclude<Asked, { kind: "tool" }>): Says | null {
	const by = grantedBy(after, asked);
	if (by === null) {
		const doubtful = asked.kind === "resource" && before === null && !isPlainUri(asked.name);
		return { says: `${withheld(before, after)}${doubtful ? DOUBTFUL : ""}`, refuses: true };
	}
	if (before !== null && grantedBy(before, asked) === by) return null;
	return { says: `${before === null ? "grants it" : "leaves it"}${by === "" ? "" : `, ${by}`}`, refuses: false };
}

const DOUBTFUL = " (a URI that two programs could take for two places fits no pattern)";

function withheld(before: Grant | null, after: Grant): string {
	if (before === null) return "does not grant it";
	return before.launch.fingerprint === after.launch.fingerprint ? "takes it away" : "is for another launch";
}

/** By what it is granted, for people; empty: by its very name. Null: it is not. */
function grantedBy({ offers = NO_OFFERS, asks = {}, instructions }: Grant, asked: Exclude<Asked, { kind: "tool" }>): string | null {
	switch (asked.kind) {
		case "prompt":
			return offersPrompt(offers, asked.name) ? [byName(offers.prompts, asked.name), ...pinnedTo(offers, asked.name)].join("") : null;
		case "template":
			return offersTemplate(offers, asked.name) ? byName(offers.templates, asked.name) : null;
		case "resource": {
			const pattern = resourceGrant(offers, asked.name);
			return pattern === null ? null : pattern === asked.name ? "" : `as ${pattern}`;
		}
		case "completions":
			return offers.completions ? "for what else is granted" : null;
		case "instructions":
			return instructions === undefined ? null : `as those with the digest ${instructions.slice(0, 19)}…`;
		case "ask": {
			const perMinute = asks[asked.name];
			return perMinute === undefined ? null : `${perMinute} a minute`;
		}
	}
}

function pinnedTo(offers: Offers, name: string): readonly string[] {
	const pin = promptPin(offers, name);
	return pin === null ? [] : [`pinned to ${pin.slice(0, 19)}…`];
}

function byName(names: readonly string[], name: string): string {
	return names.includes(name) ? "" : "as *";
}
