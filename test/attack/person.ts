import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "jsonc-parser";
import type { Entry } from "./attack.ts";
import { weaker } from "./ways.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

/** What the entries are granted, in words of the command line. `limited` has limits besides. */
const GRANTS: Readonly<Record<Entry, (person: Person) => readonly string[]>> = {
	bare: () => [],
	reader: ({ project }) => ["--read", project],
	writer: ({ project, single }) => ["--write", project, "--write", single],
	network: ({ granted }) => granted.filter((target) => target.startsWith("127.")).flatMap((target) => ["--egress", target]),
	limited: () => [],
};

const ENTRIES = Object.keys(GRANTS) as Entry[];

/** Names in a project that hosts, shells and tools run or obey. The grant is for the project's folder, never for these by name. */
export const OBEYED_FILES: readonly string[] = [
	".git/config",
	".git/hooks/pre-commit",
	".vscode/tasks.json",
	".vscode/settings.json",
	".vscode/mcp.json",
	".cursor/mcp.json",
	".claude/settings.json",
	".envrc",
	".npmrc",
	".husky/pre-commit",
	".github/workflows/ci.yml",
	".devcontainer/devcontainer.json",
	"app.code-workspace",
	"package.json",
	"node_modules/.bin/tool",
	"Makefile",
	"CLAUDE.md",
	"AGENTS.md",
	".bashrc",
	".zshenv",
];

/** A person's machine in a folder: a home with Sallyport in it, and a project with the hostile server in its `.mcp.json`. */
export class Person {
	readonly title: "root" | "user";
	readonly uid: number;
	readonly folder: string;
	readonly home: string;
	readonly project: string;
	/** Belongs to the person, and is granted to nobody. */
	readonly outside: string;
	/** A file in `outside` that is granted for writing by its own name. */
	readonly single: string;
	readonly server: string;
	/** Absolute path of a Node that this user can run. */
	readonly node: string;
	/** The other sandbox's command line program; null when it could not be had. */
	readonly srt: string | null;
	/** `host:port` that the entry `network` may reach. */
	readonly granted: readonly string[];
	readonly #dist: string;

