import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { PackageLaunch } from "../../../../src/core/launch/package-launch.ts";
import { parseLaunch } from "../../../../src/core/launch/runner.ts";
import { ok, type Problem } from "../../../../src/core/result.ts";
import { createHome, type Home } from "../../../../src/platform/home.ts";
import type { InstallDeps } from "../../../../src/platform/packages/kind.ts";
import { packageWork } from "../../../../src/platform/packages/kinds.ts";
import type { StoredPackage } from "../../../../src/platform/packages/store.ts";
import { removeTree } from "../../../../src/platform/packages/tree.ts";
import { bubblewrapEngine } from "../../../../src/platform/sandbox/bubblewrap.ts";
import { type Offered, startIndex, type TestIndex } from "./test-index.ts";
import { serverModule, type TestWheel } from "./wheel.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a server's tool is described with comes from the package that it needs. */
export const dependency: TestWheel = { name: "tool-words", files: { "tool_words.py": "def text():\n    return 'from the dependency'\n" } };
export const server: TestWheel = {
	name: "tool-server",
	version: "1.2.3",
	files: { "tool_server/__init__.py": `from tool_words import text\n${serverModule("text()")}` },
	scripts: ["tool-server = tool_server:main"],
	requires: ["tool-words>=1"],
};

export function launch(...line: readonly string[]): PackageLaunch {
	const [command = "", ...args] = line;
	const parsed = parseLaunch(command, args);
	if (!parsed.ok) throw new Error(parsed.problem.message);
	if (parsed.value.kind !== "package") throw new Error("no package");
	return parsed.value;
}

/** A person with a home of their own, whose configuration names no index yet; made anew for each test. */
export function useTrial(): Trial {
	const trial = new Trial();
	beforeEach(() => trial.open());
	afterEach(() => trial.close());
	return trial;
}

class Trial {
	folder = "";
	/** One line for a person each. */
	progress: string[] = [];
	#home: Home | null = null;
	#indexes: TestIndex[] = [];

	open(): void {
		this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-python-")));
		const created = createHome(path.join(this.folder, "home"), { unattended: true });
		if (!created.ok) throw new Error(created.problem.message);
		this.#home = created.value;
		this.#indexes = [];
		this.progress = [];
		fs.mkdirSync(path.join(this.folder, "person", ".config", "pip"), { recursive: true });
	}

	async close(): Promise<void> {
		await Promise.all(this.#indexes.map((index) => index.close()));
		removeTree(this.folder);
	}

	get home(): Home {
		if (this.#home === null) throw new Error("no trial is open");
		return this.#home;
	}

	deps(env: Environment, more: Partial<InstallDeps> = {}): InstallDeps {
		const { PATH, PYENV_ROOT } = process.env;
		return {
			home: this.home,
			engine: (network) => bubblewrapEngine({ sallyportHome: this.home.path, network: async () => ok(network ?? undefined) }),
			node: fs.realpathSync(process.execPath),
			env: { HOME: path.join(this.folder, "person"), PATH, PYENV_ROOT, XDG_CONFIG_DIRS: "/nonexistent", ...env },
			untrusted: [],
			onProgress: (line) => this.progress.push(line),
			...more,
		};
	}

	async serve(files: readonly Offered[], options: Parameters<typeof startIndex>[1] = {}): Promise<TestIndex> {
		const index = await startIndex(files, options);
		this.#indexes.push(index);
		return index;
	}

	async install(line: readonly string[], env: Environment): Promise<StoredPackage> {
		const stored = await packageWork(launch(...line)).install(this.deps(env));
		if (!stored.ok) throw new Error(`${stored.problem.code}: ${stored.problem.message}`);
		return stored.value;
	}

	/** Why a line is not installed; nothing may be left in the store. */
	async refusal(line: readonly string[], env: Environment, more: Partial<InstallDeps> = {}): Promise<Problem> {
		const stored = await packageWork(launch(...line)).install(this.deps(env, more));
		if (stored.ok) throw new Error(`installed ${stored.value.folder}`);
		expect(fs.readdirSync(path.join(this.home.store, "python"))).toEqual([]);
		return stored.problem;
	}

	/** Starts what is in the store, confined and without the network; says what its one tool is described as. */
	async talk(line: readonly string[], stored: StoredPackage, env: Record<string, string> = {}): Promise<string> {
		const run = packageWork(launch(...line)).run(stored);
		if (!run.ok || run.value.runtime === null || run.value.runtime === "bun") throw new Error("no way to start it");
		const { runtime, argv, roots } = run.value;
		const profile = { write: [], hidden: [], hiddenNames: [], egress: [], limits: {}, env, cwd: "/tmp" };
		const read = [runtime.path, stored.folder, ...roots];
		const started = await this.deps({})
			.engine(null)
			.start({ ...profile, command: runtime.startedAs, args: [...argv], read });
		if (!started.ok) throw new Error(started.problem.message);
		const { child, dispose } = started.value;
		let said = "";
		let complained = "";
		child.stdout?.on("data", (data: Buffer) => {
			said += data.toString();
			if (said.split("\n").length > 2) child.stdin?.end();
		});
		child.stderr?.on("data", (data: Buffer) => {
			complained += data.toString();
		});
		try {
			const ended = new Promise((resolve) => child.once("close", resolve));
			const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "0" } };
			for (const message of [
				{ id: 1, method: "initialize", params },
				{ id: 2, method: "tools/list" },
			])
				child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
			await ended;
		} finally {
			await dispose();
		}
		const listed = said.split("\n")[1];
		if (!listed) throw new Error(`it said nothing: ${complained.slice(-500)}`);
		return JSON.parse(listed).result.tools[0].description;
	}
}
