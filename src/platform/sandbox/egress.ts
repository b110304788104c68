import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EgressTarget } from "./egress-target.ts";
import { type EgressRefusal, startProxy } from "./proxy.ts";
import { INNER_ID } from "./root.ts";

/** Not TMPDIR, which a host's file may set: the name of a unix socket has 107 bytes at most. */
const PREFIX = "/tmp/sallyport-egress-";

/** Where the server finds the proxy, on the loopback of its own network. */
const PORT = 3128;

export interface Egress {
	/** The proxy's socket on the host. The server itself never sees it. */
	readonly socket: string;
	/** What makes unmodified clients use the proxy. Holds its password. */
	readonly env: Readonly<Record<string, string>>;
	close(): Promise<void>;
}

/** Starts the proxy of one run, in a folder that only this user can enter. */
export async function openEgress(
	targets: readonly EgressTarget[],
	allowPrivate: boolean,
	onRefused: (refusal: EgressRefusal) => void,
): Promise<Egress> {
	sweep();
	const folder = fs.mkdtempSync(`${PREFIX}${process.pid}-`);
	fs.chmodSync(folder, 0o700);
	const socket = path.join(folder, "proxy");
	const password = randomBytes(24).toString("base64url");
	const clean = () => fs.rmSync(folder, { recursive: true, force: true });
	try {
		const proxy = await startProxy({ socket, password, grants: targets, allowPrivate, onRefused });
		return {
			socket,
			env: clientEnvironment(password, targets),
			close: async () => {
				await proxy.close();
				clean();
			},
		};
	} catch (error) {
		clean();
		throw error;
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
 * The outer sandbox's command: a bridge from the loopback of its network to the proxy's socket, then the inner sandbox in its place.
 * The bridge ends with the namespace. Arguments: socat, the socket, and the inner sandbox's command line, to which alone
 * descriptors 3 to 9 belong.
 */
const BRIDGE = [
	`"$1" TCP-LISTEN:${PORT},bind=127.0.0.1,fork,max-children=256,reuseaddr,backlog=128 UNIX-CONNECT:"$2"`,
	" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &\n",
	// Ready when the port is listed; 0C38 is 3128. Bounded: five seconds.
	"i=0; until grep -q '0100007F:0C38 ' /proc/net/tcp; do i=$((i+1)); [ $i -lt 500 ] || exit 1; sleep 0.01; done\n",
	'shift 2; exec "$@"',
].join("");

/** The outer sandbox: a network, process and user namespace of its own around trusted programs, which see the host's files. */
export const OUTER_OPTIONS: readonly string[] = [
	...["--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"],
	// Not 0 here either: a second namespace cannot map 0 without capabilities.
	...["--uid", INNER_ID, "--gid", INNER_ID],
	...["--cap-drop", "ALL", "--dev-bind", "/", "/", "--proc", "/proc", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"],
];

export function bridgeLine(socat: string, socket: string, inner: readonly string[]): readonly string[] {
	return ["/bin/sh", "-c", BRIDGE, "sh", socat, socket, ...inner];
}
