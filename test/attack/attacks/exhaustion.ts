import * as fs from "node:fs";
import { type Attack, attack, type Hostile } from "../attack.ts";
import { list, memoryOf } from "../processes.ts";
import type { Scene } from "../scene.ts";

const MIB = 1024 * 1024;

function bomb<S>(
	name: string,
	title: string,
	settings: S,
	program: (hostile: Hostile<S>) => unknown,
	escaped: (scene: Scene) => boolean | Promise<boolean>,
	more: Partial<Attack<S>> = {},
): Attack {
	return attack<S>({ name, family: "exhaustion", title, entry: "limited", prepare: () => settings, program, escaped, ...more });
}

/** The greatest number of bytes of one file on any of these folders, as the processes inside see them. */
function largestFile(scene: Scene, folder: string): number {
	return Math.max(
		0,
		...scene.tree().map((pid) => {
			try {
				return fs.statSync(`/proc/${pid}/root${folder}/${scene.mark}`).blocks * 512;
			} catch {
				return 0;
			}
		}),
	);
}

export const EXHAUSTION: readonly Attack[] = [
	bomb(
		"fork-bomb",
		"start processes without end (64 granted)",
		null,
		({ perl }) => perl('for (1..400) { my $p = fork; if (defined $p && $p == 0) { sleep 20; exit } } print "READY"; sleep 20'),
		(scene) => scene.tree().length > 120,
	),
	bomb(
		"memory-bomb",
		"take 2 GiB of memory in one process (1 GiB granted)",
		null,
		({ perl }) => perl('my @a; for (1..32) { push @a, "x" x (64 * 1024 * 1024) } print "READY"; sleep 20'),
		(scene) => memoryOf(scene.tree()) > 1600 * MIB,
	),
	bomb(
		"descriptor-bomb",
		"open files without end (256 granted)",
		null,
		({ perl }) => perl('my @f; for (1..5000) { open(my $f, "<", "/dev/null") or last; push @f, $f } print "READY"; sleep 20'),
		(scene) => scene.tree().some((pid) => list(`/proc/${pid}/fd`).length > 300),
		{ mayNotWork: "this machine's own limit is as low" },
	),
	bomb(
		"processor-bomb",
		"keep a processor busy (two seconds granted)",
		null,
		async ({ childProcess, sleep }) => {
			childProcess.spawn("/bin/sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
			await sleep(7000);
		},
		(scene) => scene.tree().some((pid) => scene.comm(pid) === "sh" && scene.processorSeconds(pid) > 3),
	),
	...(["/tmp", "/dev/shm"] as const).map((folder) =>
		attack<{ readonly folder: string; readonly mark: string }>({
			name: `fill-${folder === "/tmp" ? "tmp" : "shm"}`,
			family: "exhaustion",
			title: `write 600 MiB into ${folder}`,
			entry: "limited",
			prepare: (scene) => {
				scene.passing(`${folder}/${scene.mark}`);
				return { folder, mark: scene.mark };
			},
			program: async ({ fs, say, sleep, settings: { folder, mark } }) => {
				const fd = fs.openSync(`${folder}/${mark}`, "w");
				const block = new Uint8Array(8 * 1024 * 1024).fill(1);
				try {
					for (let i = 0; i < 75; i++) fs.writeSync(fd, block);
				} catch (error) {
					say(error);
				}
				await sleep(1);
			},
			escaped: (scene) => largestFile(scene, folder) > 520 * MIB,
			mayNotWork: "there is no such room on this machine",
		}),
	),
	attack<string>({
		name: "fill-home",
		family: "exhaustion",
		title: "write 600 MiB into the home",
		entry: "limited",
		prepare: (scene) => scene.mark,
		program: async ({ fs, say, sleep, settings, process }) => {
			const fd = fs.openSync(`${process.env.HOME}/${settings}`, "w");
			const block = new Uint8Array(8 * 1024 * 1024).fill(1);
			try {
				for (let i = 0; i < 75; i++) fs.writeSync(fd, block);
			} catch (error) {
				say(error);
			}
			await sleep(1);
		},
		escaped: (scene) => largestFile(scene, scene.person.home) > 520 * MIB || largestFile(scene, "/home/sallyport") > 520 * MIB,
	}),
];
