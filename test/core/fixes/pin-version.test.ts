import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { packageToPin, pinVersionEdits } from "../../../src/core/fixes/pin-version.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { applyEdits } from "../../../src/core/text.ts";

function found(raw: string) {
	const document = parseConfig(raw, "cursor", "mcp.json");
	const finding = analyze(document, { home: null }).find(({ ruleId }) => /^(?:unversioned-runner|package-source)$/.test(ruleId));
	return { document, finding };
}

const entry = (command: string, args: readonly string[]): string => JSON.stringify({ mcpServers: { a: { command, args } } });

function pinned(raw: string, version: string) {
	const { document, finding } = found(raw);
	if (finding === undefined) throw new Error("nothing was found");
	const edits = pinVersionEdits(document, finding, version);
	return {
		package: packageToPin(document, finding),
		fixes: finding.fixes,
		text: edits.ok ? applyEdits(document.text, edits.value) : edits.problem.code,
	};
}

describe("pinning the version of a package", () => {
	const npm = (name: string, range: string | null = null) => ({ runner: "npm", name, range });
	const python = (name: string, range: string | null = null) => ({ runner: "python", name, range });
	it.each([
		["npx", ["-y", "pkg"], ["-y", "pkg@1.2.3"], npm("pkg")],
		["npx", ["-y", "pkg@latest", "pkg@latest"], ["-y", "pkg@1.2.3", "pkg@latest"], npm("pkg", "latest")],
		["npx", ["@scope/name"], ["@scope/name@1.2.3"], npm("@scope/name")],
		["npx", ["@scope/name@^1", "--x"], ["@scope/name@1.2.3", "--x"], npm("@scope/name", "^1")],
		["npx", ["pkg@>=1 <3"], ["pkg@1.2.3"], npm("pkg", ">=1 <3")],
		["npx", ["--package=@s/n@~1.2", "bin"], ["--package=@s/n@1.2.3", "bin"], npm("@s/n", "~1.2")],
		["npx", ["-p", "pkg", "bin"], ["-p", "pkg@1.2.3", "bin"], npm("pkg")],
		["bunx", ["pkg@next"], ["pkg@1.2.3"], npm("pkg", "next")],
		["npm", ["exec", "--", "pkg"], ["exec", "--", "pkg@1.2.3"], npm("pkg")],
		["pnpm", ["dlx", "pkg"], ["dlx", "pkg@1.2.3"], npm("pkg")],
		["cmd", ["/c", "npx", "-y", "pkg"], ["/c", "npx", "-y", "pkg@1.2.3"], npm("pkg")],
		["/b/bin/sallyport", ["run", "--name", "a", "--", "npx", "pkg"], ["run", "--name", "a", "--", "npx", "pkg@1.2.3"], npm("pkg")],
		["uvx", ["mcp-server-git"], ["mcp-server-git@1.2.3"], python("mcp-server-git")],
		["uvx", ["mcp-server-git@latest"], ["mcp-server-git@1.2.3"], python("mcp-server-git", "latest")],
		["uvx", ["srv[cli]"], ["srv[cli]@1.2.3"], python("srv")],
		["uvx", ["srv>=1.0,<2"], ["srv==1.2.3"], python("srv", ">=1.0,<2")],
		["uvx", ["srv==1.*"], ["srv==1.2.3"], python("srv", "==1.*")],
		["uvx", ["--from", "srv[cli]~=1.0", "srv"], ["--from", "srv[cli]==1.2.3", "srv"], python("srv", "~=1.0")],
		["uvx", ["--from=srv", "srv"], ["--from=srv==1.2.3", "srv"], python("srv")],
		["uv", ["tool", "run", "srv"], ["tool", "run", "srv@1.2.3"], python("srv")],
		["pipx", ["run", "srv"], ["run", "srv==1.2.3"], python("srv")],
		["uv", ["run", "--with", "mcp[cli]", "mcp", "run", "s.py"], ["run", "--with", "mcp[cli]==1.2.3", "mcp", "run", "s.py"], python("mcp")],
		["uvx", ["--with=extra", "srv@1.0.0"], ["--with=extra==1.2.3", "srv@1.0.0"], python("extra")],
	])("%s %j", (command, args, expected, named) => {
		const result = pinned(entry(command, args), "1.2.3");
		expect(result).toEqual({ package: named, fixes: ["pin-version"], text: entry(command, expected) });
		expect(found(entry(command, expected)).finding).toBeUndefined();
	});

	it("touches the version alone: line ends, comments, escapes and a byte order mark stay", () => {
		const raw = '\uFEFF{ "mcpServers": { "😀": {\r\n "command": "npx", // why\r\n "args": [ "-y", /* 😀 */ "\\u0040s\\/n@^1", ], } } }';
		expect(pinned(raw, "2.0.0-rc.1+b").text).toBe(raw.slice(1).replace("^1", "2.0.0-rc.1+b"));
	});

	it.each([
		["npx", ["git+https://github.com/a/b"]],
		["npx", ["github:a/b"]],
		["npx", ["a/b#main"]],
		["npx", ["alias@npm:pkg"]],
		["npx", ["pkg.tgz"]],
		["uvx", ["--from", "git+https://github.com/a/b@main", "b"]],
		["uvx", ["--from", "srv @ https://x.example/srv.whl", "b"]],
	])("leaves %s %j to a person", (command, args) => {
		expect(pinned(entry(command, args), "1.2.3")).toEqual({ package: null, fixes: [], text: "package-not-pinnable" });
	});

	it.each(["", "1", "1.2", "latest", "^1.2.3", "1.2.3 || 2.0.0", '1.2.3"', "1.2.3\n", "1.2.x", "npm:x@1.2.3"])(
		"refuses %j as a version of npm's",
		(version) => {
			expect(pinned(entry("npx", ["pkg"]), version).text).toBe("version-not-exact");
		},
	);

	it.each(["1.0", "2024.4.1", "1.0rc1", "1.0.post2", "1!2.0", "1.0a1.dev3", "1.0+local.1"])("takes %s for Python", (version) => {
		expect(pinned(entry("uvx", ["srv"]), version).text).toBe(entry("uvx", [`srv@${version}`]));
		expect(found(entry("uvx", [`srv@${version}`])).finding).toBeUndefined();
	});

	it("refuses what two parsers read differently", () => {
		const raw = '{ "mcpServers": { "a": { "command": "npx", "args": ["pkg"], "args": ["pkg"] } } }';
		for (const broken of [raw, entry("npx", ["pkg"]).slice(0, -1)])
			expect(pinned(broken, "1.2.3")).toEqual({ package: null, fixes: [], text: "entry-ambiguous" });
	});
});
