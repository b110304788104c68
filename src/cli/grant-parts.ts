/** What of a server's grant a command names, each as often as it is said. Undefined: it is not named. */
export interface GrantParts {
	readonly read?: readonly string[];
	readonly write?: readonly string[];
	readonly egress?: readonly string[];
	readonly env?: readonly string[];
	readonly secret?: readonly string[];
	readonly prompt?: readonly string[];
	readonly resource?: readonly string[];
	readonly template?: readonly string[];
	readonly completions?: boolean;
	readonly ask?: readonly string[];
	readonly hostSecrets?: readonly string[];
}
