import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Listeners } from "./listeners.ts";

/** Addresses that are put on the loopback device of the suite's own network, to stand for others. */
export const ADDRESSES = {
	metadata: "169.254.169.254",
	private: "10.0.0.1",
	resolver: "127.0.0.53",
	granted: "93.184.215.14",
	other: "93.184.215.15",
	internet: "8.8.4.4",
} as const;

/** Set for the program that runs in spaces of the suite's own. */
const INSIDE = "SALLYPORT_ATTACK_SPACE";

/** The throw-away user: an account in the suite's own /etc/passwd where it has one, and a bare number where it has not. */
export const ORDINARY = 45_679;

/**
 * As root: starts this program again with a network, temporary folders, processes, IPC and a name of its own, so that nothing of the
 * machine's can be met, changed or ended. Gives its exit code; null when there is no need or no way, and the caller goes on here.
 */
export function runIsolated(argv: readonly string[]): number | null {
	if (process.getuid?.() !== 0 || process.env[INSIDE] !== undefined) return null;
	const spaces = ["--net", "--mount", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
	if (spawnSync("unshare", [...spaces, "true"]).status !== 0) return null;
	// What is killed ends all of it: the first process of a space of its own takes every other along.
	const { status } = spawnSync("setpriv", ["--pdeathsig", "KILL", "unshare", ...spaces, process.execPath, ...process.execArgv, ...argv], {
		stdio: "inherit",
		env: { ...process.env, [INSIDE]: "1", TMPDIR: "/tmp" },
	});
	return status ?? 1;
}

/** Folders that get a file system of their own, but for one in which this program itself lies. */
const TEMPORARY = ["/tmp", "/var/tmp", "/dev/shm"].filter((folder) =>
	[import.meta.dirname, process.execPath].every((each) => !each.startsWith(`${folder}/`)),
);

function run(command: string, ...args: string[]): boolean {
	return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** What stands around the persons: services of the system, other machines, a name server. */
export class Machine {
	/** Only the first process of its space is sure to be in one. */
	readonly isolated = process.env[INSIDE] !== undefined && process.pid === 1;
	readonly listeners = new Listeners();
	readonly #folder: string;
	/** Questions for the name that changes its answer, so far. */
	#asked = 0;

	constructor() {
		if (this.isolated)
			for (const folder of TEMPORARY)
				if (!run("mount", "-t", "tmpfs", "-o", "mode=1777,size=4g", "tmpfs", folder))
					throw new Error(`${folder} of our own cannot be made`);
		this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-attack-machine-"));
	}

	/** Gives the `host:port` pairs that the entry `network` is granted. */
	async open(): Promise<readonly string[]> {
		const port = await this.listeners.http("127.0.0.1", ({ url = "" }) => {
			const [, to, rest] = /\/redirect\/(\d+)\/(.*)$/.exec(url) ?? [];
			return to === undefined ? null : { location: `http://127.0.0.1:${to}/${rest}` };
		});
		if (!this.isolated) return [`127.0.0.1:${port}`];
		this.#prepareSpaces();
		for (const [host, at] of [
			[ADDRESSES.metadata, 80],
			[ADDRESSES.private, 80],
			["127.0.0.1", 80],
			[ADDRESSES.granted, 80],
			[ADDRESSES.granted, 443],
			[ADDRESSES.other, 80],
			[ADDRESSES.internet, 80],
		] as const)
			await this.listeners.tcp(host, at);
		for (const socket of ["docker.sock", "dbus/system_bus_socket", "containerd/containerd.sock", "snapd.socket", "systemd/private"]) {
			const where = path.join("/run", socket);
			fs.mkdirSync(path.dirname(where), { recursive: true });
			await this.listeners.unix(where);
		}
		await this.listeners.dns(ADDRESSES.resolver, 53, (name, type) => this.#resolve(name, type));
		const names = [
			"granted.test:80",
			"granted.test:443",
			"inside.test:80",
			"private.test:80",
			"metadata.test:80",
			"rebind.test:80",
			"mapped.test:80",
			"*.wild.test:80",
			"pinned.test:80=10.0.0.1",
			"moved.test:80=10.0.0.1",
		];
		return [`127.0.0.1:${port}`, ...names];
	}

	/** Names of the POSIX message queues that the host has. */
	messageQueues(): readonly string[] {
		const folder = path.join(this.#folder, "mqueue");
		return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
	}

	close(): void {
		this.listeners.close();
		run("umount", path.join(this.#folder, "mqueue"));
		fs.rmSync(this.#folder, { recursive: true, force: true });
	}

	#resolve(name: string, type: number): readonly Buffer[] {
		const v4 = (address: string) => Buffer.from(address.split(".").map(Number));
		if (type === 28) return name === "mapped.test" ? [Buffer.from("00000000000000000000ffff7f000001", "hex")] : [];
		if (type !== 1) return [];
		switch (name) {
			case "granted.test":
				return [v4(ADDRESSES.granted)];
			case "inside.test":
			case "inside.wild.test":
			case "moved.test":
				return [v4("127.0.0.1")];
			case "private.test":
			case "private.wild.test":
				return [v4(ADDRESSES.private)];
			case "metadata.test":
			case "metadata.wild.test":
			case "pinned.test":
				return [v4(ADDRESSES.metadata)];
			case "rebind.test":
				return [v4(this.#asked++ % 2 === 0 ? ADDRESSES.granted : "127.0.0.1")];
			default:
				return name.endsWith(".test") && name !== "mapped.test" ? [v4(ADDRESSES.other)] : [];
		}
	}

	#prepareSpaces(): void {
		run("ip", "link", "set", "lo", "up");
		for (const address of Object.values(ADDRESSES)) run("ip", "addr", "add", `${address}/32`, "dev", "lo");
		const over = (target: string, content: string) => {
			const file = path.join(this.#folder, path.basename(target));
			fs.writeFileSync(file, content, { mode: 0o644 });
			run("mount", "--bind", file, fs.realpathSync(target));
		};
		over("/etc/resolv.conf", `nameserver ${ADDRESSES.resolver}\noptions timeout:1 attempts:1\n`);
		over(
			"/etc/passwd",
			`${fs.readFileSync("/etc/passwd", "utf8").trimEnd()}\nsallyport-attack:x:${ORDINARY}:${ORDINARY}::/nonexistent:/bin/sh\n`,
		);
		fs.chmodSync(this.#folder, 0o755);
		// What an attack as root writes there stays in this space.
		for (const folder of ["/run", "/etc/profile.d", "/usr/local/bin"])
			if (!process.execPath.startsWith(`${folder}/`)) run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder);
		const queues = path.join(this.#folder, "mqueue");
		fs.mkdirSync(queues);
		run("mount", "-t", "mqueue", "none", queues);
	}
}
