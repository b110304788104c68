import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodedMemory } from "../../../src/platform/coded-memory.ts";
import { claimHash, hashAnew, openHashCache } from "../../../src/platform/executable/hash.ts";
import { parseShebang, resolveExecutable } from "../../../src/platform/executable/resolve.ts";
import { describeScript } from "../../../src/platform/executable/script.ts";

let folder: string;
let userHome: string;
let workspace: string;

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-executable-")));
	userHome = make("people/ann");
	workspace = make("people/ann/code/project");
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function make(name: string): string {
	fs.mkdirSync(path.join(folder, name), { recursive: true });
	return path.join(folder, name);
}

function write(file: string, text = "", mode = 0o755): string {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, text);
	fs.chmodSync(file, mode);
	return file;
}

function find(command: string, PATH: string, cwd = workspace) {
	return resolveExecutable(command, { cwd, path: PATH, untrusted: [workspace] });
}

function found(command: string, PATH = "/usr/bin:/bin", cwd = workspace) {
	const result = find(command, PATH, cwd);
	if (!result.ok) throw new Error(result.problem.message);
	return result.value;
}

describe("a bare name", () => {
	it("is found in PATH, by its real path", () => {
		const real = write(path.join(folder, "opt/tool-1/bin/tool"));
		fs.mkdirSync(path.join(folder, "bin"));
		fs.symlinkSync(real, path.join(folder, "bin/tool"));
		expect(found("tool", `/nonexistent:${folder}/bin`)).toEqual({
			path: real,
			argv: [real],
			interpreter: null,
			readRoots: [real],
			mutable: true,
		});
	});

	it("needs nothing more than the system when it is the system's", () => {
		expect(found("cat")).toMatchObject({ interpreter: null, readRoots: [] });
	});

	it("is never taken from the workspace, from a folder that anyone may write, or from a relative entry", () => {
		const real = write(path.join(folder, "good/tool"));
		write(path.join(workspace, "bin/tool"));
		write(path.join(workspace, "tool"));
		write(path.join(folder, "open/tool"));
		fs.chmodSync(path.join(folder, "open"), 0o777);
		fs.symlinkSync(path.join(workspace, "bin"), path.join(folder, "alias"));
		const PATH = ["", ".", "bin", path.join(workspace, "bin"), path.join(folder, "alias"), path.join(folder, "open")].join(":");
		expect(find("tool", PATH)).toMatchObject({ ok: false, problem: { code: "command-not-found" } });
		expect(found("tool", `${PATH}:${folder}/good`).path).toBe(real);
	});

	it("is not a folder, nor a file that may not be executed", () => {
		make("a/tool");
		write(path.join(folder, "b/tool"), "", 0o644);
		expect(find("tool", `${folder}/a:${folder}/b`).ok).toBe(false);
	});

	it("is refused when anyone may write the file", () => {
		write(path.join(folder, "good/tool"), "", 0o777);
		expect(find("tool", `${folder}/good`)).toMatchObject({ ok: false, problem: { code: "command-writable" } });
	});
});

describe("a path", () => {
	it("starts at the working folder", () => {
		const file = write(path.join(workspace, "bin/tool"));
		expect(found("./bin/tool", "").path).toBe(file);
		expect(found("../project/bin/tool", "").path).toBe(file);
		expect(found(file, "").path).toBe(file);
		expect(find("bin/absent", "")).toMatchObject({ ok: false, problem: { code: "command-not-found" } });
	});
});

describe("a link", () => {
	it("does not hide a shell", () => {
		fs.symlinkSync("/bin/sh", path.join(workspace, "server"));
		expect(find("./server", "")).toMatchObject({ ok: false, problem: { code: "launch-runner" } });
	});
});

