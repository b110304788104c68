import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyInstalled } from "../../../../src/platform/packages/verify.ts";
import { type Offered, offer } from "./test-index.ts";
import { dependency, server, useTrial } from "./trial.ts";
import { serverModule, type TestWheel, wheelName } from "./wheel.ts";

const trial = useTrial();

describe("refusing", () => {
	it.each<[string, readonly Offered[], string]>([
		["a package that is not there", [], "no such package"],
		["a package of sources alone", [{ file: "tool_server-1.2.3.tar.gz", data: Buffer.from("x"), package: "tool-server" }], "source alone"],
		[
			"one that needs a package of sources alone",
			[offer(server), { file: "tool_words-1.0.zip", data: Buffer.from("x"), package: "tool-words" }],
			"source alone",
		],
		["a package for another Python", [offer({ ...server, requiresPython: ">=4" })], "this version of Python"],
		["a package for another machine", [offer({ ...server, tags: "py3-none-win32" })], "this machine"],
		[
			"bytes that are not what the index promised",
			[offer(server, { sha256: "0".repeat(64) }), offer(dependency)],
			"does not match its own hash",
		],
		["a library", [offer(dependency), offer({ ...server, scripts: [] })], "brings no command"],
	])("%s", async (_, files, word) => {
		const index = await trial.serve(files);
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(problem.message).toContain(word);
	});

	it("a package that depends on an address or a repository", async () => {
		const other = await trial.serve([offer(dependency)]);
		for (const place of [`${other.url}x.whl`, "git+https://127.0.0.1/a.git"]) {
			const index = await trial.serve([offer({ ...server, requires: [`tool-words @ ${place}`] })]);
			const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
			expect(problem.code).toBe("package-install");
		}
		expect(other.requests).toEqual([]);
	});

	it("an index that leads to another host, without asking that one", async () => {
		const other = await trial.serve([offer(dependency)]);
		const place = other.url.replace("simple/", `files/${wheelName(dependency)}`);
		for (const more of [{ url: place }, { redirect: place }]) {
			const index = await trial.serve([offer(server), offer(dependency, more)]);
			await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		}
		expect(other.requests).toEqual([]);
	});

	it("an index that is not there", async () => {
		const index = await trial.serve([]);
		await index.close();
		expect((await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url })).message).toContain("cannot be reached");
	});

	it("to wait longer than its time", async () => {
		const index = await trial.serve([offer(server)]);
		expect((await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url }, { timeoutMs: 1 })).message).toContain(
			"did not finish",
		);
	});
});

describe("a hostile wheel", () => {
	const plain = { ...server, requires: [] };
	const outside = "/tmp/sallyport-escaped";

	it.each<[string, Partial<TestWheel>]>([
		["a path that leads out", { unlisted: [{ name: "../../escaped.py", data: "x" }] }],
		["an absolute path", { unlisted: [{ name: `${outside}.py`, data: "x" }] }],
		["data that leads out", { unlisted: [{ name: "tool_server-1.2.3.data/data/../../../../escaped", data: "x" }] }],
		["data at an absolute path", { unlisted: [{ name: `tool_server-1.2.3.data/data/${outside}`, data: "x" }] }],
		["a scheme that does not exist", { unlisted: [{ name: "tool_server-1.2.3.data/etc/x", data: "x" }] }],
		["a command that is a path", { scripts: ["../../escaped = tool_server:main"] }],
		["a command that is an absolute path", { scripts: [`${outside} = tool_server:main`] }],
		["a command whose target is code", { scripts: ["tool-server = os:system('id')"] }],
		["the metadata of another package", { unlisted: [{ name: "other-1.0.dist-info/METADATA", data: "Name: other\n" }] }],
		["a file that its list does not name", { unlisted: [{ name: "planted.py", data: "x = 1\n" }] }],
		[
			"a file that is not what its list says",
			{ record: { "tool_server/__init__.py": `tool_server/__init__.py,sha256=${"A".repeat(43)},1` } },
		],
		["a file without a hash", { record: { "tool_server/__init__.py": "tool_server/__init__.py,," } }],
		["a file with a weak hash", { record: { "tool_server/__init__.py": "tool_server/__init__.py,md5=AAAA,1" } }],
	])("with %s is not installed", async (_, change) => {
		const index = await trial.serve([offer({ ...plain, ...change })]);
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(problem.code).toMatch(/^package-(?:unpinned|install)$/);
		expect(fs.existsSync(outside) || fs.existsSync(`${outside}.py`)).toBe(false);
		expect(fs.readdirSync(trial.folder).sort()).toEqual(["home", "person"]);
	});

	it("that brings a link leaves no link in the store", async () => {
		const index = await trial.serve([offer({ ...plain, unlisted: [{ name: "link.py", data: "/etc/passwd", mode: 0o120777 }] })]);
		expect((await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url })).code).toBe("package-unpinned");
	});

	it("that wants code run at every start does not get it, and that is said", async () => {
		const mark = "import os; os.environ['PLANTED'] = 'yes'";
		const files = {
			"tool_server/__init__.py": serverModule("os.environ.get('PLANTED', 'no') + ' ' + __import__('deeper').WORD"),
			"a.pth": `${mark}\nlib/inner\n../../etc\n/etc\n`,
			"sitecustomize.py": `${mark}\n`,
			"lib/inner/deeper.py": "WORD = 'deep'\n",
		};
		const index = await trial.serve([offer({ ...plain, files })]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url });
		expect(stored.skippedScripts).toEqual(["tool-server"]);
		expect(await trial.talk(["uvx", "tool-server"], stored)).toBe("no deep");
	});

	it("that is served with other bytes the second time is another package, and the first stays", async () => {
		const first = await trial.serve([offer(plain)]);
		const approved = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: first.url });
		const changed = { ...plain, files: { ...plain.files, "planted.py": "" } };
		const second = await trial.serve([offer(changed)]);
		const other = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: second.url });
		expect(other.lockDigest).not.toBe(approved.lockDigest);
		expect(other.version).toBe(approved.version);
		expect(verifyInstalled(trial.home, approved)).toMatchObject({ ok: true });
	});
});
