import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { discover, MAX_FILE_SIZE, userConfigFiles } from "../../src/platform/discover.ts";

let home: string;
beforeEach(() => {
	home = fs.mkdtempSync(path.join(os.tmpdir(), "home-"));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

function write(file: string, content = "{}"): void {
	const full = path.join(home, file);
	fs.mkdirSync(path.dirname(full), { recursive: true });
	fs.writeFileSync(full, content);
}

/** Relative to the home folder, with `/`. */
function found(folder: string): readonly string[] {
	return userConfigFiles(home, "linux", {})
		.map((file) => path.relative(home, file.path).split(path.sep).join("/"))
		.filter((file) => file.startsWith(folder) && fs.existsSync(path.join(home, file)));
}

test("each agent of a person is a file of its own, and nothing else in their folder is", () => {
	for (const file of ["review.json", "build.json", "notes.md", ".json.swp", "x.json.bak"]) write(`.kiro/agents/${file}`);
	write(".kiro/settings/mcp.json");
	expect(found(".kiro")).toEqual([".kiro/settings/mcp.json", ".kiro/agents/build.json", ".kiro/agents/review.json"]);
});

test("each profile of an editor has files of its own", () => {
	for (const profile of ["a1", "b2"]) write(`.config/Code/User/profiles/${profile}/mcp.json`);
	expect(found(".config/Code/User/profiles")).toEqual([".config/Code/User/profiles/a1/mcp.json", ".config/Code/User/profiles/b2/mcp.json"]);
});

test("padding hides no file: what is too large is named, whatever else files of that name are about", () => {
	const padded = `{ "padding": "${"x".repeat(MAX_FILE_SIZE)}" }`;
	const names = [".vscode/settings.json", ".zed/settings.json", "opencode.json", "x/.mcp.json"];
	for (const name of names) write(name, padded);
	write("other.json", padded);
	const found = discover([home]);
	const named = discover([path.join(home, "other.json")]);
	if (!found.ok || !named.ok) throw new Error("nothing was found");
	expect(found.value.files.map(({ path: file, text }) => [path.relative(home, file), text]).sort()).toEqual(
		names.map((name) => [name, null]).sort(),
	);
	expect(found.value.problems).toEqual([]);
	// Of one that is known by nothing but its content there is nothing to know.
	expect(named.value.problems.map(({ code }) => code)).toEqual(["file-too-large"]);
});

test("a folder inside of a host's folder may be a link, too", () => {
	write("data/mcp.json");
	fs.mkdirSync(path.join(home, ".kiro"));
	fs.symlinkSync("../data", path.join(home, ".kiro/settings"));
	const found = discover([home]);
	expect(found.ok && found.value.files.map(({ path: file }) => path.relative(home, file))).toEqual([".kiro/settings/mcp.json"]);
});
