import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canary, Stage, USERS } from "./support.ts";

/** Waits until it is true, and does not care how long that takes. */
async function until(true_: () => boolean): Promise<void> {
	for (let i = 0; i < 1000 && !true_(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

function readOr(where: string, otherwise: string): string {
	try {
		return fs.readFileSync(where, "utf8");
	} catch {
		return otherwise;
	}
}

describe.each(USERS)("a folder that a server may write, started $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
	});
	afterAll(() => stage.close());

	/** Runs a script that stays until the host has done something, which it says by making `go`. */
	async function meanwhile(
		name: string,
		before: string,
		host: (work: string) => Promise<void> | void,
		after: string,
		hiddenNames: string[] = [],
	) {
		const work = stage.folder(name);
		const script = `${before}\necho ready > ready.txt; until [ -e go.txt ]; do sleep 0.02; done\n${after}\necho done`;
		const running = stage.run(stage.sh(script, { write: [work], cwd: work, hiddenNames }));
		await until(() => fs.existsSync(path.join(work, "ready.txt")));
		await host(work);
		stage.write(`${name}/go.txt`, "");
		return { work, ...(await running) };
	}

	it("has the server's files as they are written, and the server has an editor's as they are saved", async () => {
		stage.write("live/a.txt", "old");
		const { work, output, problem } = await meanwhile(
			"live",
			"echo server > b.txt; mkdir -p deep/er; echo server > deep/er/c.txt; rm a.txt",
			async (here) => {
				await until(() => readOr(`${here}/deep/er/c.txt`, "") !== "");
				expect(readOr(`${here}/b.txt`, "")).toBe("server\n");
				expect(fs.existsSync(`${here}/a.txt`)).toBe(false);
				fs.renameSync(stage.write("saved.txt", "editor\n"), `${here}/b.txt`);
				stage.write("live/new/d.txt", "editor\n");
			},
			"until grep -q editor b.txt && [ -e new/d.txt ]; do sleep 0.02; done; cat b.txt new/d.txt",
		);
		expect(problem).toBeNull();
		expect(output).toBe("editor\neditor\ndone");
		expect(fs.statSync(`${work}/b.txt`).uid).toBe(uid);
	});

	it("never has a name that hosts obey of the server's making, at any moment", async () => {
		const work = stage.folder("never");
		stage.write("never/sub/keep.txt", "keep");
		stage.write("never/package.json", "before");
		const seen = new Set<string>();
		const watchers = [work, path.join(work, "sub")].map((folder) =>
			fs.watch(folder, (_event, name) => {
				if (name !== null) seen.add(name);
			}),
		);
		const { output } = await stage.run(
			stage.sh(
				`mkdir x; echo evil > x/config; mv x .git; mkdir sub/.git; echo evil > sub/.git/config
				echo evil > .mcp.json; mkdir .vscode .cursor; echo evil > .vscode/tasks.json; echo evil > t; mv t .envrc; ln t2 2>/dev/null; echo evil > a; ln a CLAUDE.md
				ln -s a AGENTS.md; ln -s /etc link; ln -s ../.. sub/up; mv sub/keep.txt sub/package.json; echo evil > package.json; rm package.json; echo evil > package.json
				echo evil > '.git '; echo evil > .GIT; echo evil > Package.JSON; mkfifo pipe; echo fine > fine.txt; sleep 0.3; echo done`,
				{ write: [work], cwd: work },
			),
		);
		for (const watcher of watchers) watcher.close();
		expect(output).toContain("done");
		expect(fs.readdirSync(work).sort()).toEqual(["a", "fine.txt", "package.json", "sub"]);
		expect(fs.readdirSync(path.join(work, "sub"))).toEqual([]);
		expect(readOr(`${work}/package.json`, "gone")).toBe("before");
		const ordinary = new Set(["a", "t", "x", "config", "keep.txt", "fine.txt", "sub"]);
		expect([...seen].filter((name) => !ordinary.has(name))).toEqual([]);
	});

	it("holds what hosts obey out of reach when it is moved or replaced on the host while the server runs", async () => {
		for (const each of [".git/config", ".vscode/mcp.json", ".vscode/tasks.json", "package.json", ".env"])
			stage.write(`moved/${each}`, "before\n");
		const secret = canary();
		const { work, output } = await meanwhile(
			"moved",
			"true",
			async (here) => {
				for (const each of [".git", ".vscode", "package.json", ".env"]) fs.renameSync(`${here}/${each}`, `${stage.root}/old${each}`);
				for (const each of [".git/config", ".vscode/tasks.json", "package.json"]) stage.write(`moved/${each}`, "new\n");
				stage.write("moved/.env", secret);
				await new Promise((resolve) => setTimeout(resolve, 300));
			},
			"for f in .git/config .vscode/tasks.json package.json .env; do echo evil > $f; done; cat .env; rm -rf .git .vscode package.json .env; mkdir .git .vscode; echo evil > .git/config; cat .env",
		);
		expect(output).not.toContain(secret);
		for (const each of [".git/config", ".vscode/tasks.json", "package.json"]) expect(readOr(`${work}/${each}`, "gone"), each).toBe("new\n");
		expect(readOr(`${work}/.env`, "gone")).toBe(secret);
	});

	it("never shows what no server may read, also when it comes later", async () => {
		const secret = canary();
		const { output } = await meanwhile(
			"later",
			"true",
			async (here) => {
				stage.write("later/.env", secret);
				stage.write("later/sub/keys/a.key", secret);
				stage.write("later/sub/b.txt", "b");
				await until(() => fs.existsSync(`${here}/sub/b.txt`));
				await new Promise((resolve) => setTimeout(resolve, 200));
			},
			"cat .env sub/keys/* 2>&1; find . -type f",
			["**/*.key"],
		);
		expect(output).not.toContain(secret);
		expect(output).toContain("./sub/b.txt");
	});

	it("is written through no link that the server put into a folder's place", async () => {
		const work = stage.folder("swap");
		stage.write("swap/sub/a.txt", "a");
		stage.write("private/a.txt", "mine");
		const { signal, code } = await stage.run(
			stage.sh(
				`for i in 1 2 3 4 5 6 7 8 9 10; do mv sub real; ln -s ${stage.root}/private sub; echo evil > sub/a.txt; rm sub; mv real sub; echo $i > sub/a.txt; done`,
				{ write: [work], cwd: work },
			),
		);
		expect([signal, code]).toEqual([null, 0]);
		expect(readOr(`${stage.root}/private/a.txt`, "gone")).toBe("mine");
		expect(readOr(`${work}/sub/a.txt`, "gone")).toBe("10\n");
	});

	it("leaves nothing of the copy, and takes away what a killed launcher left", async () => {
		const copies = (): string[] => fs.readdirSync(`${stage.root}/.sallyport/state/folders`);
		expect(copies()).toEqual([]);
		const work = stage.folder("killed");
		const launcher = stage.launch(stage.sh("echo here > made.txt; sleep 1000", { write: [work], cwd: work }));
		await until(() => readOr(`${work}/made.txt`, "") !== "");
		const closed = new Promise((resolve) => launcher.once("close", resolve));
		launcher.kill("SIGKILL");
		await closed;
		expect(copies()).toHaveLength(1);
		expect((await stage.run(stage.sh("cat made.txt", { write: [work], cwd: work }))).output).toBe("here");
		expect(copies()).toEqual([]);
	});

	it("has its own limit on what fits beside it", async () => {
		const { output } = await stage.run(
			stage.sh(
				"for d in $HOME /tmp /dev/shm; do head -c 3000000 /dev/zero > $d/x 2>/dev/null && echo fits $d; done; ulimit -n; ulimit -t; echo done",
				{
					limits: { diskBytes: 2 * 1024 * 1024, files: 200, cpuSeconds: 7 },
				},
			),
		);
		expect(output).toBe("200\n7\ndone");
	});

	it("never shows a credential that appears in a small folder which was granted for reading", async () => {
		const folder = stage.folder("small");
		const secret = canary();
		for (const each of ["a.txt", "sub/b.txt"]) stage.write(`small/${each}`, "old\n");
		const script = `echo up; until [ -e go.txt ]; do cat .env sub/.env 2>/dev/null; done; cat a.txt sub/new.txt; echo x > a.txt; echo done`;
		const launcher = stage.launch(stage.sh(script, { read: [folder], personal: [folder], cwd: folder }));
		let said = "";
		launcher.stdout?.on("data", (part) => {
			said += String(part);
		});
		const closed = new Promise((resolve) => launcher.once("close", resolve));
		await until(() => said.includes("up\n"));
		stage.write("small/.env", secret);
		stage.write("small/sub/.env", secret);
		fs.renameSync(stage.write("saved-small.txt", "saved\n"), `${folder}/a.txt`);
		stage.write("small/sub/new.txt", "new\n");
		await new Promise((resolve) => setTimeout(resolve, 300));
		stage.write("small/go.txt", "");
		await closed;
		expect(said).toContain("saved\nnew\n");
		expect(said).toContain("done");
		expect(said).not.toContain(secret);
		expect(fs.readFileSync(`${folder}/a.txt`, "utf8")).toBe("saved\n");
	});

	it("stops a server that reads a folder in which a credential appears", async () => {
		const folder = stage.folder("read-later");
		stage.write("read-later/a.txt", "a");
		const secret = canary();
		const launcher = stage.launch(stage.sh("echo up; cat; sleep 1000", { read: [folder], cwd: folder }));
		let said = "";
		launcher.stdout?.on("data", (part) => {
			said += String(part);
		});
		const closed = new Promise((resolve) => launcher.once("close", resolve));
		await until(() => said.includes("up\n"));
		stage.write("read-later/sub/.env", secret);
		await closed;
		expect(said).toContain("SIGKILL");
		expect(said).not.toContain(secret);
	});
});
