import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Clone, outcome } from "./clone.ts";

let clone: Clone;
beforeEach(() => {
	clone = new Clone().withPackages();
	for (const part of ["bwrap", "socat"]) clone.program(part, "exit 0");
});
afterEach(() => clone.remove());
const env = () => ({ PATH: `${path.join(clone.path, "programs")}:/usr/bin:/bin` });

describe("the set-up's command line", () => {
	it.each([["--help"], ["start", "--help"], []])("%s explains itself", async (...args) => {
		const ran = await clone.setup(args);
		expect(ran).toMatchObject({ code: 0, stderr: "" });
		for (const command of ["start", "test", "build", "package", "editor", "check"])
			expect(ran.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
	});

	it("names the commands when it does not know one", async () => {
		expect(await clone.setup(["toString"])).toMatchObject({
			code: 1,
			stderr:
				'There is no command "toString". Commands: start, test, build, package, editor, bench, fuzz, fuzz:relay, attack, hostile, servers, conformance, check.\n',
		});
	});
});

describe("npm start", () => {
	it("hands on arguments, input and exit code, and colours nothing that is not a terminal", async () => {
		clone.file(
			"src/quickstart/main.ts",
			"process.stdin.on('data', (d) => console.log(process.argv.slice(2), String(d))); process.exitCode = 7;\n",
		);
		const ran = await clone.node(["src/setup/setup.mjs", "start", "--quiet"], env(), "typed");
		expect(ran.code).toBe(7);
		expect(ran.stdout).toContain("[ '--quiet' ] typed");
		expect(ran.stdout).not.toContain("\x1b");
	});

	it("says whether a Secret Service is there", async () => {
		clone.file("src/quickstart/main.ts", "");
		expect((await clone.setup(["start"], env())).stdout).toMatch(/^• Secret Service +none \(no D-Bus session\)/m);
		const { DBUS_SESSION_BUS_ADDRESS = "" } = process.env;
		expect((await clone.setup(["start"], { ...env(), DBUS_SESSION_BUS_ADDRESS })).stdout).toMatch(/^• Secret Service +ready$/m);
	});

	it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("passes %s on and lets the program finish", async (signal) => {
		clone.file(
			"src/quickstart/main.ts",
			`process.on("${signal}", () => { console.log("told"); process.exit(5); }); console.log("waiting"); setInterval(() => {}, 1000);\n`,
		);
		const child = clone.start(["src/setup/setup.mjs", "start"], env());
		const ended = outcome(child);
		for (let text = ""; !text.includes("waiting"); ) text += (await once(child.stdout ?? child, "data"))[0];
		child.kill(signal);
		expect(await ended).toMatchObject({ code: 5, stdout: expect.stringContaining("told") });
	});

	it("ends by the signal that ended the program", async () => {
		clone.file("src/quickstart/main.ts", "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);\n");
		expect(await clone.setup(["start"], env())).toMatchObject({ code: null, signal: "SIGKILL" });
	});

	it("says whose folder stands in the way", async () => {
		// Root may write everywhere, so what a plain user would meet is made here.
		const refuse = clone.file(
			"refuse.cjs",
			`const fs = require("node:fs"), real = fs.accessSync;
			fs.accessSync = (file, mode) => { if (file.endsWith("/dist")) throw Object.assign(new Error(), { code: "EACCES" }); real(file, mode); };`,
		);
		clone.folder("dist");
		const ran = await clone.node(["--require", refuse, "src/setup/setup.mjs", "build"], env());
		expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/dist needs to be written, and belongs to .*sudo chown -R/) });
		expect(fs.readdirSync(path.join(clone.path, "dist"))).toEqual([]);
	});
});
