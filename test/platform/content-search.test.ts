import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ContentSearch, isSearched } from "../../src/platform/content-search.ts";

let folder: string;
beforeEach(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "content-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const TEXT = JSON.stringify({ mcpServers: { a: { command: "server" } } });

function write(name: string, text = TEXT): string {
	const file = path.join(folder, name);
	fs.writeFileSync(file, text);
	return file;
}

test.each([
	["servers.json", true],
	["a/b/mcp.JSONC", true],
	["mcp.json.bak", true],
	["mcp.json.example", true],
	["mcp.json~", true],
	["mcp.yaml", false],
	["jsonc", false],
	["package-lock.json", false],
	["web/i18n/mcp.json", false],
	["_locales/de/mcp.json", false],
	["locales.json", true],
	["x/site-packages/y/servers.json", false],
])("%s is looked into: %s", (name, expected) => {
	expect(isSearched(name.split("/").join(path.sep))).toBe(expected);
});

test("a search ends with the files that it may look into, and says so", () => {
	const files = ["a.json", "b.json", "c.json"].map((name) => write(name));
	const search = new ContentSearch({ files: 2, bytes: 1000 });
	expect(files.map((file) => search.look(file)?.host ?? null)).toEqual(["other", "other", null]);
	expect(search.problem?.code).toBe("search-ended");
});

test("a search ends with the bytes that it may read, also of what was read already", () => {
	const search = new ContentSearch({ files: 10, bytes: TEXT.length + 1 });
	expect([search.judge(TEXT), search.problem]).toEqual(["other", null]);
	expect([search.judge(TEXT), search.judge(TEXT), search.problem?.code]).toEqual(["other", null, "search-ended"]);
});

test("what cannot be read, or is no plain file, is passed over", () => {
	const search = new ContentSearch();
	fs.symlinkSync(write("real.json"), path.join(folder, "link.json"));
	fs.mkdirSync(path.join(folder, "folder.json"));
	expect(["link.json", "folder.json", "none.json"].map((name) => search.look(path.join(folder, name)))).toEqual([null, null, null]);
	expect(search.problem).toBeNull();
});
