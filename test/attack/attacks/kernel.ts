import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { type Attack, attack, type Hostile } from "../attack.ts";
import { namespace, text } from "../processes.ts";
import type { Scene } from "../scene.ts";

const arm = process.arch === "arm64";
/** Root of a container or a small virtual machine has not every privilege. */
const WEAK_ROOT = "this machine's root may not";
const rootOnly = ({ isRoot }: Scene) => (isRoot ? null : "only root can do this outside");

/** Opens a file for writing and keeps it open; nothing is written, because the machine is shared. */
const holdsOpen = async ({ fs, say, sleep, settings }: Hostile<string>) => {
	say(fs.openSync(settings, "r+"));
	await sleep(1);
};

const SETTINGS: readonly (readonly [name: string, file: string])[] = [
	["core-pattern", "/proc/sys/kernel/core_pattern"],
	["modprobe", "/proc/sys/kernel/modprobe"],
	["overcommit", "/proc/sys/vm/overcommit_memory"],
	["address-randomisation", "/proc/sys/kernel/randomize_va_space"],
	["hotplug", "/sys/kernel/uevent_helper"],
	["suid-dumpable", "/proc/sys/fs/suid_dumpable"],
	["binfmt", "/proc/sys/fs/binfmt_misc/register"],
	["sysrq", "/proc/sysrq-trigger"],
	["irq", "/proc/irq/default_smp_affinity"],
	["kernel-memory", "/dev/mem"],
	["kernel-log", "/dev/kmsg"],
	["cgroup", "/sys/fs/cgroup/cgroup.procs"],
	["huge-pages", "/sys/kernel/mm/transparent_hugepage/enabled"],
];

const settings = SETTINGS.map(([name, file]) =>
	attack<string>({
		name: `open-${name}`,
		family: "kernel",
		title: `open ${file} for writing`,
		entry: "bare",
		impossible: (scene) => rootOnly(scene) ?? (isWritable(file) ? null : "this machine has no such file to write"),
		prepare: () => file,
		program: holdsOpen,
		escaped: (scene) => scene.holds(new RegExp(`^${file}$`), true),
	}),
);

function isWritable(file: string): boolean {
	try {
		fs.closeSync(fs.openSync(file, "r+"));
		return true;
	} catch {
		return false;
	}
}

interface Call {
	readonly text: string;
}

/** Perl that makes a system call, says READY when it worked, and keeps what it got. */
const runsPerl = async ({ perl, say, settings }: Hostile<Call>) => say(await perl(`${settings.text}; print "READY"; sleep 20`));

function call(
	name: string,
	title: string,
	text: (scene: Scene) => string,
	escaped: (scene: Scene) => boolean | Promise<boolean>,
	more: Partial<Attack<Call>> = {},
): Attack {
	return attack<Call>({
		name,
		family: "kernel",
		title,
		entry: "bare",
		prepare: (scene) => ({ text: text(scene) }),
		program: runsPerl,
		escaped,
		...more,
	});
}

const nr = (x64: number, arm64: number) => (arm ? arm64 : x64);
const or = 'or die "no: $!"';

