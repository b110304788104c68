// @ts-check
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { capture } from "./run.mjs";
import { longStep, SetupError, step } from "./say.mjs";

/**
 * A system package manager, and how a person calls it. A part is there when its command, one of the others that do as well, or its library is.
 * @typedef {"apt-get" | "dnf" | "pacman" | "zypper" | "apk"} Manager
 * @typedef {{ name: string, command?: string, others?: readonly string[], library?: string, packages: Readonly<Record<Manager, string>> }} Part
 */

/** @type {Readonly<Record<Manager, readonly string[]>>} */
const INSTALL = {
	"apt-get": ["apt-get", "install", "-y", "--no-install-recommends"],
	dnf: ["dnf", "install", "-y"],
	pacman: ["pacman", "-S", "--needed", "--noconfirm"],
	zypper: ["zypper", "--non-interactive", "install"],
	apk: ["apk", "add"],
};
const MANAGERS = /** @type {Manager[]} */ (Object.keys(INSTALL));

const everywhere = (/** @type {string} */ name) => ({ "apt-get": name, dnf: name, pacman: name, zypper: name, apk: name });

/** What Sallyport itself needs of a Linux system. @type {readonly Part[]} */
export const RUN_PARTS = [
	{ name: "bubblewrap", command: "bwrap", packages: everywhere("bubblewrap") },
	{ name: "socat", command: "socat", packages: everywhere("socat") },
	{
		name: "libsecret",
		library: "libsecret-1.so.0",
		packages: { ...everywhere("libsecret"), "apt-get": "libsecret-1-0", zypper: "libsecret-1-0" },
	},
];

/** The browsers that can show the editor to a test. */
export const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** What the tests need besides: a Secret Service of their own, a browser, and Python with pip for servers written in it. @type {readonly Part[]} */
export const TEST_PARTS = [
	...RUN_PARTS,
	{
		name: "dbus",
		command: "dbus-daemon",
		// openSUSE has moved D-Bus's programs between packages; zypper finds them by their path in all of them.
		packages: { ...everywhere("dbus"), dnf: "dbus-daemon", zypper: "/usr/bin/dbus-daemon" },
	},
	{
		name: "dbus",
		command: "dbus-run-session",
		packages: { ...everywhere("dbus"), dnf: "dbus-daemon", zypper: "/usr/bin/dbus-run-session" },
	},
	{ name: "dbus", command: "dbus-send", packages: { ...everywhere("dbus"), dnf: "dbus-tools", zypper: "/usr/bin/dbus-send" } },
	{ name: "gnome-keyring", command: "gnome-keyring-daemon", packages: everywhere("gnome-keyring") },
	// The attack tests start the system's own, which every sandbox can read.
	{ name: "python3", command: "/usr/bin/python3", packages: { ...everywhere("python3"), pacman: "python" } },
	{ name: "pip", command: "pip3", packages: { ...everywhere("python3-pip"), pacman: "python-pip", apk: "py3-pip" } },
	{ name: "perl", command: "/usr/bin/perl", packages: { ...everywhere("perl"), "apt-get": "perl-base" } },
	{ name: "curl", command: "/usr/bin/curl", packages: everywhere("curl") },
	{ name: "util-linux", command: "/usr/bin/unshare", packages: everywhere("util-linux") },
	{ name: "chromium", command: "chromium", others: BROWSERS, packages: everywhere("chromium") },
];

/**
 * Where programs and libraries are looked for: the PATH, and where a plain user's PATH does not lead.
 * @typedef {{ commands: readonly string[], libraries: readonly string[] }} Places
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Places}
 */
export function placesOf(environment) {
	const commands = (environment.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
	const bases = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"];
	const libraries = bases.flatMap((base) => [
		base,
		...list(base)
			.filter((name) => name.includes("-linux-"))
			.map((name) => path.join(base, name)),
	]);
	return { commands, libraries };
}

/** @param {string} folder */
function list(folder) {
	try {
		return fs.readdirSync(folder);
	} catch {
		return [];
	}
}

/**
 * @param {readonly Part[]} parts
 * @param {Places} places
 */
export function missingParts(parts, places) {
	return parts.filter(({ command, others = [], library }) => {
		if (command?.startsWith("/")) return !isProgram(command);
		if (command !== undefined)
			return ![command, ...others].some((name) => places.commands.some((folder) => isProgram(path.join(folder, name))));
		return !places.libraries.some((folder) => fs.existsSync(path.join(folder, library ?? "")));
	});
}

/** @param {string} file */
function isProgram(file) {
	try {
		fs.accessSync(file, fs.constants.X_OK);
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
}

/**
 * The one command that brings the missing parts.
 * @param {readonly Part[]} missing
 * @param {Manager} manager
 * @param {{ root: boolean }} person
 * @returns {string[]}
 */
export function installCommand(missing, manager, { root }) {
	const packages = [...new Set(missing.map((part) => part.packages[manager]))];
	return [...(root ? [] : ["sudo"]), ...INSTALL[manager], ...packages];
}

/**
 * Looks for the parts; as root on Debian and its kin installs what is missing, elsewhere says how and refuses.
 * @param {readonly Part[]} parts
 */
export async function ensureParts(parts) {
	if (process.platform !== "linux") {
		step("system parts", `not looked for on ${process.platform}: servers are confined on Linux only so far`);
		return;
	}
	const places = placesOf(process.env);
	const missing = missingParts(parts, places);
	if (missing.length === 0) {
		step("system parts", `${names(parts)} ready`);
		return;
	}
	const root = process.getuid?.() === 0;
	const manager = MANAGERS.find((name) => places.commands.some((folder) => isProgram(path.join(folder, name))));
	if (manager === undefined)
		throw new SetupError(`Missing: ${names(missing)}. No package manager that this script knows is here; install them and start again.`);
	const [command = "", ...args] = installCommand(missing, manager, { root });
	if (!root || manager !== "apt-get") throw new SetupError(`Missing: ${names(missing)}. Install with: ${[command, ...args].join(" ")}`);
	await longStep("system parts", `installing ${names(missing)} with apt-get`, `${names(missing)} installed`, async () => {
		const where = { cwd: "/", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
		const update = await capture("apt-get", ["update"], where);
		const install = await capture(command, args, where);
		if (install.code !== 0) throw new SetupError(`apt-get could not install ${names(missing)}.`, `${update.output}\n${install.output}`);
	});
	const still = missingParts(parts, placesOf(process.env));
	if (still.length > 0) throw new SetupError(`Installed, and still not found: ${names(still)}. Look at PATH.`);
}

/** @param {readonly Part[]} parts */
const names = (parts) => [...new Set(parts.map((part) => part.name))].join(", ");

/** Says whether a keychain is there. Nothing depends on it here: without one, secrets go into the sealed file. */
export function reportSecretService() {
	if (process.platform === "linux") step("Secret Service", secretService());
}

function secretService() {
	const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = process.env;
	if (address === undefined && !(runtime !== undefined && fs.existsSync(path.join(runtime, "bus"))))
		return "none (no D-Bus session): the sealed file keeps secrets";
	const answer = spawnSync(
		"dbus-send",
		[
			"--session",
			"--print-reply",
			"--reply-timeout=1000",
			"--dest=org.freedesktop.DBus",
			"/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner",
			"string:org.freedesktop.secrets",
		],
		{ encoding: "utf8", timeout: 2000 },
	);
	if (answer.error !== undefined) return "unknown (dbus-send is not here)";
	return answer.stdout.includes("boolean true") ? "ready" : "none on this D-Bus session: the sealed file keeps secrets";
}
