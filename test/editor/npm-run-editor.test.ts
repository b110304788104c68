import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDesktop } from "../../src/setup/editor.mjs";
import { ROOT } from "./harness/editor-host.ts";

let home: string;
beforeEach(() => {
	home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-person-")));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

interface Try {
	/** All that was printed until this appeared in it. */
	until(pattern: RegExp): Promise<string>;
	end(signal: "SIGINT" | "SIGKILL"): Promise<number | null>;
}

/** `npm run editor`, by a person whose home is empty. */
function start(more: Readonly<Record<string, string>>): Try {
	const person = Object.entries(process.env).filter(([name]) => !/^(?:XDG_|DBUS_|VSCODE_|VITEST)/.test(name));
	const env = { ...Object.fromEntries(person), HOME: home, ...more };
	const child = spawn(process.execPath, [path.join(ROOT, "src", "setup", "setup.mjs"), "editor"], {
		cwd: ROOT,
		env,
		stdio: "pipe",
		shell: false,
	});
	const ended = once(child, "exit");
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => {
			said += text;
		});
	return {
		async until(pattern) {
			while (!pattern.test(said)) {
				const next = await Promise.race([once(child.stdout, "data"), ended]);
				if (child.exitCode !== null && !pattern.test(said)) throw new Error(`It ended with ${next}: ${said}`);
			}
			return said;
		},
		async end(signal) {
			child.kill(signal);
			return (await ended)[0] as number | null;
		},
	};
}

describe("npm run editor", () => {
	it("prints where a browser finds the quickstart, and leaves nothing when it is ended", async () => {
		// As in a terminal of a remote window: a desktop VS Code of this machine must not open.
		const attempt = start({ VSCODE_IPC_HOOK_CLI: "/nowhere" });
		const said = await attempt.until(/http:\/\/127\.0\.0\.1:\d+\/\?folder=\S+/);
		const url = new URL(/http:\S+/.exec(said)?.[0] ?? "");
		const workspace = url.searchParams.get("folder") ?? "";
		expect((await fetch(url)).status).toBe(200);
		expect(fs.readFileSync(path.join(workspace, ".vscode", "mcp.json"), "utf8")).toMatch(/"GITHUB_TOKEN": "ghp_[0-9A-Za-z]{36}"/);
		expect(said).toMatch(/^• keychain +one of its own$/m);
		expect(await attempt.end("SIGINT")).toBe(0);
		expect(fs.existsSync(path.dirname(path.dirname(workspace)))).toBe(false);
		await expect(fetch(url)).rejects.toThrow();
		expect(fs.readdirSync(home)).toEqual([]);
	});

	it("leaves no editor running when it is killed", async () => {
		const attempt = start({ VSCODE_IPC_HOOK_CLI: "/nowhere" });
		const said = await attempt.until(/http:\/\/127\.0\.0\.1:\d+\/\?folder=\S+/);
		const url = new URL(/http:\S+/.exec(said)?.[0] ?? "");
		await attempt.end("SIGKILL");
		const answers = (): Promise<boolean> =>
			fetch(new URL("/healthz", url)).then(
				() => true,
				() => false,
			);
		await expect.poll(answers, { timeout: 30_000 }).toBe(false);
		fs.rmSync(path.dirname(path.dirname(url.searchParams.get("folder") ?? "")), { recursive: true, maxRetries: 10, retryDelay: 100 });
	});

	it("opens the desktop's VS Code with a profile of its own", async () => {
		const bin = path.join(home, "bin");
		const calls = path.join(home, "calls");
		fs.mkdirSync(bin);
		fs.writeFileSync(path.join(bin, "code"), `#!/bin/sh\necho "$HOME $*" >>'${calls}'\ncase "$*" in *--wait*) exec sleep 600;; esac\n`, {
			mode: 0o755,
		});
		const attempt = start({ PATH: `${bin}:${process.env.PATH}` });
		await attempt.until(/open in .*bin\/code/);
		await expect.poll(() => fs.readFileSync(calls, "utf8").split("\n").length, { timeout: 30_000 }).toBe(3);
		expect(await attempt.end("SIGINT")).toBe(0);
		const [install = "", open = ""] = fs.readFileSync(calls, "utf8").split("\n");
		const throwAway = /^(\S+)\/home /.exec(install)?.[1] ?? "";
		expect(path.basename(throwAway)).toMatch(/^sallyport-try-/);
		for (const call of [install, open]) {
			expect(call).toContain(`--user-data-dir=${throwAway}/profile`);
			expect(call).toContain(`--extensions-dir=${throwAway}/extensions`);
		}
		expect(install).toContain("--install-extension");
		expect(open).toContain(`--wait ${throwAway}/home/quickstart`);
		expect(fs.existsSync(throwAway)).toBe(false);
	});
});

describe("the desktop's VS Code", () => {
	it("is not the command of a remote window, which would open it there", () => {
		const remote = path.join(home, "bin", "remote-cli");
		fs.mkdirSync(remote, { recursive: true });
		fs.writeFileSync(path.join(remote, "code"), "", { mode: 0o755 });
		expect(findDesktop({ PATH: remote })).toBeNull();
		fs.writeFileSync(path.join(home, "code"), "", { mode: 0o755 });
		expect(findDesktop({ PATH: `${remote}:${home}` })).toBe(path.join(home, "code"));
		expect(findDesktop({ PATH: home, VSCODE_IPC_HOOK_CLI: "/tmp/x" })).toBeNull();
	});
});
