import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { packageWork } from "../../../../src/platform/packages/kinds.ts";
import { removeTree } from "../../../../src/platform/packages/tree.ts";
import { verifyInstalled } from "../../../../src/platform/packages/verify.ts";
import { offer } from "./test-index.ts";
import { dependency, launch, server, useTrial } from "./trial.ts";
import { serverModule, type TestWheel } from "./wheel.ts";

const trial = useTrial();

/** Does with pip what uv's documentation says of the two commands that it is given: a lock with hashes, and an installation of exactly it. */
const STAND_IN = `
import glob, hashlib, os, subprocess, sys
value = lambda name: next(each.split("=", 1)[1] for each in sys.argv if each.startswith("--" + name + "="))
def pip(*words):
    done = subprocess.run([sys.executable, "-m", "pip", *words, "--disable-pip-version-check", "--only-binary=:all:", "--index-url", os.environ["UV_DEFAULT_INDEX"]])
    if done.returncode:
        sys.exit(done.returncode)
if sys.argv[2] == "compile":
    pip("download", "--dest", "wheels", "-r", sys.argv[-1])
    with open(value("output-file"), "w") as lock:
        for file in sorted(glob.glob("wheels/*.whl")):
            name, version = os.path.basename(file).split("-")[:2]
            digest = hashlib.sha256(open(file, "rb").read()).hexdigest()
            lock.write(f"{name.replace('_', '-')}=={version} \\\\\\n    --hash=sha256:{digest}\\n")
else:
    pip("install", "--require-hashes", "--no-deps", "--no-compile", "--target", value("target"), "-r", value("requirement"))
    open(os.path.join(value("target"), ".lock"), "w").close()
`;

