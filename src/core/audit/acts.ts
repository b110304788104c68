/** What a person did about what counts, by the reason that the log has for it; and what is said of it, in words that follow "the person". */
const ACTS = {
	"approval-granted": "approved what the server may do",
	"approval-accepted": "accepted what another program wrote into a policy file",
	"approval-lifted": "let the other grants of a command give all that they say",
	"approval-narrowed": "took something away from the server",
	"approval-revoked": "took back everything that was granted",
	"approval-struck-out": "struck out for good what was taken out of a policy file",
	"approval-begun-anew": "began the list of approvals anew, which was gone or damaged",
	"approval-settings": "accepted laxer settings in the policy files",
	"approval-network": "changed how servers reach the internet",
} as const;

export type ActReason = keyof typeof ACTS;

/** What the log has for the server of an act that concerns all of them. */
export const EVERY_SERVER = "*";

/** Null: it is no act. */
export function saysOfAct(reason: string): string | null {
	return Object.hasOwn(ACTS, reason) ? ACTS[reason as ActReason] : null;
}
