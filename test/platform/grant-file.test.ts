import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Grant, grantsOf } from "../../src/core/policy/layers.ts";
import type { Result } from "../../src/core/result.ts";
import { deleteGrant } from "../../src/platform/grant-file.ts";
import { createHome, type Home } from "../../src/platform/home.ts";
import { readLayers, writableGrant } from "../../src/platform/policy-files.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const grant = (...tools: readonly string[]): Grant => ({
	name: "notes",
	config: "/w/.mcp.json",
	workspace: "/w",
	launch: { command: "node", args: ["a.mjs"], cwd: null, env: {}, fingerprint: PIN },
	tools: new Map(tools.map((tool) => [tool, PIN])),
	constraints: new Map(),
	secrets: new Map(),
	sandbox: { read: [], write: [], deny: [], env: [] },
	egress: [],
	limits: {},
});

let folder = "";
let home: Home;
beforeEach(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-grant-file-"));
	home = must(createHome(path.join(folder, "home"), { unattended: true }));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function must<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(result.problem.message);
	return result.value;
}

const write = (...tools: readonly string[]): string => must(writableGrant(home, grant(...tools))).write();
const tools = (): readonly (readonly string[])[] =>
	grantsOf(must(readLayers(home, { workspace: null, narrowing: [] }))).map((each) => [...each.tools.keys()]);
const names = (): readonly string[] => fs.readdirSync(home.policy).sort();

/** As a person makes it of the grant's own file: another server, a rule for all, a word to themselves. */
const OWN = '// mine\n{ "version": 1, "forbid": [{ "command": "npx" }], "servers": [{ "name": "other", "tools": {} }] }\n';

describe("a grant's own file in which a person has written something else instead", () => {
	it("stays as it is when the server is approved anew, and the grant gets another one, which it keeps", () => {
		const file = write("read");
		fs.writeFileSync(file, OWN);
		const other = write("read", "list");
		expect(other).not.toBe(file);
		expect(fs.readFileSync(file, "utf8")).toBe(OWN);
		expect(tools()).toEqual([["list", "read"]]);
		expect(write("list")).toBe(other);
		expect(tools()).toEqual([["list"]]);
		expect(fs.readFileSync(file, "utf8")).toBe(OWN);
		expect(names()).toHaveLength(2);
	});

	it("stays when the grant is taken back, wherever that stands", () => {
		const file = write("read");
		fs.writeFileSync(file, OWN);
		deleteGrant(home, grant());
		expect(fs.readFileSync(file, "utf8")).toBe(OWN);
		write("read");
		deleteGrant(home, grant());
		expect(fs.readFileSync(file, "utf8")).toBe(OWN);
		expect(tools()).toEqual([]);
		expect(names()).toHaveLength(1);
	});

	it("stays, too, where it is no policy, or a folder", () => {
		const file = write("read");
		fs.writeFileSync(file, "a draft, not done");
		const second = write("read");
		fs.rmSync(second);
		fs.mkdirSync(second);
		const third = write("read");
		expect(new Set([file, second, third]).size).toBe(3);
		expect(fs.readFileSync(file, "utf8")).toBe("a draft, not done");
		expect(fs.statSync(second).isDirectory()).toBe(true);
	});
});

describe("a grant that a person has written twice into its file", () => {
	const twice = (): string => {
		const file = write("read", "list");
		const { servers } = JSON.parse(fs.readFileSync(file, "utf8"));
		const text = `// twice\n${JSON.stringify({ version: 1, forbid: [{ command: "npx" }], servers: [...servers, { ...servers[0], tools: {} }] })}\n`;
		fs.writeFileSync(file, text);
		return file;
	};

	it("stands there once when it is approved anew; what else stands there goes on to hold, and what was there is kept beside", () => {
		const file = twice();
		const before = fs.readFileSync(file, "utf8");
		expect(write("read")).toBe(file);
		expect(tools()).toEqual([["read"]]);
		expect(fs.readFileSync(file, "utf8")).toMatch(/^\/\/ twice\n[\s\S]*forbid/);
		expect(fs.readFileSync(`${file}.kept-1`, "utf8")).toBe(before);
	});

	it("is gone when it is taken back", () => {
		const file = twice();
		deleteGrant(home, grant());
		expect(tools()).toEqual([]);
		expect(fs.readFileSync(file, "utf8")).toContain("forbid");
		twice();
		expect(names().filter((name) => name.includes(".kept-"))).toHaveLength(1);
	});
});