describe("a server of Python's registry", () => {
	it.each([
		["uvx", false],
		["uvx", true],
		["pipx run", false],
	])("is installed by %s once (JSON index: %s), and runs offline", async (runner, json) => {
		const index = await trial.serve([offer(server), offer(dependency)], { json });
		const line = [...runner.split(" "), "tool-server"];
		const stored = await trial.install(line, { PIP_INDEX_URL: index.url });
		expect(stored).toMatchObject({ registry: "python", name: "tool-server", version: "1.2.3", skippedScripts: [] });
		expect(stored.packages.map(([, name, version]) => `${name} ${version}`)).toEqual(["tool-server 1.2.3", "tool-words 1.0"]);
		expect(stored.integrity).toMatch(/^sha256-[A-Za-z0-9+/]{43}=$/);
		expect(trial.progress[0]).toContain(runner === "uvx" ? "with pip, for uv is not in PATH" : "with pip, from");
		const asked = index.requests.length;
		expect(await trial.talk(line, stored)).toBe("from the dependency");
		expect(index.requests).toHaveLength(asked);
		expect(verifyInstalled(trial.home, stored)).toMatchObject({ ok: true });
	});

	it("is there once, however often and by whichever line it is installed", async () => {
		const index = await trial.serve([offer(server), offer(dependency)]);
		const first = await trial.install(["uvx", "tool-server@1.2.3"], { PIP_INDEX_URL: index.url });
		const second = await trial.install(["pipx", "run", "--spec", "Tool_Server==1.2.3", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(second).toEqual(first);
		expect(fs.readdirSync(path.join(trial.home.store, "python"))).toEqual([path.basename(first.folder)]);
	});

	it("has what is installed beside it, extras, and a command of another name", async () => {
		const extra: TestWheel = { name: "tool-more", files: { "tool_more.py": "WORD = 'more'\n" } };
		const main: TestWheel = {
			name: "tool-server",
			files: { "srv.py": serverModule("__import__('tool_words').text() + ' ' + __import__('tool_more').WORD") },
			scripts: ["serve-it = srv:main", "other = srv:main"],
			requires: ["tool-more; extra == 'all'"],
			extras: ["all"],
		};
		const index = await trial.serve([offer(main), offer(dependency), offer(extra)]);
		const line = ["uvx", "--from", "tool-server[all]", "--with", "tool-words>=1,<2", "serve-it"];
		const stored = await trial.install(line, { PIP_INDEX_URL: index.url });
		expect(await trial.talk(line, stored)).toBe("from the dependency more");
		const unnamed = await packageWork(launch("uvx", "tool-server")).install(trial.deps({ PIP_INDEX_URL: index.url }));
		expect(unnamed).toMatchObject({ ok: false, problem: { code: "package-command", remedy: expect.stringContaining("other, serve-it") } });
	});

	it("finds nothing of the machine's own packages, no user's, and none that a variable names", async () => {
		const planted = path.join(trial.folder, "planted");
		fs.mkdirSync(planted);
		fs.writeFileSync(path.join(planted, "pip.py"), "");
		const look = "str([each for each in ('pip', 'setuptools', 'sitecustomize') if __import__('importlib.util').util.find_spec(each)])";
		const index = await trial.serve([offer({ ...server, files: { "tool_server/__init__.py": serverModule(look) }, requires: [] })]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(await trial.talk(["uvx", "tool-server"], stored, { PYTHONPATH: planted })).toBe("[]");
	});

	it("cannot write where it lies, and need not: it is compiled already, the same each time", async () => {
		const write = "str([os.access(os.path.dirname(__file__), os.W_OK), sys.dont_write_bytecode])";
		const index = await trial.serve([offer({ ...server, files: { "tool_server/__init__.py": serverModule(write) }, requires: [] })]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(await trial.talk(["uvx", "tool-server"], stored)).toBe("[False, True]");
		expect(verifyInstalled(trial.home, stored)).toMatchObject({ ok: true });
		const compiled = fs.readdirSync(path.join(stored.folder, "site-packages/tool_server/__pycache__"));
		expect(compiled).toEqual([expect.stringMatching(/^__init__\.cpython-[0-9]+\.pyc$/)]);
		removeTree(stored.folder);
		expect((await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url })).contentDigest).toBe(stored.contentDigest);
	});

	it("can start an interpreter of its own that finds the same packages", async () => {
		const child =
			"__import__('subprocess').check_output([sys.executable, '-c', 'import tool_words; print(tool_words.text())'], text=True).strip()";
		const index = await trial.serve([offer({ ...server, files: { "tool_server/__init__.py": serverModule(child) } }), offer(dependency)]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(await trial.talk(["uvx", "tool-server"], stored)).toBe("from the dependency");
	});

	it("is installed by pip where uv is too old, and that is said", async () => {
		const tools = path.join(trial.folder, "tools");
		fs.mkdirSync(tools);
		fs.writeFileSync(path.join(tools, "uv"), "#!/bin/sh\necho \"error: unexpected argument '--no-sources' found\" >&2\nexit 2\n", {
			mode: 0o755,
		});
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url, PATH: `${tools}:${process.env.PATH}` });
		expect(stored.version).toBe("1.2.3");
		expect(trial.progress).toEqual([expect.stringContaining("with uv, from"), expect.stringContaining("too old")]);
	});

	it("is installed by uv where the person has it, from its index and through the same checks", async () => {
		const index = await trial.serve([offer(server), offer(dependency)]);
		const tools = path.join(trial.folder, "tools");
		const python = (await trial.install(["pipx", "run", "tool-server"], { PIP_INDEX_URL: index.url })).runtime;
		fs.mkdirSync(tools);
		fs.writeFileSync(path.join(tools, "uv"), `#!${python}\n${STAND_IN}`, { mode: 0o755 });
		const env = { UV_INDEX_URL: index.url, PIP_INDEX_URL: "http://127.0.0.1:9/", PATH: `${tools}:${process.env.PATH}` };
		const stored = await trial.install(["uvx", "tool-server"], env);
		expect(trial.progress.at(-1)).toContain("with uv, from");
		expect(await trial.talk(["uvx", "tool-server"], stored)).toBe("from the dependency");
	});

	it("is refused when its interpreter is gone", async () => {
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		const gone = { ...stored, runtime: "/nonexistent/python3" };
		expect(packageWork(launch("uvx", "tool-server")).run(gone)).toMatchObject({ ok: false, problem: { code: "package-runtime" } });
	});
});

describe("an interpreter that the line asks for", () => {
	it("is taken by its version or its path when it is there", async () => {
		const index = await trial.serve([
			offer({ ...server, files: { "tool_server/__init__.py": serverModule("'%d.%d' % sys.version_info[:2]") }, requires: [] }),
		]);
		const env = { PIP_INDEX_URL: index.url };
		const own = await trial.install(["uvx", "tool-server"], env);
		const version = await trial.talk(["uvx", "tool-server"], own);
		const byVersion = ["uvx", "--python", version, "tool-server"];
		const byPath = ["pipx", "run", "--python", own.runtime ?? "", "tool-server"];
		for (const line of [byVersion, byPath]) expect(await trial.talk(line, await trial.install(line, env))).toBe(version);
	});

	it("is refused when it is a program that somebody put somewhere", async () => {
		const index = await trial.serve([offer(server)]);
		const mine = path.join(trial.folder, "elsewhere", "python3");
		fs.mkdirSync(path.dirname(mine));
		fs.writeFileSync(mine, "");
		fs.copyFileSync("/bin/echo", mine);
		expect((await trial.refusal(["uvx", "--python", mine, "tool-server"], { PIP_INDEX_URL: index.url })).code).toBe("no-python");
	});

	it("is refused when it is not, when it is the workspace's, and when it is no Python", async () => {
		const index = await trial.serve([offer(server)]);
		const env = { PIP_INDEX_URL: index.url };
		expect(await trial.refusal(["uvx", "--python", "3.99", "tool-server"], env)).toMatchObject({
			code: "no-python",
			message: expect.stringContaining("interpreters are not downloaded"),
		});
		const mine = path.join(trial.folder, "workspace", "python3");
		fs.mkdirSync(path.dirname(mine));
		fs.copyFileSync("/bin/true", mine);
		expect((await trial.refusal(["uvx", "--python", mine, "tool-server"], env, { untrusted: [path.dirname(mine)] })).code).toBe(
			"no-python",
		);
		expect((await trial.refusal(["uvx", "--python", "/bin/true", "tool-server"], env)).code).toBe("no-python");
		expect(index.requests).toEqual([]);
	});
});
