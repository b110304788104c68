import * as fs from "node:fs";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { findTarget } from "../../src/cli/target.ts";
import { temporaryFolder } from "../platform/vault/home.ts";

test("a broken file of one host does not stand in the way of a server in another's, and is told when it is all there is", () => {
	const person = temporaryFolder();
	const cwd = path.join(person, "project");
	const io = { cwd, env: { HOME: person }, stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	const write = (file: string, text: string): void => {
		fs.mkdirSync(path.dirname(path.join(person, file)), { recursive: true });
		fs.writeFileSync(path.join(person, file), text);
	};
	write(".config/Code/User/mcp.json", '{ "servers": { "notes": { "comm');
	write("project/README.md", "");
	expect(findTarget("notes", undefined, io)).toMatchObject({
		ok: false,
		problem: { code: "config-broken", remedy: expect.stringContaining("--file CONFIG") },
	});
	write(".cursor/mcp.json", '{ "mcpServers": { "notes": { "command": "srv" } } }');
	expect(findTarget("notes", undefined, io)).toMatchObject({ ok: true, value: { config: expect.stringContaining(".cursor") } });
});

test("a name that stands in two files is asked about with the words that choose one", () => {
	const cwd = path.join(temporaryFolder(), "project");
	const io = { cwd, env: { HOME: cwd }, stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	for (const file of [".cursor/mcp.json", ".mcp.json"]) {
		fs.mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
		fs.writeFileSync(path.join(cwd, file), '{ "mcpServers": { "notes": { "command": "srv" } } }');
	}
	expect(findTarget("notes", undefined, io)).toMatchObject({
		ok: false,
		problem: { remedy: expect.stringMatching(/^Say which one: --file \S*mcp\.json or --file \S*mcp\.json$/) },
	});
	expect(findTarget("notes", ".mcp.json", io)).toMatchObject({ ok: true });
});
