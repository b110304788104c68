import { describe, expect, it } from "vitest";
import { parseLaunch } from "../../../src/core/launch/runner.ts";

function read(...line: readonly string[]) {
	const [command = "", ...args] = line;
	const launch = parseLaunch(command, args);
	if (!launch.ok) throw new Error(launch.problem.message);
	if (launch.value.kind !== "package" || launch.value.registry !== "python") throw new Error("no Python package");
	return launch.value;
}

function problem(...line: readonly string[]) {
	const [command = "", ...args] = line;
	const launch = parseLaunch(command, args);
	if (launch.ok) throw new Error(`read: ${JSON.stringify(launch.value)}`);
	return launch.problem;
}

const plain = { beside: [], command: null, python: null, index: null, prereleases: false };

describe("a line of uvx", () => {
	it("names a package, and all that follows it is the server's", () => {
		expect(read("uvx", "mcp-server-git", "--repository", "/x", "--from", "y")).toEqual({
			...{ kind: "package", registry: "python", runner: "uv", ...plain },
			requirement: { name: "mcp-server-git", written: "mcp-server-git", extras: [], specifier: "" },
			args: ["--repository", "/x", "--from", "y"],
		});
	});

	it.each([
		["tool@1.2", "==1.2"],
		["tool@1.2.3rc1", "==1.2.3rc1"],
		["tool@2025.11.4.post1", "==2025.11.4.post1"],
		["tool@latest", ""],
		["tool==1.2", "==1.2"],
		["tool==1.*", "==1.*"],
		["tool>=1, <2,!=1.5", ">=1,<2,!=1.5"],
		["tool~=1.4", "~=1.4"],
	])("says which version: %s", (text, specifier) => {
		expect(read("uvx", text).requirement).toMatchObject({ name: "tool", specifier });
	});

	it.each([
		["Foo.Bar__baz", "foo-bar-baz", []],
		["tool[cli]", "tool", ["cli"]],
		["tool[CLI, b_c]@1.0", "tool", ["b-c", "cli"]],
	])("writes names as it likes: %s", (text, name, extras) => {
		expect(read("uvx", text).requirement).toMatchObject({ name, extras });
	});

	it.each([
		["uvx", "--from", "mcp-tool[all]>=1,<2", "serve"],
		["uvx", "--from=mcp-tool[all]>=1,<2", "serve"],
		["uv", "tool", "run", "--from", "mcp-tool[all]>=1,<2", "serve"],
		["uv", "-q", "--no-progress", "tool", "run", "--isolated", "--from", "mcp-tool[all]>=1,<2", "--", "serve"],
		["/home/me/.local/bin/uvx", "-qv", "--no-cache", "--from", "mcp-tool[all]>=1,<2", "serve"],
	])("names a command of a package: %s %s %s %s", (...line) => {
		expect(read(...line)).toMatchObject({ command: "serve", requirement: { name: "mcp-tool", extras: ["all"], specifier: ">=1,<2" } });
	});

	it("may have others installed beside it", () => {
		const { beside } = read("uvx", "--with", "a,b[x,y]>=1,<2", "-w", "c==1", "--with=d", "tool");
		expect(beside.map(({ name, extras, specifier }) => [name, extras.join(), specifier])).toEqual([
			["a", "", ""],
			["b", "x,y", ">=1,<2"],
			["c", "", "==1"],
			["d", "", ""],
		]);
	});

	it.each([
		[["--python", "3.12"], { kind: "version", version: "3.12" }],
		[["-p", "python3.11"], { kind: "version", version: "3.11" }],
		[["-p3.12.4"], { kind: "version", version: "3.12.4" }],
		[["--python=cpython-3.12"], { kind: "version", version: "3.12" }],
		[["--python", "/usr/bin/python3"], { kind: "path", path: "/usr/bin/python3" }],
	])("may ask for an interpreter: %s", (flags, python) => {
		expect(read("uvx", ...flags, "tool").python).toEqual(python);
	});

	it("may repeat the person's index, and may want versions before a release", () => {
		expect(read("uvx", "--index-url", "https://pypi.example.com/simple", "--prerelease=allow", "tool")).toMatchObject({
			index: "https://pypi.example.com/simple",
			prereleases: true,
		});
	});
});

describe("a line of pipx", () => {
	it("names a package, its version and its command", () => {
		expect(read("pipx", "run", "tool==1.2", "--x")).toMatchObject({
			...{ ...plain, runner: "pipx", args: ["--x"] },
			requirement: { name: "tool", specifier: "==1.2" },
		});
		expect(read("pipx", "-q", "run", "--no-cache", "--python", "3.12", "--spec", "mcp-tool[all]", "serve", "a")).toMatchObject({
			command: "serve",
			python: { kind: "version", version: "3.12" },
			requirement: { name: "mcp-tool", extras: ["all"] },
			args: ["a"],
		});
	});
});

