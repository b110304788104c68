import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubblewrapEngine } from "../../../src/platform/sandbox/bubblewrap.ts";
import { Stage, USERS } from "./support.ts";

describe.each(USERS)("starting a server, $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
	});
	afterAll(() => stage.close());

	it("passes the exit code on, and a signal as 128 and its number", async () => {
		expect((await stage.run(stage.sh("exit 7"))).code).toBe(7);
		expect((await stage.run(stage.sh("kill -9 $$"))).code).toBe(137);
	});

	it("gives it an environment of its own, and its own words win", async () => {
		const { output } = await stage.run(
			stage.sh("env | sort; pwd; id -un; hostname", { env: { A: "1 2\n3", PATH: "/evil", HOME: "/evil" }, cwd: "/some/where" }),
		);
		expect(output.split("\n")).toEqual([
			"3",
			"A=1 2",
			"HOME=/home/sallyport",
			"PATH=/usr/local/bin:/usr/bin:/bin",
			"PWD=/some/where",
			"TMPDIR=/tmp",
			"/some/where",
			"sallyport",
			"sandbox",
		]);
	});

	it("runs Node as ever: child processes, workers, host names, interfaces", async () => {
		const { output, code } = await stage.run(
			stage.js(
				`const { execFileSync } = require("node:child_process"); const { Worker } = require("node:worker_threads"); const os = require("node:os");
				console.log(execFileSync("/bin/echo", ["child"]).toString().trim(), os.userInfo().username, Object.keys(os.networkInterfaces()).join());
				new Worker("console.log('worker')", { eval: true });
				require("node:http").createServer((q, r) => r.end("served")).listen(0, "localhost", async function () { console.log(await (await fetch("http://localhost:" + this.address().port)).text()); this.close(); });`,
			),
		);
		expect(code).toBe(0);
		for (const word of ["child sallyport lo", "worker", "served"]) expect(output).toContain(word);
	});

	it("has a place to write that is gone afterwards", async () => {
		const { output } = await stage.run(stage.sh("for d in ~ /tmp /dev/shm; do echo x > $d/file && cat $d/file; done"));
		expect(output).toBe("x\nx\nx");
	});

	it("bounds open files and core dumps", async () => {
		const { output } = await stage.run(stage.sh("ulimit -n; ulimit -c; ulimit -t", { limits: { files: 100, cpuSeconds: 30 } }));
		expect(output.split("\n")).toEqual(["100", "0", "30"]);
	});

	it.each([
		["command-missing", { command: "/usr/bin/no-such-program", args: [] }],
		["command-missing", { command: "sh", args: [] }],
		["command-missing", { command: "/usr", args: [] }],
		["sandbox-text", { command: "/bin/sh", args: ["-c", "true\0--bind\0/\0/"] }],
		["sandbox-text", { command: "/bin/sh", args: [], env: { A: "x\0--bind\0/\0/" } }],
		["sandbox-text", { command: "/bin/sh", args: [], env: { "A=B": "x" } }],
		["sandbox-text", { command: "/bin/sh", args: [], cwd: "/x\0y" }],
		["sandbox-failed", { command: "/bin/sh", args: ["x".repeat(200_000)] }],
		["egress-invalid", { command: "/bin/sh", args: [], egress: ["*.com:443"] }],
		["egress-invalid", { command: "/bin/sh", args: [], egress: ["example.com"] }],
		["egress-invalid", { command: "/bin/sh", args: [], egress: ["localhost:5432"] }],
		["grant-missing", { command: "/bin/sh", args: [], read: ["/no/such/folder"] }],
	] as const)("is refused: %s", async (code, profile) => {
		const { problem } = await stage.run(stage.profile({ ...profile }));
		expect(problem?.code).toBe(code);
		expect(problem?.remedy).not.toBe("");
	});

	it("stands for a user without an account, where nothing says which home is whose", async () => {
		const { output, problem } = await stage.run(
			stage.sh("cat data", { read: [stage.write("open/data", "seen")], cwd: `${stage.root}/open` }),
			{
				env: { HOME: undefined },
			},
		);
		expect(problem).toBeNull();
		expect(output).toBe("seen");
	});

	it("stands for a user who may not enter the home that the environment names", async () => {
		const closed = fs.mkdtempSync(path.join(os.tmpdir(), "closed-home-"));
		fs.chmodSync(closed, 0o000);
		const { output, problem } = await stage.run(stage.sh("echo up"), { env: { HOME: closed } });
		fs.rmdirSync(closed);
		expect(problem).toBeNull();
		expect(output).toBe("up");
	});

	it("is refused when the command is not among what may be read", async () => {
		const command = stage.write("bin/server", "#!/bin/sh\necho up\n");
		fs.chmodSync(command, 0o755);
		expect((await stage.run(stage.profile({ command, args: [] }))).problem?.code).toBe("command-hidden");
		expect((await stage.run(stage.profile({ command, args: [], read: [path.dirname(command)] }))).output).toBe("up");
	});
});

describe("bubblewrap itself", () => {
	const profile = {
		command: "/bin/true",
		args: [],
		cwd: "/",
		env: {},
		read: [],
		write: [],
		hidden: [],
		hiddenNames: [],
		egress: [],
		limits: {},
	};

	it("that is not there: says how to install it", async () => {
		const started = await bubblewrapEngine({ programFolders: ["/nowhere"] }).start(profile);
		expect(started).toMatchObject({
			ok: false,
			problem: { code: "sandbox-missing", remedy: expect.stringContaining("apt-get install bubblewrap") },
		});
	});

	it("that somebody put on PATH is not asked, and one that others can change is refused", async () => {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fake-"));
		fs.writeFileSync(path.join(folder, "bwrap"), `#!/bin/sh\ntouch ${folder}/ran\n`, { mode: 0o755 });
		const before = process.env.PATH;
		process.env.PATH = `${folder}:${before}`;
		try {
			const started = await bubblewrapEngine().start(profile);
			expect(started.ok).toBe(true);
			if (started.ok) await started.value.dispose();
			expect(await bubblewrapEngine({ programFolders: [folder] }).start(profile)).toMatchObject({
				ok: false,
				problem: { code: "sandbox-untrusted" },
			});
			expect(fs.existsSync(path.join(folder, "ran"))).toBe(false);
		} finally {
			process.env.PATH = before;
			fs.rmSync(folder, { recursive: true });
		}
	});
});
