import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canary, descendants, isAlive, processesWith, readOr, Stage, USERS, until } from "./support.ts";

/** Every file that can be reached, but for the system's own and for what the kernel makes up. */
const READ_EVERYTHING =
	"for d in /* /.[!.]*; do case $d in /usr|/proc|/dev|/bin|/sbin|/lib*) ;; *) grep -rs CANARY $d; cat $d/* ;; esac; done 2>/dev/null; true";

describe.each(USERS)("a hostile server, started $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
	});
	afterAll(() => stage.close());

	describe("reading", () => {
		it("finds no credential under the home, nor in the granted folder", async () => {
			const secret = canary();
			const home = stage.folder("home");
			const hidden = [
				".ssh/id_ed25519",
				".aws/credentials",
				".config/gcloud/access_tokens.db",
				".netrc",
				".bash_history",
				".sallyport/state/audit",
				"notes.txt",
				"project/.env",
				"project/.env.local",
				"project/deep/er/.npmrc",
				"project/.vscode/mcp.json",
				"project/.mcp.json",
				"project/private/key",
				"project/deep/token.secret",
			];
			for (const file of hidden) stage.write(`home/${file}`, secret);
			stage.write("home/project/readme.txt", "VISIBLE-1");
			stage.write("home/project/deep/er/code.js", "VISIBLE-2");
			stage.write("home/project/.vscode/settings.json", "VISIBLE-3");
			fs.symlinkSync(`${home}/.ssh`, `${home}/project/keys`);
			fs.symlinkSync(`${home}/notes.txt`, `${home}/project/deep/link`);
			fs.linkSync(`${home}/.ssh/id_ed25519`, `${home}/project/deep/innocent.txt`);

			const grant = { read: [`${home}/project`], cwd: `${home}/project`, hidden: [`${home}/project/private`], hiddenNames: ["*.secret"] };
			const script = `${READ_EVERYTHING}; cat .env keys/* deep/link deep/innocent.txt private/key; grep -r VISIBLE .; ls -a . deep keys`;
			for (const mode of ["read", "write"]) {
				const { output, problem } = await stage.run(stage.sh(script, mode === "read" ? grant : { ...grant, read: [], write: grant.read }), {
					home,
				});
				expect(problem).toBeNull();
				expect(output).not.toContain(secret);
				expect(output.match(/VISIBLE-\d/g)?.sort()).toEqual(["VISIBLE-1", "VISIBLE-2", "VISIBLE-3"]);
			}
		});

		it("wins nothing with a link that takes the place of what was granted", async () => {
			const secret = canary();
			stage.write("private/x", secret);
			const docs = `${stage.folder("shared")}/docs`;
			fs.symlinkSync("../private", docs);
			for (const grant of [{ read: [docs] }, { write: [docs] }, { read: [`${docs}/x`] }]) {
				const { output, problem } = await stage.run(stage.sh(`cat ${docs}/x ${stage.root}/private/x`, grant));
				expect(problem?.code).toBe("grant-changed");
				expect(output).not.toContain(secret);
			}
			const { output, problem } = await stage.run(stage.sh("cat x ../private/x; pwd", { read: [`${stage.root}/shared`], cwd: docs }));
			expect(problem).toBeNull();
			expect(output).not.toContain(secret);
		});

		it("tells nothing to a program outside through a pipe in what it may read", async () => {
			stage.write("piped/a.txt", "VISIBLE");
			spawnSync("mkfifo", ["-m", "666", `${stage.root}/piped/pipe`]);
			const { output } = await stage.run(stage.sh("ls; cat a.txt", { read: [`${stage.root}/piped`], cwd: `${stage.root}/piped` }));
			expect(output).toBe("a.txt\nVISIBLE");
		});

		it("wins nothing with a helper that swaps a folder for a link while it is being started", async () => {
			const secret = canary();
			stage.write("elsewhere/secret", secret);
			stage.write("swapped/.env", secret);
			stage.write("swapped/sub/plain", "PLAIN");
			const folder = `${stage.root}/swapped`;
			const swap = 'chdir shift; while (1) { rename "sub","kept"; symlink "../elsewhere","sub"; unlink "sub"; rename "kept","sub" }';
			const helper = spawn("/usr/bin/perl", ["-e", swap, folder], { stdio: "ignore" });
			try {
				for (let i = 0; i < 12; i++) {
					const { output, problem } = await stage.run(stage.sh("cat sub/* kept/*", { read: [folder], cwd: folder }));
					expect(output).not.toContain(secret);
					expect(["grant-changed", "sandbox-failed", undefined]).toContain(problem?.code);
				}
			} finally {
				helper.kill("SIGKILL");
			}
		});

		it("sees neither the machine's accounts nor another process", async () => {
			const secret = canary();
			const { output } = await stage.run(
				stage.sh("cat /etc/shadow /etc/sudoers /proc/*/environ /proc/[0-9]*/cmdline /proc/*/root/etc/shadow; ls /proc"),
				{
					env: { SECRET: secret },
				},
			);
			expect(output).not.toContain(secret);
			expect(output).not.toMatch(/^root:/m);
			expect(output.split("\n").filter((line) => /^\d+$/.test(line)).length).toBeLessThan(6);
			expect(output).not.toMatch(new RegExp(`^${process.pid}$`, "m"));
		});

		it("inherits no variable and no open file, also past a gap", async () => {
			const secret = canary();
			stage.write("open/secret", secret);
			const folder = fs.openSync(`${stage.root}/open`, "r");
			const { output, code } = await stage.run(
				stage.sh("env; ls /proc/self/fd; cat /proc/self/fd/*/secret /proc/1/fd/*/secret; exit 0", { env: { GIVEN: "yes" } }),
				{ env: { API_KEY: secret, LD_PRELOAD: "" }, open: { 3: folder, 4: folder, 100: folder } },
			);
			fs.closeSync(folder);
			expect(code).toBe(0);
			expect(output).not.toContain(secret);
			expect(output).toContain("GIVEN=yes");
			expect(output.split("\n").filter((line) => /^\d+$/.test(line))).toEqual(["0", "1", "2", "3"]);
		});

		it("inherits no file that was left open, wherever it stands", async () => {
			const secret = canary();
			stage.write("open/file", secret);
			const file = fs.openSync(`${stage.root}/open/file`, "r");
			const { output } = await stage.run(stage.sh("cat /proc/self/fd/3 /proc/self/fd/60 <&0; echo done"), { open: { 3: file, 60: file } });
			fs.closeSync(file);
			expect(output).toContain("done");
			expect(output).not.toContain(secret);
		});

		it("is not told on a command line what is in its environment", async () => {
			const secret = canary();
			const launcher = stage.launch(stage.sh("echo up; sleep 1000", { env: { TOKEN: secret }, egress: ["127.0.0.1:9"] }));
			let said = "";
			launcher.stdout?.on("data", (part) => {
				said += String(part);
			});
			await until(() => said.includes("up\n"));
			const seen = descendants(launcher.pid ?? -1);
			expect(seen.length).toBeGreaterThan(5);
			for (const pid of seen) expect(readOr(`/proc/${pid}/cmdline`, "")).not.toContain(secret);
			launcher.kill("SIGKILL");
		});
	});

	describe("writing", () => {
		it("changes nothing that it was not granted, and nothing that hosts obey", async () => {
			const files = [
				".git/config",
				".git/hooks/pre-commit",
				".vscode/tasks.json",
				"package.json",
				".envrc",
				".husky/x",
				"pkg/package.json",
				"pkg/.git/config",
				"node_modules/.bin/x",
			];
			for (const file of files) stage.write(`work/${file}`, "before");
			stage.write("work/src/a.txt", "before");
			stage.write("work/pkg/lib/b.txt", "before");
			stage.write("readonly/c.txt", "before");
			const work = `${stage.root}/work`;
			const { output, problem } = await stage.run(
				stage.sh(
					`for f in ${files.join(" ")} ${stage.root}/readonly/c.txt ${stage.root}/driver.mjs; do echo after > $f; rm -f $f; chmod 777 $f; mv $f moved; done
					mv .git old; mv .vscode old; mkdir .cursor .claude; echo x > .mcp.json; echo x > CLAUDE.md; echo x > /etc/profile; echo x > ${stage.root}/new; echo x > /usr/new
					echo after > src/a.txt; echo after > pkg/lib/b.txt; echo new > src/new.txt; echo done`,
					{ write: [work], read: [`${stage.root}/readonly`], cwd: work },
				),
			);
			expect(problem).toBeNull();
			expect(output).toContain("done");
			for (const file of files) expect(readOr(`${work}/${file}`, "gone"), file).toBe("before");
			expect(readOr(`${stage.root}/readonly/c.txt`, "gone")).toBe("before");
			const ordinary = ["moved", "node_modules", "package.json", "pkg", "src"];
			expect(fs.readdirSync(work).sort()).toEqual([".envrc", ".git", ".husky", ".vscode", ...ordinary]);
			expect(fs.existsSync(`${stage.root}/new`)).toBe(false);
			expect(readOr(`${work}/src/a.txt`, "gone")).toBe("after\n");
			expect(readOr(`${work}/pkg/lib/b.txt`, "gone")).toBe("after\n");
			expect(readOr(`${work}/src/new.txt`, "gone")).toBe("new\n");
		});

		it("cannot set what the kernel runs on a crash, nor anything else of the kernel's", async () => {
			const settings = ["kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/overcommit_memory", "fs/suid_dumpable"];
			const before = settings.map((each) => readOr(`/proc/sys/${each}`, "none"));
			const { output } = await stage.run(
				stage.sh(
					`for f in ${settings.join(" ")}; do chmod 777 /proc/sys/$f; echo '|/tmp/x' > /proc/sys/$f; echo 1 > /proc/sys/$f; done
					echo h > /proc/sysrq-trigger; hostname evil; ls /sys; cat /proc/kcore /proc/keys | head -c 10; umount /proc/sys; mount -o remount,rw /proc/sys; echo done`,
				),
			);
			expect(output).toContain("done");
			expect(settings.map((each) => readOr(`/proc/sys/${each}`, "none"))).toEqual(before);
		});

		it("fills its own memory file systems and no more", async () => {
			const launcher = stage.launch(
				stage.sh(
					"for d in /tmp /dev/shm $HOME; do dd if=/dev/zero of=$d/bomb bs=1M count=400; done; echo x > /dev/new; echo x > /new; echo up; sleep 1000",
				),
			);
			let said = "";
			launcher.stdout?.on("data", (part) => {
				said += String(part);
			});
			await until(() => said.includes("up\n"));
			const inside = descendants(launcher.pid ?? -1).at(-1);
			const sizes = ["/tmp/bomb", "/dev/shm/bomb", "/home/sallyport/bomb"].map(
				(file) => fs.statSync(`/proc/${inside}/root${file}`).size / 2 ** 20,
			);
			expect(sizes).toEqual([256, 64, 256]);
			expect(fs.existsSync(`/proc/${inside}/root/dev/new`) || fs.existsSync(`/proc/${inside}/root/new`)).toBe(false);
			launcher.kill("SIGKILL");
		});
	});

	describe("connecting", () => {
		it("reaches nothing, on no family, whether by name or by socket file", async () => {
			let calls = 0;
			const listen = (where: net.ListenOptions) =>
				new Promise<net.Server>((resolve) => {
					const server = net.createServer((socket) => {
						calls++;
						socket.on("error", () => {});
						socket.end();
					});
					server.listen(where, () => resolve(server));
				});
			const socket = `${stage.folder("granted")}/service`;
			const servers = await Promise.all([
				listen({ host: "127.0.0.1", port: 0 }),
				listen({ host: "::1", port: 0 }),
				listen({ path: socket }),
				listen({ path: "\0sandbox-test-abstract" }),
			]);
			fs.chmodSync(socket, 0o777);
			const ports = servers.slice(0, 2).map((server) => (server.address() as net.AddressInfo).port);
			const { output, code } = await stage.run(
				stage.js(
					`const net = require("node:net"), dns = require("node:dns");
					const tries = [[${ports[0]},"127.0.0.1"],[${ports[1]},"::1"],[80,"169.254.169.254"],[53,"1.1.1.1"],[53,"2606:4700:4700::1111"]].map(([port,host])=>({port,host}))
						.concat([{path:${JSON.stringify(socket)}},{path:"\\0sandbox-test-abstract"},{path:"/run/dbus/system_bus_socket"},{path:"/var/run/docker.sock"}]);
					for (const each of tries) net.connect(each).on("connect",()=>console.log("REACHED",each)).on("error",(e)=>console.log(e.code));
					dns.lookup("example.com",(e)=>console.log(e ? e.code : "REACHED DNS"));
					dns.resolve4("example.com",(e)=>console.log(e ? e.code : "REACHED DNS"));`,
					{ read: [`${stage.root}/granted`], write: [] },
				),
			);
			for (const server of servers) server.close();
			expect(code).toBe(0);
			expect(output).not.toContain("REACHED");
			expect(output.trim().split("\n").length).toBe(11);
			expect(calls).toBe(0);
		});
	});

	describe("the kernel", () => {
		// Perl's base package is on every Debian and Ubuntu, and makes any system call.
		const NUMBERS: Readonly<Record<string, readonly [x64: number, arm64: number, args: string]>> = {
			ptrace: [101, 117, "0,0,0,0"],
			process_vm_readv: [310, 270, "1,0,0,0,0,0"],
			unshare: [272, 97, "0"],
			"unshare user": [272, 97, "0x10000000"],
			setns: [308, 268, "0,0"],
			mount: [165, 40, '"none","/tmp","tmpfs",0,0'],
			open_tree: [428, 428, '-100,"/",1'],
			fsopen: [430, 430, '"tmpfs",0'],
			keyctl: [250, 219, "0,-3,0"],
			add_key: [248, 217, '"user","x","y",1,-3'],
			bpf: [321, 280, "0,0,0"],
			perf_event_open: [298, 241, "0,0,-1,-1,0"],
			userfaultfd: [323, 282, "1"],
			io_uring_setup: [425, 425, "1,0"],
			personality: [135, 92, "0xffffffff"],
			open_by_handle_at: [304, 265, "-100,0,0"],
			chroot: [161, 51, '"/tmp"'],
			pidfd_getfd: [438, 438, "0,0,0"],
			"clone a user namespace": [56, 220, "0x10000011,0,0,0,0"],
			"ioctl TIOCSTI": [16, 29, '0,0x5412,"x"'],
			"ioctl TIOCSTI with high bits": [16, 29, '0,0x700005412,"x"'],
			"ioctl TIOCLINUX": [16, 29, '0,0x541c,"x"'],
			"socket unix": [41, 198, "1,1,0"],
			"socket packet": [41, 198, "17,3,0"],
			"socket vsock": [41, 198, "40,1,0"],
			"socket netlink audit": [41, 198, "16,3,9"],
			"socket alg": [41, 198, "38,5,0"],
			"socket sctp": [41, 198, "2,1,132"],
			"socketpair of datagrams": [53, 199, '1,2,0,"12345678"'],
		};

		it("refuses every call by which a sandbox has been left", async () => {
			const column = process.arch === "arm64" ? 1 : 0;
			const names = Object.keys(NUMBERS);
			const calls = names.map((name) => `call(${NUMBERS[name]?.[column]},${NUMBERS[name]?.[2]});`);
			const { output } = await stage.run(
				stage.profile({
					command: "/usr/bin/perl",
					args: ["-e", `$|=1; sub call { my ($n, @a) = @_; $!=0; syscall($n, @a); print $!+0, qq(\\n) } ${calls.join(" ")} call(435,0,0);`],
				}),
			);
			const errors = output.trim().split("\n");
			expect(Object.fromEntries(names.map((name, i) => [name, errors[i]]))).toEqual(Object.fromEntries(names.map((name) => [name, "1"])));
			expect(errors.at(-1), "clone3 is not there, so that C libraries use clone").toBe("38");
		});

		it("holds the filter, no capability and no new privilege, in every process inside", async () => {
			const { output } = await stage.run(stage.sh("cat /proc/1/status /proc/self/status; id -u; unshare -U true; su root -c id"));
			expect(output.match(/^Seccomp:\s*2$/gm)).toHaveLength(2);
			expect(output.match(/^NoNewPrivs:\s*1$/gm)).toHaveLength(2);
			expect(output.match(/^Cap(Prm|Eff|Bnd|Amb):\s*0+$/gm)).toHaveLength(8);
			expect(output).not.toContain("uid=0");
		});

		it("bounds a fork bomb", async () => {
			const launcher = stage.launch(
				stage.profile({
					command: "/usr/bin/perl",
					args: ["-e", "$|=1; for (1..300) { my $p = fork; if (defined $p && $p == 0) { sleep 1000 } } print qq(up\\n); sleep 1000"],
					limits: { processes: 40 },
				}),
			);
			let said = "";
			launcher.stdout?.on("data", (part) => {
				said += String(part);
			});
			await until(() => said.includes("up\n"));
			const count = descendants(launcher.pid ?? -1).length;
			expect(count).toBeGreaterThan(20);
			expect(count).toBeLessThan(50);
			launcher.kill("SIGKILL");
		});
	});

	describe.each([
		{ title: "without a network", egress: [] },
		{ title: "with a network", egress: ["127.0.0.1:9"] },
	])("$title, when killed", ({ egress }) => {
		const hide = (marker: string) =>
			`(trap '' TERM HUP INT; setsid sleep ${marker} & setsid sh -c 'setsid sleep ${marker} & sleep ${marker}' & ) ; echo up; sleep ${marker}`;

		it.each(["the launcher", "the server"])("leaves no process behind: %s", async (which) => {
			const marker = `1000${Math.floor(Math.random() * 1e9)}`;
			const launcher = stage.launch(stage.sh(hide(marker), { egress }));
			let said = "";
			launcher.stdout?.on("data", (part) => {
				said += String(part);
			});
			await until(() => said.includes("up\n") && processesWith(marker).length >= 4);
			const all = descendants(launcher.pid ?? -1);
			const server = (JSON.parse(said.split("\n")[0] ?? "") as { pid: number }).pid;
			process.kill(which === "the launcher" ? (launcher.pid ?? -1) : server, "SIGKILL");
			await until(() => processesWith(marker).length === 0 && !all.some(isAlive));
			expect(processesWith(marker)).toEqual([]);
		});
	});

	it("leaves no file behind", async () => {
		const { launcher } = await stage.run(stage.sh("true", { egress: ["127.0.0.1:9"], cwd: path.join(stage.root, "never-made") }));
		expect(fs.readdirSync("/tmp").filter((name) => name.startsWith(`sallyport-egress-${launcher}-`))).toEqual([]);
		expect(fs.existsSync(path.join(stage.root, "never-made"))).toBe(false);
	});
});
