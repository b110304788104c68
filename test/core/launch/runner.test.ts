import { describe, expect, it } from "vitest";
import { parseLaunch } from "../../../src/core/launch/runner.ts";
import { Dice } from "../secrets/samples.ts";

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
	return { kind: "package", registry: "npm", spec: { name, range }, bin, runtime: "script", args };
}

function onBun(name: string, bin: string | null, ...args: string[]) {
	return { ...npx(name, null, bin, ...args), runtime: "bun" };
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

describe("lines of bunx, pnpm dlx and yarn dlx", () => {
	it.each([
		["bunx pkg a --b", npx("pkg", null, null, "a", "--b")],
		["bunx -y pkg@1.2.3", npx("pkg", "1.2.3", null)],
		["bunx --silent -p @scope/pkg tool x", npx("@scope/pkg", null, "tool", "x")],
		["bunx --package=pkg tool", npx("pkg", null, "tool")],
		["bunx -y -- pkg x", npx("pkg", null, null, "x")],
		["bunx pkg -- x", npx("pkg", null, null, "--", "x")],
		["bunx pkg --bun", npx("pkg", null, null, "--bun")],
		["bunx --bun pkg", onBun("pkg", null)],
		["bun x pkg a", npx("pkg", null, null, "a")],
		["bun --bun x pkg a", onBun("pkg", null, "a")],
		["bun x -b -p pkg tool", onBun("pkg", "tool")],
		["bun --silent x -y pkg", npx("pkg", null, null)],
		["pnpm dlx pkg a --b", npx("pkg", null, null, "a", "--b")],
		["pnpm -s dlx pkg", npx("pkg", null, null)],
		["pnpm --package=@scope/pkg@2 dlx tool x", npx("@scope/pkg", "2", "tool", "x")],
		["pnpm dlx --silent --package pkg tool", npx("pkg", null, "tool")],
		["pnpm dlx -- pkg x", npx("pkg", null, null, "x")],
		["pnpm dlx pkg --package=x", npx("pkg", null, null, "--package=x")],
		["pnpx pkg x", npx("pkg", null, null, "x")],
		["pnx --package=pkg tool", npx("pkg", null, "tool")],
		["C:\\x\\pnpm.cmd dlx pkg", npx("pkg", null, null)],
		["yarn dlx pkg a", npx("pkg", null, null, "a")],
		["yarn dlx -q -p pkg tool -q", npx("pkg", null, "tool", "-q")],
		["yarn -q dlx --package=pkg tool", npx("pkg", null, "tool")],
	])("reads %s", (line, expected) => expect(value(line)).toEqual(expected));

	it.each([
		["bunx --foo pkg", "launch-flag", "bunx --foo"],
		["bunx --no-install pkg", "launch-flag", "--no-install is not allowed here: it starts what the project has installed"],
		["bunx --trust pkg", "launch-flag", "scripts"],
		["bunx --registry=http://127.0.0.1 pkg", "launch-flag", "--registry"],
		["bunx --cwd /x pkg", "launch-flag", "--cwd"],
		["bunx --bun=1 pkg", "launch-flag", "--bun"],
		["bunx", "launch-package", "no package"],
		["bunx -p a -p b tool", "launch-package", "several"],
		["bunx github:a/b", "package-not-registry", "git"],
		["bun -p pkg x tool", "launch-flag", "bun -p"],
		["bun --package=pkg x tool", "launch-flag", "--package"],
		["bun -- x pkg", "launch-flag", "bun x --"],
		["pnpm dlx -y pkg", "launch-flag", "-y"],
		["pnpm dlx -p pkg tool", "launch-flag", "--package=NAME"],
		["pnpm -c dlx pkg", "launch-flag", "shell"],
		["pnpm --shell-mode dlx pkg", "launch-flag", "shell"],
		["pnpm dlx --allow-build=x pkg", "launch-flag", "--allow-build"],
		["pnpm -C /x dlx pkg", "launch-flag", "folder"],
		["pnpm dlx pkg@catalog:", "package-name", "registry"],
		["pnpm exec pkg", "launch-runner", "pnpm"],
		["pnpm start", "launch-runner", "pnpm"],
		["pnpm -- dlx pkg", "launch-runner", "pnpm"],
		["pnpm", "launch-runner", "pnpm"],
		["yarn start", "launch-runner", "yarn"],
		["yarn", "launch-runner", "yarn"],
		["yarn dlx -y pkg", "launch-flag", "-y"],
		["yarn dlx", "launch-package", "no package"],
	])("refuses %s and names what is wrong", (line, code, named) => {
		expect(problem(line).code).toBe(code);
		expect(problem(line).message).toContain(named);
	});
});

describe("packages that run another program", () => {
	it.each([
		"npx -y tsx src/index.ts",
		"npx --package=ts-node ts-node x.ts",
		"bunx nodemon x.js",
		"pnpm dlx cross-env A=b node x.js",
		"npx node@20 x.js",
	])("are refused, because they pin nothing of it: %s", (line) => {
		expect(problem(line).code).toBe("launch-runner");
		expect(problem(line).remedy).toContain("node SCRIPT");
	});
});

describe("bun lines", () => {
	it.each([
		["bun server.ts a --b", [], "server.ts", ["a", "--b"]],
		["bun run ./server -x", [], "./server", ["-x"]],
		["bun --smol run --silent src/x.ts", ["--smol", "--silent"], "src/x.ts", []],
		["bun run -- x.js", [], "x.js", []],
		["bun --no-install --dns-result-order=ipv4first x.js", ["--dns-result-order=ipv4first"], "x.js", []],
	])("reads %s, and lets Bun fetch nothing and read no bunfig.toml", (line, flags, path, args) =>
		expect(value(line)).toEqual({
			kind: "interpreter",
			interpreter: "bun",
			flags: ["--no-install", "--config=/dev/null", ...flags],
			entry: { kind: "script", path },
			args,
		}),
	);

	it.each([
		["bun -e 1", "launch-flag", "stands in the launch line"],
		["bun --preload=./x.ts y.ts", "launch-flag", "loads other code"],
		["bun -r ./x.ts y.ts", "launch-flag", "loads other code"],
		["bun --config=x.toml y.ts", "launch-flag", "loads other code"],
		["bun --env-file=.env y.ts", "launch-flag", "variables"],
		["bun --inspect y.ts", "launch-flag", "anyone"],
		["bun --watch y.ts", "launch-flag", "something other"],
		["bun --hot y.ts", "launch-flag", "something other"],
		["bun -i y.ts", "launch-flag", "fetches"],
		["bun --cwd=/x y.ts", "launch-flag", "folder"],
		["bun run dev", "launch-runner", "scripts"],
		["bun install", "launch-runner", "scripts"],
		["bun dev", "launch-runner", "scripts"],
		["bun", "launch-script", "without a program"],
		["bun -", "launch-script", "without a program"],
		["bun run", "launch-script", "without a program"],
	])("refuses %s", (line, code, named) => {
		expect(problem(line).code).toBe(code);
		expect(problem(line).message).toContain(named);
	});
});

describe("deno lines", () => {
	it.each([
		["deno run main.ts a --b", [], "main.ts", ["a", "--b"]],
		["deno main.ts", [], "main.ts", []],
		["deno run -A ./main.ts -- x", ["-A"], "./main.ts", ["--", "x"]],
		["deno -RN run --allow-env=TOKEN,HOME main.ts", ["-RN", "--allow-env=TOKEN,HOME"], "main.ts", []],
		[
			"deno run --allow-net=a.example:443 --deny-write --no-check x.js",
			["--allow-net=a.example:443", "--deny-write", "--no-check"],
			"x.js",
			[],
		],
		["deno run -q --no-prompt --cached-only --unstable-kv x.ts", ["-q", "--unstable-kv"], "x.ts", []],
	])("reads %s, passes its permissions on and lets it fetch nothing", (line, flags, path, args) =>
		expect(value(line)).toEqual({
			kind: "interpreter",
			interpreter: "deno",
			flags: ["run", "--no-prompt", "--cached-only", ...flags],
			entry: { kind: "script", path },
			args,
		}),
	);

	it.each([
		["deno run https://user:hidden-word@a.example/x.ts", "launch-script", "https:"],
		["deno run -A jsr:@a/b", "launch-script", "jsr:"],
		["deno run npm:pkg", "launch-script", "npm:"],
		["deno run data:text/javascript,1", "launch-script", "data:"],
		["deno eval 1", "launch-runner", "something other"],
		["deno task start", "launch-runner", "something other"],
		["deno run start", "launch-runner", "something other"],
		["deno serve main.ts", "launch-runner", "something other"],
		["deno run --reload x.ts", "launch-flag", "fetches"],
		["deno run --preload ./y.ts x.ts", "launch-flag", "loads other code"],
		["deno run --import-map=m.json x.ts", "launch-flag", "deno.json"],
		["deno run -c d.json x.ts", "launch-flag", "deno.json"],
		["deno run --inspect-brk x.ts", "launch-flag", "anyone"],
		["deno run --watch x.ts", "launch-flag", "something other"],
		["deno run --env-file x.ts", "launch-flag", "variables"],
		["deno run --allow-scripts x.ts", "launch-flag", "fetches"],
		["deno run --v8-flags=--expose-gc x.ts", "launch-flag", "--v8-flags"],
		["deno run -- x.ts", "launch-flag", "--"],
		["deno run -Ax x.ts", "launch-flag", "-Ax"],
		["deno", "launch-script", "without a program"],
		["deno run -", "launch-script", "without a program"],
	])("refuses %s", (line, code, named) => {
		expect(problem(line).code).toBe(code);
		expect(problem(line).message).toContain(named);
		expect(JSON.stringify(problem(line))).not.toContain("hidden-word");
	});
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
		"corepack pnpm dlx pkg",
		"docker run x",
		"podman run x",
		"tsx x.ts",
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

describe("a line made of anything", () => {
	const RUNNERS = ["npx", "bunx", "bun", "pnpm", "pnpx", "yarn", "deno", "node", "python3"];
	const WORDS = [
		"x",
		"dlx",
		"run",
		"--",
		"-",
		"",
		"-y",
		"-p",
		"--package",
		"--package=a",
		"--bun",
		"a@1",
		"@s/p",
		"./x.ts",
		"x.js",
		"-A",
		"-RW=/x",
		"--x=y",
		"\u202e",
		"npm:a",
	];

	it("is refused, or its server gets the end of the line, untouched", () => {
		const dice = new Dice(7);
		for (let i = 0; i < 20_000; i++) {
			const args = Array.from({ length: dice.next(7) }, () => dice.pick(WORDS));
			const parsed = parseLaunch(dice.pick(RUNNERS), args);
			if (!parsed.ok) {
				expect(parsed.problem.message).not.toBe("");
				expect(parsed.problem.remedy).not.toBe("");
			} else if (parsed.value.kind !== "executable") {
				const { args: rest } = parsed.value;
				expect(args.slice(args.length - rest.length)).toEqual(rest);
			}
		}
	});

	it("of a megabyte is read at once", () => {
		for (const runner of RUNNERS)
			for (const word of [
				"-".repeat(1_000_000),
				`--${"a=".repeat(500_000)}`,
				"@/".repeat(500_000),
				`${"a".repeat(1_000_000)}:`,
				`-R${"W".repeat(1_000_000)}x`,
			])
				for (const args of [[word], ["dlx", word], ["x", word], ["run", word, word]]) parseLaunch(runner, args);
	});
});
