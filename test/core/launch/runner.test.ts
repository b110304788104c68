import { describe, expect, it } from "vitest";
import { parseLaunch } from "../../../src/core/launch/runner.ts";

function launch(line: string) {
	const [command = "", ...args] = line.split(" ");
	return parseLaunch(command, args);
}

function value(line: string) {
	const parsed = launch(line);
	if (!parsed.ok) throw new Error(parsed.problem.message);
	return parsed.value;
}

function problem(line: string) {
	const parsed = launch(line);
	if (parsed.ok) throw new Error(`accepted: ${line}`);
	return parsed.problem;
}

function npx(name: string, range: string | null, bin: string | null, ...args: string[]) {
	return { kind: "npx", spec: { name, range }, bin, args };
}

describe("npx lines", () => {
	it.each([
		["npx pkg", npx("pkg", null, null)],
		["npx -y pkg a b", npx("pkg", null, null, "a", "b")],
		["npx --yes pkg@1.2.3", npx("pkg", "1.2.3", null)],
		["npx -y pkg@latest --yes -p x", npx("pkg", "latest", null, "--yes", "-p", "x")],
		["npx -y @scope/pkg@^1.2.0 --flag", npx("@scope/pkg", "^1.2.0", null, "--flag")],
		["npx -y -p @scope/pkg@2 tool x", npx("@scope/pkg", "2", "tool", "x")],
		["npx --package=pkg -- tool --x", npx("pkg", null, "tool", "--x")],
		["npx -y -- pkg --x", npx("pkg", null, null, "--x")],
		["npx -y pkg -- --x", npx("pkg", null, null, "--", "--x")],
		["npx true", npx("true", null, null)],
		["/usr/bin/npx -y pkg", npx("pkg", null, null)],
		["C:\\node\\npx.cmd -y pkg", npx("pkg", null, null)],
		["npm exec -- pkg --x", npx("pkg", null, null, "--x")],
		["npm exec --yes pkg -- --x", npx("pkg", null, null, "--x")],
		["npm x -y --package pkg -- tool a", npx("pkg", null, "tool", "a")],
	])("reads %s", (line, expected) => expect(value(line)).toEqual(expected));

	it("keeps a range with spaces in one argument", () => {
		expect(parseLaunch("npx", ["-y", "pkg@>=1.0.0 <2.0.0"])).toMatchObject({ ok: true, value: { spec: { range: ">=1.0.0 <2.0.0" } } });
	});

	it.each([
		["npx -c evil", "launch-flag", "-c"],
		["npx --call=evil", "launch-flag", "--call"],
		["npx --registry http://127.0.0.1 pkg", "launch-flag", "--registry"],
		["npx --pack pkg tool", "launch-flag", "--pack"],
		["npx -yp pkg tool", "launch-flag", "-yp"],
		["npx --yes=false pkg", "launch-flag", "--yes"],
		["npx --node-options=--require=./x pkg", "launch-flag", "--node-options"],
		["npm exec pkg --flag", "launch-flag", "--flag"],
		["npm exec --yes true pkg", "launch-flag", "--yes"],
		["npx", "launch-package", "no package"],
		["npx -y -p pkg", "launch-package", "no command"],
		["npx -p a -p b tool", "launch-package", "several"],
		["npx -p -y tool", "launch-package", "-p"],
		["npx -p pkg ../tool", "launch-package", "command"],
		["npm run start", "launch-runner", "npm"],
		["npm --yes exec pkg", "launch-runner", "npm"],
	])("refuses %s and names what is wrong", (line, code, named) => {
		expect(problem(line).code).toBe(code);
		expect(problem(line).message).toContain(named);
	});

	it.each([
		["npm:other@1", "alias"],
		["pkg@npm:other@1", "alias"],
		["github:a/b", "git"],
		["a/b", "git"],
		["git+ssh://git@host/a.git", "git"],
		["pkg@git+https://host/a", "git"],
		["https://host/a.tgz", "URL"],
		["pkg@https://host/a.tgz", "URL"],
		["file:../x", "file"],
		["./x", "file"],
		["../x", "file"],
		["/x", "file"],
		["~/x", "file"],
		["C:\\x", "file"],
		["x.tgz", "file"],
		["pkg@1.0.tar.gz", "file"],
		["pkg@./x", "file"],
	])("refuses %s: only the registry's packages can be pinned", (spec, kind) => {
		const refused = problem(`npx -y ${spec}`);
		expect(refused.code).toBe("package-not-registry");
		expect(refused.message).toContain(kind);
	});

	it("never repeats a URL, which may carry a credential", () => {
		const refused = parseLaunch("npx", ["https://user:hidden-word@host/x.tgz"]);
		expect(JSON.stringify(refused)).not.toContain("hidden-word");
	});

	it.each(["@scope", "@scope/", "a@", "a@1;b", "a b", "@a/b/c", "-x", "_x", "a@$(x)", "ä", "a".repeat(215)])(
		"refuses %j as a name",
		(spec) => {
			expect(parseLaunch("npx", ["-y", spec]).ok).toBe(false);
		},
	);
});

