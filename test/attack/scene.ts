import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import type { Entry, Hostile } from "./attack.ts";
import { Listeners } from "./listeners.ts";
import type { Machine } from "./machine.ts";
import type { Person } from "./person.ts";
import { isAlive, openFiles, processesWith, text, tree } from "./processes.ts";
import type { Way } from "./ways.ts";

/** How long an attack may take before it is looked at anyway. Milliseconds. */
const PATIENCE_MS = 12_000;

/** The answers to the two requests of every scene. */
const MARKERS = ['"serverInfo"', '"id":2,'];

/** Characters of what the server says that are kept; what is longer is counted and thrown away. */
const KEPT = 1024 * 1024;

/**
 * Stands between the suite and the server as a terminal does: makes one, lets the server have it as its controlling terminal and
 * its stderr, and keeps what is typed into it. Arguments: the file for that, and the server's command line.
 */
const TERMINAL = `use POSIX; my ($typed, @line) = @ARGV;
open(my $m, "+<", "/dev/ptmx") or die; my $z = pack("i", 0); ioctl($m, 0x40045431, $z) or die; my $n = pack("i", 0); ioctl($m, 0x80045430, $n) or die;
my $name = "/dev/pts/" . unpack("i", $n);
sysopen(my $t, $name, O_RDWR | O_NOCTTY | O_NONBLOCK) or die "$!";
my $a = POSIX::Termios->new; $a->getattr(fileno($t)); $a->setlflag(0); $a->setattr(fileno($t), 0);
if ((my $p = fork) == 0) { POSIX::setsid(); ioctl($t, 0x540e, 0); open(STDERR, ">&", $t); close $m; exec @line or exit 127 }
close STDIN; close STDOUT;
while (1) { if (sysread($t, my $b, 100)) { open(my $f, ">>", $typed); syswrite($f, $b) } select(undef, undef, undef, 0.05); last if waitpid(-1, 1) > 0 }`;

/** Numbers below 2 mean others: a group, everything, the first process. */
function kill(pid: number): void {
	if (pid < 2 || pid === process.pid) return;
	try {
		process.kill(pid, "SIGKILL");
	} catch {}
}

/** One attack in one way: the person, what is put in place, the server that was started, and what of it shows on the host. */
export class Scene {
	readonly person: Person;
	readonly way: Way;
	readonly listeners: Listeners;
	/** What an attack tries to carry out, or to plant. New in every scene. */
	readonly canary = `CANARY-${randomBytes(12).toString("hex")}`;
	/** Unique, short, and harmless in any name. */
	readonly mark = `atk${randomBytes(6).toString("hex")}`;
	/** Variables of the person's session, besides the usual. */
	readonly env: Record<string, string> = {};
	/** Descriptors left open to whatever is started. */
	readonly inherit = new Map<number, number>();
	/** Whether there is a network, a mount tree and an IPC space of the suite's own, where nothing of the machine's can be met. */
	readonly isolated: boolean;
	/** Set by an attack that wants the host to stand in a terminal. */
	terminal = false;
	/** Bytes that the host got on the server's standard output and error. */
	readonly got = { stdout: 0, stderr: 0, longestLine: 0 };
	#child: ChildProcess | null = null;
	#output = "";
	/** The last characters, in which a marker may have begun. */
	#tail = "";
	/** Markers that came, however much came before them. */
	readonly #heardOf = new Set<string>();
	#line = 0;
	readonly #cleanUp: (() => void)[] = [];
	readonly #seen = new Set<number>();

	readonly #machine: Machine;
	readonly #others: Scene[] = [];

	constructor(options: { readonly person: Person; readonly way: Way; readonly machine: Machine }) {
		this.person = options.person;
		this.way = options.way;
		this.#machine = options.machine;
		this.isolated = options.machine.isolated;
		this.listeners = new Listeners(options.machine.listeners);
	}

	get isRoot(): boolean {
		return this.person.uid === 0;
	}

	/** The process that the host started. */
	get pid(): number {
		return this.#child?.pid ?? -1;
	}

