import { type AuditSettings, auditSettings, heldAuditSettings, mergedAudit } from "./audit-settings.ts";
import type { PolicyLayer } from "./layers.ts";
import { type LoweredRule, loweredRules, ownRules, type SettableRule } from "./rule-settings.ts";
import type { AuditPolicy, Forbidden, RuleSeverity } from "./schema.ts";

/** What a person's own policy files say beside grants, all together. What is left out is not said. */
export interface OwnSettings {
	readonly audit?: AuditPolicy;
	readonly forbid?: readonly Forbidden[];
	readonly rules?: Readonly<Record<string, RuleSeverity>>;
}

export function ownSettings(layers: readonly PolicyLayer[]): OwnSettings {
	const own = layers.filter(({ source, held }) => source === "user" && held !== true);
	const audit = mergedAudit(own.flatMap(({ policy }) => policy.audit ?? []));
	const forbid = [...new Map(own.flatMap(({ policy }) => policy.forbid ?? []).map((each) => [keyOf(each), each])).values()];
	const rules = ownRules(own);
	return {
		...(audit === undefined ? {} : { audit }),
		...(forbid.length === 0 ? {} : { forbid }),
		...(Object.keys(rules).length === 0 ? {} : { rules }),
	};
}

/** What the files no longer forbid and a person accepted goes on to be forbidden. Empty: there is no such thing. */
export function forbidLayers(layers: readonly PolicyLayer[], accepted: OwnSettings): readonly PolicyLayer[] {
	if (accepted.forbid === undefined) return [];
	const forbid = lifted(ownSettings(layers), accepted);
	if (forbid.length === 0) return [];
	const file = "what you accepted before (it is gone from your files)";
	return [{ source: "user", file, policy: { version: 1, servers: [], forbid: [...forbid] }, granted: [], held: true }];
}

/** What of these settings is laxer than a person accepted, and waits for them. */
export interface SettingsProposal {
	/** All that the files say. */
	readonly asked: OwnSettings;
	/** What is no longer forbidden. Empty: nothing. */
	readonly lifted: readonly Forbidden[];
	/** Empty: none. */
	readonly lowered: readonly LoweredRule[];
	/** How the log is kept now, and how it would be. Null: as it would be. */
	readonly audit: { readonly from: AuditSettings; readonly to: AuditSettings } | null;
}

/** Null: nothing waits. */
export function settingsProposal(
	layers: readonly PolicyLayer[],
	accepted: OwnSettings,
	rules: readonly SettableRule[],
): SettingsProposal | null {
	const own = layers.filter(({ source }) => source === "user");
	const asked = ownSettings(layers);
	const proposal = {
		asked,
		lifted: lifted(asked, accepted),
		lowered: loweredRules(asked.rules ?? {}, accepted.rules ?? {}, rules),
		audit: auditProposal(own, accepted),
	};
	return proposal.lifted.length + proposal.lowered.length === 0 && proposal.audit === null ? null : proposal;
}

/** What is accepted once nobody is asked: of each kind what the files say, where nothing of it waits. */
export function withStricter(accepted: OwnSettings, layers: readonly PolicyLayer[], rules: readonly SettableRule[]): OwnSettings {
	const waiting = settingsProposal(layers, accepted, rules);
	if (waiting === null) return ownSettings(layers);
	const { audit } = waiting.audit === null ? waiting.asked : accepted;
	const { forbid } = waiting.lifted.length === 0 ? waiting.asked : accepted;
	const { rules: severities } = waiting.lowered.length === 0 ? waiting.asked : accepted;
	return {
		...(audit === undefined ? {} : { audit }),
		...(forbid === undefined ? {} : { forbid }),
		...(severities === undefined ? {} : { rules: severities }),
	};
}

/** Whether what the person's own files say of the log waits, in part or as a whole. */
export function auditWaits(layers: readonly PolicyLayer[], accepted: OwnSettings): boolean {
	return (
		auditProposal(
			layers.filter(({ source }) => source === "user"),
			accepted,
		) !== null
	);
}

function auditProposal(own: readonly PolicyLayer[], { audit }: OwnSettings): SettingsProposal["audit"] {
	const [from, to] = [heldAuditSettings(own, audit), auditSettings(own)];
	return JSON.stringify(from) === JSON.stringify(to) ? null : { from, to };
}

function lifted({ forbid = [] }: OwnSettings, accepted: OwnSettings): readonly Forbidden[] {
	const now = new Set(forbid.map(keyOf));
	return (accepted.forbid ?? []).filter((each) => !now.has(keyOf(each)));
}

/** What is forbidden by it; the reason is only told. */
function keyOf({ name, command, package: pack, url }: Forbidden): string {
	return JSON.stringify([name ?? null, command ?? null, pack ?? null, url ?? null]);
}