const calls: readonly Attack[] = [
	call(
		"io-uring",
		"open an io_uring, which goes around filters",
		() => `my $p = "\\0" x 120; syscall(425, 4, $p) >= 0 ${or}`,
		(scene) => scene.holds(/io_uring/),
	),
	call(
		"bpf-map",
		"make a BPF map",
		() => `my $a = pack("IIII", 2, 4, 8, 1) . ("\\0" x 112); syscall(${nr(321, 280)}, 0, $a, 128) >= 0 ${or}`,
		(scene) => scene.holds(/bpf-map/),
		{ impossible: rootOnly },
	),
	call(
		"perf-event",
		"count events of the processor",
		() => `my $a = pack("IIQQQQQ", 1, 128, 0, 0, 0, 0, 0x60) . ("\\0" x 80); syscall(${nr(298, 241)}, $a, 0, -1, -1, 0) >= 0 ${or}`,
		(scene) => scene.holds(/perf_event/),
		{ impossible: rootOnly },
	),
	call(
		"userfaultfd",
		"handle page faults, a tool of kernel exploits",
		() => `syscall(${nr(323, 282)}, 0) >= 0 ${or}`,
		(scene) => scene.holds(/userfaultfd/),
		{
			impossible: rootOnly,
		},
	),
	call(
		"userfaultfd-user",
		"handle page faults of user space",
		() => `syscall(${nr(323, 282)}, 1) >= 0 ${or}`,
		(scene) => scene.holds(/userfaultfd/),
	),
	call(
		"fanotify",
		"watch every file of the machine",
		() => `syscall(${nr(300, 262)}, 0x200, 0) >= 0 ${or}`,
		(scene) => scene.holds(/fanotify/),
	),
	call(
		"keyring",
		"leave a key in the user's keyring",
		(scene) => `my ($t, $n, $v) = ("user", "${scene.mark}", "x"); syscall(${nr(248, 217)}, $t, $n, $v, 1, -4) >= 0 ${or}`,
		(scene) => scene.person.look("/bin/cat", ["/proc/keys"]).includes(scene.mark),
	),
	call(
		"personality",
		"turn address randomisation off",
		() => `syscall(${nr(135, 92)}, 0x0040000) >= 0 ${or}`,
		(scene) => scene.tree().some((pid) => (Number.parseInt(text(`/proc/${pid}/personality`), 16) & 0x40000) !== 0),
	),
	call(
		"alg-socket",
		"open a socket into the kernel's cryptography",
		() => `socket(my $s, 38, 5, 0) ${or}`,
		(scene) => scene.helperWorks(),
		{ impossible: () => (/^ALG\s/m.test(text("/proc/net/protocols")) ? null : "this kernel has none loaded") },
	),
	call(
		"vsock",
		"open a socket to the hypervisor",
		() => `socket(my $s, 40, 1, 0) ${or}`,
		(scene) => scene.helperWorks(),
		{ impossible: () => (/^AF_VSOCK\s/m.test(text("/proc/net/protocols")) ? null : "this kernel has none loaded") },
	),
	...(["uevent", "audit", "netfilter", "xfrm", "generic"] as const).map((name) => {
		const number = { uevent: 15, audit: 9, netfilter: 12, xfrm: 6, generic: 16 }[name];
		return call(
			`netlink-${name}`,
			`speak to the kernel by netlink's ${name}`,
			() => `socket(my $s, 16, 3, ${number}) ${or}; bind($s, pack("SSII", 16, 0, 0, 0)) ${or}`,
			(scene) => scene.netlink(number),
			{ impossible: () => (text("/proc/net/netlink").match(new RegExp(`^\\S+\\s+${number}\\s`, "m")) ? null : "this kernel has none") },
		);
	}),
	call(
		"mount",
		"mount a file system",
		() => `my ($n, $w, $t) = ("none", "/mnt", "tmpfs"); syscall(${nr(165, 40)}, $n, $w, $t, 0, 0) == 0 ${or}`,
		(scene) => {
			scene.after(() => spawnSync("umount", ["/mnt"]));
			return scene.tree().some((pid) => scene.works(pid) && / \/mnt \S+ .*- tmpfs none/.test(text(`/proc/${pid}/mountinfo`)));
		},
		{ impossible: (scene) => rootOnly(scene) ?? (scene.isolated ? null : "the machine's mounts are not touched") },
	),
	call(
		"mount-new-api",
		"mount a file system by the newer calls",
		() => `my $t = "tmpfs"; syscall(430, $t, 0) >= 0 ${or}`,
		(scene) => scene.holds(/fscontext/),
		{ impossible: rootOnly },
	),
	call(
		"chroot",
		"change its root folder",
		() => `chroot("/usr") ${or}`,
		(scene) => scene.tree().some((pid) => scene.linkOf(pid, "root") === "/usr"),
		{ impossible: rootOnly },
	),
	call(
		"hostname",
		"rename the machine",
		(scene) => `my $n = "${scene.mark}"; syscall(${nr(170, 161)}, $n, length $n) == 0 ${or}`,
		(scene) =>
			scene.tree().some((pid) => namespace(pid, "uts") === namespace(process.pid, "uts")) &&
			text("/proc/sys/kernel/hostname").trim() === scene.mark,
		{
			impossible: (scene) => rootOnly(scene) ?? (scene.isolated ? null : "the machine's name is not touched"),
		},
	),
	call(
		"clock",
		"set the kernel's clock discipline",
		(scene) => `my $t = pack("Ix4qqqq", 4, 0, 0, ${clockErrorOf(scene)}, 0) . ("\\0" x 256); syscall(${nr(159, 171)}, $t) >= 0 ${or}`,
		(scene) => Math.abs(clockError(scene) - clockErrorOf(scene)) < 20_000,
		{ impossible: rootOnly },
	),
	call(
		"nice",
		"put itself before every other program",
		() => `setpriority(0, 0, -15) ${or}; getpriority(0, 0) == -15 ${or}`,
		(scene) => scene.tree().some((pid) => Number(statField(pid, 19)) === -15),
		{ impossible: rootOnly },
	),
	call(
		"real-time",
		"run at real-time priority",
		() => `my $p = pack("i", 1); syscall(${nr(144, 119)}, 0, 1, $p) == 0 ${or}`,
		(scene) => scene.tree().some((pid) => Number(statField(pid, 41)) === 1),
		{ impossible: rootOnly },
	),
	call(
		"oom-score",
		"make the kernel kill others first",
		() => `open(my $f, ">", "/proc/self/oom_score_adj") ${or}; syswrite($f, "-900") ${or}`,
		(scene) => scene.tree().some((pid) => text(`/proc/${pid}/oom_score_adj`).trim() === "-900"),
		{ impossible: rootOnly, mayNotWork: WEAK_ROOT },
	),
	call(
		"raise-limits",
		"raise its own limits",
		() => `my $l = pack("QQ", 900000, 900000); syscall(${nr(160, 164)}, 7, $l) == 0 ${or}`,
		(scene) => scene.tree().some((pid) => /^Max open files\s+900000\s/m.test(text(`/proc/${pid}/limits`))),
		{
			mayNotWork: WEAK_ROOT,
			impossible: (scene) =>
				rootOnly(scene) ?? (Number(text("/proc/sys/fs/nr_open")) >= 900_000 ? null : "this machine allows nobody so many"),
		},
	),
	call(
		"capabilities",
		"keep a privilege of root's",
		() => "1",
		(scene) => scene.tree().some((pid) => scene.works(pid) && /^CapEff:\s*0*[1-9a-f]/m.test(text(`/proc/${pid}/status`))),
		{ impossible: rootOnly },
	),
	call(
		"core-handler",
		"have the machine's crash handler look at a process of its making",
		() => "1",
		(scene) => scene.tree().some((pid) => scene.works(pid) && runsCoreHandler(pid)),
	),
];

