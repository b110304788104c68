import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Home } from "../../../src/platform/home.ts";
import {
	createIdentity,
	identityFile,
	lockIdentity,
	openToOthers,
	protectIdentity,
	unlockIdentity,
} from "../../../src/platform/vault/identity.ts";
import { probeVault } from "../../../src/platform/vault/index.ts";
import { SealedVault } from "../../../src/platform/vault/sealed.ts";
import { code, vaultContract } from "./contract.ts";
import { temporaryHome } from "./home.ts";

let home: Home;
let file: string;
beforeEach(() => {
	home = temporaryHome();
	file = path.join(home.state, "sealed.age");
});
const open = (): SealedVault => new SealedVault(home);

describe("the sealed file", () => {
	vaultContract(open);

	it("leaves plaintext nowhere in the home, nor any file that others can read", async () => {
		await open().create("github/TOKEN", "needle-in-a-haystack");
		await open().create("other/TOKEN", "needle-in-a-haystack-too");
		for (const entry of fs.readdirSync(home.path, { recursive: true, withFileTypes: true })) {
			if (!entry.isFile()) continue;
			const at = path.join(entry.parentPath, entry.name);
			expect(fs.readFileSync(at, "latin1"), at).not.toContain("needle");
			expect(fs.statSync(at).mode & 0o077, at).toBe(0);
		}
		expect(fs.readdirSync(home.state).filter((name) => name !== "sealed.age")).toEqual([]);
	});

	it("is probed by a real round trip that leaves nothing behind", async () => {
		expect(await probeVault("sealed", home)).toEqual({ ok: true, value: undefined });
		expect(await open().list()).toEqual({ ok: true, value: [] });
	});

	it("is left as it is when it is damaged", async () => {
		await open().create("a/B", "v");
		const damaged = fs.readFileSync(file);
		damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
		fs.writeFileSync(file, damaged);
		for (const answer of [
			await open().read("a/B"),
			await open().create("c/D", "v"),
			await open().replace("a/B", "v"),
			await open().delete("a/B"),
			await open().list(),
		])
			expect(code(answer)).toBe("sealed-damaged");
		expect(fs.readFileSync(file)).toEqual(damaged);
	});

	it.each([
		["empty", Buffer.alloc(0)],
		["not age at all", Buffer.from("hello")],
	])("is left as it is when it is %s", async (_, content) => {
		await open().create("a/B", "v");
		fs.writeFileSync(file, content);
		expect(code(await open().create("c/D", "v"))).toBe("sealed-damaged");
		expect(fs.readFileSync(file)).toEqual(content);
	});

	it("never makes a new key beside secrets that an old one sealed", async () => {
		await open().create("a/B", "v");
		fs.rmSync(identityFile(home));
		expect(code(await open().create("c/D", "v"))).toBe("sealed-key-missing");
		expect(fs.existsSync(identityFile(home))).toBe(false);
	});

	it.each([0o640, 0o604, 0o660])("refuses a key of mode %o", async (mode) => {
		await open().create("a/B", "v");
		fs.chmodSync(identityFile(home), mode);
		expect(code(await open().read("a/B"))).toBe("sealed-key-open");
	});

	it("refuses a key that belongs to somebody else", async () => {
		await open().create("a/B", "v");
		const stat = fs.statSync(identityFile(home));
		expect(openToOthers(identityFile(home), stat)).toBeNull();
		expect(openToOthers(identityFile(home), stat, stat.uid + 1)).toMatchObject({ code: "sealed-key-open" });
	});

	it("refuses a key that is a link", async () => {
		await open().create("a/B", "v");
		fs.renameSync(identityFile(home), path.join(home.path, "elsewhere"));
		fs.symlinkSync("elsewhere", identityFile(home));
		expect(code(await open().read("a/B"))).toBe("sealed-key-unreadable");
	});

	it("takes a dead writer's lock over and removes what it left", async () => {
		await open().create("a/B", "v");
		const lock = path.join(home.state, "vault.lock");
		const left = path.join(home.state, `.sealed.age.sallyport-99999-${"a".repeat(12)}`);
		fs.mkdirSync(lock);
		fs.utimesSync(lock, new Date(0), new Date(0));
		fs.writeFileSync(left, "half");
		expect(await open().create("c/D", "v")).toEqual({ ok: true, value: "created" });
		expect(fs.existsSync(left)).toBe(false);
		expect(fs.existsSync(lock)).toBe(false);
	});
});

describe("the sealed file behind a passphrase", () => {
	const protect = async (): Promise<void> => {
		await open().create("a/B", "v");
		const identity = await createIdentity(home, undefined);
		if (!identity.ok) throw new Error(identity.problem.message);
		await protectIdentity(home, identity.value, "correct horse");
	};

	it("opens for the right one, refuses the wrong one, and says what to do where nobody can be asked", async () => {
		await protect();
		expect(fs.readFileSync(identityFile(home), "utf8")).not.toContain("AGE-SECRET-KEY");
		expect(await new SealedVault(home, { ask: async () => "correct horse" }).read("a/B")).toEqual({ ok: true, value: "v" });
		expect(code(await new SealedVault(home, { ask: async () => "wrong" }).read("a/B"))).toBe("sealed-passphrase");
		expect(code(await new SealedVault(home, { ask: async () => null }).read("a/B"))).toBe("sealed-locked");
		expect(await open().read("a/B")).toMatchObject({
			ok: false,
			problem: { code: "sealed-locked", remedy: expect.stringContaining("secrets unlock") },
		});
		expect(code(await open().create("c/D", "w"))).toBe("sealed-locked");
	});

	it("opens for the session and closes again, or says that there is no folder for it", async () => {
		await open().create("a/B", "v");
		const identity = await createIdentity(home, undefined);
		if (!identity.ok) throw new Error(identity.problem.message);
		await protectIdentity(home, identity.value, "correct horse");
		const unlocked = unlockIdentity(home, identity.value);
		if (fs.existsSync(`/run/user/${process.getuid?.()}`)) {
			expect(await open().read("a/B")).toEqual({ ok: true, value: "v" });
			expect(lockIdentity(home)).toBe(true);
		} else expect(code(unlocked)).toBe("no-session-folder");
		expect(code(await open().read("a/B"))).toBe("sealed-locked");
	});
});
