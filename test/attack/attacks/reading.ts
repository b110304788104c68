import * as fs from "node:fs";
import * as path from "node:path";
import { type Attack, attack, type Hostile } from "../attack.ts";
import { list, text } from "../processes.ts";
import type { Scene } from "../scene.ts";

const learned = (scene: Scene) => scene.learned();
/** Reads one file and says what is in it. */
const readsPath = async ({ fs, say, settings }: Hostile<string>) => say(fs.readFileSync(settings, "utf8"));
const asRoot = ({ isRoot }: Scene) => (isRoot ? null : "only root may read it outside");

const HOME_FILES: readonly (readonly [name: string, file: string])[] = [
	["ssh-key", ".ssh/id_ed25519"],
	["aws-credentials", ".aws/credentials"],
	["gcloud-tokens", ".config/gcloud/access_tokens.db"],
	["azure-tokens", ".azure/msal_token_cache.json"],
	["kube-config", ".kube/config"],
	["docker-config", ".docker/config.json"],
	["keyring", ".local/share/keyrings/login.keyring"],
	["firefox-profile", ".mozilla/firefox/x.default/logins.json"],
	["chrome-cookies", ".config/google-chrome/Default/Cookies"],
	["npmrc", ".npmrc"],
	["netrc", ".netrc"],
	["pypirc", ".pypirc"],
	["git-credentials", ".git-credentials"],
	["gnupg", ".gnupg/private-keys-v1.d/key"],
	["shell-history", ".bash_history"],
	["gh-token", ".config/gh/hosts.yml"],
	["claude-config", ".claude.json"],
	["cursor-config", ".cursor/mcp.json"],
	["vscode-settings", ".config/Code/User/mcp.json"],
	["password-store", ".password-store/bank.gpg"],
	["document", "Documents/letter.txt"],
];

const homeFiles = HOME_FILES.map(([name, file]) =>
	attack<string>({
		name: `read-${name}`,
		family: "reading",
		title: `read ~/${file}`,
		entry: "bare",
		prepare: (scene) => scene.secret(scene.home(file)),
		program: readsPath,
		escaped: learned,
	}),
);

/** Sallyport's own. Each place gets a file of the suite's, but for the ones whose own content tells. */
const OWN: readonly (readonly [name: string, relative: string])[] = [
	["policy", "policy/extra.canary"],
	["state", "state/extra.canary"],
	["audit-log", "state/audit/extra.canary"],
	["vault", "vault.canary"],
	["store", "store/npm/other-package/secret"],
	["launcher-folder", "launcher/extra.canary"],
];

const ownFiles = OWN.map(([name, relative]) =>
	attack<string>({
		name: `read-sallyport-${name}`,
		family: "reading",
		title: `read a file in ~/.sallyport, ${name.replaceAll("-", " ")}`,
		entry: "writer",
		prepare: (scene) => {
			const where = path.join(scene.home(".sallyport"), relative);
			const made = firstMissing(where);
			scene.passing(made);
			return scene.secret(where);
		},
		program: readsPath,
		escaped: learned,
	}),
);

/** Credentials that lie in what was granted for reading. */
const IN_PROJECT: readonly (readonly [name: string, file: string])[] = [
	["env", ".env"],
	["env-local", "sub/.env.local"],
	["named-env", "prod.env"],
	["npmrc", "sub/.npmrc"],
	["private-key", "sub/id_rsa"],
	["keystore", "sub/keys.kdbx"],
	["nested-ssh", "sub/backup/.ssh/id_ed25519"],
	["host-config", ".mcp.json"],
	["denied-by-glob", "sub/lib/notes.private"],
];

const projectFiles = IN_PROJECT.map(([name, file]) =>
	attack<string>({
		name: `read-project-${name}`,
		family: "reading",
		title: `read ${file} in a project that was granted for reading`,
		entry: "reader",
		prepare: (scene) => {
			const where = scene.project(file);
			if (file !== ".mcp.json") return scene.secret(where);
			scene.person.write(where, text(where).replace("{", `{"x":"${scene.canary}",`));
			return where;
		},
		program: readsPath,
		escaped: learned,
	}),
);

