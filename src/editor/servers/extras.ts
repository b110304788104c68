import { ASK_KINDS, type AskKind, asksOf } from "../../core/policy/asks.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { NO_OFFERS, type Offers, promptPin, withPromptPins } from "../../core/policy/offers.ts";
import { withoutInstructions } from "../../core/policy/said.ts";
import { instructionsOf } from "../../platform/approval/given.ts";
import type { Widening } from "../../platform/approval/widen.ts";
import type { ListedOffers } from "../../platform/launch/list-tools.ts";

/** What a grant may hold beside tools and access: what a server may offer, what it may ask its host for, and where the host may send it secrets. */
export interface ExtraKey {
	readonly kind: "prompt" | "resource" | "template" | "completion" | "instructions" | "host-secret" | AskKind;
	/** The prompt, URI, template or tool (`*`: everything that is sent); empty for what there is only one of. */
	readonly name: string;
}

/** One of them, as it stands for one server. */
export interface Extra extends ExtraKey {
	readonly granted: boolean;
	/** Granted, and no other policy takes it away. */
	readonly effective: boolean;
	/** Granted, and another one than that is listed, so that it is withheld. */
	readonly changed: boolean;
	/** The server's own word; empty: it says nothing, or was not asked. */
	readonly says: string;
}

/** What is granted, then what the server lists beside it, then what it may ask for. Each once; never empty. */
export function extrasOf(grant: Grant | null, effective: Grant | null, listed: ListedOffers | null): readonly Extra[] {
	const [has, left] = [grant?.offers ?? NO_OFFERS, effective?.offers ?? NO_OFFERS];
	const named = (kind: "prompt" | "resource" | "template", key: "prompts" | "resources" | "templates"): readonly Extra[] => {
		const known = new Map((listed?.[key] ?? []).map(({ name, says }) => [name, says]));
		return [...new Set([...has[key], ...known.keys()])].map((name) => ({
			kind,
			name,
			granted: has[key].includes(name),
			effective: left[key].includes(name),
			changed: kind === "prompt" && isOther(has, name, listed),
			says: known.get(name) ?? "",
		}));
	};
	const completes = has.completions || listed?.completions === true;
	const hostSecrets = grant?.hostSecrets ?? [];
	const completion: Extra = {
		kind: "completion",
		name: "",
		granted: has.completions,
		effective: left.completions,
		changed: false,
		says: "",
	};
	const text = listed?.instructions ?? null;
	const instructions: Extra = {
		kind: "instructions",
		name: "",
		granted: grant?.instructions !== undefined,
		effective: effective?.instructions !== undefined,
		changed: instructionsOf({ instructions: text }, grant ?? {}).state === "changed",
		says: text ?? "",
	};
	return [
		...named("prompt", "prompts"),
		...named("resource", "resources"),
		...named("template", "templates"),
		...(completes ? [completion] : []),
		...(instructions.granted || text !== null ? [instructions] : []),
		...hostSecrets.map(
			(name): Extra => ({
				kind: "host-secret",
				name,
				granted: true,
				effective: effective?.hostSecrets?.includes(name) === true,
				changed: false,
				says: "",
			}),
		),
		...ASK_KINDS.map(
			(kind): Extra => ({
				kind,
				name: "",
				granted: grant?.asks?.[kind] !== undefined,
				effective: effective?.asks?.[kind] !== undefined,
				changed: false,
				says: "",
			}),
		),
	];
}

/** A prompt that is granted with its definition, and is listed with another one. */
function isOther(has: Offers, name: string, listed: ListedOffers | null): boolean {
	const pin = promptPin(has, name);
	const now = listed?.prompts.find((prompt) => prompt.name === name);
	return pin !== null && now !== undefined && now.pin !== pin;
}

/** What a person is asked for: what adds these to a grant. A kind of question as often as is usual. */
export function wideningFor(
	keys: readonly ExtraKey[],
): Pick<Widening, "prompts" | "resources" | "templates" | "completions" | "hostSecrets" | "asks"> {
	const named = (kind: ExtraKey["kind"]): readonly string[] => keys.filter((key) => key.kind === kind).map(({ name }) => name);
	const asks = ASK_KINDS.filter((kind) => keys.some((key) => key.kind === kind));
	return {
		prompts: named("prompt"),
		resources: named("resource"),
		templates: named("template"),
		hostSecrets: named("host-secret"),
		...(keys.some(({ kind }) => kind === "completion") ? { completions: true } : {}),
		...(asks.length === 0 ? {} : { asks: asksOf(Object.fromEntries(asks.map((kind) => [kind, true]))) }),
	};
}

/** A grant without these. */
export function withoutExtras(grant: Grant, keys: readonly ExtraKey[]): Grant {
	const { offers = NO_OFFERS, asks = {}, hostSecrets = [], ...others } = grant;
	const rest = keys.some(({ kind }) => kind === "instructions") ? withoutInstructions(others) : others;
	const stays = (kind: ExtraKey["kind"], name = ""): boolean => !keys.some((key) => key.kind === kind && key.name === name);
	const fewer: Offers = {
		prompts: offers.prompts.filter((name) => stays("prompt", name)),
		resources: offers.resources.filter((name) => stays("resource", name)),
		templates: offers.templates.filter((name) => stays("template", name)),
		completions: offers.completions && stays("completion"),
	};
	const left = withPromptPins(fewer, offers.promptPins ?? {});
	const asked = Object.fromEntries(Object.entries(asks).filter(([kind]) => !keys.some((key) => key.kind === kind)));
	const sent = hostSecrets.filter((name) => stays("host-secret", name));
	const isOffered = left.completions || left.prompts.length + left.resources.length + left.templates.length > 0;
	return {
		...rest,
		...(isOffered ? { offers: left } : {}),
		...(sent.length === 0 ? {} : { hostSecrets: sent }),
		...(Object.keys(asked).length === 0 ? {} : { asks: asked }),
	};
}

/** `2 prompts, 1 resource, sampling`. Empty: nothing counts. */
export function extrasSummary(extras: readonly Extra[]): string {
	const counts = (["prompt", "resource", "template"] as const).flatMap((kind) => {
		const count = extras.filter((extra) => extra.kind === kind && extra.effective).length;
		return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
	});
	const single = extras.filter(({ kind, effective }) => effective && !["prompt", "resource", "template", "host-secret"].includes(kind));
	const sent = extras.some(({ kind, effective }) => effective && kind === "host-secret") ? ["your host's secrets"] : [];
	return [...counts, ...single.map(({ kind }) => (kind === "completion" ? "completions" : kind)), ...sent].join(", ");
}
