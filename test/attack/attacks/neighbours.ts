import { type Attack, attack, type Hostile } from "../attack.ts";

interface Meeting {
	readonly words: string;
	readonly place: string;
}

/** Two servers at once: the first leaves words, the second looks for them and says what it found. */
function between(
	name: string,
	title: string,
	place: (mark: string) => string,
	leaves: (hostile: Hostile<Meeting>) => unknown,
	looks: (hostile: Hostile<Meeting>) => unknown,
	more: Partial<Attack<Meeting>> = {},
): Attack {
	return attack<Meeting>({
		name: `neighbours-${name}`,
		family: "other servers",
		title: `pass words to another server: ${title}`,
		entry: "bare",
		prepare: (scene) => {
			const where = place(scene.mark);
			if (where.startsWith("/")) scene.passing(where);
			return { words: scene.canary, place: where };
		},
		program: leaves,
		escaped: async (scene, meeting) => {
			const found = await scene.neighbour(looks, { ...meeting, words: "" });
			return found.includes(scene.canary);
		},
		...more,
	});
}

const writes = ({ fs, say, settings: { place, words } }: Hostile<Meeting>) => {
	try {
		fs.writeFileSync(place, words, { mode: 0o666 });
	} catch (error) {
		say(error);
	}
};
const reads = ({ fs, say, settings: { place } }: Hostile<Meeting>) => say(fs.readFileSync(place, "utf8"));

const arm = process.arch === "arm64";

export const NEIGHBOURS: readonly Attack[] = [
	between("tmp", "by a file in /tmp", (mark) => `/tmp/${mark}`, writes, reads),
	between("var-tmp", "by a file in /var/tmp", (mark) => `/var/tmp/${mark}`, writes, reads),
	between("shm", "by a file in /dev/shm", (mark) => `/dev/shm/${mark}`, writes, reads),
	between(
		"home",
		"by a file in the home",
		(mark) => mark,
		({ fs, say, process, settings: { place, words } }) => {
			try {
				fs.writeFileSync(`${process.env.HOME}/${place}`, words);
			} catch (error) {
				say(error);
			}
		},
		({ fs, say, process, settings: { place } }) => say(fs.readFileSync(`${process.env.HOME}/${place}`, "utf8")),
	),
	between(
		"tcp",
		"by a port on the loopback",
		() => String(20_000 + Math.floor(Math.random() * 20_000)),
		({ net, settings: { place, words } }) =>
			new Promise<void>((resolve) => {
				net
					.createServer((socket) => socket.end(words))
					.once("error", () => resolve())
					.listen(Number(place), "127.0.0.1", () => resolve());
			}),
		async ({ connect, say, settings: { place } }) => say(await connect({ host: "127.0.0.1", port: Number(place) }, "x")),
	),
	between(
		"abstract",
		"by an abstract socket",
		(mark) => mark,
		({ net, settings: { place, words } }) =>
			new Promise<void>((resolve) => {
				net
					.createServer((socket) => socket.end(words))
					.once("error", () => resolve())
					.listen(`\0${place}`, () => resolve());
			}),
		async ({ connect, say, settings: { place } }) => say(await connect({ path: `\0${place}` }, "x")),
	),
	between(
		"sysv",
		arm ? "by the size of System V shared memory" : "by System V shared memory",
		() => String(0x5b000000 + Math.floor(Math.random() * 0xffffff)),
		async ({ perl, process, settings: { place, words } }) => {
			const [get, at] = process.arch === "arm64" ? [194, 196] : [29, 30];
			await perl(
				`my $i = syscall(${get}, ${place}, 4096, 01666); my $a = syscall(${at}, $i, 0, 0); $a > 0 or die; my $w = "${words}"; open(my $m, "+<", "/proc/self/mem") or die; sysseek($m, $a, 0); syswrite($m, $w) or die; print "READY"; sleep 20`,
			);
		},
		async ({ perl, process, say, settings: { place } }) => {
			const [get, at] = process.arch === "arm64" ? [194, 196] : [29, 30];
			say(
				await perl(
					`my $i = syscall(${get}, ${place}, 4096, 0666); $i >= 0 or die; my $a = syscall(${at}, $i, 0, 0); $a > 0 or die; open(my $m, "<", "/proc/self/mem") or die; sysseek($m, $a, 0); sysread($m, my $b, 100); print $b`,
				),
			);
		},
	),
	between(
		"processes",
		"by the command lines in /proc",
		(mark) => mark,
		({ childProcess, settings: { words } }) => void childProcess.spawn("/bin/sh", ["-c", `sleep 15; : ${words}`], { stdio: "ignore" }),
		({ fs, say }) => {
			for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
				try {
					const line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
					if (line.includes("CANARY")) say(line);
				} catch {}
		},
	),
];
