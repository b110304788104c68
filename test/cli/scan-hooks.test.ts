import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod/mini";
import { ensureBuild } from "../../src/setup/build.mjs";
import { SAFE, ScanFolder, tokenOf, unsafe } from "./scan-folder.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

const Hooks = z.array(
	z.object({ id: z.string(), entry: z.string(), language: z.string(), pass_filenames: z.boolean(), always_run: z.boolean() }),
);

const Action = z.object({
	inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
	outputs: z.record(z.string(), z.object({ value: z.string() })),
	runs: z.object({
		using: z.literal("composite"),
		steps: z.array(
			z.union([
				z.strictObject({ uses: z.string(), with: z.record(z.string(), z.string()) }),
				z.strictObject({
					name: z.string(),
					id: z.optional(z.string()),
					shell: z.literal("bash"),
					"working-directory": z.optional(z.string()),
					env: z.optional(z.record(z.string(), z.string())),
					run: z.string(),
				}),
			]),
		),
	}),
});

let folder: ScanFolder;

beforeAll(() => ensureBuild(ROOT), 120_000);

beforeEach(() => {
	folder = new ScanFolder();
	folder.git("init", "-q");
});

afterEach(() => {
	folder.remove();
});

const readYaml = (file: string): unknown => parse(fs.readFileSync(path.join(ROOT, file), "utf8"));

describe("the pre-commit hook", () => {
	/** Does with the definition what pre-commit does: runs the entry in the root of the repository. */
	function commit(): { readonly status: number | null; readonly out: string } {
		const [hook] = Hooks.parse(readYaml(".pre-commit-hooks.yaml"));
		expect(hook).toMatchObject({ id: "sallyport-scan", language: "system", pass_filenames: false, always_run: true });
		const bin = path.join(folder.home, "bin");
		fs.mkdirSync(bin, { recursive: true });
		fs.rmSync(path.join(bin, "sallyport"), { force: true });
		fs.symlinkSync(path.join(ROOT, "dist/sallyport.cjs"), path.join(bin, "sallyport"));
		const entry = (hook?.entry ?? "").split(" ");
		const searched = [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
		folder.write(".git/hooks/pre-commit", `#!/bin/sh\nexec ${entry.join(" ")}\n`);
		fs.chmodSync(path.join(folder.root, ".git/hooks/pre-commit"), 0o755);
		const person = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
		const { status, stdout, stderr } = spawnSync("git", [...person, "commit", "-m", "x"], {
			cwd: folder.root,
			encoding: "utf8",
			env: folder.env({ PATH: searched }),
			shell: false,
		});
		return { status, out: stdout + stderr };
	}

	test("refuses a commit with a token in it, says where, and lets the mended one through", () => {
		folder.write("app/.mcp.json", unsafe());
		folder.git("add", ".");
		const { status, out } = commit();
		expect(status).not.toBe(0);
		expect(out).toContain("app/.mcp.json:10:26 warning secret-in-env github: GITHUB_TOKEN holds");
		expect(out).not.toContain(tokenOf(1).slice(-12));
		folder.write("app/.mcp.json", SAFE);
		// Not staged yet: what would be committed still holds it.
		expect(commit().status).not.toBe(0);
		folder.git("add", ".");
		expect(commit().status).toBe(0);
		expect(folder.git("log", "--oneline").trim()).toMatch(/ x$/);
	});

	test("says nothing of a commit that has no such file", () => {
		folder.write("readme.md", "hello\n");
		folder.git("add", ".");
		const { status, out } = commit();
		expect([status, out]).toEqual([0, expect.not.stringContaining("sallyport")]);
	});
});

describe("the GitHub Action", () => {
	/** Runs its steps as a runner does: inputs into the environment, each script by bash from a file. */
	function run(inputs: Readonly<Record<string, string>>): { readonly status: number | null; readonly out: string; readonly sarif: string } {
		const action = Action.parse(readYaml("action.yml"));
		for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
		const outputs = path.join(folder.home, "outputs");
		fs.writeFileSync(outputs, "");
		const expand = (text: string): string =>
			text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => inputs[name] ?? action.inputs[name]?.default ?? "");
		let out = "";
		for (const step of action.runs.steps) {
			if ("uses" in step) {
				expect(step.uses).toMatch(/^actions\/setup-node@[0-9a-f]{40}$/);
				continue;
			}
			// An expression in a script is code for whoever can choose its value.
			expect(step.run).not.toContain("${{");
			const script = path.join(folder.home, "step.sh");
			fs.writeFileSync(script, step.run);
			const env = folder.env({
				PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
				GITHUB_ACTIONS: "true",
				GITHUB_ACTION_PATH: ROOT,
				GITHUB_WORKSPACE: folder.root,
				GITHUB_OUTPUT: outputs,
			});
			for (const [name, value] of Object.entries(step.env ?? {})) env[name] = expand(value);
			const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], {
				cwd: path.resolve(folder.root, expand(step["working-directory"] ?? ".")),
				encoding: "utf8",
				env,
				shell: false,
			});
			out += stdout + stderr;
			if (status !== 0) return { status, out, sarif: fs.readFileSync(outputs, "utf8") };
		}
		return { status: 0, out, sarif: fs.readFileSync(outputs, "utf8") };
	}

	test("annotates what it finds, and fails", () => {
		folder.write("app/.mcp.json", unsafe());
		const { status, out, sarif } = run({});
		expect([status, sarif]).toEqual([1, ""]);
		expect(out).toMatch(/^::warning file=app\/\.mcp\.json,line=10,.*title=secret-in-env::github: /m);
		expect(out).not.toContain(tokenOf(1));
	});

	test("passes where there is nothing, or nothing bad enough", () => {
		folder.write(".mcp.json", SAFE);
		expect(run({}).status).toBe(0);
		folder.write(".mcp.json", unsafe());
		expect(run({ "fail-on": "error" }).status).toBe(0);
	});

	test("writes SARIF where it is asked to, with the names that code scanning needs, and says where", () => {
		folder.write("app/.mcp.json", unsafe());
		const { status, sarif } = run({ "working-directory": "app", sarif: "out.sarif" });
		expect([status, sarif]).toEqual([1, `sarif=${folder.root}/app/out.sarif\n`]);
		const log = JSON.parse(fs.readFileSync(path.join(folder.root, "app/out.sarif"), "utf8"));
		expect(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("app/.mcp.json");
	});

	test("takes paths a line, and a baseline; whatever is in an input, it is no code and no option", () => {
		folder.write("a b/.mcp.json", unsafe());
		folder.write("-c/.mcp.json", unsafe(2));
		folder.write("other/.mcp.json", unsafe(3));
		const { status, out } = run({ paths: "a b\n-c\n" });
		expect([status, out.match(/title=secret-in-env/g)?.length, out.includes("other/")]).toEqual([1, 2, false]);
		const hostile = `$(touch ${folder.home}/ran)\`touch ${folder.home}/ran\`"; touch ${folder.home}/ran; "`;
		expect(run({ paths: hostile }).status).toBe(2);
		expect(run({ "fail-on": hostile, sarif: "" }).status).toBe(2);
		expect(fs.existsSync(path.join(folder.home, "ran"))).toBe(false);
		folder.write("known.json", {
			version: 1,
			findings: [{ rule: "secret-in-env", file: "other/.mcp.json", keyPath: ["mcpServers", "github", "env", "GITHUB_TOKEN"], count: 1 }],
		});
		expect(run({ paths: "other", baseline: "known.json" }).status).toBe(0);
	});
});
