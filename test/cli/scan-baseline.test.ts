import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SAFE, ScanFolder, tokenOf, unsafe } from "./scan-folder.ts";

let folder: ScanFolder;

beforeEach(() => {
	folder = new ScanFolder();
});

afterEach(() => {
	folder.remove();
});

const BASELINE = ".sallyport/baseline.json";
const read = (file = BASELINE): string => fs.readFileSync(path.join(folder.root, file), "utf8");

test("from the day that it is written only what is new is told, and it says so", async () => {
	folder.write(".mcp.json", unsafe());
	folder.write("app/.cursor/mcp.json", unsafe(2));
	const all = (await folder.scan(["--json"])).report.findings.length;
	expect(await folder.scan(["--write-baseline"])).toMatchObject({
		code: 0,
		out: `Nothing found in 2 files.\n${all} more are in the baseline.\n`,
		err: `sallyport: .sallyport/baseline.json holds ${all} findings now.\n`,
	});
	expect(read()).not.toContain(tokenOf(1));
	expect(fs.statSync(path.join(folder.root, BASELINE)).mode & 0o777).toBe(0o644);
	expect(await folder.scan([])).toMatchObject({ code: 0, err: "" });
	folder.write("new/.mcp.json", unsafe(3));
	const { code, report } = await folder.scan(["--json"]);
	expect([code, [...new Set(report.findings.map(({ file }) => file))]]).toEqual([1, ["new/.mcp.json"]]);
	expect(report.silenced).toHaveLength(all);
	expect(report.silenced[0]).toMatchObject({ by: "baseline", reason: null, file: ".mcp.json" });
	expect((await folder.scan(["--json", "--no-baseline"])).report.silenced).toEqual([]);
});

test("it holds wherever in the repository one is, also for what is staged", async () => {
	folder.git("init", "-q");
	folder.write("app/.mcp.json", unsafe());
	folder.git("add", ".");
	await folder.scan(["--write-baseline"], { cwd: "app" });
	expect(JSON.parse(read()).findings[0]).toMatchObject({ file: "app/.mcp.json" });
	for (const args of [[], ["--changed"], ["app"]]) expect((await folder.scan(args)).code).toBe(0);
	expect((await folder.scan([], { cwd: "app" })).code).toBe(0);
});

test("a file of another name is read and written where it is named, and means the same from everywhere", async () => {
	folder.write("app/.mcp.json", unsafe());
	await folder.scan(["--write-baseline", "config/known.json"]);
	expect((await folder.scan([])).code).toBe(1);
	expect((await folder.scan(["--baseline", "config/known.json"])).code).toBe(1);
	await folder.scan(["--write-baseline", "known.json"]);
	expect((await folder.scan(["--baseline", "known.json"])).code).toBe(0);
	expect((await folder.scan(["--baseline", "../known.json"], { cwd: "app" })).code).toBe(0);
});

test("written again, it keeps reasons and other files' entries, and is the same byte for byte", async () => {
	folder.write("one/.mcp.json", unsafe());
	folder.write("two/.mcp.json", unsafe(2));
	await folder.scan(["--write-baseline"]);
	const first = read();
	await folder.scan(["--write-baseline"]);
	expect(read()).toBe(first);
	const reasoned = first.replaceAll('"count":1}', '"count":1,"reason":"rotated in May"}');
	fs.writeFileSync(path.join(folder.root, BASELINE), reasoned);
	await folder.scan(["--write-baseline", "--", "one"]);
	expect(read()).toBe(reasoned);
	expect((await folder.scan(["--json"])).report.silenced[0]?.reason).toBe("rotated in May");
});

