import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxProfile } from "../../../src/platform/sandbox/engine.ts";
import { ACCESS, rulesetAttribute } from "../../../src/platform/sandbox/landlock/access.ts";
import { landlockEngine } from "../../../src/platform/sandbox/landlock/engine.ts";
import { probeSandbox } from "../../../src/platform/sandbox/probe.ts";
import { canary, isAlive, processesWith, Stage, USERS, until } from "./support.ts";

/** The kernel has to have it, Linux 6.7 or newer: where it has not, there is nothing to try. */
const stands = await probeSandbox(landlockEngine(), []);

describe.skipIf(!stands.ok).each(USERS)("the weaker sandbox, $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
		stage.addLibrary();
	});
	afterAll(() => stage.close());
	const run = (profile: SandboxProfile) => stage.run(profile, { tier: "landlock" });
	const folders = () => fs.readdirSync("/tmp").filter((name) => name.startsWith("sallyport-server-"));

	it("passes the exit code on, and a signal as 128 and its number", async () => {
		expect(await run(stage.sh("exit 7"))).toMatchObject({ code: 7, problem: null });
		expect((await run(stage.sh("kill -9 $$"))).code).toBe(137);
	});

	it("gives it an environment, a home and a temporary folder of its own, which are gone afterwards", async () => {
		const { output, launcher } = await run(
			stage.sh(`env | sort; pwd; echo kept > ~/f; mkdir -m 0 ~/closed; cat ~/f; mv ~/f "$TMPDIR/g" && cat "$TMPDIR/g"`, {
				env: { A: "1 2\n3", HOME: "/evil", PATH: "/evil" },
			}),
		);
		const own = new RegExp(`/tmp/sallyport-server-${launcher}-\\d+-[0-9a-f]{12}`);
		expect(output).toMatch(new RegExp(`^HOME=${own.source}/home$`, "m"));
		expect(output).toMatch(new RegExp(`^TMPDIR=${own.source}/tmp$`, "m"));
		expect(output.split("\n")).toEqual(expect.arrayContaining(["A=1 2", "3", "PATH=/usr/local/bin:/usr/bin:/bin"]));
		expect(output.match(/^kept$/gm)).toHaveLength(2);
		expect(output).not.toContain("/evil");
		expect(folders().filter((name) => name.includes(`-${launcher}-`))).toEqual([]);
	});

	it("runs Node as ever: child processes, workers, itself as a child", async () => {
		const { output, code } = await run(
			stage.js(
				`const { execFileSync } = require("node:child_process"); const { Worker } = require("node:worker_threads");
				console.log(execFileSync("/bin/echo", ["child"]).toString().trim(), execFileSync(process.execPath, ["-p", "6 * 7"]).toString().trim());
				require("node:fs").writeFileSync(require("node:path").join(require("node:os").homedir(), "file"), "x");
				new Worker("console.log('worker')", { eval: true });`,
			),
		);
		expect({ code, output }).toEqual({ code: 0, output: "child 42\nworker" });
	});

	it("bounds open files, core dumps and time, and ignores no signal", async () => {
		const { output } = await run(
			stage.sh("ulimit -n; ulimit -c; ulimit -t; grep SigIgn /proc/$$/status", { limits: { files: 100, cpuSeconds: 30 } }),
		);
		expect(output.split("\n")).toEqual(["100", "0", "30", "SigIgn:\t0000000000000000"]);
	});

	it("reads what is granted, and nothing beside it", async () => {
		const secret = canary();
		stage.write("docs/a.txt", "VISIBLE");
		stage.write("docs/.env", secret);
		stage.write("docs/sub/.ssh/key", secret);
		stage.write("docs/sub/b.txt", "BELOW");
		stage.write("beside/c.txt", secret);
		const [docs, beside] = [`${stage.root}/docs`, `${stage.root}/beside`];
		const { output } = await run(
			stage.sh(
				`cd ${docs}; cat a.txt sub/b.txt; cat .env sub/.ssh/key ${beside}/c.txt /etc/shadow /proc/*/environ; ln ${beside}/c.txt ~/c; ln .env ~/e; cat ~/c ~/e; ls ${beside} /home /root`,
				{ read: [docs], env: { OWN: "1" } },
			),
		);
		expect(output).toMatch(/^VISIBLE.*BELOW/s);
		expect(output).not.toContain(secret);
		expect(output).not.toContain("c.txt\n");
	});

	it("is stopped when something that it may not see appears in what it may read", async () => {
		const notes = stage.folder("notes");
		stage.write("notes/a.txt", "A");
		const child = stage.launch(stage.sh("echo up; sleep 100", { read: [notes] }), { tier: "landlock" });
		let said = "";
		child.stdout?.on("data", (part) => {
			said += String(part);
		});
		await until(() => said.includes("up\n"));
		stage.write("notes/.env", canary());
		await once(child, "close");
		expect(said).toContain(`"appeared":["${notes}/.env"]`);
	});

	it("changes the files that are there, and makes, removes and renames nothing", async () => {
		for (const file of [".git/config", "package.json", "src/a.txt", "src/b.txt"]) stage.write(`work/${file}`, "before\n");
		stage.write("readonly/c.txt", "before\n");
		const work = `${stage.root}/work`;
		const before = fs.statSync(`${work}/src/b.txt`);
		const { output } = await run(
			stage.sh(
				`cd ${work}; echo after > src/a.txt; for f in .git/config package.json ${stage.root}/readonly/c.txt; do echo after > $f; rm -f $f; chmod 777 $f; touch -d 2001-01-01 $f; done
				touch -d 2001-01-01 src/b.txt; chmod 4777 src/b.txt; rm -f src/b.txt; mv src/b.txt src/c.txt; ln src/b.txt src/d.txt; ln -s x src/e; mkdir .vscode src/new; echo x > src/new.txt; echo x > .mcp.json; echo done`,
				{ write: [work], read: [`${stage.root}/readonly`] },
			),
		);
		expect(output).toContain("done");
		const read = (name: string) => fs.readFileSync(`${stage.root}/${name}`, "utf8");
		expect(read("work/src/a.txt")).toBe("after\n");
		for (const name of ["work/.git/config", "work/package.json", "work/src/b.txt", "readonly/c.txt"]) expect(read(name)).toBe("before\n");
		expect(fs.readdirSync(`${work}/src`).sort()).toEqual(["a.txt", "b.txt"]);
		expect(fs.readdirSync(work).sort()).toEqual([".git", "package.json", "src"]);
		const { mode, mtimeMs, nlink } = fs.statSync(`${work}/src/b.txt`);
		expect({ mode, mtimeMs, nlink }).toEqual({ mode: before.mode, mtimeMs: before.mtimeMs, nlink: 1 });
	});

	it("has no socket at all without a granted host", async () => {
		const here = net.createServer((socket) => socket.end("REACHED")).listen(0, "127.0.0.1");
		const abstract = net.createServer((socket) => socket.end("REACHED")).listen(`\0${canary()}`);
		await Promise.all([once(here, "listening"), once(abstract, "listening")]);
		const { output } = await run(
			stage.js(`
				const net = require("node:net"), dgram = require("node:dgram");
				const tell = (what) => ({ code }) => console.log(what, code);
				net.connect(${(here.address() as net.AddressInfo).port}, "127.0.0.1").on("data", String).on("error", tell("tcp"));
				net.connect({ path: ${JSON.stringify(abstract.address())} }).on("data", (d) => console.log(String(d))).on("error", tell("unix"));
				dgram.createSocket("udp4").on("error", tell("udp")).send("x", 53, "127.0.0.1", () => {});
				net.createServer().on("error", tell("listen")).listen(0);
				try { require("node:os").networkInterfaces(); } catch (error) { console.log("netlink", Math.abs(error.errno) === 1 ? "EPERM" : error); }`),
		);
		here.close();
		abstract.close();
		expect(output.split("\n").sort()).toEqual(["listen EPERM", "netlink EPERM", "tcp EPERM", "udp EPERM", "unix EPERM"]);
	});

	it("slows itself down, and no other program of the same person", async () => {
		const { output } = await run(
			stage.sh(
				"renice -n 5 -p 0 >/dev/null && echo own; for who in '-u 0' '-u '$(id -u) '-g 0'; do renice -n 6 $who >/dev/null 2>&1 && echo others; done; nice",
			),
		);
		expect(output.split("\n")).toEqual(["own", "0"]);
	});

	it("reaches a granted host through the proxy alone", async () => {
		const granted = net
			.createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nGRANTED")))
			.listen(0, "127.0.0.1");
		const other = net.createServer((socket) => socket.end("REACHED")).listen(0, "127.0.0.1");
		await Promise.all([once(granted, "listening"), once(other, "listening")]);
		const port = (server: net.Server) => (server.address() as net.AddressInfo).port;
		const { output, refused } = await run(
			stage.js(
				`const net = require("node:net");
				fetch("http://127.0.0.1:${port(granted)}/").then((r) => r.text()).then(console.log).then(() => fetch("http://127.0.0.1:${port(other)}/")).then((r) => console.log(r.status), (e) => console.log(e.cause?.code));
				const proxy = Number(new URL(process.env.HTTP_PROXY).port);
				net.connect(proxy, "127.0.0.2").on("data", String).on("error", ({ code }) => console.log("elsewhere", code));
				for (const to of [${port(granted)}, ${port(other)}]) net.connect(to, "127.0.0.1").on("data", (d) => console.log(String(d))).on("error", ({ code }) => console.log("straight", code));
				net.createServer().on("error", ({ code }) => console.log("listen", code)).listen(0);`,
				{ egress: [`127.0.0.1:${port(granted)}`] },
			),
		);
		expect(output).toContain("GRANTED");
		expect(output).not.toContain("REACHED");
		expect(output.match(/^straight EACCES$/gm)).toHaveLength(2);
		expect(output).toContain("elsewhere EACCES");
		expect(output).toMatch(/^listen E(ACCES|PERM)$/m);
		expect(refused).toEqual([`not-granted 127.0.0.1:${port(other)}`]);
		granted.close();
		other.close();
	});

	it("can end and look into no process but its own", async () => {
		const { output } = await run(
			stage.sh(
				`kill -TERM $PPID ${process.pid}; kill -STOP $PPID; cat /proc/$PPID/environ /proc/${process.pid}/cmdline; sleep 100 & kill $! && echo own; prlimit --pid ${process.pid} --nofile; echo done`,
			),
		);
		expect(output).toContain("own\n");
		expect(output).toContain("done");
		expect(output).not.toContain("vitest");
		expect(output).not.toMatch(/NOFILE +max/);
	});

	it.each(["SIGKILL", "SIGTERM"] as const)(
		"leaves nothing when the launcher is ended by %s, also of what has left its session",
		async (signal) => {
			const mark = `stay${canary()}`;
			const stay = `perl -e 'use POSIX; for (1..3) { exit if fork; POSIX::setsid() } $SIG{$_} = "IGNORE" for qw(TERM HUP INT); sleep 1000' ${mark}`;
			const child = stage.launch(stage.sh(`${stay}; echo x > ~/file; echo up; trap '' TERM; while :; do sleep 1; done; : ${mark}`), {
				tier: "landlock",
			});
			let said = "";
			child.stdout?.on("data", (part) => {
				said += String(part);
			});
			await until(() => said.includes("up\n"));
			await until(() => processesWith(mark).length >= 2);
			expect(folders().some((name) => name.includes(`-${child.pid}-`))).toBe(true);
			child.kill(signal);
			await until(() => !processesWith(mark).some(isAlive));
			await until(() => !folders().some((name) => name.includes(`-${child.pid}-`)));
		},
	);

	it("leaves nothing when the server ends by itself", async () => {
		const mark = `stay${canary()}`;
		const { code } = await run(
			stage.sh(`perl -e 'use POSIX; for (1..3) { exit if fork; POSIX::setsid() } sleep 1000' ${mark} >/dev/null 2>&1; exit 3`),
		);
		expect(code).toBe(3);
		expect(processesWith(mark).filter(isAlive)).toEqual([]);
	});
});

it("says why there is none where its library is missing", async () => {
	const stage = await Stage.open(process.getuid?.() ?? -1);
	const { problem } = await stage.run(stage.sh("echo up"), { tier: "landlock" });
	expect(problem).toMatchObject({ code: "landlock-library" });
	await stage.close();
});

it("forbids everything that each kernel knows, and never asks for what an older one does not", () => {
	expect(rulesetAttribute(4).toString("hex")).toBe("ff7f0000000000000300000000000000");
	expect(rulesetAttribute(5).readUInt32LE(0)).toBe(0xffff);
	expect(rulesetAttribute(6)).toHaveLength(24);
	expect(ACCESS.change & ~ACCESS.own).toBe(0);
});
