import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkMounts, type Mount, planGrants } from "../../../src/platform/sandbox/grants.ts";
import { OBEYED } from "../../../src/platform/sandbox/protected.ts";

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

function plan(profile: {
	read?: string[];
	personal?: string[];
	write?: string[];
	hidden?: string[];
	hiddenNames?: string[];
	command?: string;
	cwd?: string;
}) {
	return planGrants(
		{ command: "/bin/sh", cwd: "/", read: [], write: [], hidden: [], hiddenNames: [], ...profile },
		{ homes: [home], sallyport: [path.join(home, ".sallyport")] },
	);
}

/** `kind path`, relative to the root. */
function shown(profile: Parameters<typeof plan>[0]): string[] {
	const result = plan(profile);
	if (!result.ok) throw new Error(result.problem.message);
	return result.value.mounts.map((mount) => `${mount.kind} ${path.relative(root, mount.at)}`);
}

function refusal(profile: Parameters<typeof plan>[0]): string {
	const result = plan(profile);
	return result.ok ? "granted" : result.problem.code;
}

describe("a granted folder", () => {
	it("is bound as a whole when nothing in it is protected", () => {
		file("data/a/b.txt");
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["read data"]);
	});

	it("is copied when it may be written", () => {
		file("data/a/b.txt");
		expect(shown({ write: [path.join(root, "data")] })).toEqual(["mirror data"]);
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

	it("shows folders that hosts obey for reading alone, also inside a writable folder, at any depth", () => {
		for (const each of ["data/package.json", "data/.git/config", "data/a/node_modules/m/index.js", "data/src/x.js"]) file(each);
		expect(shown({ write: [path.join(root, "data")] })).toEqual(["mirror data", "read data/.git", "read data/a/node_modules"]);
	});

	it("shows none of the places where package managers keep credentials", () => {
		const kept = [
			...[".config/uv/x", ".local/share/uv/credentials/x", ".config/pnpm/rc", ".config/composer/auth.json", ".config/pypoetry/auth.toml"],
			...[".nuget/NuGet/NuGet.Config", ".cargo/credentials", ".gem/credentials", ".m2/settings.xml", ".gradle/gradle.properties"],
			...["a/uv.toml", "a/pip.conf", "a/bunfig.toml", "a/.bunfig.toml", "a/.yarnrc.yml", "a/NuGet.Config", "a/credentials.toml"],
		];
		for (const each of kept) {
			const folder = path.join(home, path.dirname(each).split("/")[0] ?? "");
			file(path.relative(root, path.join(folder, "seen.txt")));
			file(path.relative(root, path.join(home, each)));
			const mounts = shown({ read: [folder] });
			const told = path.relative(root, path.join(home, each));
			expect(mounts).toContain(`read ${path.relative(root, folder)}/seen.txt`);
			expect(mounts.filter((mount) => mount.startsWith("read ") && told.startsWith(mount.slice("read ".length)))).toEqual([]);
		}
		for (const each of [".pip/pip.conf", ".config/uv/uv.toml"]) {
			file(path.relative(root, path.join(home, each)));
			expect(refusal({ read: [path.join(home, path.dirname(each))] })).toBe("grant-protected");
		}
	});

	it("says of every name in it what the server may do with it", () => {
		file("data/a.txt");
		const planned = plan({
			write: [path.join(root, "data")],
			hidden: [path.join(root, "data/private")],
			hiddenNames: ["*.key", "notes/old"],
		});
		const mount = planned.ok ? planned.value.mounts.find(({ kind }) => kind === "mirror") : undefined;
		if (mount?.kind !== "mirror") throw new Error("no copy");
		const rules = (...relative: string[]) => relative.map((each) => mount.rule(each, null));
		expect(rules("a.txt", "a/b/c.ts", ".gitignore", "gitx")).toEqual(["write", "write", "write", "write"]);
		expect(rules(".env", "a/.npmrc", "private", "x/y.key", "a/notes/old", ".mcp.json")).toEqual(Array(6).fill("hidden"));
		expect(rules(".git", "a/.git", "package.json", "a/b/package.json", ".vscode", ".cursor", ".claude", ".husky")).toEqual(
			Array(8).fill("read"),
		);
		// As a file system without case, with short names, with streams or with forms of a letter would take them.
		const disguised = [".GIT", ".git ", ".git.", "GIT~1", ".git::$INDEX_ALLOCATION", ".g\u200cit", "PACKAGE.JSON", ".vſcode", "\uff0egit"];
		expect(rules(...disguised)).toEqual(Array(9).fill("read"));
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

	it("is shown whole where it is the server's own installed packages, and looked through where a person granted it", () => {
		for (const each of ["node_modules/m/index.js", "node_modules/m/.env"]) file(each);
		const read = [path.join(root, "node_modules")];
		expect(shown({ read })).toEqual(["read node_modules"]);
		expect(shown({ read, personal: read })).toEqual(["folder node_modules", "folder node_modules/m", "read node_modules/m/index.js"]);
		expect(shown({ read, hiddenNames: ["*.pem"] })).toEqual([
			"folder node_modules",
			"folder node_modules/m",
			"read node_modules/m/index.js",
		]);
		fs.rmSync(path.join(root, "node_modules"), { recursive: true });
		file("node_modules");
		expect(shown({ read })).toEqual(["read node_modules"]);
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
	});

	it("is not writable where a file that was granted by itself has a second name", () => {
		fs.mkdirSync(path.join(root, "data"));
		fs.linkSync(file("home/person/.profile"), path.join(root, "data/innocent"));
		expect(refusal({ write: [path.join(root, "data/innocent")] })).toBe("grant-protected");
	});

	it("does not show what has no readable name", () => {
		file("data/a.txt");
		fs.mkdirSync(Buffer.concat([Buffer.from(`${root}/data/`), Buffer.from([0xff, 0xfe])]));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "read data/a.txt"]);
	});

	it("leaves out sockets", async () => {
		file("data/a/x.txt");
		const server = net.createServer().listen(path.join(root, "data/s"));
		await new Promise((resolve) => server.once("listening", resolve));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "read data/a"]);
		server.close();
	});

	it("leaves out pipes, which could be written even where the folder is read-only", () => {
		file("data/a/x.txt");
		file("data/b/y.txt");
		execFileSync("mkfifo", [path.join(root, "data/b/pipe"), path.join(root, "data/b/.git")]);
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "read data/a", "folder data/b", "read data/b/y.txt"]);
	});

	it("does not grant what a link in it leads to", () => {
		file("data/a/x.txt");
		file("elsewhere/x.txt");
		fs.symlinkSync(path.join(root, "elsewhere"), path.join(root, "data/link"));
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["read data"]);
	});

	it("holds the command and the working folder under the names they have, links too", () => {
		const python = file("python/bin/python3");
		fs.mkdirSync(path.join(root, "venv/bin"), { recursive: true });
		fs.symlinkSync(python, path.join(root, "venv/bin/python"));
		fs.symlinkSync(path.join(root, "python"), path.join(root, "current"));
		const read = [path.join(root, "python")];
		expect(shown({ read, command: path.join(root, "venv/bin/python") })).toEqual(["read python", "link venv/bin/python"]);
		expect(shown({ read, cwd: path.join(root, "current/bin") })).toEqual(["link current", "read python"]);
	});

	it("is written where it is granted for writing inside one for reading", () => {
		for (const each of ["data/.env", "data/a/x.txt", "data/b/y.txt"]) file(each);
		expect(shown({ read: [path.join(root, "data")], write: [path.join(root, "data/a")] })).toEqual([
			"folder data",
			"mirror data/a",
			"read data/b",
		]);
		fs.rmSync(path.join(root, "data/.env"));
		expect(shown({ read: [path.join(root, "data")], write: [path.join(root, "data/a")] })).toEqual(["read data", "mirror data/a"]);
		expect(shown({ read: [path.join(root, "data/a")], write: [path.join(root, "data")] })).toEqual(["mirror data"]);
	});

	it("is one copy where folders inside it are granted too, and a file that hosts obey is written when it was granted by name", () => {
		for (const each of ["data/a/x.txt", "data/package.json", "data/.vscode/settings.json"]) file(each);
		const write = ["data/a", "data/a/x.txt", "data/package.json", "data", "data/.vscode/settings.json"].map((each) =>
			path.join(root, each),
		);
		expect(shown({ write })).toEqual(["mirror data", "read data/.vscode", "write data/.vscode/settings.json", "write data/package.json"]);
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

	it("for being the home, or above it", () => {
		for (const where of [home, path.dirname(home), root]) expect(refusal({ read: [where] })).toBe("grant-too-wide");
	});

	it("for leading elsewhere than when it was approved, itself or through a folder above it", () => {
		const secret = file("elsewhere/docs/x.txt");
		fs.mkdirSync(path.join(root, "project"));
		const docs = path.join(root, "project/docs");
		for (const target of [path.dirname(secret), home, "../elsewhere/docs"]) {
			fs.symlinkSync(target, docs);
			for (const mode of ["read", "write"]) expect(refusal({ [mode]: [docs] })).toBe("grant-changed");
			fs.unlinkSync(docs);
		}
		fs.symlinkSync(secret, docs);
		for (const mode of ["read", "write"]) expect(refusal({ [mode]: [docs] })).toBe("grant-changed");
		fs.symlinkSync(path.join(root, "elsewhere"), path.join(root, "moved"));
		for (const each of ["moved/docs", "moved/docs/x.txt"])
			for (const mode of ["read", "write"]) expect(refusal({ [mode]: [path.join(root, each)] })).toBe("grant-changed");
		expect(plan({ read: [docs] })).toMatchObject({
			problem: { message: expect.stringContaining(docs), remedy: expect.stringContaining("sallyport allow") },
		});
		expect(JSON.stringify(plan({ read: [docs] })), "where it leads is nobody's business").not.toContain("elsewhere/docs");
	});

	it("for leading elsewhere, also into the system", () => {
		fs.symlinkSync("/usr/share", path.join(root, "link"));
		expect(refusal({ read: [path.join(root, "link")] })).toBe("grant-changed");
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
		"app/.envrc",
		"app/.credentials.json",
		".claude/settings.json",
		".claude/projects/p/session.jsonl",
	])("for being a credential: %s", (name) => {
		const where = path.join(home, name);
		fs.mkdirSync(path.dirname(where), { recursive: true });
		fs.writeFileSync(where, "x");
		expect(refusal({ read: [where] })).toBe("grant-protected");
		expect(refusal({ write: [where] })).toBe("grant-protected");
	});

	it("not for being the settings of a host in a project, which may be read", () => {
		const where = file("data/.claude/settings.json");
		expect(refusal({ read: [where] })).toBe("granted");
		expect(refusal({ write: [path.dirname(where)] })).toBe("grant-protected");
		expect(refusal({ write: [where] }), "one by one, by name").toBe("granted");
	});

	it("for writing a file where every file is code", () => {
		for (const each of ["data/.git/config", "data/node_modules/m/index.js", "data/.husky/pre-commit"])
			expect(refusal({ write: [file(each)] })).toBe("grant-protected");
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

	it("has to lie at that very path, and not behind a link that took a folder's place", () => {
		const { dev, ino } = fs.statSync(file("elsewhere/x.txt"));
		fs.symlinkSync(path.join(root, "elsewhere"), path.join(root, "data"));
		const there: Mount = { kind: "read", at: path.join(root, "data/x.txt"), id: `${dev}:${ino}` };
		expect(checkMounts(process.pid, [there])).toMatchObject({ ok: false, problem: { code: "grant-changed" } });
		expect(checkMounts(process.pid, [{ ...there, at: path.join(root, "elsewhere/x.txt") }])).toMatchObject({ ok: true });
	});
});

describe("a protected name", () => {
	it("is hidden inside a granted folder: what direnv and Claude Code keep", () => {
		for (const each of ["data/.envrc", "data/a/.credentials.json", "data/a/x.txt"]) file(each);
		expect(shown({ read: [path.join(root, "data")] })).toEqual(["folder data", "folder data/a", "read data/a/x.txt"]);
		expect(OBEYED).toContain(".envrc");
	});
});