test("an entry that silences nothing is told, where one can know: not for a file that was not looked at", async () => {
	folder.write("one/.mcp.json", unsafe());
	folder.write("two/.mcp.json", unsafe(2));
	await folder.scan(["--write-baseline"]);
	folder.write("one/.mcp.json", SAFE);
	const stale = async (...args: string[]) =>
		(await folder.scan(["--json", ...args])).report.findings.filter(({ ruleId }) => ruleId === "stale-baseline").length;
	const count = (name: string) => JSON.parse(read()).findings.filter(({ file }: { file: string }) => file.startsWith(name)).length;
	const [one, two] = [count("one/"), count("two/")];
	expect(await stale()).toBe(one);
	expect(await stale("two")).toBe(0);
	fs.rmSync(path.join(folder.root, "two"), { recursive: true });
	expect(await stale()).toBe(one + two);
	expect((await folder.scan(["--json"])).report.files).toBe(1);
	const { code, out } = await folder.scan([]);
	expect(code).toBe(0);
	expect(out).toContain(".sallyport/baseline.json:4:3 info stale-baseline");
	expect(out).toContain(`${one + two} info in 1 file.`);
	expect(await stale("--rule", "stale-baseline=off")).toBe(0);
	expect((await folder.scan(["--rule", "stale-baseline=warning"])).code).toBe(1);
	await folder.scan(["--write-baseline"]);
	expect(JSON.parse(read()).findings).toEqual([]);
});

test("an error is told, in the baseline or not", async () => {
	const entry = { command: "node", args: ["a.js"], env: { SALLYPORT_HOME: "/tmp/x" } };
	folder.write(".mcp.json", { mcpServers: { a: entry } });
	const { code, out, err } = await folder.scan(["--write-baseline"]);
	expect([code, err]).toEqual([1, expect.stringMatching(/holds \d findings? now\. 1 error is told all the same\.\n$/)]);
	expect(out).toContain("launcher-environment");
});

describe("nothing is lost by a slip", () => {
	test("what is no baseline is never overwritten", async () => {
		const config = folder.write(".mcp.json", unsafe());
		const before = fs.readFileSync(config, "utf8");
		const { code, err } = await folder.scan(["--write-baseline", ".mcp.json"]);
		expect([code, fs.readFileSync(config, "utf8")]).toEqual([2, before]);
		expect(err).toContain("is not a baseline");
	});

	test("a link is not followed, neither to read nor to write", async () => {
		folder.write(".mcp.json", unsafe());
		const target = folder.write("target.json", '{"version": 1, "findings": []}');
		fs.mkdirSync(path.join(folder.root, ".sallyport"));
		fs.symlinkSync(target, path.join(folder.root, BASELINE));
		for (const args of [[], ["--write-baseline"]]) expect((await folder.scan(args)).code).toBe(2);
		expect(fs.readFileSync(target, "utf8")).toBe('{"version": 1, "findings": []}');
		fs.rmSync(path.join(folder.root, ".sallyport"), { recursive: true });
		fs.mkdirSync(path.join(folder.root, "elsewhere"));
		fs.symlinkSync("elsewhere", path.join(folder.root, ".sallyport"));
		expect((await folder.scan(["--write-baseline"])).code).toBe(2);
		expect(fs.readdirSync(path.join(folder.root, "elsewhere"))).toEqual([]);
	});

	test("one that is named and not there, or broken, is said, and nothing is called clean", async () => {
		folder.write(".mcp.json", unsafe());
		expect(await folder.scan(["--baseline", "none.json"])).toMatchObject({
			code: 2,
			out: "",
			err: expect.stringContaining("There is no baseline at none.json"),
		});
		folder.write(BASELINE, "{");
		for (const args of [[], ["--write-baseline"]])
			expect(await folder.scan(args)).toMatchObject({
				code: 2,
				out: "",
				err: expect.stringContaining("is not a baseline: it is not well-formed JSON"),
			});
		expect(read()).toBe("{");
	});

	test("Sallyport's own home is no workspace", async () => {
		fs.mkdirSync(path.join(folder.home, ".sallyport"));
		fs.writeFileSync(path.join(folder.home, ".mcp.json"), JSON.stringify(unsafe()));
		expect(await folder.scan(["--write-baseline"], { cwd: folder.home })).toMatchObject({
			code: 2,
			err: expect.stringContaining("own folder"),
		});
		expect(fs.readdirSync(path.join(folder.home, ".sallyport"))).toEqual([]);
	});
});
