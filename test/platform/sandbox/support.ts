import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Problem } from "../../../src/core/result.ts";
import type { EgressNetwork } from "../../../src/platform/sandbox/egress-network.ts";
import type { SandboxProfile } from "../../../src/platform/sandbox/engine.ts";
import type { Job } from "./driver.ts";

/** A user of the machine who needs no account. */
const ORDINARY = 45_678;

/** Who starts the sandbox. As root both are tried, because what is a wall for one user is none for the other. */
export const USERS: readonly { readonly title: string; readonly uid: number }[] =
	process.getuid?.() === 0
		? [
				{ title: "as root", uid: 0 },
				{ title: "as an ordinary user", uid: ORDINARY },
			]
		: [{ title: "as an ordinary user", uid: process.getuid?.() ?? -1 }];

/** A secret that nothing but its own file holds. */
export function canary(): string {
	return `CANARY-${randomBytes(12).toString("hex")}`;
}

export interface Outcome {
	readonly problem: Problem | null;
	readonly output: string;
	/** The launcher's process, which has ended. */
	readonly launcher: number;
	readonly code: number | null;
	readonly signal: string | null;
	readonly refused: readonly string[];
	/** Paths for which the server was stopped. */
	readonly appeared: readonly string[];
	/** `target connections sent received`, in the order in which it was told. */
	readonly used: readonly string[];
}

/** A folder that one user owns, with a Node and a launcher that this user can run. */
export class Stage {
	readonly root: string;
	readonly node: string;
	readonly #driver: string;
	readonly #uid: number;
	readonly #children = new Set<ChildProcess>();

	private constructor(root: string, node: string, driver: string, uid: number) {
		this.root = root;
		this.node = node;
		this.#driver = driver;
		this.#uid = uid;
	}

	static async open(uid: number): Promise<Stage> {
		const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sandbox-test-")));
		fs.chownSync(root, uid, uid);
		fs.chmodSync(root, 0o755);
		const driver = path.join(root, "driver.mjs");
		await build({
			entryPoints: [path.join(path.dirname(fileURLToPath(import.meta.url)), "driver.ts")],
			outfile: driver,
			bundle: true,
			platform: "node",
			format: "esm",
			logLevel: "error",
		});
		let node = fs.realpathSync(process.execPath);
		if (spawnSync(node, ["--version"], { uid, gid: uid, cwd: "/" }).status !== 0) {
			// It lies where this user may not look.
			fs.mkdirSync(path.join(root, "runtime/bin"), { recursive: true });
			node = path.join(root, "runtime/bin/node");
			fs.copyFileSync(process.execPath, node);
		}
		return new Stage(root, node, driver, uid);
	}

	/** Puts the library of the weaker sandbox where the launcher finds it. */
	addLibrary(): void {
		for (const name of ["koffi", "@koromix"])
			fs.cpSync(path.join(import.meta.dirname, "../../../node_modules", name), path.join(this.root, "node_modules", name), {
				recursive: true,
			});
	}

	/** The folder to grant so that Node runs. */
	get runtime(): string {
		return path.dirname(path.dirname(this.node));
	}

