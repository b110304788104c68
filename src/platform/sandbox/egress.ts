import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { directLines, hostsLines } from "./direct-lines.ts";
import type { EgressTarget } from "./egress-target.ts";
import { type EgressConnection, type EgressRefusal, startProxy } from "./proxy.ts";
import { INNER_ID } from "./root.ts";
import { trustedProgram } from "./trusted.ts";

/** Not TMPDIR, which a host's file may set: the name of a unix socket has 107 bytes at most. */
const PREFIX = "/tmp/sallyport-egress-";

/** Where the server finds the proxy, on the loopback of its own network. */
const PORT = 3128;

/** Below it only the privileged listen. */
const FIRST_FREE_PORT = 1024;

const TOLD_ONE_BY_ONE = 20;
const TOLD_IN_HUNDREDS = 100;

export interface Egress {
	/** The outer sandbox's options. */
	readonly options: readonly string[];
	/** What the server's /etc/hosts says besides. */
	readonly hosts: string;
	/** What makes unmodified clients use the proxy. Holds its password. */
	readonly env: Readonly<Record<string, string>>;
	/** The outer sandbox's command around the inner one. */
	line(inner: readonly string[]): readonly string[];
	close(): Promise<void>;
}

/** What a server has exchanged with one place so far, all its connections taken together. */
export interface EgressUse extends EgressConnection {
	readonly connections: number;
}

/** Undefined: nobody is told. */
export interface EgressListeners {
	readonly onRefused?: ((refusal: EgressRefusal) => void) | undefined;
	/** Told after each of the first connections to a place, then after every hundredth, and in the end. */
	readonly onUsed?: ((use: EgressUse) => void) | undefined;
}

/** Starts the proxy of one run, in a folder that only this user can enter. */
export async function openEgress(
	targets: readonly EgressTarget[],
	allowPrivate: boolean,
	socat: string,
	listeners: EgressListeners,
): Promise<Egress> {
	sweep();
	const folder = fs.mkdtempSync(`${PREFIX}${process.pid}-`);
	fs.chmodSync(folder, 0o700);
	const socket = path.join(folder, "proxy");
	const password = randomBytes(24).toString("base64url");
	const setpriv = trustedProgram("setpriv", "util-linux");
	// Without it nobody could take the right to low ports away again.
	const lines = directLines(targets, PORT).filter(({ target }) => setpriv.ok || target.port >= FIRST_FREE_PORT);
	const direct = lines.map(({ target, address }, i) => ({ target, address, socket: path.join(folder, String(i)) }));
	const needsLow = lines.some(({ target }) => target.port < FIRST_FREE_PORT);
	const clean = () => fs.rmSync(folder, { recursive: true, force: true });
	try {
		const uses = new Uses(listeners.onUsed ?? (() => {}));
		const proxy = await startProxy({
			socket,
			direct,
			password,
			grants: targets,
			allowPrivate,
			onRefused: listeners.onRefused ?? (() => {}),
			onClosed: (connection) => uses.add(connection),
		});
		return {
			options: [...OUTER_OPTIONS, ...(needsLow ? ["--cap-add", "CAP_NET_BIND_SERVICE"] : [])],
			hosts: hostsLines(lines),
			env: clientEnvironment(password, targets),
			line: (inner) => {
				const bridges = [{ address: "127.0.0.1", port: PORT, socket }, ...direct.map((each) => ({ ...each, port: each.target.port }))];
				const without = needsLow && setpriv.ok ? [setpriv.value, "--ambient-caps=-all", "--inh-caps=-all", "--"] : [];
				const told = bridges.flatMap(({ address, port, socket }) => [`TCP-LISTEN:${port},bind=${address}`, listed(address, port), socket]);
				return ["/bin/sh", "-c", BRIDGE, "sh", socat, String(bridges.length), ...told, ...without, ...inner];
			},
			close: async () => {
				await proxy.close();
				// The far ends of what was cut just now.
				await new Promise((resolve) => setImmediate(resolve));
				uses.tellAll();
				clean();
			},
		};
	} catch (error) {
		clean();
		throw error;
	}
}