describe("refused", () => {
	it.each([
		[["uvx", "git+https://example.com/a.git"], "a repository"],
		[["uvx", "--from", "git+ssh://git@example.com/a", "tool"], "a repository"],
		[["uvx", "--from", "tool @ git+https://example.com/a", "tool"], "a repository"],
		[["uvx", "--from", "https://example.com/tool-1.0-py3-none-any.whl", "tool"], "an address"],
		[["uvx", "tool@https://example.com/x"], "an address"],
		[["uvx", "file:///x"], "an address"],
		[["uvx", "."], "a file or folder"],
		[["uvx", "--from", "./dist/tool.whl", "tool"], "a file or folder"],
		[["uvx", "--from", "~/tool", "tool"], "a file or folder"],
		[["uvx", "--with", "../evil", "tool"], "a file or folder"],
		[["pipx", "run", "server.py"], "a file or folder"],
		[["pipx", "run", "https://example.com/server.py"], "an address"],
		[["pipx", "run", "tool@1.0"], "an address"],
		[["uvx", "--from", "tool; python_version > '3'", "tool"], "some machines alone"],
	])("is a package that no registry keeps: %s", (line, form) => {
		expect(problem(...line)).toMatchObject({ code: "package-not-registry", message: expect.stringContaining(form) });
	});

	it("names no text of an address, which may hold a credential", () => {
		const secret = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + ((i * 7) % 26))).join("");
		for (const line of [
			["uvx", `git+https://me:${secret}@example.com/a.git`],
			["uvx", "--index-url", `https://me:${secret}@example.com/simple`, "tool"],
			["pipx", "run", "-i", `https://${secret}@example.com/simple`, "tool"],
		])
			expect(JSON.stringify(problem(...line))).not.toContain(secret);
	});

	it.each([
		["uvx", "--extra-index-url", "https://example.com", "tool"],
		["uvx", "--index", "https://example.com", "tool"],
		["uvx", "--find-links", "/x", "tool"],
		["uvx", "--with-editable", ".", "tool"],
		["uvx", "--with-requirements", "r.txt", "tool"],
		["uvx", "--no-binary", ":all:", "tool"],
		["uvx", "--env-file", ".env", "tool"],
		["uvx", "--config-file", "uv.toml", "tool"],
		["uvx", "--directory", "/x", "tool"],
		["uvx", "--allow-insecure-host", "example.com", "tool"],
		["uvx", "--unheard-of", "tool"],
		["uvx", "--python", "pypy3.10", "tool"],
		["uvx", "--python", ">=3.11", "tool"],
		["uvx", "--python", ".venv/bin/python", "tool"],
		["uvx", "--from"],
		["uvx", "--quiet=yes", "tool"],
		["uvx", "-qz", "tool"],
		["uv", "--project", "/x", "tool", "run", "tool"],
		["pipx", "run", "--pip-args", "--pre", "tool"],
		["pipx", "run", "--pip-args=--index-url=https://example.com", "tool"],
		["pipx", "run", "--editable", "tool"],
		["pipx", "run", "--fetch-missing-python", "tool"],
		["pipx", "run", "--system-site-packages", "tool"],
	])("is an option that could change what runs: %s %s %s %s", (...line) => {
		const { code, message, remedy } = problem(...line);
		expect(code).toBe("launch-flag");
		expect(message.length + remedy.length).toBeLessThan(260);
	});

	it.each([
		[["uvx"], "launch-package"],
		[["uvx", "--from", "tool"], "launch-package"],
		[["uvx", "--from", "tool", "../x"], "launch-package"],
		[["uvx", "--from", "a", "--from", "b", "x"], "launch-package"],
		[["uvx", "tool@>=1"], "package-name"],
		[["uvx", "to ol"], "package-name"],
		[["uvx", "tool==1.0 evil"], "package-name"],
		[["uvx", "tool[a b]"], "package-name"],
		[["uvx", "-tool"], "launch-flag"],
		[["uvx", "python"], "launch-runner"],
		[["uvx", "python@3.12", "-c", "x"], "launch-runner"],
		[["uvx", "--from", "tool", "python3.12", "-m", "x"], "launch-runner"],
		[["uv", "run", "server.py"], "launch-runner"],
		[["uv", "pip", "install", "x"], "launch-runner"],
		[["pipx", "install", "x"], "launch-runner"],
		[["pipx"], "launch-runner"],
	])("is what starts no package: %s", (line, code) => {
		expect(problem(...line).code).toBe(code);
	});

	it("tells how to start a project's server", () => {
		for (const line of [
			["uv", "run", "server.py"],
			["uv", "--directory", "/x", "run", "server.py"],
		])
			expect(problem(...line).remedy).toContain(".venv/bin/python");
	});

	it("is a line of a million characters, at once", () => {
		for (const letter of ["a", "a.", "a,", "[", "1.", "=", "-", " ", "@", ">=1,"]) {
			const long = letter.repeat(1_000_000 / letter.length);
			for (const line of [
				["uvx", `tool${long}`],
				["uvx", "--with", long, "tool"],
				["pipx", "run", "--spec", `tool==${long}`, "x"],
			])
				expect(parseLaunch(line[0] ?? "", line.slice(1)).ok).toBe(false);
		}
	});
});
