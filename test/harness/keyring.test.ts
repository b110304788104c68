import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it, vi } from "vitest";
import { type Keyring, startKeyring } from "./keyring.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

/** Writes and reads back through the real library; the answer, or the name of what went wrong. */
function roundTrip(keyring: Keyring): string {
	const script = `const k = require("keytar"); k.setPassword("s", "a", "v").then(() => k.getPassword("s", "a")).then(console.log, () => console.log("refused"))`;
	const { stdout, signal } = spawnSync(process.execPath, ["-e", script], {
		cwd: root,
		encoding: "utf8",
		env: { PATH: process.env.PATH, ...keyring.env },
		timeout: 3000,
		killSignal: "SIGKILL",
	});
	return signal === null ? stdout.trim() : "waits for a person";
}

/** Processes that have this folder on their command line or in their environment. */
function processesOf(folder: string): string[] {
	return fs.readdirSync("/proc").filter((pid) => {
		try {
			return /^\d+$/.test(pid) && ["cmdline", "environ"].some((name) => fs.readFileSync(`/proc/${pid}/${name}`, "utf8").includes(folder));
		} catch {
			return false;
		}
	});
}

it("an unlocked keyring keeps a secret, and leaves nothing behind", async () => {
	const keyring = await startKeyring();
	expect(roundTrip(keyring)).toBe("v");
	const folder = path.dirname(keyring.env.XDG_DATA_HOME);
	expect(processesOf(folder)).not.toEqual([]);
	await keyring.stop();
	expect(fs.existsSync(folder)).toBe(false);
	await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), 5000);
});

it("a locked keyring gives nothing", async () => {
	const keyring = await startKeyring("locked");
	try {
		expect(roundTrip(keyring)).not.toBe("v");
	} finally {
		await keyring.stop();
	}
});

it("a keyring ends with the process that started it, however that died", async () => {
	const script = `import { startKeyring } from ${JSON.stringify(path.join(import.meta.dirname, "keyring.ts"))};
		console.log((await startKeyring()).env.XDG_DATA_HOME); setInterval(() => {}, 1000);`;
	const parent = spawn(process.execPath, ["--experimental-strip-types", "--input-type=module", "-e", script], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const folder = path.dirname(String((await once(parent.stdout, "data"))[0]).trim());
	parent.kill("SIGKILL");
	await vi.waitFor(() => expect(fs.existsSync(folder)).toBe(false), 5000);
	await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), 5000);
});
