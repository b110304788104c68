import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkMounts, type Mount, planGrants } from "../../../src/platform/sandbox/grants.ts";
import { nameMatcher } from "../../../src/platform/sandbox/protected.ts";

let root: string;
let home: string;

beforeEach(() => {
	root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "grants-test-")));
	home = path.join(root, "home/person");
	fs.mkdirSync(home, { recursive: true });
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function file(relative: string): string {
	const where = path.join(root, relative);
	fs.mkdirSync(path.dirname(where), { recursive: true });
	fs.writeFileSync(where, "x");
	return where;
}

function plan(profile: { read?: string[]; write?: string[]; hidden?: string[]; hiddenNames?: string[]; command?: string }) {
	return planGrants(
		{ command: "/bin/sh", cwd: "/", read: [], write: [], hidden: [], hiddenNames: [], ...profile },
		{ homes: [home], sallyport: [path.join(home, ".sallyport")] },
	);
}

/** `kind path`, relative to the root. */
function shown(profile: Parameters<typeof plan>[0]): string[] {
	const result = plan(profile);
	if (!result.ok) throw new Error(result.problem.message);
	return result.value.map((mount: Mount) => `${mount.kind} ${path.relative(root, mount.at)}`);
}

function refusal(profile: Parameters<typeof plan>[0]): string {
	const result = plan(profile);
	return result.ok ? "granted" : result.problem.code;
}

describe("a granted folder", () => {
	it("is bound as a whole when nothing in it is protected", () => {
		file("data/a/b.txt");
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["read data"]);
		expect(shown({ write: [path.join(root, "data")] })).toEqual(["write data"]);
	});

	it("is bound by entries along the branches that hold something protected", () => {
		for (const each of ["data/.env", "data/a/x.txt", "data/b/c/.npmrc", "data/b/c/y.txt", "data/b/d/z.txt"]) file(each);
		expect(shown({ read: [path.join(root, "data")] })).toEqual([
			"folder data",
			"read data/a",
			"folder data/b",
			"folder data/b/c",
			"read data/b/c/y.txt",
			"read data/b/d",
		]);
	});

	it("shows what hosts obey for reading alone, also inside a writable folder", () => {
		for (const each of ["data/package.json", "data/.git/config", "data/node_modules/m/index.js", "data/src/x.js"]) file(each);
		expect(shown({ write: [path.join(root, "data")] })).toEqual([
			"folder data",
			"read data/.git",
			"read data/node_modules",
			"read data/package.json",
			"write data/src",
		]);
	});

	it("keeps out what the person named, by path and by name", () => {
		for (const each of ["data/keep.txt", "data/private/x", "data/a/b.pem"]) file(each);
		const grant = { read: [path.join(root, "data")], hidden: [path.join(root, "data/private")], hiddenNames: ["*.pem"] };
		expect(shown(grant)).toEqual(["folder data", "folder data/a", "read data/keep.txt"]);
	});

	it("keeps them out of installed packages too", () => {
		for (const each of ["data/node_modules/m/index.js", "data/node_modules/m/key.pem", "data/node_modules/n/index.js"]) file(each);
		const read = [path.join(root, "data")];
		expect(shown({ read })).toEqual(["read data"]);
		const without = [
			"folder data",
			"folder data/node_modules",
			"folder data/node_modules/m",
			"read data/node_modules/m/index.js",
			"read data/node_modules/n",
		];
		expect(shown({ read, hiddenNames: ["*.pem"] })).toEqual(without);
		expect(shown({ read, hidden: [path.join(root, "data/node_modules/m/key.pem")] })).toEqual(without);
	});

	it("keeps out a named path that is made only later", () => {
		file("data/a/x.txt");
		file("data/b.txt");
		expect(shown({ read: [path.join(root, "data")], hidden: [path.join(root, "data/a/later")] })).toEqual([
			"folder data",
			"folder data/a",
			"read data/a/x.txt",
			"read data/b.txt",
		]);
		expect(shown({ write: [path.join(root, "data")], hidden: [path.join(root, "data/later/on")] })).toEqual([
			"folder data",
			"write data/a",
			"write data/b.txt",
		]);
	});

	it("is not writable where a file has a second name", () => {
		file("data/src/x.txt");
		file("data/y.txt");
		fs.linkSync(file("home/person/.profile"), path.join(root, "data/innocent"));
		expect(shown({ write: [path.join(root, "data")] })).toEqual([
			"folder data",
			"read data/innocent",
			"write data/src",
			"write data/y.txt",
		]);
		expect(refusal({ write: [path.join(root, "data/innocent")] })).toBe("grant-protected");
	});

	it("does not show what has no readable name", () => {
		file("data/a.txt");
		fs.mkdirSync(Buffer.concat([Buffer.from(`${root}/data/`), Buffer.from([0xff, 0xfe])]));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "read data/a.txt"]);
	});

	it("leaves out sockets beside a protected name", async () => {
		file("data/.env");
		const server = net.createServer().listen(path.join(root, "data/s"));
		await new Promise((resolve) => server.once("listening", resolve));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data"]);
		server.close();
	});

	it("named through a link is reached through the same link", () => {
		file("real/x.txt");
		fs.symlinkSync(path.join(root, "real"), path.join(root, "link"));
		expect(shown({ read: [path.join(root, "link")] })).toEqual(["link link", "read real"]);
		expect(shown({ read: [path.join(root, "link/x.txt")] })).toEqual(["link link", "read real/x.txt"]);
	});

	it("is written where it is granted for writing inside one for reading", () => {
		for (const each of ["data/.env", "data/a/x.txt", "data/b/y.txt"]) file(each);
		expect(shown({ read: [path.join(root, "data")], write: [path.join(root, "data/a")] })).toEqual([
			"folder data",
			"write data/a",
			"read data/b",
		]);
		fs.rmSync(path.join(root, "data/.env"));
		expect(shown({ read: [path.join(root, "data")], write: [path.join(root, "data/a")] })).toEqual(["read data", "write data/a"]);
		expect(shown({ read: [path.join(root, "data/a")], write: [path.join(root, "data")] })).toEqual(["write data"]);
	});

	it("hides a second name of a credential", () => {
		fs.mkdirSync(path.join(home, ".ssh"));
		fs.writeFileSync(path.join(home, ".ssh/id_work"), "x");
		file("data/a.txt");
		fs.linkSync(path.join(home, ".ssh/id_work"), path.join(root, "data/b.txt"));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "read data/a.txt"]);
		expect(refusal({ read: [path.join(root, "data/b.txt")] })).toBe("grant-protected");
	});
});

