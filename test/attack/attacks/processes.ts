import { type Attack, attack, type Hostile } from "../attack.ts";
import { isAlive, text } from "../processes.ts";
import type { Scene } from "../scene.ts";

interface Victim {
	readonly pid: number;
	readonly call: number;
}

const arm = process.arch === "arm64";
const nr = (x64: number, arm64: number) => (arm ? arm64 : x64);

/** Another program of the same person, outside. */
function onBystander(
	name: string,
	title: string,
	program: (hostile: Hostile<Victim>) => unknown,
	escaped: (scene: Scene, victim: Victim) => boolean,
	more: Partial<Attack<Victim>> & { readonly number?: number } = {},
): Attack {
	return attack<Victim>({
		name,
		family: "other processes",
		title,
		entry: "bare",
		prepare: (scene) => ({ pid: scene.bystander(scene.canary), call: more.number ?? 0 }),
		program,
		escaped,
		...more,
	});
}

export const PROCESSES: readonly Attack[] = [
	onBystander(
		"kill-other",
		"end another program of the person's",
		({ process, settings: { pid } }) => process.kill(pid, "SIGKILL"),
		(_scene, { pid }) => !isAlive(pid),
	),
	onBystander(
		"stop-other",
		"stop another program of the person's",
		({ process, settings: { pid } }) => process.kill(pid, "SIGSTOP"),
		(_scene, { pid }) => /^State:\s*T/m.test(text(`/proc/${pid}/status`)),
	),
	onBystander(
		"trace-other",
		"trace another program of the person's",
		async ({ perl, say, settings: { pid, call } }) =>
			say(await perl(`syscall(${call}, 0x4206, ${pid}, 0, 0) == 0 or die "no: $!"; print "READY"; sleep 20`)),
		(_scene, { pid }) => !/^TracerPid:\s*0$/m.test(text(`/proc/${pid}/status`)),
		{ number: nr(101, 117), mayNotWork: "this machine lets nobody trace but its own children" },
	),
	onBystander(
		"read-memory-of-other",
		"read the memory of another program of the person's",
		async ({ perl, say, settings: { pid } }) =>
			say(
				await perl(
					`open(my $m, "<", "/proc/${pid}/maps") or die "no: $!"; while (<$m>) { next unless /^([0-9a-f]+)-([0-9a-f]+) rw.*(?:stack|heap)/; open(my $f, "<", "/proc/${pid}/mem") or die "no: $!"; sysseek($f, hex($1), 0); sysread($f, my $b, hex($2) - hex($1)); print "$1\\n" while $b =~ /(CANARY-[0-9a-f]+)/g }`,
				),
			),
		(scene) => scene.output.includes(scene.canary),
		{ mayNotWork: "this machine lets nobody trace but its own children" },
	),
	onBystander(
		"vm-read-of-other",
		"read the memory of another program by process_vm_readv",
		async ({ perl, say, settings: { pid, call } }) =>
			say(
				await perl(
					`open(my $m, "<", "/proc/${pid}/maps") or die "no: $!"; while (<$m>) { next unless /^([0-9a-f]+)-([0-9a-f]+) rw.*stack/; my $l = hex($2) - hex($1); my $b = "\\0" x $l; my $i = pack("PQ", $b, $l); my $o = pack("QQ", hex($1), $l); syscall(${call}, ${pid}, $i, 1, $o, 1, 0) > 0 or die "no: $!"; print "$1\\n" while $b =~ /(CANARY-[0-9a-f]+)/g }`,
				),
			),
		(scene) => scene.output.includes(scene.canary),
		{ number: nr(310, 270), mayNotWork: "this machine lets nobody trace but its own children" },
	),
	onBystander(
		"limit-other",
		"lower the limits of another program of the person's",
		async ({ perl, say, settings: { pid, call } }) =>
			say(await perl(`my $l = pack("QQ", 33, 33); syscall(${call}, ${pid}, 7, $l, 0) == 0 or die "no: $!"`)),
		(_scene, { pid }) => /^Max open files\s+33\s/m.test(text(`/proc/${pid}/limits`)),
		{ number: nr(302, 261) },
	),
	onBystander(
		"priority-of-other",
		"slow another program of the person's down",
		({ os, settings: { pid } }) => os.setPriority(pid, 19),
		(_scene, { pid }) => text(`/proc/${pid}/stat`).split(") ")[1]?.split(" ")[16] === "19",
	),
	onBystander(
		"join-other",
		"enter the namespaces of another program",
		async ({ perl, say, settings: { pid, call } }) =>
			say(
				await perl(
					`open(my $n, "<", "/proc/${pid}/ns/net") or die "no: $!"; syscall(${call}, fileno($n), 0) == 0 or die "no: $!"; print "READY"; sleep 20`,
				),
			),
		(scene) => scene.tree().some((pid) => scene.works(pid)),
		{ number: nr(308, 268), impossible: ({ isRoot }) => (isRoot ? null : "only root can outside") },
	),
	onBystander(
		"descriptor-of-other",
		"take an open descriptor from another program",
		async ({ perl, say, settings: { pid } }) =>
			say(
				await perl(
					`my $p = syscall(434, ${pid}, 0); $p >= 0 or die "no: $!"; my $fd = syscall(438, $p, 0, 0); $fd >= 0 or die "no: $!"; print "READY"; sleep 20`,
				),
			),
		(scene) => scene.tree().some((pid) => scene.works(pid)),
		{ mayNotWork: "this machine lets nobody trace but its own children" },
	),
];
