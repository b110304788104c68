import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptBack, Rule } from "../../../src/platform/sandbox/mirror/mirror.ts";
import { type Mirrors, openMirrors } from "../../../src/platform/sandbox/mirror/mirrors.ts";

let root: string;
let folder: string;
let mirrors: Mirrors | null;
let keptBack: [string, KeptBack][];
let lost: boolean;

const rule = (relative: string): Rule => {
	const name = path.basename(relative);
	return name === ".env" ? "hidden" : [".git", "package.json", ".vscode"].includes(name) ? "read" : "write";
};

beforeEach(() => {
	root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "mirror-")));
	folder = path.join(root, "project");
	fs.mkdirSync(folder);
	keptBack = [];
	lost = false;
});

afterEach(() => {
	mirrors?.close();
	mirrors = null;
	fs.rmSync(root, { recursive: true, force: true });
});

function write(where: string, text: string): void {
	fs.mkdirSync(path.dirname(where), { recursive: true });
	fs.writeFileSync(where, text);
}

/** The server's copy. */
function open(): string {
	const { dev, ino } = fs.statSync(folder);
	const opened = openMirrors([{ at: folder, id: `${dev}:${ino}`, rule }], {
		folder: path.join(root, "copies"),
		onKeptBack: (where, why) => keptBack.push([path.relative(folder, where), why]),
		onLost: () => {
			lost = true;
		},
	});
	if (!opened.ok) throw new Error(opened.problem.message);
	mirrors = opened.value;
	return mirrors.copies.get(folder) ?? "";
}

/** `path=content`, links as `path->target`, empty folders as `path/`. */
function tree(where: string): string[] {
	const entries = fs.readdirSync(where, { withFileTypes: true, recursive: true });
	return entries
		.map((entry) => {
			const at = path.join(entry.parentPath, entry.name);
			const name = path.relative(where, at);
			if (entry.isSymbolicLink()) return `${name}->${fs.readlinkSync(at)}`;
			if (entry.isDirectory()) return fs.readdirSync(at).length === 0 ? `${name}/` : "";
			return entry.isFile() ? `${name}=${fs.readFileSync(at, "utf8")}` : `${name}!`;
		})
		.filter((each) => each !== "")
		.sort();
}

const settle = async (): Promise<void> => {
	await mirrors?.settle();
};

