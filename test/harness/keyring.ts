import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A running Secret Service that nobody else uses. */
export interface Keyring {
	/** What a process needs in its environment to find this service, and nothing of the person's. */
	readonly env: Readonly<Record<"DBUS_SESSION_BUS_ADDRESS" | "XDG_DATA_HOME" | "XDG_CACHE_HOME" | "XDG_RUNTIME_DIR", string>>;
	/** Ends both daemons and removes their folder; resolves when they are gone. */
	stop(): Promise<void>;
}

/** Starts a private D-Bus session with a real gnome-keyring: unlocked and empty, or locked with a password that nobody knows. */
export async function startKeyring(state: "unlocked" | "locked" = "unlocked"): Promise<Keyring> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-keyring-"));
	// In a process group of its own: Ctrl-C in the terminal is for the tests, and this ends after them.
	const session = spawn("sh", [path.join(import.meta.dirname, "keyring-session.sh"), folder, state], {
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
	const ended = once(session, "exit");
	const output: string[] = [];
	session.stderr.on("data", (chunk) => output.push(String(chunk)));
	const address = await new Promise<string>((resolve, reject) => {
		session.stdout.once("data", (chunk) => resolve(String(chunk).trim()));
		session.once("error", reject);
		session.once("close", () => reject(new Error(`No Secret Service for the tests: ${output.join("").trim()}`)));
	});
	return {
		env: {
			DBUS_SESSION_BUS_ADDRESS: address,
			XDG_DATA_HOME: path.join(folder, "data"),
			XDG_CACHE_HOME: path.join(folder, "cache"),
			XDG_RUNTIME_DIR: path.join(folder, "run"),
		},
		async stop() {
			session.stdin.end();
			await ended;
		},
	};
}