	constructor(options: { readonly uid: number; readonly srt: string | null; readonly granted: readonly string[] }) {
		this.uid = options.uid;
		this.title = options.uid === 0 ? "root" : "user";
		this.granted = options.granted;
		this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-attack-")));
		fs.chmodSync(this.folder, 0o755);
		this.home = path.join(this.folder, "home");
		this.project = path.join(this.folder, "project");
		this.outside = path.join(this.folder, "outside");
		this.single = path.join(this.outside, "single.txt");
		this.server = path.join(this.folder, "server", "hostile.mjs");
		this.#dist = path.join(this.folder, "dist");
		this.#chown(this.folder);
		for (const each of [this.home, this.project, this.outside, path.dirname(this.server)]) this.own(each);
		fs.copyFileSync(path.join(ROOT, "test", "fixtures", "servers", "hostile.mjs"), this.server);
		fs.mkdirSync(this.#dist);
		for (const name of fs.readdirSync(path.join(ROOT, "dist")).filter((each) => each.endsWith(".cjs")))
			fs.copyFileSync(path.join(ROOT, "dist", name), path.join(this.#dist, name));
		for (const library of ["keytar", "koffi", "@koromix"]) {
			const where = path.join("node_modules", library);
			fs.cpSync(path.join(ROOT, where), path.join(this.folder, where), { recursive: true });
		}
		this.srt = options.srt === null ? null : path.join(this.folder, "peer", "node_modules", "@anthropic-ai", "sandbox-runtime");
		if (options.srt !== null) fs.cpSync(options.srt, path.join(this.folder, "peer"), { recursive: true });
		this.node = this.#runnableNode();
		this.reset();
	}

	/** Makes a folder, and those above it that are missing, as this person's. What was there stays as it was. */
	own(where: string): string {
		if (fs.existsSync(where)) return where;
		this.own(path.dirname(where));
		fs.mkdirSync(where);
		this.#chown(where);
		return where;
	}

	/** Writes a file as this person's. */
	write(where: string, content: string, mode = 0o644): string {
		this.own(path.dirname(where));
		fs.writeFileSync(where, content, { mode });
		fs.chmodSync(where, mode);
		this.#chown(where);
		return where;
	}

	/** As it was before the first attack. Sallyport's home stays. */
	reset(): void {
		for (const name of fs.readdirSync(this.home))
			if (name !== ".sallyport") fs.rmSync(path.join(this.home, name), { recursive: true, force: true });
		for (const folder of [this.project, this.outside])
			for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
		const entry = { command: this.node, args: [this.server] };
		const names = ENTRIES.flatMap((name) => [name, weaker(name)]);
		this.write(
			path.join(this.project, ".mcp.json"),
			JSON.stringify({ mcpServers: Object.fromEntries(names.map((name) => [name, entry])) }),
		);
		for (const file of OBEYED_FILES) this.write(path.join(this.project, file), file.endsWith(".json") ? "{}\n" : "before\n");
		this.write(path.join(this.project, "src", "main.txt"), "text\n");
		this.write(path.join(this.project, "sub", "lib", "main.txt"), "text\n");
		for (const file of [".git/config", "package.json"]) this.write(path.join(this.project, "sub", file), "before\n");
		this.own(path.join(this.project, "fresh"));
		this.write(this.single, "text\n");
		for (const file of [".bashrc", ".profile", ".zshenv", ".gitconfig"]) this.write(path.join(this.home, file), "before\n");
	}

	/** Sets Sallyport up and approves every entry, as a person would, in the full sandbox, the weaker one or both. */
	async approve(tiers: { readonly full: boolean; readonly weaker: boolean }): Promise<void> {
		await this.#sallyport("init", "--unattended");
		for (const entry of ENTRIES) {
			const names = [...(tiers.full ? [[entry]] : []), ...(tiers.weaker ? [[weaker(entry), "--tier", "landlock"]] : [])];
			for (const [name = "", ...tier] of names) {
				await this.#sallyport("allow", name, ...GRANTS[entry](this), ...tier, "--yes");
				await this.#sallyport("tools", "allow", name, "attack", "--yes");
			}
		}
		const policy = path.join(this.home, ".sallyport", "policy");
		for (const name of fs.readdirSync(policy)) {
			const file = path.join(policy, name);
			const grant = parse(fs.readFileSync(file, "utf8"));
			for (const server of grant.servers ?? []) {
				// Most of these names lead where no one could be allowed to reach: they led elsewhere when they were.
				if (["network", weaker("network")].includes(server.name)) server.egress = this.granted;
				if (["limited", weaker("limited")].includes(server.name))
					server.limits = { memoryBytes: 1024 ** 3, processes: 64, files: 256, cpuSeconds: 2 };
				if (["reader", weaker("reader")].includes(server.name)) server.sandbox = { ...server.sandbox, deny: ["*.private"] };
			}
			fs.writeFileSync(file, JSON.stringify(grant));
		}
		// What was written by hand counts once it is accepted.
		await this.#sallyport("policy", "accept", "--yes");
	}

	/** The environment of the person's session. */
	env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
		return { HOME: this.home, PATH: `${path.dirname(this.node)}:/usr/bin:/bin`, LANG: "C.UTF-8", ...more };
	}

	/** As this person, from the host; for looking at what only this user can see. */
	look(command: string, args: readonly string[]): string {
		return spawnSync(command, args, { uid: this.uid, gid: this.uid, cwd: "/", env: this.env(), encoding: "utf8" }).stdout ?? "";
	}

	remove(): void {
		fs.rmSync(this.folder, { recursive: true, force: true });
	}

	#chown(where: string): void {
		if (this.uid !== process.getuid?.()) fs.lchownSync(where, this.uid, this.uid);
	}

	async #sallyport(...args: string[]): Promise<void> {
		const child = spawn(this.node, [path.join(this.#dist, "sallyport.cjs"), ...args], {
			cwd: this.project,
			env: this.env(),
			uid: this.uid,
			gid: this.uid,
			stdio: ["ignore", "pipe", "pipe"],
		});
		let said = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (part) => {
				said += String(part);
			});
		const [code] = await once(child, "close");
		if (code !== 0) throw new Error(`sallyport ${args.join(" ")}: ${said}`);
	}

	#runnableNode(): string {
		const node = fs.realpathSync(process.execPath);
		if (spawnSync(node, ["--version"], { uid: this.uid, gid: this.uid, cwd: "/" }).status === 0) return node;
		// It lies where this user may not look.
		const copy = path.join(this.folder, "runtime", "bin", "node");
		fs.mkdirSync(path.dirname(copy), { recursive: true });
		fs.copyFileSync(node, copy);
		return copy;
	}
}