describe("a script", () => {
	it("brings its interpreter", () => {
		const node = write(path.join(folder, "node/bin/node"), "\x7fELF");
		const script = write(path.join(workspace, "server"), "#!/usr/bin/env -S node --no-warnings\r\n");
		expect(found("./server", `${folder}/node/bin`)).toEqual({
			path: script,
			argv: [node, "--no-warnings", script],
			interpreter: { path: node, args: ["--no-warnings"] },
			readRoots: [node, script],
			mutable: true,
		});
	});

	it("never takes its interpreter from the workspace", () => {
		write(path.join(workspace, "bin/node"));
		write(path.join(workspace, "server"), "#!/usr/bin/env node\n");
		expect(find("./server", `${workspace}/bin`)).toMatchObject({ ok: false, problem: { code: "command-not-found" } });
	});

	it("is refused when its first line is not understood, or leads in a circle", () => {
		for (const line of [
			"#!node",
			"#!/usr/bin/env",
			"#!/usr/bin/env -i node",
			"#!/usr/bin/env A=b node",
			"#!/usr/bin/env -S node '$X'",
			"#!/usr/bin/env node --x",
		]) {
			write(path.join(workspace, "server"), `${line}\n`);
			expect(find("./server", "/usr/bin")).toMatchObject({ ok: false, problem: { code: "command-script" } });
		}
		const self = path.join(workspace, "self");
		write(self, `#!${self}\n`);
		expect(find("./self", "")).toMatchObject({ ok: false, problem: { code: "command-script" } });
	});

	it("is refused when its interpreter is a script too, which nothing would pin", () => {
		const middle = write(path.join(folder, "good/node"), "#!/bin/sh\n");
		write(path.join(workspace, "server"), `#!${middle}\n`);
		expect(find("./server", "/usr/bin")).toMatchObject({ ok: false, problem: { code: "command-script" } });
	});

	it("hands the kernel's one argument on", () => {
		expect(parseShebang("/usr/bin/python3 -s -u")).toEqual({ command: "/usr/bin/python3", args: ["-s -u"] });
	});
});

describe("a version manager", () => {
	function manager(versions: readonly string[], chosen: string | null): string {
		const root = path.join(userHome, ".pyenv");
		for (const version of versions) {
			write(path.join(root, "versions", version, "bin/python3.11"), "\x7fELF");
			fs.symlinkSync("python3.11", path.join(root, "versions", version, "bin/python3"));
			make(path.relative(folder, path.join(root, "versions", version, "lib")));
		}
		write(path.join(root, "shims/python3"), `#!/usr/bin/env bash\nexec "${root}/libexec/pyenv" exec "$program" "$@"\n`);
		if (chosen !== null) write(path.join(root, "version"), `${chosen}\n`, 0o644);
		return root;
	}

	it("is followed to the version it would choose, without being run", () => {
		const root = manager(["3.11.7", "3.12.1"], "3.11.7");
		const python = path.join(root, "versions/3.11.7/bin/python3.11");
		expect(found("python3", `${root}/shims:/usr/bin`)).toEqual({
			path: python,
			argv: [python],
			interpreter: null,
			readRoots: [path.join(root, "versions/3.11.7")],
			mutable: true,
		});
	});

	it("reads the nearest version file, and completes a short version", () => {
		const root = manager(["3.9.18", "3.11.7", "3.11.12"], "3.9.18");
		write(path.join(workspace, ".python-version"), "3.11 # chosen here\n", 0o644);
		expect(found("python3", `${root}/shims`).readRoots).toEqual([path.join(root, "versions/3.11.12")]);
	});

	it("stands for the system's program when it says so", () => {
		const root = manager([], "system");
		const python = write(path.join(folder, "sys/python3"), "\x7fELF");
		expect(found("python3", `${root}/shims:${folder}/sys`).path).toBe(python);
	});

	it("never leads out of its versions", () => {
		const root = manager(["3.11.7"], "../../../evil");
		write(path.join(folder, "people/evil/bin/python3"));
		expect(find("python3", `${root}/shims`)).toMatchObject({ ok: false, problem: { code: "command-shim" } });
	});

	it("is refused when it is one that cannot be followed", () => {
		write(path.join(userHome, ".asdf/shims/node"), '#!/usr/bin/env bash\nexec asdf exec "node" "$@"\n');
		expect(find("node", path.join(userHome, ".asdf/shims"))).toMatchObject({ ok: false, problem: { code: "command-shim" } });
		write(path.join(userHome, "volta/volta-shim"), "\x7fELF");
		fs.symlinkSync("volta-shim", path.join(userHome, "volta/node"));
		expect(find("node", path.join(userHome, "volta"))).toMatchObject({ ok: false, problem: { code: "command-shim" } });
	});
});