/** A handler that is a program is run whatever the limit, unless that is exactly one byte (coredump.c); a file needs room. */
function runsCoreHandler(pid: number): boolean {
	const limit = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(text(`/proc/${pid}/limits`));
	const hard = limit?.[2] ?? "0";
	return text("/proc/sys/kernel/core_pattern").startsWith("|") ? hard !== "1" : hard !== "0" && hard !== "1";
}

/** Field of /proc/PID/stat, counted from 1 as in proc(5). */
function statField(pid: number, field: number): string {
	const stat = text(`/proc/${pid}/stat`);
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3] ?? "";
}

/** Another one in every scene: the kernel keeps what was said last. Microseconds. */
function clockErrorOf({ mark }: Scene): number {
	return 1_000_000 + (Number.parseInt(mark.slice(3, 9), 16) % 13_000_000);
}

/** Microseconds, as the kernel counts them; -1 when it does not tell. */
function clockError(scene: Scene): number {
	const said = scene.person.look("/usr/bin/perl", [
		"-e",
		`my $t = "\\0" x 256; syscall(${nr(159, 171)}, $t) >= 0 or exit 1; print unpack("q", substr($t, 24, 8))`,
	]);
	return said === "" ? -1 : Number(said);
}

/** Has a helper of the attack got into a user namespace that is not the server's? Every other kind needs one, for all but root. */
function inOtherUserNamespace(scene: Scene): boolean {
	const server = namespace(scene.serverPid(), "user");
	return scene.tree().some((pid) => scene.works(pid) && !["", server].includes(namespace(pid, "user")));
}

const NAMESPACES = ["user", "mnt", "net", "pid_for_children", "uts", "ipc", "cgroup", "time_for_children"] as const;
const FLAGS: Readonly<Record<(typeof NAMESPACES)[number], number>> = {
	user: 0x10000000,
	mnt: 0x00020000,
	net: 0x40000000,
	pid_for_children: 0x20000000,
	uts: 0x04000000,
	ipc: 0x08000000,
	cgroup: 0x02000000,
	time_for_children: 0x80,
};

const namespaces = NAMESPACES.map((kind) =>
	call(
		`namespace-${kind.split("_")[0]}`,
		`make a ${kind.split("_")[0]} namespace, in which more of the kernel can be reached`,
		// As anyone: in a user namespace of one's own.
		() => `syscall(${nr(272, 97)}, ${FLAGS[kind] | (kind === "user" ? 0 : 0x10000000)}) == 0 ${or}`,
		(scene) => inOtherUserNamespace(scene),
		{
			impossible: () => (text("/proc/sys/user/max_user_namespaces").trim() === "0" ? "this machine forbids it to all" : null),
		},
	),
);

