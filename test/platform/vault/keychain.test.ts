import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Home } from "../../../src/platform/home.ts";
import { probeVault, resolveReference } from "../../../src/platform/vault/index.ts";
import { KeychainVault } from "../../../src/platform/vault/keychain.ts";
import { code, vaultContract } from "./contract.ts";
import { temporaryFolder, temporaryHome } from "./home.ts";

describe("the OS keychain, unlocked", () => {
	let home: Home;
	let opened: KeychainVault[];

	beforeEach(() => {
		expect(process.env.DBUS_SESSION_BUS_ADDRESS, "these tests need a D-Bus session with an unlocked Secret Service").toBeTruthy();
		home = temporaryHome();
		opened = [];
	});

	afterEach(async () => {
		const vault = new KeychainVault(home);
		const names = await vault.list();
		if (names.ok) for (const name of names.value) await vault.delete(name);
		for (const one of [...opened, vault]) one.close();
	});

	const open = (): KeychainVault => {
		const vault = new KeychainVault(home);
		opened.push(vault);
		return vault;
	};

	vaultContract(open);

	it("keeps the secrets of two homes apart", async () => {
		await open().create("shared/NAME", "mine");
		const other = new KeychainVault(temporaryHome());
		opened.push(other);
		expect(await other.read("shared/NAME")).toEqual({ ok: true, value: null });
		expect(await other.list()).toEqual({ ok: true, value: [] });
	});

	it("is probed by a real round trip that leaves nothing behind", async () => {
		expect(await probeVault("keychain", home)).toEqual({ ok: true, value: undefined });
		expect(await open().list()).toEqual({ ok: true, value: [] });
	});

	it("names a reference that is not there, and the command that sets it", async () => {
		const missing = await resolveReference({ scheme: "keychain", path: "github/TOKEN" }, home);
		expect(missing).toMatchObject({ ok: false, problem: { code: "secret-missing" } });
		if (!missing.ok) expect(missing.problem.remedy).toContain("sallyport secrets set keychain://github/TOKEN");
	});
});

