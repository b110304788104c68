import { AsksOfServer } from "./schema.ts";

/** What a server may ask its host for: the model's words, a person's, or the folders that the host works in. */
export const ASK_KINDS = ["sampling", "elicitation", "roots"] as const;
export type AskKind = (typeof ASK_KINDS)[number];

/** Kind → how often a minute. A kind that is missing may not be asked for. */
export type Asks = { readonly [kind in AskKind]?: number };

/** As a policy file has them: `true` is as often as is usual, `false` never. */
export type PolicyAsks = { readonly [kind in AskKind]?: boolean | { readonly perMinute: number } | undefined };

/** Of each kind, where a policy says no number. */
const ASKS_PER_MINUTE = 10;

/** Of a user's layer: what it does not name is not granted. */
export function asksOf(asks: PolicyAsks = {}): Asks {
	return collected((kind) => {
		const said = asks[kind];
		return said === undefined || said === false ? undefined : said === true ? ASKS_PER_MINUTE : said.perMinute;
	});
}

/** Null: it is not what may stand under `asks` in a policy file. */
export function parsePolicyAsks(value: unknown): Asks | null {
	const parsed = AsksOfServer.safeParse(value);
	return parsed.success ? asksOf(parsed.data) : null;
}

/** Shorter where it can be. */
export function policyAsks(asks: Asks): PolicyAsks {
	return Object.fromEntries(Object.entries(asks).map(([kind, perMinute]) => [kind, perMinute === ASKS_PER_MINUTE ? true : { perMinute }]));
}

/** What both allow; the smaller number of each. `true` in a limit leaves the number as it is. Undefined does not narrow. */
export function narrowAsks(granted: Asks, limit: PolicyAsks | undefined): Asks {
	if (limit === undefined) return granted;
	return collected((kind) => {
		const [has, said] = [granted[kind], limit[kind]];
		if (has === undefined || said === undefined || said === false) return undefined;
		return said === true ? has : Math.min(has, said.perMinute);
	});
}

function collected(value: (kind: AskKind) => number | undefined): Asks {
	return Object.fromEntries(
		ASK_KINDS.flatMap((kind) => {
			const perMinute = value(kind);
			return perMinute === undefined ? [] : [[kind, perMinute]];
		}),
	);
}
