import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { npm } from "../../src/setup/dependencies.mjs";
import { sandboxRuntime } from "../../test/attack/peer.ts";
import { type Keyring, startKeyring } from "../../test/harness/keyring.ts";
import type { Way } from "./host.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const PROGRAMS = path.join(import.meta.dirname, "programs");
const EVERYTHING = "@modelcontextprotocol/server-everything";
const EVERYTHING_VERSION = "2026.8.31";
/** Secrets of the server whose calls are measured. */
const SECRETS = 20;

/** A person's machine in a temporary folder: a home, a keychain of its own, a workspace, and approved servers in it. */
export class World {
	readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-")));
	readonly workspace = path.join(this.folder, "workspace");
	readonly trivial = path.join(this.folder, "server", "trivial.mjs");
	/** Installed for the direct ways; empty where it could not be. */
	readonly everything: readonly string[];
	readonly #srt: string | null;
	readonly #keyring: Keyring;
	readonly #env: Readonly<Record<string, string>>;

	static async make(say: (text: string) => void): Promise<World> {
		const [srt, everything] = [await sandboxRuntime(say), await installEverything(say)];
		return new World(srt, everything, await startKeyring());
	}

	private constructor(srt: string | null, everything: string | null, keyring: Keyring) {
		this.#srt = srt;
		this.#keyring = keyring;
		const home = path.join(this.folder, "home");
		for (const each of [home, this.workspace, path.dirname(this.trivial), path.join(this.folder, "data")]) fs.mkdirSync(each);
		fs.copyFileSync(path.join(PROGRAMS, "trivial.mjs"), this.trivial);
		const own = Object.entries(process.env).filter(([name]) => !/^(?:npm_.*|SALLYPORT_.*|NODE_OPTIONS)$/.test(name));
		this.#env = { ...Object.fromEntries(own.map(([name, value]) => [name, value ?? ""])), HOME: home, ...keyring.env };
		if (everything === null) this.everything = [];
		else {
			// Beside the other server, where a sandbox can show it.
			const copy = path.join(this.folder, "everything");
			fs.cpSync(everything, copy, { recursive: true });
			this.everything = [process.execPath, path.join(copy, "node_modules", ...EVERYTHING.split("/"), "dist", "index.js"), "stdio"];
		}
		this.#approve();
	}