describe("a virtual environment", () => {
	it("is started through its own path, and needs its base as well", () => {
		const base = write(path.join(folder, "python/bin/python3.11"), "\x7fELF");
		make("python/lib");
		const environment = path.join(workspace, ".venv");
		write(path.join(environment, "pyvenv.cfg"), "", 0o644);
		fs.mkdirSync(path.join(environment, "bin"));
		fs.symlinkSync(base, path.join(environment, "bin/python"));
		const command = path.join(environment, "bin/python");
		const roots = [environment, path.join(folder, "python")];
		expect(found(".venv/bin/python")).toEqual({ path: base, argv: [command], interpreter: null, readRoots: roots, mutable: true });
		const script = write(path.join(environment, "bin/mcp-server"), `#!${command}\n`);
		expect(found(script)).toEqual({
			path: script,
			argv: [command, script],
			interpreter: { path: base, args: [] },
			readRoots: [...roots, script],
			mutable: true,
		});
	});

	it("works with a real Python, by the answer", () => {
		const python = found("python3", "/usr/bin").argv[0];
		const environment = path.join(workspace, "env");
		execFileSync(python, ["-m", "venv", "--without-pip", environment]);
		const { argv } = found("./env/bin/python");
		expect(execFileSync(argv[0], ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" }).trim()).toBe(environment);
	});
});

describe("the script of an interpreter", () => {
	function script(name: string, interpreter: "node" | "python" = "node") {
		const hashes = openHashCache(make("state"), null);
		return describeScript(name, { cwd: workspace, interpreter, workspace, userHome, hashes });
	}

	function roots(name: string, interpreter: "node" | "python" = "node") {
		const result = script(name, interpreter);
		if (!result.ok) throw new Error(result.problem.message);
		return result.value.readRoots.map((root) => path.relative(userHome, root));
	}

	it("is found as Node finds it, and hashed", () => {
		const file = write(path.join(workspace, "dist/index.js"), "1");
		const sha256 = createHash("sha256").update("1").digest("hex");
		for (const name of ["dist", "dist/index", "dist/index.js", file])
			expect(script(name)).toMatchObject({ ok: true, value: { path: file, sha256, mutable: true } });
		const main = write(path.join(workspace, "lib/start.js"), "2");
		write(path.join(workspace, "package.json"), '{"main":"lib/start"}', 0o644);
		expect(script(".")).toMatchObject({ ok: true, value: { path: main } });
		expect(script("absent")).toMatchObject({ ok: false, problem: { code: "script-not-found" } });
		expect(script("dist", "python")).toMatchObject({ ok: false, problem: { code: "script-not-found" } });
	});

	it("reads its package", () => {
		write(path.join(userHome, "dev/server/package.json"), "{}");
		write(path.join(userHome, "dev/server/build/index.js"));
		make("people/ann/dev/node_modules");
		expect(roots("../../dev/server/build/index.js")).toEqual(["dev/node_modules", "dev/server"]);
	});

	it("reads the packages beside it when it is installed", () => {
		write(path.join(workspace, "node_modules/@a/b/dist/x.js"));
		write(path.join(workspace, "node_modules/@a/b/package.json"));
		expect(roots("node_modules/@a/b/dist/x.js")).toEqual(["code/project/node_modules"]);
	});

	it("never opens the workspace: its own folder and the packages are enough", () => {
		write(path.join(workspace, "package.json"), "{}");
		write(path.join(workspace, ".env"), "A=b");
		write(path.join(workspace, "dist/index.js"));
		make("people/ann/code/project/node_modules");
		expect(roots("dist/index.js")).toEqual(["code/project/dist", "code/project/node_modules", "code/project/package.json"]);
	});

	it("opens no more than the code beside a script that lies in the workspace itself", () => {
		for (const name of ["server.py", "helper.py", ".hidden.py", "notes.txt", "secrets.json", "pkg/__init__.py", "data/x.csv"])
			write(path.join(workspace, name));
		write(path.join(workspace, "pyproject.toml"));
		expect(roots("server.py", "python")).toEqual(["helper.py", "pkg", "pyproject.toml", "server.py"].map((name) => `code/project/${name}`));
	});

	it("never opens the home", () => {
		write(path.join(userHome, "package.json"), "{}");
		write(path.join(userHome, "server.js"));
		write(path.join(userHome, "diary.txt"));
		make("people/ann/node_modules");
		expect(roots("../../server.js")).toEqual(["server.js"]);
	});
});

describe("hashes", () => {
	it("are those of the content, also after it changed within one clock tick", () => {
		const file = write(path.join(folder, "file"), "one");
		const hashes = openHashCache(make("state"), null);
		expect(hashes.hash(file)).toEqual({ ok: true, value: createHash("sha256").update("one").digest("hex") });
		write(file, "two");
		expect(hashes.hash(file)).toEqual({ ok: true, value: createHash("sha256").update("two").digest("hex") });
	});

	/** A code as a vault's key makes it. */
	const keyed = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("hex");
	const later = () => Date.now() + 60_000;
	const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

	it("are remembered for files that have settled, privately, and forgotten when the file is replaced", () => {
		const file = write(path.join(folder, "file"), "one");
		const state = make("state");
		openHashCache(state, keyed("k"), later).hash(file);
		const cache = path.join(state, "hashes.json");
		expect(fs.statSync(cache).mode & 0o777).toBe(0o600);
		// The same entry of another content, by who has the key, proves that the memory is used at all.
		const memory = new CodedMemory(cache, "hashes");
		const fact = memory.recall(file)?.fact ?? "";
		memory.remember(file, fact.replace(/[0-9a-f]{64}$/, "0".repeat(64)), keyed("k"), Date.now());
		expect(openHashCache(state, keyed("k"), later).hash(file)).toEqual({ ok: true, value: "0".repeat(64) });
		// What a server might have written through a mapping is read again, whatever its times say.
		expect(hashAnew(file)).toEqual({ ok: true, value: sha256("one") });
		write(`${file}.new`, "one");
		fs.renameSync(`${file}.new`, file);
		expect(openHashCache(state, keyed("k"), later).hash(file)).toEqual({ ok: true, value: sha256("one") });
	});

	it("are believed from nobody who has not the key, and then of nobody", () => {
		const file = write(path.join(folder, "file"), "one");
		const state = make("state");
		const cache = path.join(state, "hashes.json");
		const forge = () => {
			const memory = new CodedMemory(cache, "hashes");
			openHashCache(state, keyed("k"), later).hash(file);
			memory.remember(file, (memory.recall(file)?.fact ?? "").replace(/[0-9a-f]{64}$/, "0".repeat(64)), keyed("forger"), Date.now());
		};
		forge();
		expect(openHashCache(state, keyed("k"), later).hash(file)).toEqual({ ok: true, value: sha256("one") });
		forge();
		expect(openHashCache(state, null, later).hash(file)).toEqual({ ok: true, value: sha256("one") });
		for (const key of [keyed("k"), null]) {
			forge();
			const claimed = claimHash(file, state, later);
			expect(claimed).toMatchObject({ ok: true, value: { sha256: "0".repeat(64) } });
			expect(claimed.ok && claimed.value.prove(key)).toEqual({ ok: true, value: sha256("one") });
		}
	});

	it("are believed of no other file and of no other memory", () => {
		const [one, two] = [write(path.join(folder, "one"), "one"), write(path.join(folder, "two"), "two")];
		const state = make("state");
		for (const file of [one, two]) openHashCache(state, keyed("k"), later).hash(file);
		const cache = path.join(state, "hashes.json");
		const { entries } = JSON.parse(fs.readFileSync(cache, "utf8"));
		entries[two].fact = entries[one].fact;
		entries[two].code = entries[one].code;
		fs.writeFileSync(cache, JSON.stringify({ version: 2, entries }));
		const memory = new CodedMemory(cache, "hashes");
		expect([memory.recall(one)?.isCoded(keyed("k")), memory.recall(two)?.isCoded(keyed("k"))]).toEqual([true, false]);
		expect(new CodedMemory(cache, "packages").recall(one)?.isCoded(keyed("k"))).toBe(false);
	});

	it("are remembered once they are proved, so that the next time nothing is read", () => {
		const file = write(path.join(folder, "file"), "one");
		const state = make("state");
		const first = claimHash(file, state, later);
		expect(fs.existsSync(path.join(state, "hashes.json"))).toBe(false);
		expect(first.ok && first.value.prove(keyed("k"))).toEqual({ ok: true, value: sha256("one") });
		expect(new CodedMemory(path.join(state, "hashes.json"), "hashes").recall(file)?.isCoded(keyed("k"))).toBe(true);
	});

	it.each(["", "{", "[]", '{"version":1}', '{"version":2,"entries":{"/x":{"fact":"1"}}}'])("survive a cache that holds %j", (text) => {
		const file = write(path.join(folder, "file"), "one");
		const state = make("state");
		write(path.join(state, "hashes.json"), text);
		expect(openHashCache(state, keyed("k"), later).hash(file).ok).toBe(true);
		expect(JSON.parse(fs.readFileSync(path.join(state, "hashes.json"), "utf8"))).toMatchObject({ version: 2 });
	});

	it("are not made of what is no regular file", () => {
		const hashes = openHashCache(make("state"), null);
		for (const file of ["/dev/null", folder, path.join(folder, "absent")])
			expect(hashes.hash(file)).toMatchObject({ ok: false, problem: { code: "file-unreadable" } });
	});
});