	/** Writes a file that the user owns; the folders above it too. */
	write(relative: string, content: string): string {
		const where = path.join(this.root, relative);
		this.folder(path.dirname(relative));
		fs.writeFileSync(where, content);
		fs.chownSync(where, this.#uid, this.#uid);
		return where;
	}

	folder(relative: string): string {
		let where = this.root;
		for (const part of relative.split("/").filter((each) => each !== ".")) {
			where = path.join(where, part);
			if (fs.existsSync(where)) continue;
			fs.mkdirSync(where);
			fs.chownSync(where, this.#uid, this.#uid);
		}
		return where;
	}

	profile(more: Partial<SandboxProfile> & Pick<SandboxProfile, "command" | "args">): SandboxProfile {
		return { cwd: "/tmp", env: {}, read: [], write: [], hidden: [], hiddenNames: [], egress: [], limits: {}, ...more };
	}

	/** A shell script inside. */
	sh(script: string, more: Partial<SandboxProfile> = {}): SandboxProfile {
		return this.profile({ command: "/bin/sh", args: ["-c", script], ...more });
	}

	/** A JavaScript program inside. */
	js(program: string, more: Partial<SandboxProfile> = {}): SandboxProfile {
		return this.profile({ command: this.node, args: ["-e", program], ...more, read: [this.runtime, ...(more.read ?? [])] });
	}

	/** Starts a launcher of its own, as this stage's user. */
	launch(
		profile: SandboxProfile,
		options: {
			readonly home?: string;
			readonly network?: EgressNetwork;
			readonly env?: Record<string, string | undefined>;
			readonly open?: Readonly<Record<number, number>>;
			readonly tier?: "landlock";
		} = {},
	): ChildProcess {
		const open = options.open ?? {};
		const count = Math.max(3, ...Object.keys(open).map((fd) => Number(fd) + 1));
		const stdio = Array.from({ length: count }, (_, fd) => open[fd] ?? (fd < 3 ? ("pipe" as const) : ("ignore" as const)));
		const child = spawn(this.node, [this.#driver], {
			cwd: "/",
			env: { HOME: options.home ?? this.root, PATH: "/usr/bin:/bin", ...options.env },
			uid: this.#uid,
			gid: this.#uid,
			stdio,
		});
		this.#children.add(child);
		const { home, network } = options;
		const job: Job = {
			profile,
			tier: options.tier,
			...(home === undefined ? {} : { home }),
			...(network === undefined ? {} : { network }),
		};
		child.stdin?.end(JSON.stringify(job));
		return child;
	}

	/** Starts a server and waits until it has ended. */
	async run(profile: SandboxProfile, options: Parameters<Stage["launch"]>[1] = {}): Promise<Outcome> {
		const child = this.launch(profile, options);
		let text = "";
		child.stdout?.on("data", (part) => {
			text += String(part);
		});
		child.stderr?.on("data", (part) => {
			text += String(part);
		});
		await new Promise((resolve) => child.once("close", resolve));
		const lines = text.trimEnd().split("\n");
		const first = parse(lines[0]);
		const last = parse(lines.at(-1));
		return {
			problem: (first.problem as Problem | undefined) ?? null,
			output: lines.slice(1, -1).join("\n").trimEnd(),
			launcher: child.pid ?? -1,
			code: (last.code as number | null | undefined) ?? null,
			signal: (last.signal as string | null | undefined) ?? null,
			appeared: (last.appeared as string[] | undefined) ?? [],
			used: (last.used as string[] | undefined) ?? [],
			refused: (last.refused as string[] | undefined) ?? (first.problem === undefined ? [`launcher failed: ${text}`] : []),
		};
	}

	async close(): Promise<void> {
		for (const child of this.#children) child.kill("SIGKILL");
		fs.rmSync(this.root, { recursive: true, force: true });
	}
}

function parse(line: string | undefined): Record<string, unknown> {
	try {
		return JSON.parse(line ?? "") as Record<string, unknown>;
	} catch {
		return {};
	}
}

/** Waits for something that has to come; the test's own time limit is the end of patience. */
export async function until(what: () => boolean): Promise<void> {
	while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Every process of the machine whose command line holds `marker`. */
export function processesWith(marker: string): readonly number[] {
	return pids().filter((pid) => readOr(`/proc/${pid}/cmdline`, "").includes(marker));
}

/** A process and everything that it started. */
export function descendants(pid: number): readonly number[] {
	const parents = new Map(pids().map((each) => [each, Number(/^PPid:\s*(\d+)/m.exec(readOr(`/proc/${each}/status`, ""))?.[1] ?? -1)]));
	const below = (root: number): number[] => [
		root,
		...[...parents].filter(([, parent]) => parent === root).flatMap(([each]) => below(each)),
	];
	return below(pid);
}

/** A process that has ended and that nobody has asked about yet is gone too: it does nothing any more. */
export function isAlive(pid: number): boolean {
	const state = /^State:\s*(\S)/m.exec(readOr(`/proc/${pid}/status`, ""))?.[1];
	return state !== undefined && state !== "Z" && state !== "X";
}

function pids(): readonly number[] {
	return fs
		.readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

export function readOr(file: string, otherwise: string): string {
	try {
		return fs.readFileSync(file, "utf8");
	} catch {
		return otherwise;
	}
}