	/** Started as its host would without anything between. */
	direct(command: readonly string[]): Way {
		return { name: "direct", command, env: this.#env, cwd: this.workspace };
	}

	nodePipe(command: readonly string[]): Way {
		return { ...this.direct([process.execPath, path.join(PROGRAMS, "pipe.mjs"), ...command]), name: "bare Node pipe" };
	}

	/** With a file system as narrow as can be written in one line. */
	bareBubblewrap(command: readonly string[]): Way {
		const system = ["/usr", "/bin", "/lib", "/lib64", "/sbin"].filter((each) => fs.existsSync(each));
		const binds = [...system, process.execPath, path.dirname(this.trivial), path.join(this.folder, "everything")];
		const mounts = binds.filter((each) => fs.existsSync(each)).flatMap((each) => ["--ro-bind", each, each]);
		const walls = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp/x", "--unshare-all", "--die-with-parent"];
		return { ...this.direct(["/usr/bin/bwrap", ...mounts, ...walls, "--", ...command]), name: "bare bubblewrap" };
	}

	/** The other sandbox, as a command and as a library; none where it could not be installed. */
	srt(command: readonly string[], hosts: readonly string[]): readonly Way[] {
		if (this.#srt === null) return [];
		const modules = path.join(this.#srt, "node_modules");
		const dist = path.join(modules, "@anthropic-ai", "sandbox-runtime", "dist");
		const settings = path.join(this.folder, `srt-${hosts.length}.json`);
		const config = {
			network: { allowedDomains: hosts, deniedDomains: [] },
			filesystem: { denyRead: [path.join(this.folder, "home")], allowRead: [], allowWrite: [], denyWrite: [] },
			ripgrep: { command: path.join(modules, "@vscode", `ripgrep-linux-${process.arch}`, "bin", "rg") },
		};
		fs.writeFileSync(settings, JSON.stringify(config));
		const cli = [path.join(dist, "cli.js"), "--settings", settings];
		const library = [path.join(PROGRAMS, "sandbox-runtime.mjs"), path.join(dist, "index.js"), settings];
		return [
			{ ...this.direct([process.execPath, ...cli, ...command]), name: "srt, its command" },
			{ ...this.direct([process.execPath, ...library, ...command]), name: "srt, as a library" },
		];
	}

	/** As a host's file names it. `entry`: one of those that were approved. */
	sallyport(entry: Entry, name = "Sallyport"): Way {
		const stub = path.join(this.folder, "home", ".sallyport", "bin", "sallyport");
		const { command, env } = this.#entries()[entry];
		return { name, command: [stub, "run", "--name", entry, "--", ...command], env: { ...this.#env, ...env }, cwd: this.workspace };
	}

	npx(): Way {
		return { ...this.direct(["npx", "-y", `${EVERYTHING}@${EVERYTHING_VERSION}`, "stdio"]), name: "npx -y, warm" };
	}

	async remove(): Promise<void> {
		await this.#keyring.stop();
		spawnSync("chmod", ["-R", "u+w", this.folder]);
		fs.rmSync(this.folder, { recursive: true, force: true });
	}

	#entries(): Readonly<Record<Entry, { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }>> {
		const trivial = [process.execPath, this.trivial];
		const token = { TOKEN: reference(0) };
		return {
			trivial: { command: trivial, env: token },
			reaching: { command: trivial, env: token },
			busy: { command: trivial, env: Object.fromEntries(Array.from({ length: SECRETS }, (_, i) => [`TOKEN_${i}`, reference(i)])) },
			everything: { command: this.everything, env: token },
			npx: { command: ["npx", "-y", `${EVERYTHING}@${EVERYTHING_VERSION}`, "stdio"], env: {} },
		};
	}

	#approve(): void {
		const entries = Object.entries(this.#entries()).filter(([, { command }]) => command.length > 0);
		const servers = Object.fromEntries(
			entries.map(([name, { command, env }]) => [name, { command: command[0], args: command.slice(1), env }]),
		);
		fs.writeFileSync(path.join(this.workspace, ".mcp.json"), JSON.stringify({ mcpServers: servers }));
		this.#run(["init", "--unattended"]);
		for (let i = 0; i < SECRETS; i++) this.#run(["secrets", "set", reference(i)], `${randomBytes(24).toString("base64url")}\n`);
		for (const [name, { env }] of entries) {
			const secrets = Object.entries(env).flatMap(([slot, value]) => ["--secret", `env:${slot}=${value}`, "--mutable-secrets"]);
			const reach = name === "reaching" ? ["--egress", "example.com:443"] : [];
			this.#run(["allow", name, "--read", path.join(this.folder, "data"), ...secrets, ...reach, "--yes"]);
			this.#run(["tools", "allow", name, "echo", ...(name === "busy" ? ["large"] : []), "--yes"]);
		}
	}

	#run(args: readonly string[], input = ""): void {
		const options = { cwd: this.workspace, env: this.#env, encoding: "utf8" as const, input };
		const { status, stderr, stdout } = spawnSync(process.execPath, [path.join(ROOT, "dist", "sallyport.cjs"), ...args], options);
		if (status !== 0) throw new Error(`sallyport ${args.join(" ")}: ${stderr}${stdout}`);
	}
}

/** Servers that are approved: with a secret; with one and a network; with twenty; a real one; the same as npx starts it. */
export type Entry = "trivial" | "reaching" | "busy" | "everything" | "npx";

function reference(index: number): string {
	return `keychain://bench/TOKEN_${index}`;
}

/** Null: it could not be installed, and `say` was told why. */
async function installEverything(say: (text: string) => void): Promise<string | null> {
	const folder = path.join(ROOT, ".cache", "peers", `server-everything-${EVERYTHING_VERSION}`);
	try {
		if (!fs.existsSync(path.join(folder, "node_modules", EVERYTHING, "package.json"))) {
			fs.mkdirSync(folder, { recursive: true });
			fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
			await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", `${EVERYTHING}@${EVERYTHING_VERSION}`], folder);
		}
		return folder;
	} catch (error) {
		say(`${EVERYTHING} is left out: it could not be installed (${error instanceof Error ? error.message : error}).`);
		return null;
	}
}
