import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.resolve(import.meta.dirname, "..", "..");

export interface Ran {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A small clone: the real set-up and dispatcher, the real lock, and whatever sources a test adds. Its commands run as if under `env -i`. */
export class Clone {
	readonly path = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-clone-")));
	/** An empty home. */
	readonly home = this.folder("home");

	constructor() {
		for (const name of ["package.json", "package-lock.json", "tsconfig.json", "src/setup", "src/bin.ts", "src/kept-code.ts"])
			fs.cpSync(path.join(root, name), path.join(this.path, name), { recursive: true });
	}

	/** Gives it this project's installed packages. */
	withPackages(): this {
		fs.symlinkSync(path.join(root, "node_modules"), path.join(this.path, "node_modules"));
		return this;
	}

	file(name: string, content: string, mode = 0o644): string {
		const file = path.join(this.path, name);
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, content, { mode });
		return file;
	}

	folder(name: string): string {
		const folder = path.join(this.path, name);
		fs.mkdirSync(folder, { recursive: true });
		return folder;
	}

	/** A program that a test's PATH may hold: a shell script. Returns its folder. */
	program(name: string, script: string): string {
		return path.dirname(this.file(`programs/${name}`, `#!/bin/sh\n${script}\n`, 0o755));
	}

	read(name: string): string {
		return fs.readFileSync(path.join(this.path, name), "utf8");
	}

	has(name: string): boolean {
		return fs.existsSync(path.join(this.path, name));
	}

	start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
		return spawn(process.execPath, args, { cwd: this.path, env: { HOME: this.home, PATH: "/usr/bin:/bin", LANG: "C.UTF-8", ...env } });
	}

	async node(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ""): Promise<Ran> {
		const child = this.start(args, env);
		child.stdin?.end(input);
		return outcome(child);
	}

	setup(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
		return this.node(["src/setup/setup.mjs", ...args], env);
	}

	remove(): void {
		fs.rmSync(this.path, { recursive: true, force: true });
	}
}

export async function outcome(child: ChildProcess): Promise<Ran> {
	let stdout = "";
	let stderr = "";
	child.stdout?.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr?.on("data", (chunk) => {
		stderr += chunk;
	});
	await once(child, "close");
	return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}