describe("node lines", () => {
	it.each([
		["node server.js a --b", [], "server.js", ["a", "--b"]],
		["node --enable-source-maps --max-old-space-size=512 dist/x.js", ["--enable-source-maps", "--max-old-space-size=512"], "dist/x.js", []],
		["node -- -x.js", [], "-x.js", []],
		["/opt/node/bin/node . -e", [], ".", ["-e"]],
		["node.exe x.js", [], "x.js", []],
	])("reads %s", (line, flags, path, args) =>
		expect(value(line)).toEqual({ kind: "interpreter", interpreter: "node", flags, entry: { kind: "script", path }, args }),
	);

	it.each([
		["node -e 1", "-e"],
		["node -p 1", "-p"],
		["node -pe 1", "-pe"],
		["node --eval=1", "--eval"],
		["node --import ./x.js y.js", "--import"],
		["node -r ./x y.js", "-r"],
		["node --loader=x y.js", "--loader"],
		["node --experimental-loader x y.js", "--experimental-loader"],
		["node --inspect=0.0.0.0 y.js", "--inspect"],
		["node --inspect-brk y.js", "--inspect-brk"],
		["node --env-file=.env y.js", "--env-file"],
		["node --no_warnings y.js", "--no_warnings"],
		["node --run x", "--run"],
		["node inspect y.js", "inspect"],
		["node --max-old-space-size 512 y.js", "--max-old-space-size"],
	])("refuses %s", (line, flag) => {
		expect(problem(line).code).toBe("launch-flag");
		expect(problem(line).message).toContain(`node ${flag} `);
	});

	it.each(["node", "node -", "node --no-warnings", "node --"])("refuses %s: no program", (line) =>
		expect(problem(line).code).toBe("launch-script"),
	);
});

describe("python lines", () => {
	it.each([
		["python server.py a -c", [], { kind: "script", path: "server.py" }, ["a", "-c"]],
		["python3 -u -m pkg.server --x", ["-u"], { kind: "module", name: "pkg.server" }, ["--x"]],
		["/v/bin/python3.11 -uB -X utf8 -W ignore s.py", ["-uB", "-X", "utf8", "-W", "ignore"], { kind: "script", path: "s.py" }, []],
	])("reads %s", (line, flags, entry, args) =>
		expect(value(line)).toEqual({ kind: "interpreter", interpreter: "python", flags, entry, args }),
	);

	it.each([
		"python -c 1",
		"python -uc 1",
		"python -i x.py",
		"python -W error::evil.X x.py",
		"python -X importtime=x x.py",
		"python --check-hash-based-pycs x.py",
		"python -mevil",
	])("refuses %s", (line) => expect(problem(line).code).toBe("launch-flag"));

	it.each(["python", "python -", "python -m", "python -m ../x"])("refuses %s: no program", (line) =>
		expect(problem(line).code).toBe("launch-script"),
	);
});

describe("other commands", () => {
	it.each(["./server --x", "/opt/tool/bin/mcp-server", "github-mcp-server stdio", "nodeenv x", "npx-tool"])("runs %s as it is", (line) =>
		expect(value(line)).toEqual({ kind: "executable" }),
	);

	it.each([
		"bunx pkg",
		"pnpm dlx pkg",
		"yarn dlx pkg",
		"uvx pkg",
		"uv run x",
		"uv tool run x",
		"pipx run x",
		"docker run x",
		"podman run x",
		"deno run x",
		"bun x.ts",
		"cmd /c npx pkg",
		"C:\\Windows\\System32\\cmd.exe /c x",
		"powershell.exe -c x",
		"sh -c x",
		"/bin/bash run.sh",
		"env A=b node x",
		"/usr/bin/env node x",
		"sudo node x",
		"perl5.36 x",
	])("refuses %s by name, with a remedy", (line) => {
		const refused = problem(line);
		expect(refused.code).toBe("launch-runner");
		expect(refused.message.split(" ")[0]).toBe((line.split(" ")[0] ?? "").replace(/^.*[\\/]/, "").replace(/\.exe$/, ""));
		expect(refused.remedy).not.toBe("");
	});

	it("refuses an empty command and a NUL", () => {
		expect(parseLaunch(" ", []).ok).toBe(false);
		expect(parseLaunch("node", ["a\0b"]).ok).toBe(false);
	});
});
