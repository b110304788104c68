import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EgressGrant } from "../../core/policy/egress.ts";
import { directLines, hostsLines } from "./direct-lines.ts";
import { certificateFiles } from "./egress-certificates.ts";
import { NAME_SERVER, NAMED_ADDRESS, nameServerFile, serveNames } from "./egress-names.ts";
import type { EgressNetwork } from "./egress-network.ts";
import { isLeftBehind, ownerTag } from "./owner.ts";
import { startProxy } from "./proxy.ts";
import type { EgressConnection, EgressRefusal } from "./proxy-reach.ts";
import { INNER_ID } from "./root.ts";
import { trustedProgram } from "./trusted.ts";

/** Not TMPDIR, which a host's file may set: the name of a unix socket has 107 bytes at most. */
const PREFIX = "/tmp/sallyport-egress-";

/** Where the server finds the proxy, on the loopback of its own network. */
export const PORT = 3128;

/** Administrators' programs lie elsewhere than everybody's. */
const IP_FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** Below it only the privileged listen. */
const FIRST_FREE_PORT = 1024;

const TOLD_ONE_BY_ONE = 20;
const TOLD_IN_HUNDREDS = 100;

/** Places and reasons for which a refusal is told in one run: a log is no place for a server to write in without end. */
const TOLD_KINDS = 500;

