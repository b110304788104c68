import { spawnSync } from "node:child_process";

/** Begins a command line: starts the program that follows where nobody may make a namespace, as on hardened machines and in containers. */
export const WITHOUT_NAMESPACES: readonly string[] = [
	"unshare",
	"--user",
	"--map-root-user",
	"sh",
	"-c",
	'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"',
	"sh",
];

/** Whether that can be had on this machine. */
export function canForbidNamespaces(): boolean {
	const [program = "", ...args] = WITHOUT_NAMESPACES;
	return spawnSync(program, [...args, "true"], { shell: false }).status === 0;
}