	get child(): ChildProcess {
		if (this.#child === null) throw new Error("nothing was started");
		return this.#child;
	}

	/** All that the host got, on both streams. */
	get output(): string {
		return this.#output;
	}

	/** Did the canary get out: to the host's screen or pipe, to a listener, or into a folder that others see? */
	learned(): boolean {
		return this.#output.includes(this.canary) || this.listeners.heard(this.canary);
	}

	/** The processes that the host sees beneath what it started. */
	tree(): readonly number[] {
		if (this.pid < 2) return [];
		const all = tree(this.pid);
		for (const pid of all) this.#seen.add(pid);
		return all;
	}

	/** Does any process of it hold such a thing open? */
	holds(name: RegExp, writable = false): boolean {
		return tree(this.serverPid()).some((pid) => openFiles(pid).some((each) => name.test(each.name) && (each.writable || !writable)));
	}

	/** The process in which the hostile server itself runs; -1 when it is gone. */
	serverPid(): number {
		const line = `${this.person.node}\0${this.person.server}\0`;
		return this.tree().findLast((pid) => text(`/proc/${pid}/cmdline`) === line) ?? -1;
	}

	comm(pid: number): string {
		return text(`/proc/${pid}/comm`).trim();
	}

	/** Is this the helper of an attack, still at work? It ends by itself when what it wants is refused. */
	works(pid: number): boolean {
		return isAlive(pid) && ["perl", "elfprobe"].includes(this.comm(pid)) && pid !== this.pid;
	}

	linkOf(pid: number, name: string): string {
		try {
			return fs.readlinkSync(`/proc/${pid}/${name}`);
		} catch {
			return "";
		}
	}

	processorSeconds(pid: number): number {
		const fields = text(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
		return (Number(fields[11]) + Number(fields[12])) / 100;
	}

	/** How many sockets of a kind an attack's helper has, by the table of its own network. */
	sockets(table: "raw" | "packet"): number {
		const counts = this.tree().map((pid) => (this.works(pid) ? text(`/proc/${pid}/net/${table}`).trim().split("\n").length - 1 : 0));
		return Math.max(0, ...counts);
	}

	/** Is the helper of an attack still at work? */
	helperWorks(): boolean {
		return this.tree().some((pid) => this.works(pid));
	}

	/** Has an attack's helper a netlink socket of this protocol? */
	netlink(protocol: number): boolean {
		return this.tree().some(
			(pid) => this.works(pid) && new RegExp(`^\\S+\\s+${protocol}\\s+${pid}\\s`, "m").test(text(`/proc/${pid}/net/netlink`)),
		);
	}

	messageQueues(): readonly string[] {
		return this.#machine.messageQueues();
	}

	/** What comes from a place that the host connects to; empty when nothing does. */
	dial(where: net.NetConnectOpts): Promise<string> {
		return new Promise((resolve) => {
			let said = "";
			const socket = net.connect(where);
			socket.on("data", (part) => {
				said += String(part);
			});
			socket.once("error", () => resolve(said));
			socket.once("close", () => resolve(said));
			setTimeout(() => socket.destroy(), 1000);
		});
	}

	/** Starts another program of the person's that has words in its command line and its memory. Gives its process. */
	bystander(words: string): number {
		const { uid, project } = this.person;
		const child = spawn("/usr/bin/perl", ["-e", "my $kept = $ARGV[0]; open(my $f, '<', '/dev/null'); sleep 60", words], {
			uid,
			gid: uid,
			cwd: project,
			stdio: "ignore",
		});
		this.after(() => child.kill("SIGKILL"));
		return child.pid ?? -1;
	}

	/** A program outside that obeys what it reads from a pipe. */
	readsFifo(where: string): void {
		const child = spawn("/bin/sh", ["-c", 'mkfifo -m 666 "$1" && exec cat <>"$1"', "sh", where], { stdio: ["ignore", "pipe", "ignore"] });
		child.stdout.on("data", (part) => this.listeners.note(String(part)));
		this.after(() => child.kill("SIGKILL"));
		while (!fs.existsSync(where) && isAlive(child.pid ?? -1)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
	}

	/** A program outside that reads datagrams from a socket file, as a log's does. */
	hearsDatagrams(where: string): void {
		const program =
			"use Socket; my $s; socket($s, AF_UNIX, SOCK_DGRAM, 0) && bind($s, sockaddr_un($ARGV[0])) or die; chmod 0777, $ARGV[0]; $| = 1; my $b; while (defined recv($s, $b, 1000, 0)) { print $b }";
		const child = spawn("/usr/bin/perl", ["-e", program, where], { stdio: ["ignore", "pipe", "ignore"] });
		child.stdout.on("data", (part) => this.listeners.note(String(part)));
		this.after(() => child.kill("SIGKILL"));
		while (!fs.existsSync(where) && isAlive(child.pid ?? -1)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
	}

	/** Starts the same server a second time, beside the first, and gives what it says. */
	async neighbour<S>(program: (hostile: Hostile<S>) => unknown, settings: S): Promise<string> {
		const other = new Scene({ person: this.person, way: this.way, machine: this.#machine });
		this.#others.push(other);
		await other.start("bare", program, settings);
		return other.output;
	}

	/** What was typed into the host's terminal by another than the person. */
	typed(): string {
		return text(path.join(this.person.folder, "typed"));
	}

	home(relative: string): string {
		return path.join(this.person.home, relative);
	}

	project(relative: string): string {
		return path.join(this.person.project, relative);
	}

	outside(relative: string): string {
		return path.join(this.person.outside, relative);
	}

	/** Puts the canary into a file of the person's and gives its path. */
	secret(where: string, mode = 0o600): string {
		return this.person.write(where, `${this.canary}\n`, mode);
	}

	after(cleanUp: () => void): void {
		this.#cleanUp.push(cleanUp);
	}

	/** A file or folder that is gone when the scene is over. */
	passing(where: string): string {
		this.after(() => fs.rmSync(where, { recursive: true, force: true }));
		return where;
	}

	wait(ms: number): Promise<void> {
		return new Promise((resolve) => setTimeout(resolve, ms));
	}

	/**
	 * Starts the server as a host does and hands it the program. Resolves when it has answered, has ended, or takes too long.
	 * A text says why it never came up, which is no verdict on the attack; null when it did.
	 */
	async start(entry: Entry, program: (hostile: never) => unknown, settings: unknown): Promise<string | null> {
		const { command, args } = this.#commandLine(entry);
		const count = Math.max(3, ...[...this.inherit.keys()].map((fd) => fd + 1));
		const child = spawn(command, args, {
			cwd: this.person.project,
			env: this.person.env({ ...this.env, ...this.way.env }),
			uid: this.person.uid,
			gid: this.person.uid,
			shell: false,
			stdio: Array.from({ length: count }, (_, fd) => (fd < 3 ? ("pipe" as const) : (this.inherit.get(fd) ?? ("ignore" as const)))),
		});
		this.#child = child;
		child.once("error", () => {});
		child.stdin?.on("error", () => {});
		child.stdout?.on("data", (part: Buffer) => this.#hear(part, "stdout"));
		child.stderr?.on("data", (part: Buffer) => this.#hear(part, "stderr"));
		const closed = once(child, "close").catch(() => []);
		const send = (message: object) => child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
		const initialize = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "suite", version: "1" } };
		send({ id: 1, method: "initialize", params: initialize });
		const up = await this.#until(() => this.#heardOf.has('"serverInfo"'), closed);
		if (!up) return this.#output.slice(-600);
		send({ method: "notifications/initialized" });
		const call = { name: "attack", arguments: { program: `(${program.toString()})`, settings } };
		send({ id: 2, method: "tools/call", params: call });
		await this.#until(() => this.#heardOf.has('"id":2,'), closed);
		this.tree();
		return null;
	}

	#commandLine(entry: Entry): { readonly command: string; readonly args: readonly string[] } {
		const { command, args } = this.way.line(this.person, entry);
		if (!this.terminal) return { command, args };
		const typed = this.person.write(path.join(this.person.folder, "typed"), "");
		return { command: "/usr/bin/perl", args: ["-e", TERMINAL, typed, command, ...args] };
	}

	/** Ends everything that this scene started, also what has left the tree, and takes away what it put in place. */
	async end(): Promise<void> {
		for (const other of this.#others) await other.end();
		this.tree();
		const child = this.#child;
		if (child?.pid !== undefined) {
			const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve([]) : once(child, "exit");
			child.stdin?.end();
			child.kill("SIGKILL");
			await gone;
			for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
		}
		for (const pid of this.#seen) kill(pid);
		for (const pid of [...processesWith(this.mark), ...processesWith(this.canary)]) kill(pid);
		this.listeners.close();
		for (const clean of this.#cleanUp.reverse())
			try {
				clean();
			} catch {}
	}

	#hear(part: Buffer, stream: "stdout" | "stderr"): void {
		this.got[stream] += part.length;
		const newline = part.lastIndexOf(10);
		this.#line = newline < 0 ? this.#line + part.length : part.length - newline - 1;
		this.got.longestLine = Math.max(this.got.longestLine, this.#line);
		const words = part.toString("utf8");
		const fresh = this.#tail + words;
		for (const marker of MARKERS) if (fresh.includes(marker)) this.#heardOf.add(marker);
		this.#tail = fresh.slice(-20);
		if (this.#output.length < KEPT) this.#output += words;
	}

	async #until(done: () => boolean, closed: Promise<unknown>): Promise<boolean> {
		let ended = false;
		void closed.then(() => {
			ended = true;
		});
		const end = performance.now() + PATIENCE_MS;
		while (!done() && !ended && performance.now() < end) await this.wait(15);
		return done();
	}
}