export interface Egress {
	/** Where the proxy listens, for whoever leads there in another way. */
	readonly socket: string;
	/** The outer sandbox's options. */
	readonly options: readonly string[];
	/** What the server's /etc/hosts says besides. */
	readonly hosts: string;
	/** What makes unmodified clients use the proxy. Holds its password. */
	readonly env: Readonly<Record<string, string>>;
	/** Variables for whom the server's entry has none of its own. */
	readonly defaults: Readonly<Record<string, string>>;
	/** The inner sandbox's options: files that clients read. */
	readonly inside: readonly string[];
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

/** What one run may reach, and how. */
export interface EgressPlan {
	readonly grants: readonly EgressGrant[];
	readonly allowPrivate: boolean;
	/** Undefined: straight to the internet, with the system's certificates. */
	readonly network: EgressNetwork | undefined;
	readonly socat: string;
}

/** Starts the proxy of one run, in a folder that only this user can enter. */
export async function openEgress({ grants, allowPrivate, network, socat }: EgressPlan, listeners: EgressListeners): Promise<Egress> {
	sweep();
	const folder = fs.mkdtempSync(`${PREFIX}${ownerTag()}`);
	fs.chmodSync(folder, 0o700);
	const clean = () => fs.rmSync(folder, { recursive: true, force: true });
	const inFolder = (name: string) => path.join(folder, name);
	const password = randomBytes(24).toString("base64url");
	const setpriv = trustedProgram("setpriv", "util-linux");
	// Without it nobody could take the right to low ports away again.
	const mayListen = ({ port }: { readonly port: number }) => setpriv.ok || port >= FIRST_FREE_PORT;
	const ip = trustedProgram("ip", "iproute2", IP_FOLDERS);
	const lines = directLines(grants, PORT, setpriv.ok && ip.ok).filter(({ target }) => mayListen(target));
	const added = [...new Set(lines.flatMap((line) => (line.added === true ? [line.address] : [])))];
	const direct = lines.map(({ target, address }, i) => ({ target, address, socket: inFolder(`d${i}`) }));
	const beneath = grants.filter((grant) => grant.beneath === true);
	const ports = setpriv.ok ? [...new Set(beneath.map(({ port }) => port))] : [];
	const named = ports.map((port) => ({ port, socket: inFolder(`n${port}`) }));
	const bridges: readonly Bridge[] = [
		{ protocol: "TCP", address: "127.0.0.1", port: PORT, socket: inFolder("proxy") },
		...direct.map(({ target, address, socket }) => ({ protocol: "TCP", address, port: target.port, socket }) as const),
		...named.map(({ port, socket }) => ({ protocol: "TCP", address: NAMED_ADDRESS, port, socket }) as const),
		...(named.length === 0 ? [] : [{ protocol: "UDP", ...NAME_SERVER, socket: inFolder("names") } as const]),
	];
	const rights = [
		...(bridges.some(({ port }) => port < FIRST_FREE_PORT) ? ["CAP_NET_BIND_SERVICE"] : []),
		...(added.length > 0 ? ["CAP_NET_ADMIN"] : []),
	];
	try {
		const uses = new Uses(listeners.onUsed ?? (() => {}));
		const refusals = new Refusals(listeners.onRefused ?? (() => {}));
		const proxy = await startProxy({
			socket: inFolder("proxy"),
			direct,
			named,
			password,
			grants,
			allowPrivate,
			network,
			onRefused: (refusal) => refusals.add(refusal),
			onClosed: (connection) => uses.add(connection),
		});
		const names = named.length === 0 ? null : await serveNames(inFolder("names"), beneath, lines);
		const certificates = certificateFiles(network, folder);
		return {
			socket: inFolder("proxy"),
			options: [...OUTER_OPTIONS, ...rights.flatMap((right) => ["--cap-add", right])],
			hosts: hostsLines(lines),
			env: clientEnvironment(password, grants),
			defaults: certificates.env,
			inside: [...certificates.options, ...(names === null ? [] : nameServerFile(folder))],
			line: (inner) => {
				const without = rights.length > 0 && setpriv.ok ? [setpriv.value, "--ambient-caps=-all", "--inh-caps=-all", "--"] : [];
				const places = [ip.ok ? ip.value : "", added.join(" "), socat, String(bridges.length), ...bridges.flatMap(bridgeWords)];
				return ["/bin/sh", "-c", BRIDGE, "sh", ...places, ...without, ...inner];
			},
			close: async () => {
				names?.close();
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

/** A server may try what it may not by the thousand: the first tries of a kind are told, then some of them, and of kinds only so many. */
class Refusals {
	readonly #counts = new Map<string, number>();
	readonly #tell: (refusal: EgressRefusal) => void;

	constructor(tell: (refusal: EgressRefusal) => void) {
		this.#tell = tell;
	}

	add(refusal: EgressRefusal): void {
		const key = `${refusal.reason} ${refusal.target}`;
		const count = (this.#counts.get(key) ?? 0) + 1;
		if (count === 1 && this.#counts.size >= TOLD_KINDS) return;
		this.#counts.set(key, count);
		if (count <= TOLD_ONE_BY_ONE || count % TOLD_IN_HUNDREDS === 0) this.#tell(refusal);
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
		if (!name.startsWith(path.basename(PREFIX)) || !isLeftBehind(name.slice(path.basename(PREFIX).length))) continue;
		const folder = path.join(path.dirname(PREFIX), name);
		try {
			if (fs.lstatSync(folder).uid === process.getuid?.()) fs.rmSync(folder, { recursive: true });
		} catch {}
	}
}

function clientEnvironment(password: string, targets: readonly EgressGrant[]): Readonly<Record<string, string>> {
	const url = `http://sallyport:${password}@127.0.0.1:${PORT}`;
	const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
	// A server that talks to itself goes straight, unless this machine's loopback is what was granted.
	const ownLoopback = !targets.some(({ host }) => host === "::1" || host.startsWith("127."));
	const direct = ownLoopback ? { NO_PROXY: "localhost,127.0.0.1,::1", no_proxy: "localhost,127.0.0.1,::1" } : {};
	return { ...Object.fromEntries(proxies.map((name) => [name, url])), ...direct, NODE_USE_ENV_PROXY: "1" };
}

/** A place on the loopback inside, and the socket outside to which it leads. */
interface Bridge {
	readonly protocol: "TCP" | "UDP";
	readonly address: string;
	readonly port: number;
	readonly socket: string;
}

/**
 * The outer sandbox's command: bridges from the loopback of its network to the proxy's sockets, then the inner sandbox in its place.
 * The bridges end with the namespace. Arguments: ip, and the addresses that it puts on the loopback device; socat, how many bridges, for each where it listens, how the kernel lists that, and its
 * socket; and the inner sandbox's command line, to which alone descriptors 3 to 9 belong.
 */
const BRIDGE = [
	'for address in $2; do "$1" addr add "$address/32" dev lo </dev/null >/dev/null 2>&1 || exit 1; done; shift 2\n',
	'socat=$1 count=$2 waiting=; shift 2; while [ "$count" -gt 0 ]; do\n',
	// One end may have said all that it has to say, and still listen. The proxy ends what is silent then.
	'"$socat" -b 65536 -t 600 "$1" UNIX-CONNECT:"$3"',
	" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &\n",
	'waiting="$waiting $2"; shift 3; count=$((count-1)); done\n',
	// Ready when the port is listed. Bounded: five seconds for each.
	'for listed in $waiting; do i=0; until grep -q "$listed" /proc/net/tcp /proc/net/udp; do i=$((i+1)); [ $i -lt 500 ] || exit 1; sleep 0.01; done; done\n',
	'exec "$@"',
].join("");

function bridgeWords({ protocol, address, port, socket }: Bridge): readonly string[] {
	// A datagram's child lives for one answer; socat knows no bound for those.
	const listening = protocol === "TCP" ? `TCP-LISTEN:${port},backlog=128,max-children=256` : `UDP-RECVFROM:${port}`;
	return [`${listening},bind=${address},fork,reuseaddr`, listed(protocol, address, port), socket];
}

/**
 * How /proc/net/tcp and /proc/net/udp begin the row of a listening port, as a pattern without blanks: address and port in hexadecimal, the
 * address's bytes turned round, then nobody at the other end, and the state.
 */
function listed(protocol: Bridge["protocol"], address: string, port: number): string {
	const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
	const bytes = address.split(".").map((part) => hex(Number(part), 2));
	return `${bytes.reverse().join("")}:${hex(port, 4)}.00000000:0000.${protocol === "TCP" ? "0A" : "07"}`;
}

/** The outer sandbox: a network, process and user namespace of its own around trusted programs, which see the host's files. */
const OUTER_OPTIONS: readonly string[] = [
	...["--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"],
	// Not 0 here either: a second namespace cannot map 0 without capabilities.
	...["--uid", INNER_ID, "--gid", INNER_ID],
	...["--cap-drop", "ALL", "--dev-bind", "/", "/", "--proc", "/proc", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"],
];