/** A program of a few bytes that makes a user namespace by calls of another kind and then waits. */
const PROBES: readonly (readonly [name: string, title: string, code: readonly number[], why: string])[] = [
	[
		"calls-of-32-bit",
		"make a user namespace by 32-bit system calls, which have other numbers",
		[0xb8, 0x36, 0x01, 0, 0, 0xbb, 0, 0, 0, 0x10, 0xcd, 0x80, 0xb8, 0x1d, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7],
		"this kernel has no 32-bit calls",
	],
	[
		"calls-of-x32",
		"make a user namespace by x32 system calls, which have other numbers",
		[0xb8, 0x10, 0x01, 0, 0x40, 0xbf, 0, 0, 0, 0x10, 0x0f, 0x05, 0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7],
		"this kernel has no x32 calls",
	],
];

const probes = PROBES.map(([name, title, code, why]) =>
	attack<string>({
		name,
		family: "kernel",
		title,
		entry: "bare",
		impossible: () => (arm ? "this processor has none" : null),
		mayNotWork: why,
		prepare: () => elf(code).toString("base64"),
		program: async ({ fs, childProcess, Buffer, sleep, settings }) => {
			for (const folder of ["/tmp", "/dev/shm"])
				try {
					fs.writeFileSync(`${folder}/elfprobe`, Buffer.from(settings, "base64"), { mode: 0o755 });
					childProcess.spawn(`${folder}/elfprobe`, { stdio: "ignore" }).on("error", () => {});
					await sleep(300);
					fs.rmSync(`${folder}/elfprobe`);
					return;
				} catch {}
		},
		escaped: inOtherUserNamespace,
	}),
);

/** The smallest program that Linux starts on x86-64: an ELF header, one segment, the code. */
function elf(code: readonly number[]): Buffer {
	const bytes = Buffer.alloc(120 + code.length);
	const base = 0x400000n;
	bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
	bytes.writeUInt16LE(2, 16);
	bytes.writeUInt16LE(62, 18);
	bytes.writeUInt32LE(1, 20);
	bytes.writeBigUInt64LE(base + 120n, 24);
	bytes.writeBigUInt64LE(64n, 32);
	bytes.writeUInt16LE(64, 52);
	bytes.writeUInt16LE(56, 54);
	bytes.writeUInt16LE(1, 56);
	bytes.writeUInt32LE(1, 64);
	bytes.writeUInt32LE(5, 68);
	bytes.writeBigUInt64LE(base, 80);
	bytes.writeBigUInt64LE(base, 88);
	bytes.writeBigUInt64LE(BigInt(bytes.length), 96);
	bytes.writeBigUInt64LE(BigInt(bytes.length), 104);
	bytes.writeBigUInt64LE(0x1000n, 112);
	bytes.set(code, 120);
	return bytes;
}

export const KERNEL: readonly Attack[] = [
	...settings,
	...calls,
	...namespaces,
	...probes,
	attack<string>({
		name: "clone-user-namespace",
		family: "kernel",
		title: "make a user namespace with clone instead of unshare",
		entry: "bare",
		prepare: () => `my $p = syscall(${nr(56, 220)}, 0x10000011, 0, 0, 0, 0); $p >= 0 ${or}; sleep 20 if $p == 0;`,
		program: async ({ perl, settings }) => void (await perl(`${settings} print "READY"; sleep 20`)),
		escaped: inOtherUserNamespace,
	}),
	attack<string>({
		name: "setuid-program",
		family: "kernel",
		title: "run a setuid program to become root",
		entry: "reader",
		impossible: ({ isRoot }) => (isRoot ? "root needs none" : process.getuid?.() === 0 ? null : "only root can put one in place"),
		prepare: (scene) => {
			const tool = scene.project("src/tool");
			fs.copyFileSync("/bin/cat", tool);
			fs.chownSync(tool, 0, 0);
			fs.chmodSync(tool, 0o4755);
			const secret = scene.secret(scene.project("src/roots-own.txt"));
			fs.chownSync(secret, 0, 0);
			return tool;
		},
		program: async ({ run, say, path, settings }) => say(await run(settings, [path.join(path.dirname(settings), "roots-own.txt")])),
		escaped: (scene) => scene.learned(),
	}),
];
