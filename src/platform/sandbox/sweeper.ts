import { spawn } from "node:child_process";

/** A shell that waits for the end of its input, which comes when the launcher ends, however it does. It is told no secret and has no network. */
const SWEEP = `
read -r nothing
rm -rf -- "$1"
turns=0
while [ -n "$2" ] && [ -d "$2" ] && [ "$turns" -lt 100 ]; do
	rmdir "$2" || sleep 0.01
	turns=$((turns + 1))
done
`;

/**
 * Removes, when this process is gone, what it could not remove because it was killed. Only for a server that has a network: one that has none
 * gets no helper, and what a killed launcher left of it is removed at the next start.
 *
 * @param folder with all that is in it
 * @param group a control group, when it is empty. Null: there is none
 */
export function sweepWhenGone(folder: string, group: string | null): void {
	const child = spawn("/bin/sh", ["-c", SWEEP, "sh", folder, group ?? ""], {
		// Away from the host's process group, which may be killed as a whole.
		detached: true,
		stdio: ["pipe", "ignore", "ignore"],
		env: { PATH: "/usr/bin:/bin" },
		cwd: "/",
		shell: false,
	});
	// Without it the next start sweeps.
	child.on("error", () => {});
	child.stdin?.on("error", () => {});
	child.unref();
	if (child.stdin !== null && "unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
}
