/** How the server's process ended. Exactly one of the two is null. */
export interface Ending {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}
