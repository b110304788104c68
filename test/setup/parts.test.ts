import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installCommand, missingParts, RUN_PARTS, TEST_PARTS } from "../../src/setup/parts.mjs";
import { Clone } from "./clone.ts";

let clone: Clone;
beforeEach(() => {
	clone = new Clone().withPackages();
});
afterEach(() => clone.remove());

describe("looking for system parts", () => {
	it("finds programs and libraries where they are, and misses what is not executable", () => {
		clone.program("bwrap", "exit 0");
		clone.file("programs/socat", "not executable");
		clone.file("libraries/libsecret-1.so.0", "");
		const places = { commands: [path.join(clone.path, "programs")], libraries: [path.join(clone.path, "libraries")] };
		expect(missingParts(RUN_PARTS, places).map(({ name }) => name)).toEqual(["socat"]);
		expect(missingParts(RUN_PARTS, { commands: [], libraries: [] })).toEqual(RUN_PARTS);
	});
});

describe("the one command that installs what is missing", () => {
	it.each([
		[
			"apt-get",
			"sudo apt-get install -y --no-install-recommends bubblewrap socat libsecret-1-0 dbus gnome-keyring python3 python3-pip perl-base curl util-linux chromium",
		],
		[
			"dnf",
			"sudo dnf install -y bubblewrap socat libsecret dbus-daemon dbus-tools gnome-keyring python3 python3-pip perl curl util-linux chromium",
		],
		[
			"pacman",
			"sudo pacman -S --needed --noconfirm bubblewrap socat libsecret dbus gnome-keyring python python-pip perl curl util-linux chromium",
		],
		[
			"zypper",
			"sudo zypper --non-interactive install bubblewrap socat libsecret-1-0 /usr/bin/dbus-daemon /usr/bin/dbus-run-session /usr/bin/dbus-send gnome-keyring python3 python3-pip perl curl util-linux chromium",
		],
		["apk", "sudo apk add bubblewrap socat libsecret dbus gnome-keyring python3 py3-pip perl curl util-linux chromium"],
	] as const)("with %s", (manager, expected) => {
		expect(installCommand(TEST_PARTS, manager, { root: false }).join(" ")).toBe(expected);
	});

	it("needs no sudo as root", () => {
		expect(installCommand(RUN_PARTS.slice(0, 1), "dnf", { root: true }).join(" ")).toBe("dnf install -y bubblewrap");
	});
});

describe("starting without a system part", () => {
	const as = (uid: number) => ["--require", clone.file(`uid-${uid}.cjs`, `process.getuid = () => ${uid};`), "src/setup/setup.mjs", "start"];
	const programs = () => ({ PATH: path.join(clone.path, "programs") });
	beforeEach(() => {
		clone.file("src/quickstart/main.ts", `console.log("started");\n`);
		clone.program("bwrap", "exit 0");
	});

	it("prints the command to a plain user and exits 1", async () => {
		clone.program("apt-get", `echo called >'${clone.path}/called'`);
		const ran = await clone.node(as(1000), programs());
		expect(ran.code).toBe(1);
		expect(ran.stderr).toBe("Missing: socat. Install with: sudo apt-get install -y --no-install-recommends socat\n");
		expect(ran.stdout).not.toContain("started");
		expect(clone.has("called")).toBe(false);
	});

	it("prints the command to root where the system is not Debian's kin", async () => {
		clone.program("dnf", "exit 1");
		const ran = await clone.node(as(0), programs());
		expect(ran.code).toBe(1);
		expect(ran.stderr).toBe("Missing: socat. Install with: dnf install -y socat\n");
	});

	it("says what is missing where no package manager is known", async () => {
		const ran = await clone.node(as(1000), programs());
		expect(ran.code).toBe(1);
		expect(ran.stderr).toBe("Missing: socat. No package manager that this script knows is here; install them and start again.\n");
	});

	it("installs it as root on Debian and goes on", async () => {
		const socat = path.join(clone.path, "programs", "socat");
		clone.program(
			"apt-get",
			`echo "$DEBIAN_FRONTEND $*" >>'${clone.path}/called'
			if [ "$1" = install ]; then echo '#!/bin/sh' >'${socat}'; /bin/chmod +x '${socat}'; fi`,
		);
		const ran = await clone.node(as(0), programs());
		expect(ran.stderr).toBe("");
		expect(clone.read("called")).toBe("noninteractive update\nnoninteractive install -y --no-install-recommends socat\n");
		expect(ran.stdout).toMatch(/^• system parts +socat installed/m);
		expect(ran.stdout).toMatch(/^started$/m);
	});

	it("shows apt-get's words when it fails", async () => {
		clone.program("apt-get", `echo "no space left"; exit 100`);
		const ran = await clone.node(as(0), programs());
		expect(ran.code).toBe(1);
		expect(ran.stderr).toMatch(/no space left\n\napt-get could not install socat\.\n$/);
	});
});
