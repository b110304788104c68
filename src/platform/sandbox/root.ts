import * as fs from "node:fs";
import { SYSTEM_READ } from "./grants.ts";
import type { TmpfsSizes } from "./limits.ts";

/** Where the server's private, empty home is. A name that no person has. */
export const INNER_HOME = "/home/sallyport";
/** The server's own user: never 0, so that programs which change their ways for root do not. */
export const INNER_ID = "1000";

/** Settings that programs need and that tell nothing about the person. */
export const ETC: readonly string[] = [
	"/etc/ld.so.cache",
	"/etc/ld.so.conf",
	"/etc/ld.so.conf.d",
	"/etc/ld-musl-x86_64.path",
	"/etc/ld-musl-aarch64.path",
	"/etc/ssl/certs",
	"/etc/ssl/cert.pem",
	"/etc/ssl/openssl.cnf",
	"/etc/ca-certificates",
	"/etc/pki/tls/certs",
	"/etc/pki/tls/cert.pem",
	"/etc/pki/tls/openssl.cnf",
	"/etc/pki/ca-trust/extracted",
	"/etc/crypto-policies",
	"/etc/localtime",
	"/etc/timezone",
	"/etc/alternatives",
	"/etc/mime.types",
	"/etc/protocols",
	"/etc/services",
];

/** Files that are written for the sandbox, because the host's name its people and its network. */
export const MADE_FILES: readonly (readonly [path: string, content: string])[] = [
	["/etc/passwd", `sallyport:x:${INNER_ID}:${INNER_ID}::${INNER_HOME}:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n`],
	["/etc/group", `sallyport:x:${INNER_ID}:\nnogroup:x:65534:\n`],
	["/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nprotocols: files\nservices: files\n"],
	["/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"],
];

/** Writable by user 0 of the host even inside a user namespace, and some of it runs programs on the host: core_pattern. */
const PROC_READ_ONLY = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi", "/proc/mtrr"];
const PROC_MASKED = [
	"/proc/kcore",
	"/proc/kmsg",
	"/proc/keys",
	"/proc/key-users",
	"/proc/timer_list",
	"/proc/sched_debug",
	"/proc/kallsyms",
];

/** bubblewrap's options for a root folder in which nothing of the person is. `fdOf` gives the descriptor of each of MADE_FILES. */
export function rootOptions(fdOf: (path: string) => number, sizes: TmpfsSizes): readonly string[] {
	return [
		...SYSTEM_READ.flatMap(systemFolder),
		...ETC.flatMap((where) => ["--ro-bind-try", where, where]),
		...MADE_FILES.flatMap(([where]) => ["--perms", "0444", "--file", String(fdOf(where)), where]),
		...["--proc", "/proc"],
		...PROC_READ_ONLY.filter((where) => fs.existsSync(where)).flatMap((where) => ["--ro-bind", where, where]),
		...PROC_MASKED.filter((where) => fs.existsSync(where)).flatMap((where) => ["--ro-bind", "/dev/null", where]),
		...["--dev", "/dev", "--perms", "1777", "--size", String(sizes.shm), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
		...["--perms", "1777", "--size", String(sizes.tmp), "--tmpfs", "/tmp"],
		...["--perms", "0700", "--size", String(sizes.home), "--tmpfs", INNER_HOME],
	];
}

/** `/bin` is a folder on one distribution and a link into `/usr` on the next; inside it is what it is outside. */
function systemFolder(where: string): readonly string[] {
	const stat = fs.lstatSync(where, { throwIfNoEntry: false });
	if (stat === undefined) return [];
	return stat.isSymbolicLink() ? ["--symlink", fs.readlinkSync(where), where] : ["--ro-bind", where, where];
}
