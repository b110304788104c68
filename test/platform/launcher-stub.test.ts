import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stubText } from "../../src/platform/launcher-stub.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-stub-"));
const program = path.join(folder, "a program.cjs");
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs a stub whose "Node" prints what it was started with. */
function run(home: string, env: Readonly<Record<string, string>>, ...args: string[]): string {
	fs.mkdirSync(folder, { recursive: true });
	const node = path.join(folder, "it's node");
	fs.writeFileSync(node, '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\nenv\n', { mode: 0o755 });
	const stub = path.join(folder, "sallyport");
	fs.writeFileSync(program, "");
	fs.writeFileSync(stub, stubText(home, node, program), { mode: 0o755 });
	return execFileSync(stub, args, { env, encoding: "utf8" });
}

describe("the installed launcher", () => {
	it("passes every argument on as it is", () => {
		const said = run("/home/x/.sallyport", {}, "run", "--name", "a b", "--", "$(touch /tmp/x)", "'", "");
		expect(said.split("\n").slice(0, 7)).toEqual([program, "run", "--name", "a b", "--", "$(touch /tmp/x)", "'"]);
	});

	it("says what to do when Sallyport has moved away, and refuses", () => {
		const stub = path.join(folder, "moved");
		fs.mkdirSync(folder, { recursive: true });
		fs.writeFileSync(stub, stubText("/home/x/.sallyport", process.execPath, "/opt/gone/sallyport.cjs"), { mode: 0o755 });
		const { status, stderr } = spawnSync(stub, ["run"], { env: {}, encoding: "utf8" });
		expect(status).toBe(125);
		expect(stderr).toBe("sallyport: /opt/gone/sallyport.cjs is gone. Where Sallyport is now, run: sallyport init\n");
	});

	it("has its own home, whatever a host's file says", () => {
		expect(run("/home/o'neill/.sallyport", { SALLYPORT_HOME: "/workspace/evil" })).toContain("SALLYPORT_HOME=/home/o'neill/.sallyport\n");
	});

	it.each([
		"NODE_OPTIONS",
		"NODE_PATH",
		"LD_LIBRARY_PATH",
		"LD_AUDIT",
		"NODE_COMPILE_CACHE",
		"OPENSSL_CONF",
		"NODE_TLS_REJECT_UNAUTHORIZED",
		"BASH_ENV",
	])("does not hand %s on", (name) => {
		expect(run("/home/x/.sallyport", { [name]: "" })).not.toMatch(new RegExp(`^${name}=`, "m"));
	});
});
