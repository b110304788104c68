import * as fs from "node:fs";
import type { Problem } from "../../core/result.ts";

/** What can be known about why bubblewrap did not start. Null: the system has no such setting. */
export interface Evidence {
	/** What bubblewrap wrote on standard error. */
	readonly said: string;
	/** `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu since 23.10). */
	readonly apparmorRestricts: number | null;
	/** `user.max_user_namespaces`. */
	readonly maxUserNamespaces: number | null;
	/** `kernel.unprivileged_userns_clone` (Debian and Arch kernels). */
	readonly unprivilegedClone: number | null;
	/** Of this process: 0 none, 2 a filter. Containers have one. */
	readonly seccompMode: number | null;
	readonly uid: number;
}

export type Cause = "too-old" | "sysctl" | "apparmor" | "seccomp" | "masked-proc" | "unknown";

export interface Diagnosis {
	readonly cause: Cause;
	readonly message: string;
	/** The narrowest change that helps. */
	readonly remedy: string;
}

const APPARMOR_PROFILE =
	"abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n";

/** Tells the causes apart. The order matters: a container shows its host's settings too. */
export function diagnose(evidence: Evidence): Diagnosis {
	const { said } = evidence;
	const cannotCreate = /new namespace failed|No permissions to creat|user namespaces|Unable to create|clone|unshare/i.test(said);
	const cannotUse =
		/setting up uid map|setting up gid map|RTM_NEWADDR|loopback|Failed to make \/ slave|Permission denied|Operation not permitted/i.test(
			said,
		);
	if (/Unknown option/i.test(said))
		return {
			cause: "too-old",
			message: "The installed bubblewrap is older than 0.8.",
			remedy: "Upgrade bubblewrap to 0.8 or newer (Debian 12, Ubuntu 23.04, Fedora 38 and later have it).",
		};
	if ((cannotCreate || cannotUse) && evidence.maxUserNamespaces === 0)
		return {
			cause: "sysctl",
			message: "This system allows no user namespaces (user.max_user_namespaces is 0).",
			remedy: "Run: sudo sysctl -w user.max_user_namespaces=1024 (and write that line to /etc/sysctl.d/50-bubblewrap.conf to keep it).",
		};
	if ((cannotCreate || cannotUse) && evidence.unprivilegedClone === 0 && evidence.uid !== 0)
		return {
			cause: "sysctl",
			message: "This system keeps user namespaces for root (kernel.unprivileged_userns_clone is 0).",
			remedy:
				"Run: sudo sysctl -w kernel.unprivileged_userns_clone=1 (and write that line to /etc/sysctl.d/50-bubblewrap.conf to keep it).",
		};
	if (/mount(ing)? proc|\/newroot\/proc/i.test(said))
		return {
			cause: "masked-proc",
			message: "This container hides parts of /proc, and then the kernel lets nobody mount another.",
			remedy: "Start the container with: --security-opt systempaths=unconfined",
		};
	if (cannotCreate && evidence.seccompMode === 2)
		return {
			cause: "seccomp",
			message: "A system call filter forbids user namespaces, as containers do by default.",
			remedy:
				"Start the container with a seccomp profile that allows clone, unshare, mount, umount2, pivot_root and sethostname (or, wider, --security-opt seccomp=unconfined), and with --security-opt systempaths=unconfined.",
		};
	if ((cannotCreate || cannotUse) && evidence.apparmorRestricts === 1 && evidence.uid !== 0)
		return {
			cause: "apparmor",
			message: "AppArmor keeps bubblewrap from using user namespaces (the default of Ubuntu 23.10 and later).",
			remedy: `Allow bubblewrap alone: printf '${APPARMOR_PROFILE}' | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap`,
		};
	const line = said.split("\n").find((each) => each.trim() !== "");
	return {
		cause: "unknown",
		message: line === undefined ? "The sandbox ended before it stood." : `The sandbox could not be set up (${line.trim().slice(0, 300)}).`,
		remedy: "Run: sallyport doctor",
	};
}

/** What this system says about itself, for `diagnose`. */
function evidence(said: string): Evidence {
	const seccomp = /^Seccomp:\s*(\d+)$/m.exec(textOf("/proc/self/status") ?? "")?.[1];
	return {
		said,
		apparmorRestricts: numberOf("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
		maxUserNamespaces: numberOf("/proc/sys/user/max_user_namespaces"),
		unprivilegedClone: numberOf("/proc/sys/kernel/unprivileged_userns_clone"),
		seccompMode: seccomp === undefined ? null : Number(seccomp),
		uid: process.getuid?.() ?? -1,
	};
}

/** The Problem for a sandbox that did not stand up. `sandbox-forbidden`: the system has to be told to allow it. */
export function diagnoseStart(said: string): Problem {
	const { cause, message, remedy } = diagnose(evidence(said));
	const code = cause === "unknown" ? "sandbox-failed" : cause === "too-old" ? "sandbox-too-old" : "sandbox-forbidden";
	return { code, message, remedy };
}

function numberOf(file: string): number | null {
	const text = textOf(file)?.trim();
	return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function textOf(file: string): string | undefined {
	try {
		return fs.readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
