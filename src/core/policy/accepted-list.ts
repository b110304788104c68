import * as z from "zod/mini";
import { fail, ok, type Result } from "../result.ts";
import type { OwnSettings } from "./own-settings.ts";
import { AuditPolicy, Forbidden, Rules, Server } from "./schema.ts";

/** What a person accepted, as the list of a home keeps it. */
const AcceptedList = z.strictObject({
	version: z.literal(1),
	servers: z.array(Server),
	withdrawn: z.optional(z.array(Server)),
	audit: z.optional(AuditPolicy),
	forbid: z.optional(z.array(Forbidden)),
	rules: z.optional(Rules),
	network: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});

/** What a person accepted of their own policy files. */
export interface AcceptedPolicy {
	/** One a grant. Empty: no grant counts. */
	readonly servers: readonly z.infer<typeof Server>[];
	/** Grants that were taken back while another one of the same name and words stayed, which they go on to hold. */
	readonly withdrawn: readonly z.infer<typeof Server>[];
	/** What their files say beside grants. */
	readonly settings: OwnSettings;
	/** How servers reach the internet: SHA-256 of the file that says so, 64 hexadecimal digits. Null: nothing was accepted, and they go straight. */
	readonly network: string | null;
}

export const NOTHING_ACCEPTED: AcceptedPolicy = { servers: [], withdrawn: [], settings: {}, network: null };

/** More than any honest list holds. Characters. */
const MOST_TEXT = 1_000_000;

/** The list as a text: the same for equal lists. A Problem: there is more in it than a list can hold. */
export function acceptedText({ servers, withdrawn, settings, network }: AcceptedPolicy): Result<string> {
	const list = {
		version: 1,
		servers,
		...(withdrawn.length === 0 ? {} : { withdrawn }),
		...settings,
		...(network === null ? {} : { network }),
	};
	const text = `${JSON.stringify(list, null, "\t")}\n`;
	return parseAccepted(text).ok
		? ok(text)
		: fail(
				"approvals-too-many",
				"What is accepted in this home is more than a list can hold.",
				"Take back what is not needed: sallyport revoke",
			);
}

/** Reads what `acceptedText` wrote, whose code has been checked. */
export function parseAccepted(text: string): Result<AcceptedPolicy> {
	const list = text.length > MOST_TEXT ? null : AcceptedList.safeParse(jsonOf(text));
	if (list?.success !== true)
		return fail("approvals-unknown", "The list of what was approved is not one that this version knows.", "Run: sallyport policy accept");
	const { version: _, servers, withdrawn = [], audit, forbid, rules, network = null } = list.data;
	return ok({
		servers,
		withdrawn,
		network,
		settings: {
			...(audit === undefined ? {} : { audit }),
			...(forbid === undefined ? {} : { forbid }),
			...(rules === undefined ? {} : { rules }),
		},
	});
}

/** Null: it is no JSON. */
function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
