import { plain } from "../../core/plain-text.ts";
import type { AuditSettings } from "../../core/policy/audit-settings.ts";
import type { PolicyLayer } from "../../core/policy/layers.ts";
import { type OwnSettings, type SettingsProposal, settingsProposal, withStricter } from "../../core/policy/own-settings.ts";
import type { SettableRule } from "../../core/policy/rule-settings.ts";
import type { Forbidden } from "../../core/policy/schema.ts";
import { STALE_BASELINE } from "../../core/report/baseline.ts";
import { RULES } from "../../core/rules/index.ts";

/** Every rule that a policy may set. */
export const SETTABLE: readonly SettableRule[] = [...RULES, STALE_BASELINE];

/** What the person's own files say beside grants and waits for them; null: nothing. */
export function waitingSettings(layers: readonly PolicyLayer[], accepted: OwnSettings): SettingsProposal | null {
	return settingsProposal(layers, accepted, SETTABLE);
}

/** What of these files counts as accepted without a question: all that is stricter. */
export function adoptedSettings(layers: readonly PolicyLayer[], accepted: OwnSettings): OwnSettings {
	return withStricter(accepted, layers, SETTABLE);
}

/** A line of what would change. */
export interface SettingsRow {
	readonly mark: "+" | "-";
	readonly kind: "forbid" | "rule" | "log";
	readonly text: string;
}

/** What counts of these without another question, for people. Empty: nothing. */
export function settingsLines({
	forbid = [],
	rules = {},
	audit,
}: OwnSettings): readonly { readonly kind: SettingsRow["kind"]; readonly text: string }[] {
	return [
		...forbid.map((each) => ({ kind: "forbid" as const, text: plain(forbiddenText(each)) })),
		...Object.entries(rules).map(([id, severity]) => ({ kind: "rule" as const, text: plain(`${id} ${severity}`) })),
		...Object.entries(audit ?? {}).map(([name, value]) => ({ kind: "log" as const, text: plain(`${name} ${JSON.stringify(value)}`) })),
	];
}

/** The exact difference, for people. */
export function settingsRows({ lifted, lowered, audit }: SettingsProposal): readonly SettingsRow[] {
	const row = (mark: SettingsRow["mark"], kind: SettingsRow["kind"], text: string): SettingsRow => ({ mark, kind, text });
	const [from, to] = audit === null ? [[], []] : [logLines(audit.from), logLines(audit.to)];
	return [
		...lifted.map((each) => row("-", "forbid", plain(forbiddenText(each)))),
		...lowered.flatMap(({ id, from, to }) => [row("-", "rule", `${id} ${from}`), row("+", "rule", `${id} ${to}`)]),
		...from.filter((line) => !to.includes(line)).map((line) => row("-", "log", line)),
		...to.filter((line) => !from.includes(line)).map((line) => row("+", "log", line)),
	];
}

function forbiddenText({ name, command, package: pack, url }: Forbidden): string {
	const named = { name, command, package: pack, url };
	return Object.entries(named)
		.flatMap(([kind, pattern]) => (pattern === undefined ? [] : [`${kind} ${JSON.stringify(pattern)}`]))
		.join(", ");
}

function logLines({ classes, onFailure, retention }: AuditSettings): readonly string[] {
	return [
		...Object.entries(classes).map(([kind, kept]) => `${kind}: ${kept}`),
		`a call whose record cannot be written: ${onFailure === "allow" ? "goes on" : "is refused"}`,
		`logs are kept for ${retention.days} days`,
		`logs are kept up to ${retention.bytes} bytes in all`,
	];
}
