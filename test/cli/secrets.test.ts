import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { registerSecrets } from "../../src/cli/secrets.ts";
import type { Home } from "../../src/platform/home.ts";
import { canUnlock, protectIdentity, readIdentity } from "../../src/platform/vault/identity.ts";
import { resolveReference } from "../../src/platform/vault/index.ts";
import { temporaryHome } from "../platform/vault/home.ts";
import { type Run, type RunOptions, runCommand } from "./run-command.ts";

let home: Home;
let secret: string;
beforeEach(() => {
	home = temporaryHome();
	secret = `s${randomBytes(20).toString("base64url")}`;
});

const run = (args: readonly string[], options: Partial<RunOptions> = {}): Promise<Run> =>
	runCommand(registerSecrets, ["secrets", ...args], { cwd: home.path, env: { SALLYPORT_HOME: home.path }, ...options });

describe.each(["keychain", "sealed"] as const)("sallyport secrets, with the %s vault", (scheme) => {
	const reference = `${scheme}://github/TOKEN`;
	const value = async (): Promise<string | null> => {
		const read = await resolveReference({ scheme, path: "github/TOKEN" }, home);
		return read.ok ? read.value : null;
	};

	it("stores what is piped in, without its last line end, and shows it to nobody", async () => {
		const set = await run(["set", reference], { input: `${secret}\n` });
		expect(set).toEqual({ code: 0, out: `${reference} stored.\n`, err: "" });
		expect(await value()).toBe(secret);
		const list = await run(["list", "--vault", scheme, "--json"]);
		expect(JSON.parse(list.out)).toEqual({ version: 1, secrets: [reference], complete: true });
		expect(list.out + list.err).not.toContain(secret);
		await run(["delete", reference]);
	});

	it("stores what is typed at the terminal, which does not show it", async () => {
		const set = await run(["set", reference], { terminal: true, input: [secret] });
		expect(set.code).toBe(0);
		expect(set.out + set.err).not.toContain(secret);
		expect(await value()).toBe(secret);
		await run(["delete", reference]);
	});

	it("never overwrites on set: rotate does", async () => {
		await run(["set", reference], { input: secret });
		expect(await run(["set", reference], { input: secret })).toMatchObject({ code: 0, out: `${reference} already holds this value.\n` });
		const refused = await run(["set", reference], { input: `${secret}2` });
		expect(refused).toMatchObject({ code: 1, out: "" });
		expect(refused.err).toContain(`sallyport secrets rotate ${reference}`);
		expect(await value()).toBe(secret);
		expect(JSON.parse((await run(["rotate", reference, "--json"], { input: `${secret}2` })).out)).toEqual({
			version: 1,
			reference,
			outcome: "rotated",
		});
		expect(await value()).toBe(`${secret}2`);
		await run(["delete", reference]);
	});

	it("says when there is nothing to rotate or delete", async () => {
		expect(await run(["rotate", reference], { input: secret })).toMatchObject({ code: 1, err: expect.stringContaining("secrets set") });
		expect(await run(["delete", reference])).toMatchObject({ code: 1, err: expect.stringContaining("is not in the vault") });
		expect(await value()).toBeNull();
	});
});

describe("sallyport secrets", () => {
	it("repeats nothing of what was given in the place of a reference: it may be the secret", async () => {
		for (const verb of ["set", "rotate", "delete"]) {
			const refused = await run([verb, secret], { input: "x" });
			expect(refused.code).toBe(2);
			expect(refused.out + refused.err).not.toContain(secret);
		}
	});

	it.each([
		["nothing", ""],
		["an empty line", "\n"],
		["bytes that are no text", "\u0000"],
	])("refuses %s as a value", async (_, input) => {
		expect(await run(["set", "sealed://a/B"], { input })).toMatchObject({ code: 2, out: "" });
	});

	it("has no way to print a value", async () => {
		await expect(run(["get", "sealed://a/B"])).rejects.toThrow(/unknown command/);
	});

	it("keeps lines inside a value", async () => {
		await run(["set", "sealed://a/KEY"], { input: "one\ntwo\r\n\r\n" });
		expect(await resolveReference({ scheme: "sealed", path: "a/KEY" }, home)).toEqual({ ok: true, value: "one\ntwo\r\n" });
	});

	it("protects the sealed file by a passphrase that only a terminal can give", async () => {
		await run(["set", "sealed://a/B"], { input: secret });
		expect(await run(["protect"])).toMatchObject({ code: 2, err: expect.stringContaining("terminal") });
		if (canUnlock(home).ok) {
			expect(await run(["protect"], { terminal: true, input: ["correct horse", "wrong horse!"] })).toMatchObject({ code: 2 });
			expect(await run(["protect"], { terminal: true, input: ["short", "short"] })).toMatchObject({ code: 2 });
			expect(await run(["protect"], { terminal: true, input: ["correct horse", "correct horse"] })).toMatchObject({ code: 0 });
		} else {
			// Nothing could open it for a server: it is not closed in the first place.
			expect(await run(["protect"], { terminal: true, input: ["correct horse", "correct horse"] })).toMatchObject({
				code: 2,
				err: expect.stringContaining("keeps no folder for the session"),
			});
			expect(fs.readFileSync(path.join(home.path, "sealed.key"), "utf8")).toContain("SECRET-KEY");
			const identity = await readIdentity(home, undefined);
			await protectIdentity(home, identity.ok ? (identity.value ?? "") : "", "correct horse");
		}
		expect(fs.readFileSync(path.join(home.path, "sealed.key"), "utf8")).not.toContain("SECRET-KEY");
		expect(await run(["set", "sealed://c/D"], { input: secret })).toMatchObject({
			code: 2,
			err: expect.stringContaining("secrets unlock"),
		});
		const list = await run(["list", "--vault", "sealed"], { terminal: true, input: ["correct horse"] });
		expect(list).toMatchObject({ code: 0, out: "sealed://a/B\n" });
		expect(await run(["protect", "--remove"], { terminal: true, input: ["wrong horse!"] })).toMatchObject({ code: 2 });
		expect(await run(["protect", "--remove"], { terminal: true, input: ["correct horse"] })).toMatchObject({ code: 0 });
		expect(await run(["set", "sealed://c/D"], { input: secret })).toMatchObject({ code: 0 });
	});

	it("lists the sealed file where no keychain can be reached, and says so in one line", async () => {
		const bus = process.env.DBUS_SESSION_BUS_ADDRESS;
		process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nonexistent/bus";
		try {
			expect(await run(["set", "sealed://a/B"], { input: secret })).toMatchObject({ code: 0 });
			const list = await run(["list"]);
			expect(list).toMatchObject({ code: 0, out: "sealed://a/B\n", err: expect.stringMatching(/^sallyport: .*no OS keychain.*\n$/) });
			expect(JSON.parse((await run(["list", "--json"])).out)).toEqual({ version: 1, secrets: ["sealed://a/B"], complete: false });
			expect(await run(["list", "--vault", "keychain"])).toMatchObject({ code: 2, out: "" });
		} finally {
			process.env.DBUS_SESSION_BUS_ADDRESS = bus;
		}
	});
});