describe("a folder that is granted for writing", () => {
	it("is shown without what no server may read, links and empty folders as they are", () => {
		for (const each of ["a.txt", "deep/b.txt", ".env", "deep/.env", "package.json"]) write(path.join(folder, each), each);
		fs.symlinkSync("/etc/hostname", path.join(folder, "link"));
		fs.mkdirSync(path.join(folder, "empty"));
		fs.mkdirSync(path.join(folder, ".git"));
		const copy = open();
		expect(tree(copy)).toEqual([
			".git/",
			"a.txt=a.txt",
			"deep/b.txt=deep/b.txt",
			"empty/",
			"link->/etc/hostname",
			"package.json=package.json",
		]);
	});

	it("has what the server wrote by the time its answer is passed on", async () => {
		write(path.join(folder, "a.txt"), "old");
		write(path.join(folder, "gone.txt"), "old");
		write(path.join(folder, "tree/x/y.txt"), "old");
		const copy = open();
		fs.writeFileSync(path.join(copy, "a.txt"), "new");
		fs.unlinkSync(path.join(copy, "gone.txt"));
		fs.rmSync(path.join(copy, "tree"), { recursive: true });
		write(path.join(copy, "made/in/one/go.txt"), "new");
		await settle();
		expect(tree(folder)).toEqual(["a.txt=new", "made/in/one/go.txt=new"]);
		expect(keptBack).toEqual([]);
	});

	it("shows the server at once what somebody else did in it", async () => {
		write(path.join(folder, "a.txt"), "old");
		write(path.join(folder, "tree/x/y.txt"), "old");
		const copy = open();
		write(path.join(folder, "new/folder/b.txt"), "new");
		write(path.join(root, "saved"), "as editors save");
		fs.renameSync(path.join(root, "saved"), path.join(folder, "a.txt"));
		fs.rmSync(path.join(folder, "tree"), { recursive: true });
		write(path.join(folder, ".env"), "secret");
		await settle();
		expect(tree(copy)).toEqual(["a.txt=as editors save", "new/folder/b.txt=new"]);
		write(path.join(folder, "new/folder/c.txt"), "new");
		await settle();
		expect(tree(copy)).toContain("new/folder/c.txt=new");
	});

	it("is followed where a folder takes another one's place", async () => {
		write(path.join(folder, "src/a.txt"), "old");
		const copy = open();
		fs.renameSync(path.join(folder, "src"), path.join(root, "src.old"));
		write(path.join(folder, "src/b.txt"), "new");
		await settle();
		expect(tree(copy)).toEqual(["src/b.txt=new"]);
		write(path.join(folder, "src/c.txt"), "new");
		write(path.join(copy, "src/d.txt"), "new");
		await settle();
		expect(tree(copy)).toEqual(["src/b.txt=new", "src/c.txt=new", "src/d.txt=new"]);
		expect(tree(folder)).toEqual(tree(copy));
	});

	it("keeps a file that both have open the same file", async () => {
		write(path.join(folder, "log"), "1");
		const copy = open();
		const [o, i] = [fs.statSync(path.join(folder, "log")).ino, fs.statSync(path.join(copy, "log")).ino];
		fs.appendFileSync(path.join(copy, "log"), "2");
		await settle();
		fs.appendFileSync(path.join(folder, "log"), "3");
		await settle();
		expect(fs.readFileSync(path.join(copy, "log"), "utf8")).toBe("123");
		expect([fs.statSync(path.join(folder, "log")).ino, fs.statSync(path.join(copy, "log")).ino]).toEqual([o, i]);
	});

	it("gets no protected name, however it is made, and what is there keeps its content", async () => {
		write(path.join(folder, "package.json"), "{}");
		write(path.join(folder, "sub/a.txt"), "a");
		const copy = open();
		fs.writeFileSync(path.join(copy, "package.json"), "evil");
		fs.mkdirSync(path.join(copy, "x"));
		write(path.join(copy, "x/hooks/pre-commit"), "evil");
		fs.renameSync(path.join(copy, "x"), path.join(copy, ".git"));
		write(path.join(copy, ".vscode/tasks.json"), "evil");
		write(path.join(copy, "sub/.git/config"), "evil");
		write(path.join(copy, "sub/package.json"), "evil");
		write(path.join(copy, ".env"), "evil");
		fs.linkSync(path.join(copy, "sub/a.txt"), path.join(copy, "sub/.env"));
		await settle();
		mirrors?.close();
		expect(tree(folder)).toEqual(["package.json={}", "sub/a.txt=a"]);
		expect(keptBack.map(([where]) => where).sort()).toEqual([
			".env",
			".git",
			".vscode",
			"package.json",
			"sub/.env",
			"sub/.git",
			"sub/package.json",
		]);
		expect(new Set(keptBack.map(([, why]) => why))).toEqual(new Set(["protected"]));
	});

	it("does not get a protected name back that somebody removed or moved away", async () => {
		for (const each of [".git/config", ".vscode/tasks.json", "sub/.git/config", "package.json"]) write(path.join(folder, each), each);
		write(path.join(folder, "a.txt"), "a");
		const copy = open();
		for (const each of [".git/planted", ".vscode/tasks.json", "sub/.git/hooks/x"]) write(path.join(copy, each), "evil");
		await settle();
		for (const each of [".git", ".vscode", "package.json"]) fs.rmSync(path.join(folder, each), { recursive: true });
		fs.renameSync(path.join(folder, "sub/.git"), path.join(root, "git"));
		await settle();
		expect(tree(folder)).toEqual(["a.txt=a", "sub/"]);
		write(path.join(copy, "a.txt"), "b");
		fs.rmSync(path.join(folder, "sub"), { recursive: true });
		await settle();
		mirrors?.close();
		expect(tree(folder)).toEqual(["a.txt=b"]);
	});

	it("gets no link, pipe or socket of the server's, and nothing is written through one", async () => {
		write(path.join(root, "outside/target.txt"), "mine");
		fs.symlinkSync(path.join(root, "outside"), path.join(folder, "theirs"));
		const copy = open();
		fs.symlinkSync("../outside/target.txt", path.join(copy, "link"));
		fs.symlinkSync(path.join(root, "outside"), path.join(copy, ".vscode"));
		execFileSync("mkfifo", [path.join(copy, "pipe")]);
		fs.unlinkSync(path.join(copy, "theirs"));
		write(path.join(copy, "theirs/target.txt"), "evil");
		await settle();
		mirrors?.close();
		expect(tree(folder)).toEqual(["theirs/target.txt=evil"]);
		expect(tree(path.join(root, "outside"))).toEqual(["target.txt=mine"]);
		expect(keptBack.sort()).toEqual([
			[".vscode", "protected"],
			["link", "link"],
			["pipe", "special"],
		]);
	});

	it("does not read a link that takes a file's place, nor a file behind a folder that became one", async () => {
		write(path.join(root, "secret/a.txt"), "secret");
		write(path.join(folder, "sub/a.txt"), "a");
		const copy = open();
		fs.renameSync(path.join(copy, "sub"), path.join(copy, "moved"));
		fs.symlinkSync(path.join(root, "secret"), path.join(copy, "sub"));
		await settle();
		mirrors?.close();
		expect(tree(folder).join()).not.toContain("secret");
	});

	it("is the same for two servers that work in it", async () => {
		write(path.join(folder, "a.txt"), "0");
		const one = open();
		const first = mirrors;
		const two = open();
		const both = async (): Promise<void> => {
			for (let i = 0; i < 3; i++) for (const each of [first, mirrors]) await each?.settle();
		};
		fs.writeFileSync(path.join(one, "a.txt"), "1");
		fs.mkdirSync(path.join(two, "d"));
		await both();
		write(path.join(one, "d/x"), "x");
		fs.appendFileSync(path.join(two, "a.txt"), "2");
		await both();
		for (const each of [one, two, folder]) expect(tree(each)).toEqual(["a.txt=12", "d/x=x"]);
		fs.rmSync(path.join(two, "d"), { recursive: true });
		await both();
		for (const each of [one, two, folder]) expect(tree(each)).toEqual(["a.txt=12"]);
		first?.close();
		expect(tree(folder)).toEqual(["a.txt=12"]);
	});

	it("leaves a file's second name as it was", async () => {
		write(path.join(root, "other"), "both");
		fs.linkSync(path.join(root, "other"), path.join(folder, "a.txt"));
		const copy = open();
		fs.writeFileSync(path.join(copy, "a.txt"), "new");
		await settle();
		expect(fs.readFileSync(path.join(folder, "a.txt"), "utf8")).toBe("new");
		expect(fs.readFileSync(path.join(root, "other"), "utf8")).toBe("both");
	});

	it("keeps what is protected or new in a folder that the server removes", async () => {
		for (const each of ["sub/a.txt", "sub/package.json"]) write(path.join(folder, each), each);
		const copy = open();
		fs.rmSync(path.join(copy, "sub"), { recursive: true });
		write(path.join(folder, "sub/new.txt"), "new");
		await settle();
		expect(tree(folder)).toEqual(["sub/new.txt=new", "sub/package.json=sub/package.json"]);
	});

	it("takes no set-id bits, and keeps the others", async () => {
		const copy = open();
		write(path.join(copy, "run"), "x");
		fs.chmodSync(path.join(copy, "run"), 0o4755);
		await settle();
		expect(fs.statSync(path.join(folder, "run")).mode & 0o7777).toBe(0o755);
	});

	it("has everything in the end, also what no event told of", async () => {
		const copy = open();
		for (let i = 0; i < 3000; i++) fs.writeFileSync(path.join(copy, `${i}.txt`), String(i));
		mirrors?.close();
		expect(fs.readdirSync(folder)).toHaveLength(3000);
	});

	it.each([1, 2, 3, 4, 5, 6, 7, 8])("is what the server made of it after any changes, but for what is not passed on (%i)", async (seed) => {
		let state = seed * 7919;
		const pick = <T>(from: readonly T[]): T => {
			state = (state * 1103515245 + 12345) % 2147483648;
			return from[Math.floor((state / 2147483648) * from.length)] as T;
		};
		const names = ["a", "b", "c", "d", ".git", "package.json", ".env"];
		const anywhere = (): string => path.join(copy, ...Array.from({ length: pick([1, 1, 2, 3]) }, () => pick(names)));
		for (const each of ["a/b/c", "b/a", "c", "d/package.json", "package.json"]) write(path.join(folder, each), "outside");
		const copy = open();
		// This program looks at the copy, too: folders stay open to it.
		const chmod = (at: string, mode: number): void => fs.chmodSync(at, fs.statSync(at).isDirectory() ? mode | 0o700 : mode);
		const changes: (() => unknown)[] = [
			() => fs.writeFileSync(anywhere(), String(state)),
			() => fs.appendFileSync(anywhere(), String(state)),
			() => fs.mkdirSync(anywhere(), { recursive: true }),
			() => fs.renameSync(anywhere(), anywhere()),
			() => fs.renameSync(anywhere(), anywhere()),
			() => fs.rmSync(anywhere(), { recursive: true, force: true }),
			// Links that lead nowhere: this program would follow them.
			() => fs.symlinkSync(path.join(root, "nowhere"), anywhere()),
			() => fs.linkSync(anywhere(), anywhere()),
			() => chmod(anywhere(), pick([0o600, 0o644, 0o755])),
		];
		for (let i = 0; i < 300; i++) {
			try {
				pick(changes)();
			} catch {}
			if (pick([true, false, false])) await new Promise((resolve) => setImmediate(resolve));
		}
		const isOrdinary = (each: string): boolean => !each.split("/").some((name) => [".git", "package.json", ".env"].includes(name));
		const files = (where: string): string[] => tree(where).filter((each) => /^[^=]*=/.test(each));
		const made = files(copy).filter((each) => isOrdinary(each.replace(/=.*/s, "")));
		mirrors?.close();
		const outside = fs.readdirSync(folder, { recursive: true }).map(String);
		expect(outside.filter((each) => fs.lstatSync(path.join(folder, each)).isSymbolicLink())).toEqual([]);
		expect(files(folder).filter((each) => isOrdinary(each.replace(/=.*/s, "")))).toEqual(made);
		// What is protected is what was there, in its place.
		const left = outside.filter((each) => !isOrdinary(each));
		expect(left.sort()).toEqual(["d/package.json", "package.json"]);
		for (const each of left) expect(fs.readFileSync(path.join(folder, each), "utf8")).toBe("outside");
	});

	it("leaves no copy behind, however deep, and takes away a dead launcher's", () => {
		const space = /\d+/.exec(fs.readlinkSync("/proc/self/ns/pid"))?.[0];
		write(path.join(root, `copies/999999999-${space}-dead/copies/0/a/b.txt`), "x");
		fs.chmodSync(path.join(root, "copies"), 0o700);
		const copy = open();
		expect(fs.readdirSync(path.join(root, "copies"))).toHaveLength(1);
		let deep = copy;
		for (let i = 0; i < 300; i++) {
			deep = path.join(deep, "d");
			fs.mkdirSync(deep);
		}
		mirrors?.close();
		expect(fs.readdirSync(path.join(root, "copies"))).toEqual([]);
	});

	it.each([
		["its copy", (copy: string) => fs.rmSync(path.dirname(path.dirname(copy)), { recursive: true })],
		["its copy, by another program", (copy: string) => execFileSync("rm", ["-rf", path.dirname(path.dirname(copy))])],
		["all copies", (copy: string) => fs.rmSync(path.resolve(copy, "../../.."), { recursive: true })],
		["all copies, into the waste bin", (copy: string) => fs.renameSync(path.resolve(copy, "../../.."), path.join(root, "bin"))],
	])("keeps everything when somebody removes %s", async (_what, remove) => {
		for (let i = 0; i < 40; i++) write(path.join(folder, `d${i % 4}/${i}.txt`), String(i));
		const before = tree(folder);
		const copy = open();
		remove(copy);
		if (fs.existsSync(path.join(root, "bin"))) fs.rmSync(path.join(root, "bin"), { recursive: true });
		await settle();
		await settle();
		mirrors?.close();
		expect(tree(folder)).toEqual(before);
		expect(lost).toBe(true);
	});

	it("keeps what the server made unreadable, and what cannot be looked at", async () => {
		write(path.join(folder, "sub/a.txt"), "a");
		const copy = open();
		fs.chmodSync(path.join(copy, "sub"), 0);
		await settle();
		mirrors?.close();
		expect(tree(folder)).toEqual(["sub/a.txt=a"]);
		expect(fs.existsSync(copy)).toBe(false);
	});

	it("is given up when it is removed as a whole", async () => {
		write(path.join(folder, "a.txt"), "a");
		open();
		fs.rmSync(folder, { recursive: true });
		await settle();
		expect(lost).toBe(true);
	});

	it("is not filled with a file of the server's that is too large to be copied", async () => {
		const copy = open();
		fs.writeFileSync(path.join(copy, "sparse"), "");
		fs.truncateSync(path.join(copy, "sparse"), 1024 ** 4);
		await settle();
		expect(keptBack).toEqual([["sparse", "too-large"]]);
		expect(tree(folder)).toEqual([]);
	});

	it("is refused when it is another one than was looked at, or too large", () => {
		const copies = { folder: path.join(root, "copies"), onKeptBack: () => {}, onLost: () => {} };
		expect(openMirrors([{ at: folder, id: "1:1", rule }], copies)).toMatchObject({ ok: false, problem: { code: "grant-changed" } });
		fs.writeFileSync(path.join(folder, "big"), "");
		fs.truncateSync(path.join(folder, "big"), 1024 ** 3 + 1);
		const { dev, ino } = fs.statSync(folder);
		expect(openMirrors([{ at: folder, id: `${dev}:${ino}`, rule }], copies)).toMatchObject({
			ok: false,
			problem: { code: "grant-too-large" },
		});
		expect(fs.readdirSync(path.join(root, "copies"))).toEqual([]);
	});
});