describe("a grant is refused", () => {
	it.each(["/", "/home", "/tmp", "/var"])("for being as wide as %s", (where) => {
		expect(refusal({ read: [where] })).toBe("grant-too-wide");
		expect(refusal({ write: [where] })).toBe("grant-too-wide");
	});

	it("for being the home, or above it, also through a link", () => {
		fs.symlinkSync(home, path.join(root, "link"));
		for (const where of [home, path.dirname(home), root, path.join(root, "link")])
			expect(refusal({ read: [where] })).toBe("grant-too-wide");
	});

	it.each(["/proc", "/proc/1", "/sys/kernel", "/dev/shm", "/run", "/etc", "/etc/passwd"])("for belonging to the system: %s", (where) => {
		expect(refusal({ read: [where] })).toBe("grant-protected");
	});

	it.each(["/usr/local", "/usr/bin", "/etc/ssl/certs"])("for writing where the system's programs are: %s", (where) => {
		expect(refusal({ write: [where] })).toBe("grant-protected");
	});

	it.each([
		".ssh/known_hosts",
		".aws/config",
		".config/gcloud/x",
		".mozilla/firefox/x",
		".env",
		".docker/config.json",
		"app/.env.production",
		".CONFIG/../.SSH/x",
	])("for being a credential: %s", (name) => {
		const where = path.join(home, name);
		fs.mkdirSync(path.dirname(where), { recursive: true });
		fs.writeFileSync(where, "x");
		expect(refusal({ read: [where] })).toBe("grant-protected");
		expect(refusal({ write: [where] })).toBe("grant-protected");
	});

	it("for belonging to Sallyport, but for one package of its store", () => {
		for (const each of ["policy/a.jsonc", "state/x", "store/npm/pkg/node_modules/m/i.js"]) file(`home/person/.sallyport/${each}`);
		const own = path.join(home, ".sallyport");
		for (const each of ["", "policy", "policy/a.jsonc", "state", "store", "store/npm"])
			expect(refusal({ read: [path.join(own, each)] })).not.toBe("granted");
		expect(refusal({ write: [path.join(own, "store/npm/pkg")] })).toBe("grant-protected");
		fs.mkdirSync(path.join(own, "store/npm/.staging-1/tree"), { recursive: true });
		expect(shown({ write: [path.join(own, "store/npm/.staging-1/tree")] })).toEqual([
			"write home/person/.sallyport/store/npm/.staging-1/tree",
		]);
		expect(shown({ read: [path.join(own, "store/npm/pkg")] })).toEqual(["read home/person/.sallyport/store/npm/pkg"]);
	});

	it.each([".git/hooks", ".vscode", "node_modules/.bin", "package.json", ".github/workflows"])(
		"for writing what hosts obey: %s",
		(name) => {
			const where = file(`data/${name}/x`);
			expect(refusal({ write: [path.dirname(where)] })).toBe("grant-protected");
			expect(refusal({ read: [path.dirname(where)] })).toBe("granted");
		},
	);

	it("for not being there, or not absolute", () => {
		expect(refusal({ read: [path.join(root, "nowhere")] })).toBe("grant-missing");
		expect(refusal({ read: ["data"] })).toBe("grant-missing");
		expect(refusal({ read: ["/nowhere\0/x"] })).toBe("grant-missing");
	});

	it("for having too much beside what is protected", () => {
		file("data/.env");
		for (let i = 0; i < 1600; i++) file(`data/${i}.txt`);
		expect(refusal({ read: [path.join(root, "data")] })).toBe("grant-too-large");
	});
});

describe("what was mounted", () => {
	it("has to be what was looked at", () => {
		const at = file("data/x.txt");
		const { dev, ino } = fs.statSync(at);
		const here: Mount = { kind: "read", at, id: `${dev}:${ino}` };
		expect(checkMounts(process.pid, [here])).toMatchObject({ ok: true });
		fs.renameSync(file("data/y.txt"), at);
		expect(checkMounts(process.pid, [here])).toMatchObject({ ok: false, problem: { code: "grant-changed" } });
		expect(checkMounts(null, [])).toMatchObject({ ok: false });
	});
});

describe("names", () => {
	it("are compared whole, without regard to case, with * for any run of characters", () => {
		const matches = nameMatcher([".env", ".env.*", "*.pem", "a+b"]);
		for (const name of [".env", ".ENV", ".env.local", "x.PEM", ".pem", "a+b"]) expect(matches(name), name).toBe(true);
		for (const name of ["env", ".envrc", "x.pem.txt", "aab", ".environment"]) expect(matches(name), name).toBe(false);
	});
});
