import * as fs from "node:fs";
import * as path from "node:path";
import { type Attack, attack, type Hostile } from "../attack.ts";
import { text } from "../processes.ts";
import type { Scene } from "../scene.ts";

interface Goal {
	readonly path: string;
	readonly words: string;
}

const arrived = async (scene: Scene) => {
	await scene.wait(100);
	return scene.listeners.heard(scene.canary);
};
const connects = async ({ connect, say, settings: { path, words } }: Hostile<Goal>) => say(await connect({ path }, words));
const isolatedOnly = ({ isolated }: Scene) => (isolated ? null : "only root has a /run of its own in which this socket can be put");

/** Sockets that the session's environment names, or that have their place under the home. */
const SESSION: readonly (readonly [name: string, variable: string | null, relative: string])[] = [
	["ssh-agent", "SSH_AUTH_SOCK", "agent"],
	["session-bus", "DBUS_SESSION_BUS_ADDRESS", "bus"],
	["wayland", "WAYLAND_DISPLAY", "wayland-0"],
	["gpg-agent", null, ".gnupg/S.gpg-agent"],
	["vscode-ipc", "VSCODE_IPC_HOOK_CLI", "vscode-ipc.sock"],
	["podman", "DOCKER_HOST", "podman.sock"],
	["sallyport-live", null, ".sallyport/state/live/extra.sock"],
	["pulse", "PULSE_SERVER", "pulse"],
];

const session = SESSION.map(([name, variable, relative]) =>
	attack<Goal>({
		name: `unix-${name}`,
		family: "sockets and IPC",
		title: `speak to the person's ${name.replaceAll("-", " ")}`,
		entry: "reader",
		prepare: async (scene) => {
			const where = scene.home(relative);
			scene.person.own(path.dirname(where));
			scene.passing(where);
			await scene.listeners.unix(where);
			if (variable !== null) scene.env[variable] = name === "session-bus" ? `unix:path=${where}` : where;
			return { path: where, words: scene.canary };
		},
		program: connects,
		escaped: arrived,
	}),
);

const system = [
	"/run/docker.sock",
	"/run/dbus/system_bus_socket",
	"/run/containerd/containerd.sock",
	"/run/snapd.socket",
	"/run/systemd/private",
].map((where) =>
	attack<Goal>({
		name: `unix-${path.basename(where).replaceAll(/[^a-z]+/g, "-")}`,
		family: "sockets and IPC",
		title: `speak to the system's ${where}`,
		entry: "bare",
		impossible: isolatedOnly,
		prepare: (scene) => ({ path: where, words: scene.canary }),
		program: connects,
		escaped: arrived,
	}),
);

interface Key {
	readonly key: number;
	readonly call: number;
	readonly rest: string;
}

const arm = process.arch === "arm64";

/** System V objects have keys that every process of the machine shares, unless it is in a space of its own. */
const SYSTEM_V = (
	[
		["shared-memory", "shm", arm ? 194 : 29, "4096, 01666"],
		["semaphores", "sem", arm ? 190 : 64, "1, 01666"],
		["messages", "msg", arm ? 186 : 68, "01666"],
	] as const
).map(([name, table, call, rest]) =>
	attack<Key>({
		name: `sysv-${name}`,
		family: "sockets and IPC",
		title: `make System V ${name.replaceAll("-", " ")} that others can open`,
		entry: "bare",
		prepare: () => ({ key: 0x5a000000 + Math.floor(Math.random() * 0xffffff), call, rest }),
		program: async ({ perl, say, settings: { key, call, rest } }) =>
			say(await perl(`syscall(${call}, ${key}, ${rest}) >= 0 or die "no: $!"`)),
		escaped: (_scene, { key }) => new RegExp(`^\\s*${key}\\s`, "m").test(text(`/proc/sysvipc/${table}`)),
	}),
);

export const SOCKETS: readonly Attack[] = [
	...session,
	...system,
	attack<Goal>({
		name: "unix-x11-file",
		family: "sockets and IPC",
		title: "speak to the X11 display by its socket in /tmp",
		entry: "bare",
		prepare: async (scene) => {
			const where = scene.passing(`/tmp/.X11-unix/X${1000 + Math.floor(Math.random() * 9000)}`);
			fs.mkdirSync(path.dirname(where), { recursive: true, mode: 0o1777 });
			await scene.listeners.unix(where);
			return { path: where, words: scene.canary };
		},
		program: connects,
		escaped: arrived,
	}),
	attack<Goal>({
		name: "unix-abstract",
		family: "sockets and IPC",
		title: "speak to a service by its abstract name, as X11's and some D-Bus",
		entry: "bare",
		prepare: async (scene) => {
			await scene.listeners.unix(`\0${scene.mark}`);
			return { path: `\0${scene.mark}`, words: scene.canary };
		},
		program: connects,
		escaped: arrived,
	}),
	attack<Goal>({
		name: "unix-in-granted-folder",
		family: "sockets and IPC",
		title: "speak to a service by its socket in a folder that was granted for reading",
		entry: "reader",
		prepare: async (scene) => {
			const where = scene.project("src/service");
			await scene.listeners.unix(where);
			return { path: where, words: scene.canary };
		},
		program: connects,
		escaped: arrived,
	}),
	attack<Goal>({
		name: "unix-made-later",
		family: "sockets and IPC",
		title: "speak to a service whose socket the host makes in a writable folder after the start",
		entry: "writer",
		prepare: (scene) => {
			const where = scene.project("fresh/service");
			const timer = setInterval(() => {
				if (!scene.output.includes("serverInfo")) return;
				clearInterval(timer);
				void scene.listeners.unix(where);
			}, 20);
			scene.after(() => clearInterval(timer));
			return { path: where, words: scene.canary };
		},
		program: async ({ connect, say, sleep, settings: { path, words } }) => {
			await sleep(500);
			say(await connect({ path }, words));
		},
		escaped: arrived,
	}),
	attack<Goal>({
		name: "unix-datagram",
		family: "sockets and IPC",
		title: "speak to a service by a datagram socket in a granted folder",
		entry: "reader",
		prepare: (scene) => {
			const where = scene.project("src/log");
			scene.hearsDatagrams(where);
			return { path: where, words: scene.canary };
		},
		program: ({ perl, settings: { path, words } }) =>
			perl(
				`use Socket; my ($s, $t); socket($s, AF_UNIX, SOCK_DGRAM, 0) or socketpair($s, $t, AF_UNIX, SOCK_DGRAM, 0) or die "no: $!"; send($s, "${words}", 0, sockaddr_un("${path}")) or die "no: $!"`,
			),
		escaped: arrived,
	}),
	...SYSTEM_V,
	attack<Key & { readonly name: string }>({
		name: "posix-message-queue",
		family: "sockets and IPC",
		title: "make a POSIX message queue that others can open",
		entry: "bare",
		impossible: isolatedOnly,
		prepare: (scene) => ({ key: 0, call: arm ? 180 : 240, rest: "", name: scene.mark }),
		program: async ({ perl, say, settings: { call, name } }) =>
			say(await perl(`my $n = "${name}"; syscall(${call}, $n, 0102, 0666, 0) >= 0 or die "no: $!"`)),
		escaped: (scene) => scene.messageQueues().includes(scene.mark),
	}),
];
