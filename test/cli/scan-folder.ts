import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { registerScan } from "../../src/cli/scan.ts";
import { Dice, githubToken } from "../core/secrets/samples.ts";
import { type Run, runCommand } from "./run-command.ts";

export interface ScanRun extends Run {
	/** What `--json` printed; throws for another format. */
	readonly report: {
		readonly files: number;
		readonly findings: readonly Told[];
		readonly silenced: readonly (Told & { by: string; reason: string | null })[];
	};
}

interface Told {
	readonly ruleId: string;
	readonly severity: string;
	readonly message: string;
	readonly file: string;
}

/** A folder of a person's, maybe a git repository, with a home beside it that holds nothing. */
export class ScanFolder {
	readonly root: string;
	readonly home: string;
	readonly #base: string;

	constructor() {
		this.#base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "scan-"));
		this.root = path.join(this.#base, "work");
		this.home = path.join(this.#base, "home");
		for (const folder of [this.root, this.home]) fs.mkdirSync(folder);
	}

	remove(): void {
		fs.rmSync(this.#base, { recursive: true, force: true });
	}

	/** Returns the absolute path. */
	write(file: string, content: string | object): string {
		const full = path.join(this.root, file);
		fs.mkdirSync(path.dirname(full), { recursive: true });
		fs.writeFileSync(full, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
		return full;
	}

	env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
		return { PATH: process.env.PATH ?? "", HOME: this.home, GIT_CONFIG_NOSYSTEM: "1", ...more };
	}

	git(...args: string[]): string {
		const person = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
		const { status, stdout, stderr } = spawnSync("git", [...person, ...args], {
			cwd: this.root,
			encoding: "utf8",
			env: this.env(),
			shell: false,
		});
		if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
		return stdout;
	}

	async scan(
		args: readonly string[],
		options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly terminal?: boolean } = {},
	): Promise<ScanRun> {
		const run = await runCommand(registerScan, ["scan", ...args], {
			cwd: path.resolve(this.root, options.cwd ?? "."),
			env: this.env(options.env),
			...(options.terminal === undefined ? {} : { terminal: options.terminal }),
		});
		return {
			...run,
			get report() {
				return JSON.parse(run.out);
			},
		};
	}
}

/** A server with a token in its environment: a warning. */
export function unsafe(seed = 1): object {
	return { mcpServers: { github: { command: "npx", args: ["-y", "server@1.0.0"], env: { GITHUB_TOKEN: tokenOf(seed) } } } };
}

export function tokenOf(seed: number): string {
	return githubToken(new Dice(seed), "ghp");
}

/** A server of which there is nothing to say. */
export const SAFE = { mcpServers: { a: { type: "http", url: "https://mcp.example.com/mcp" } } };