/** A server may open connections by the thousand: each is counted, and not each is told of. */
class Uses {
	readonly #totals = new Map<string, EgressUse>();
	readonly #untold = new Set<string>();
	readonly #tell: (use: EgressUse) => void;

	constructor(tell: (use: EgressUse) => void) {
		this.#tell = tell;
	}

	add({ target, sent, received }: EgressConnection): void {
		const before = this.#totals.get(target) ?? { connections: 0, sent: 0, received: 0 };
		const use = { target, connections: before.connections + 1, sent: before.sent + sent, received: before.received + received };
		this.#totals.set(target, use);
		this.#untold.add(target);
		if (use.connections <= TOLD_ONE_BY_ONE || use.connections % TOLD_IN_HUNDREDS === 0) this.#tellOf(target);
	}

	tellAll(): void {
		for (const target of [...this.#untold]) this.#tellOf(target);
	}

	#tellOf(target: string): void {
		const use = this.#totals.get(target);
		this.#untold.delete(target);
		if (use !== undefined) this.#tell(use);
	}
}

/** A launcher that was killed leaves its folder, with a dead socket in it; the next one takes it away. */
function sweep(): void {
	for (const name of fs.readdirSync(path.dirname(PREFIX))) {
		const pid = name.startsWith(path.basename(PREFIX)) ? /^\d+/.exec(name.slice(path.basename(PREFIX).length))?.[0] : undefined;
		if (pid === undefined || fs.existsSync(`/proc/${pid}`)) continue;
		const folder = path.join(path.dirname(PREFIX), name);
		try {
			if (fs.lstatSync(folder).uid === process.getuid?.()) fs.rmSync(folder, { recursive: true });
		} catch {}
	}
}

function clientEnvironment(password: string, targets: readonly EgressTarget[]): Readonly<Record<string, string>> {
	const url = `http://sallyport:${password}@127.0.0.1:${PORT}`;
	const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
	// A server that talks to itself goes straight, unless this machine's loopback is what was granted.
	const ownLoopback = !targets.some(({ host }) => host === "::1" || host.startsWith("127."));
	const direct = ownLoopback ? { NO_PROXY: "localhost,127.0.0.1,::1", no_proxy: "localhost,127.0.0.1,::1" } : {};
	return { ...Object.fromEntries(proxies.map((name) => [name, url])), ...direct, NODE_USE_ENV_PROXY: "1" };
}

/**
 * The outer sandbox's command: bridges from the loopback of its network to the proxy's sockets, then the inner sandbox in its place.
 * The bridges end with the namespace. Arguments: socat, how many bridges, for each where it listens, how the kernel lists that, and its
 * socket; and the inner sandbox's command line, to which alone descriptors 3 to 9 belong.
 */
const BRIDGE = [
	'socat=$1 count=$2 waiting=; shift 2; while [ "$count" -gt 0 ]; do\n',
	'"$socat" "$1,fork,max-children=256,reuseaddr,backlog=128" UNIX-CONNECT:"$3"',
	" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &\n",
	'waiting="$waiting $2"; shift 3; count=$((count-1)); done\n',
	// Ready when the port is listed. Bounded: five seconds for each.
	'for listed in $waiting; do i=0; until grep -q "$listed:0000 0A" /proc/net/tcp; do i=$((i+1)); [ $i -lt 500 ] || exit 1; sleep 0.01; done; done\n',
	'exec "$@"',
].join("");

/** How /proc/net/tcp begins the row of a listening port: address and port in hexadecimal, the address's bytes turned round. */
function listed(address: string, port: number): string {
	const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
	const bytes = address.split(".").map((part) => hex(Number(part), 2));
	return `${bytes.reverse().join("")}:${hex(port, 4)}.00000000`;
}

/** The outer sandbox: a network, process and user namespace of its own around trusted programs, which see the host's files. */
const OUTER_OPTIONS: readonly string[] = [
	...["--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"],
	// Not 0 here either: a second namespace cannot map 0 without capabilities.
	...["--uid", INNER_ID, "--gid", INNER_ID],
	...["--cap-drop", "ALL", "--dev-bind", "/", "/", "--proc", "/proc", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"],
];
