import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnose, type Evidence } from "../../../src/platform/sandbox/diagnose.ts";
import { seccompArch, seccompFilter } from "../../../src/platform/sandbox/seccomp.ts";
import { Stage, USERS } from "./support.ts";

const FINE: Evidence = { said: "", apparmorRestricts: null, maxUserNamespaces: 15_000, unprivilegedClone: null, seccompMode: 0, uid: 1000 };
const NO_PERMISSION =
	"bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.";

describe("why bubblewrap did not start", () => {
	it.each([
		[
			"Ubuntu's AppArmor",
			{ apparmorRestricts: 1, said: "bwrap: setting up uid map: Permission denied" },
			"apparmor",
			"/etc/apparmor.d/bwrap",
		],
		[
			"AppArmor, seen at the network",
			{ apparmorRestricts: 1, said: "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted" },
			"apparmor",
			"userns",
		],
		["a container's filter", { seccompMode: 2, said: NO_PERMISSION }, "seccomp", "seccomp"],
		["a container's filter on an Ubuntu host", { seccompMode: 2, apparmorRestricts: 1, said: NO_PERMISSION }, "seccomp", "seccomp"],
		[
			"no namespaces at all",
			{ maxUserNamespaces: 0, said: "bwrap: Creating new namespace failed: No space left on device" },
			"sysctl",
			"max_user_namespaces",
		],
		["namespaces for root alone", { unprivilegedClone: 0, said: NO_PERMISSION }, "sysctl", "unprivileged_userns_clone=1"],
		[
			"a container's masked /proc",
			{ said: "bwrap: Can't mount proc on /newroot/proc: Operation not permitted" },
			"masked-proc",
			"systempaths=unconfined",
		],
		["an old bubblewrap", { said: "bwrap: Unknown option --disable-userns" }, "too-old", "0.8"],
		["something else", { said: "bwrap: Can't find source path /x: No such file or directory" }, "unknown", "doctor"],
		["nothing said", { said: "" }, "unknown", "doctor"],
	] as const)("%s", (_title, more, cause, remedy) => {
		const found = diagnose({ ...FINE, ...more });
		expect(found.cause).toBe(cause);
		expect(found.remedy).toContain(remedy);
	});
});

describe.each(USERS)("where bubblewrap is really forbidden, $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
	});
	afterAll(() => stage.close());

	/** What a launcher says that is started by `line`. */
	function launchThrough(line: readonly string[]): Promise<string> {
		const [program = "", ...args] = line;
		const child = spawn(program, [...args, stage.node, path.join(stage.root, "driver.mjs")], {
			env: { HOME: stage.root, PATH: "/usr/bin:/bin" },
			uid,
			gid: uid,
			cwd: "/",
			stdio: ["pipe", "pipe", "inherit"],
		});
		child.stdin.end(JSON.stringify({ profile: stage.sh("echo STARTED") }));
		let said = "";
		child.stdout.on("data", (part) => {
			said += String(part);
		});
		return new Promise((resolve) => child.once("close", () => resolve(said)));
	}

	it("by a system call filter: says so, and what the container needs", async () => {
		const arch = seccompArch(process.arch) ?? "x64";
		const filter = stage.write("filter", "");
		fs.writeFileSync(filter, seccompFilter(arch));
		const [prctl, seccomp] = arch === "x64" ? [157, 317] : [167, 277];
		const install = `open(F,"<",shift); local $/; my $f=<F>; my $p=pack("Sx6P",length($f)/8,$f); syscall(${prctl},38,1,0,0,0); syscall(${seccomp},1,0,$p)==0 or die; exec @ARGV`;
		const said = await launchThrough(["/usr/bin/perl", "-e", install, filter]);
		expect(said).toContain("sandbox-forbidden");
		expect(said).toContain("system call filter");
		expect(said).not.toContain("STARTED");
	});

	it("by a sysctl: names it, and how to set it", async () => {
		const said = await launchThrough([
			"/usr/bin/unshare",
			"-Ur",
			"/bin/sh",
			"-c",
			'echo 0 > /proc/sys/user/max_user_namespaces; exec "$0" "$@"',
		]);
		// In a namespace of an ordinary user, root's files have no owner: there bubblewrap is not even tried.
		expect(said).toContain(uid === 0 ? "user.max_user_namespaces is 0" : "sandbox-untrusted");
		expect(said).not.toContain("STARTED");
	});
});
