/** The name of a flag for a message, without its value: a value may be a credential. `--x=y` is `--x`; `-pvalue` is cut short. */
export function flagName(flag: string): string {
	return flag.startsWith("--") ? flag.replace(/=.*$/s, "").slice(0, 60) : flag.slice(0, 3);
}