/** A secret file of the person's that no grant covers, reached in one way or another. */
function roundabout<S>(
	name: string,
	title: string,
	prepare: (scene: Scene, secret: string) => S,
	program: (hostile: Hostile<S>) => unknown,
	more: Partial<Attack<S>> = {},
): Attack {
	return attack<S>({
		name,
		family: "reading",
		title,
		entry: "reader",
		prepare: (scene) => prepare(scene, scene.secret(scene.outside("secret.txt"))),
		program,
		escaped: learned,
		...more,
	});
}

const roundabouts: readonly Attack[] = [
	roundabout(
		"read-symlink-old",
		"follow a link that was in the project before the start",
		(scene, secret) => {
			fs.symlinkSync(secret, scene.project("src/link"));
			return scene.project("src/link");
		},
		readsPath,
	),
	roundabout(
		"read-symlink-new",
		"make a link in a writable project and follow it",
		(scene, secret) => ({ secret, link: scene.project("fresh/link") }),
		({ fs, say, settings }) => {
			fs.symlinkSync(settings.secret, settings.link);
			say(fs.readFileSync(settings.link, "utf8"));
		},
		{ entry: "writer" },
	),
	roundabout(
		"read-folder-link",
		"follow a linked folder in the project",
		(scene, secret) => {
			fs.symlinkSync(path.dirname(secret), scene.project("src/folder"));
			return scene.project("src/folder/secret.txt");
		},
		readsPath,
	),
	roundabout(
		"read-hardlink-old",
		"read another name of an ssh key, made in the project before the start",
		(scene) => {
			const key = scene.secret(scene.home(".ssh/id_ed25519"));
			fs.linkSync(key, scene.project("src/innocent.txt"));
			return scene.project("src/innocent.txt");
		},
		readsPath,
	),
	roundabout(
		"read-hardlink-new",
		"give a secret file another name in a writable project",
		(scene, secret) => ({ secret, link: scene.project("fresh/link") }),
		({ fs, say, settings }) => {
			fs.linkSync(settings.secret, settings.link);
			say(fs.readFileSync(settings.link, "utf8"));
		},
		{ entry: "writer" },
	),
	roundabout(
		"read-dot-dot",
		"climb out of the project with ..",
		(scene, secret) => `${scene.person.project}/src/../../outside/${path.basename(secret)}`,
		readsPath,
	),
	roundabout("read-proc-self-root", "read through /proc/self/root", (_, secret) => `/proc/self/root${secret}`, readsPath),
	roundabout("read-proc-1-root", "read through /proc/1/root", (_, secret) => `/proc/1/root${secret}`, readsPath, {
		impossible: asRoot,
	}),
	roundabout(
		"read-proc-parents",
		"read through the root, cwd and descriptors of every process in /proc",
		(_, secret) => secret,
		({ fs, say, settings }) => {
			for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
				for (const way of [`root${settings}`, `cwd/../outside/secret.txt`])
					try {
						say(fs.readFileSync(`/proc/${pid}/${way}`, "utf8"));
					} catch {}
		},
	),
	roundabout(
		"read-stat",
		"learn the size of a file that was not granted",
		(_scene, secret) => {
			const size = 100_000 + Math.floor(Math.random() * 800_000);
			fs.truncateSync(secret, size);
			return { secret, size: 0 };
		},
		({ fs, say, settings }) => say("size", fs.statSync(settings.secret).size),
		{ escaped: (scene, settings) => scene.output.includes(`size ${fs.statSync(settings.secret).size}`) },
	),
	roundabout(
		"read-list-home",
		"list the names in the person's home",
		(scene) => {
			scene.secret(scene.home(`Documents/${scene.canary}.txt`));
			return scene.home("Documents");
		},
		({ fs, say, settings }) => say(fs.readdirSync(settings).join()),
	),
	roundabout(
		"read-late-env",
		"read a .env that the host makes after the start",
		(scene) => {
			const where = scene.project("fresh/.env");
			const timer = setInterval(() => {
				if (!scene.output.includes("serverInfo")) return;
				clearInterval(timer);
				scene.secret(where);
			}, 20);
			scene.after(() => clearInterval(timer));
			return where;
		},
		async ({ fs, say, sleep, settings }) => {
			// A server that looks in the same moment wins a race that the threat model names; one that comes later must not.
			for (let i = 0; i < 60 && !fs.existsSync(settings); i++) await sleep(25);
			await sleep(300);
			say(fs.readFileSync(settings, "utf8"));
		},
	),
	roundabout(
		"read-replaced-env",
		"read a .env that the host replaces by mv while the server runs",
		(scene) => {
			scene.person.write(scene.project(".env"), "old\n");
			const next = scene.outside("next.env");
			const timer = setInterval(() => {
				if (!scene.output.includes("serverInfo")) return;
				clearInterval(timer);
				scene.secret(next);
				fs.renameSync(next, scene.project(".env"));
			}, 20);
			scene.after(() => clearInterval(timer));
			return scene.project(".env");
		},
		async ({ fs, say, sleep, settings }) => {
			await sleep(700);
			say(fs.readFileSync(settings, "utf8"));
		},
	),
	roundabout(
		"read-inherited-folder",
		"go up from a folder that the host left open",
		(scene, secret) => {
			const fd = fs.openSync(path.dirname(secret), "r");
			scene.after(() => fs.closeSync(fd));
			for (const number of [3, 4, 21]) scene.inherit.set(number, fd);
			return "secret.txt";
		},
		({ fs, say, settings }) => {
			for (let fd = 3; fd < 64; fd++)
				try {
					say(fs.readFileSync(`/proc/self/fd/${fd}/${settings}`, "utf8"));
				} catch {}
		},
	),
	roundabout(
		"read-inherited-file",
		"read a file that the host left open",
		(scene, secret) => {
			const fd = fs.openSync(secret, "r");
			scene.after(() => fs.closeSync(fd));
			scene.inherit.set(19, fd);
			return null;
		},
		({ fs, say }) => {
			for (let fd = 3; fd < 64; fd++)
				try {
					const bytes = new Uint8Array(200);
					fs.readSync(fd, bytes, 0, 200, 0);
					say(String.fromCharCode(...bytes));
				} catch {}
		},
	),
	roundabout(
		"read-by-handle",
		"open a file by its handle, around the mount tree",
		(scene, secret) => {
			const numbers = process.arch === "arm64" ? [264, 265] : [303, 304];
			const handle = scene.person
				.look("/usr/bin/perl", [
					"-e",
					`my $h = pack("Ii", 128, 0) . ("\\0" x 128); my $m = pack("i", 0); my $p = "${secret}"; exit 1 if syscall(${numbers[0]}, -100, $p, $h, $m, 0) != 0; print unpack("H*", $h)`,
				])
				.trim();
			return { handle, mount: scene.person.project, call: numbers[1] ?? 0 };
		},
		async ({ perl, say, settings }) =>
			say(
				await perl(
					`open(my $m, "<", "${settings.mount}"); my $h = pack("H*", "${settings.handle}"); my $fd = syscall(${settings.call}, fileno($m), $h, 0); die "no: $!" if $fd < 0; open(my $f, "<&=", $fd); print <$f>;`,
				),
			),
		{ impossible: asRoot },
	),
	roundabout(
		"read-shadow",
		"read /etc/shadow",
		() => null,
		({ fs, say }) => say(fs.readFileSync("/etc/shadow", "utf8")),
		{
			impossible: asRoot,
			escaped: (scene) => scene.output.includes(text("/etc/shadow").split("\n")[0] || "nothing"),
		},
	),
	roundabout(
		"read-accounts",
		"learn the machine's accounts from /etc/passwd",
		() => null,
		({ fs, say }) => say(fs.readFileSync("/etc/passwd", "utf8")),
		{
			escaped: (scene) => scene.output.includes(text("/etc/passwd").split("\n")[1] || "nothing"),
		},
	),
	roundabout(
		"read-machine-id",
		"learn the machine's id",
		() => null,
		({ fs, say }) => say(fs.readFileSync("/etc/machine-id", "utf8")),
		{
			impossible: () => (text("/etc/machine-id").trim() === "" ? "this machine has none" : null),
			escaped: (scene) => scene.output.includes(text("/etc/machine-id").trim()),
		},
	),
	roundabout(
		"read-tmp",
		"read a file that another program left in /tmp",
		(scene) => scene.secret(scene.passing(`/tmp/${scene.mark}`), 0o644),
		readsPath,
	),
	roundabout(
		"read-shm",
		"read a file that another program left in /dev/shm",
		(scene) => scene.secret(scene.passing(`/dev/shm/${scene.mark}`), 0o644),
		readsPath,
	),
	roundabout("read-var", "read a file under /var", (scene) => scene.secret(scene.passing(`/var/tmp/${scene.mark}`), 0o644), readsPath),
	roundabout(
		"read-host-environment",
		"read a token from the environment of the host's session",
		(scene) => {
			scene.env.OTHER_SERVICE_TOKEN = scene.canary;
			return null;
		},
		({ say, process }) => say(JSON.stringify(process.env)),
	),
	roundabout(
		"read-launcher-environment",
		"read the environment of every process in /proc",
		(scene) => {
			scene.env.OTHER_SERVICE_TOKEN = scene.canary;
			return null;
		},
		({ fs, say }) => {
			for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
				try {
					const text = fs.readFileSync(`/proc/${pid}/environ`, "latin1");
					if (text.includes("OTHER_SERVICE_TOKEN")) say(text);
				} catch {}
		},
	),
	roundabout(
		"read-other-command-lines",
		"read the command lines of the person's other programs",
		(scene) => scene.bystander(scene.canary),
		({ fs, say }) => {
			for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
				try {
					const text = fs.readFileSync(`/proc/${pid}/cmdline`, "latin1");
					if (text.includes("CANARY")) say(text);
				} catch {}
		},
	),
	roundabout(
		"read-network-tables",
		"learn from /proc/net what listens on the machine",
		async (scene) => (await scene.listeners.tcp("127.0.0.1")).toString(16).toUpperCase().padStart(4, "0"),
		({ fs, say }) => say(fs.readFileSync("/proc/net/tcp", "utf8")),
		{ escaped: async (scene, settings) => scene.output.includes(`0100007F:${await settings} 00000000:0000 0A`) },
	),
	roundabout(
		"read-socket-names",
		"learn from /proc/net/unix which sockets there are",
		async (scene) => scene.listeners.unix(`\0${scene.canary}`),
		({ fs, say }) => say(fs.readFileSync("/proc/net/unix", "latin1")),
	),
	roundabout(
		"read-sysfs",
		"learn about the hardware from /sys",
		() => null,
		({ fs, say }) => say("net", fs.readdirSync("/sys/class/net").join(), "block", fs.readdirSync("/sys/class/block").join()),
		{
			impossible: () => (list("/sys/class/block").length === 0 ? "this machine shows nothing there" : null),
			escaped: (scene) => scene.output.includes(`block ${list("/sys/class/block").join()}`),
		},
	),
	roundabout(
		"read-block-device",
		"open the machine's disk",
		() => null,
		async ({ fs, say, sleep }) => {
			for (const name of fs.readdirSync("/dev"))
				try {
					if (fs.statSync(`/dev/${name}`).isBlockDevice()) say(name, fs.openSync(`/dev/${name}`, "r"));
				} catch {}
			await sleep(1);
		},
		{
			impossible: (scene) =>
				asRoot(scene) ?? (list("/dev").some((name) => /^(?:sd|vd|nvme|xvd|loop)/.test(name)) ? null : "this machine has no disk in /dev"),
			escaped: (scene) => scene.holds(/^\/dev\/(?:sd|vd|nvme|xvd|loop|ram)/),
		},
	),
];

/** The highest folder on the way to a path that is not there yet. */
function firstMissing(where: string): string {
	const above = path.dirname(where);
	return fs.existsSync(above) ? where : firstMissing(above);
}

export const READING: readonly Attack[] = [...homeFiles, ...ownFiles, ...projectFiles, ...roundabouts];
