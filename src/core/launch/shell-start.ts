/** Whether the value of `ENV` names a file that a shell runs when it starts. `production` and its like are a server's own. */
export function isShellStartFile(value: string): boolean {
	return /[/\\`]|\$\(|\.sh$/.test(value);
}