describe("the OS keychain, out of order", () => {
	it("says when no Secret Service answers, and names the sealed file", async () => {
		const answers = await inChild({ env: { DBUS_SESSION_BUS_ADDRESS: undefined, DISPLAY: undefined } });
		for (const answer of answers)
			expect(answer).toMatchObject({ code: "keychain-missing", remedy: expect.stringContaining("--vault sealed") });
	});

	it("says so too when the D-Bus address leads nowhere", async () => {
		const answers = await inChild({ env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" } });
		for (const answer of answers) expect(answer).toMatchObject({ code: "keychain-missing" });
	});

	it("does not leave the machine for a D-Bus address that does", async () => {
		const answers = await inChild({ env: { DBUS_SESSION_BUS_ADDRESS: "tcp:host=127.0.0.1,port=9", DISPLAY: undefined } });
		for (const answer of answers) expect(answer).toMatchObject({ code: "keychain-missing" });
	});

	it("says when the keychain is locked: an entry in it is not taken for a missing one", async () => {
		const answers = await inChild({ session: LOCKED });
		for (const answer of answers)
			expect(answer).toMatchObject({ code: "keychain-locked", remedy: expect.stringContaining("--vault sealed") });
	});

	it("says when no keyring was ever set up", async () => {
		const answers = await inChild({ session: "true" });
		for (const answer of answers) expect(answer).toMatchObject({ code: "keychain-locked" });
	});

	it("waits no longer than its bound for a keychain that does not answer, and the program can end", async () => {
		const answers = await inChild({ session: STOPPED, timeoutMs: 300 });
		for (const answer of answers) expect(answer).toMatchObject({ code: "keychain-locked" });
	});

	it("waits no longer than its bound for a prompt that nobody answers", async () => {
		const answers = await inChild({ session: LOCKED, busConfig: silentPrompter(), timeoutMs: 500 });
		for (const answer of answers) expect(answer).toMatchObject({ code: "keychain-locked", message: expect.stringContaining("prompt") });
	});

	it("says when the library cannot be loaded", async () => {
		const vault = new KeychainVault(temporaryHome(), { keytar: path.join(temporaryFolder(), "nothing.cjs") });
		const read = await vault.read("a/B");
		expect(read).toMatchObject({ ok: false, problem: { code: "keychain-library" } });
	});

	it("survives a library that crashes, and repeats none of its words", async () => {
		const folder = temporaryFolder();
		const crash = path.join(folder, "crash.cjs");
		fs.writeFileSync(
			crash,
			"exports.getPassword = () => process.abort(); exports.setPassword = async (s, a, v) => { throw new Error(v) };",
		);
		const vault = new KeychainVault(temporaryHome(), { keytar: crash });
		const read = await vault.read("a/B");
		expect(code(read)).toBe("keychain-failed");
		const set = await vault.replace("a/B", "hunter2");
		expect(code(set)).toBe("keychain-failed");
		expect(JSON.stringify(set)).not.toContain("hunter2");
	});
});

const START = `
mkdir -p -m 700 "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_RUNTIME_DIR"
eval "$(printf test | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"
"$NODE" "$PROGRAM" seed
`;
const LOCKED = `${START}
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
`;
const STOPPED = `${START}
pid=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets | awk '{print $2}')
kill -STOP "$pid"
trap 'kill -KILL "$pid"' EXIT
`;

/** A D-Bus session in which the program that asks for the keyring's password starts, and says nothing. */
function silentPrompter(): string {
	const folder = temporaryFolder();
	for (const name of ["org.gnome.keyring.SystemPrompter", "org.gnome.keyring.PrivatePrompter"])
		fs.writeFileSync(path.join(folder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=/bin/sh -c "exec sleep 6 >&- 2>&-"\n`);
	const config = path.join(folder, "bus.conf");
	fs.writeFileSync(
		config,
		`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><servicedir>${folder}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
	);
	return config;
}

interface Trouble {
	readonly busConfig?: string;
	readonly session?: string;
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly timeoutMs?: number;
}

/** Runs every vault method in a program of its own, in a D-Bus session that `session` put into a state. */
async function inChild(trouble: Trouble): Promise<unknown[]> {
	const folder = temporaryFolder();
	const env: Record<string, string | undefined> = {
		...process.env,
		XDG_DATA_HOME: path.join(folder, "data"),
		XDG_CACHE_HOME: path.join(folder, "cache"),
		XDG_RUNTIME_DIR: path.join(folder, "run"),
		NODE: process.execPath,
		PROGRAM: path.join(import.meta.dirname, "keychain-program.ts"),
		SALLYPORT_HOME: path.join(folder, "home"),
		TIMEOUT_MS: String(trouble.timeoutMs ?? 10_000),
		...trouble.env,
	};
	const script = `${trouble.session ?? ""}\n"$NODE" "$PROGRAM" report`;
	const child =
		trouble.session === undefined
			? spawn("sh", ["-c", script], { env, stdio: ["ignore", "pipe", "ignore"] })
			: spawn(
					"dbus-run-session",
					[...(trouble.busConfig === undefined ? [] : ["--config-file", trouble.busConfig]), "--", "sh", "-c", script],
					{ env, stdio: ["ignore", "pipe", "ignore"] },
				);
	onTestFinished(() => void child.kill("SIGKILL"));
	let output = "";
	for await (const chunk of child.stdout) output += String(chunk);
	const lines = output.split("\n").filter((line) => line.startsWith("{"));
	expect(lines, output).toHaveLength(5);
	return lines.map((line) => JSON.parse(line));
}

it("the machine has what these tests need", () => {
	for (const program of ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"])
		expect(spawnSync("sh", ["-c", `command -v ${program}`]).status, `${program} is missing`).toBe(0);
});
