import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { fail, ok, type Result } from "../../src/core/result.ts";
import { type EditStep, editFile } from "../../src/platform/files/edit-file.ts";
import { temporaryFolder } from "./vault/home.ts";

let folder: string;
let file: string;
beforeEach(() => {
	folder = temporaryFolder();
	file = path.join(folder, "mcp.json");
	fs.writeFileSync(file, "one secret\r\ntwo");
});

/** Changes with every write; reading it does not. */
const identity = (): unknown => {
	const { ino, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
	return { ino, mtimeNs, ctimeNs, text: fs.readFileSync(file, "utf8") };
};

/** Idempotent, as `editFile` asks. */
const hide = (text: string): Result<string> => ok(text.replace("secret", "reference"));
const at = (wanted: EditStep, act: () => void, times = 1): { onStep: (step: EditStep) => void } => ({
	onStep: (step) => {
		if (step === wanted && times-- > 0) act();
	},
});

describe("editing a host's file", () => {
	it("changes what it was asked to, and keeps byte order mark, line ends, mode and owner", async () => {
		fs.writeFileSync(file, "\uFEFFone secret\r\ntwo");
		fs.chmodSync(file, 0o640);
		if (process.getuid?.() === 0) fs.chownSync(file, 12345, 54321);
		const before = fs.statSync(file);
		expect(await editFile(file, hide)).toEqual({ ok: true, value: { changed: true, path: file } });
		expect(fs.readFileSync(file, "utf8")).toBe("\uFEFFone reference\r\ntwo");
		const after = fs.statSync(file);
		expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
		expect(fs.readdirSync(folder)).toEqual(["mcp.json"]);
	});

	it("does not touch a file in which nothing is to be done", async () => {
		const before = identity();
		expect(await editFile(file, ok)).toEqual({ ok: true, value: { changed: false, path: file } });
		expect(identity()).toEqual(before);
	});

	it("writes through a link, and leaves the link one", async () => {
		fs.mkdirSync(path.join(folder, "sub"));
		const link = path.join(folder, "sub", "link.json");
		fs.symlinkSync("../mcp.json", link);
		expect(await editFile(link, hide)).toMatchObject({ ok: true, value: { path: file } });
		expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
		expect(fs.readFileSync(file, "utf8")).toContain("reference");
		expect(fs.readdirSync(path.join(folder, "sub"))).toEqual(["link.json"]);
	});

	it("leaves the file as it was when the edit is refused", async () => {
		const before = identity();
		expect(await editFile(file, () => fail("no", "No.", "Nothing."))).toMatchObject({ ok: false, problem: { code: "no" } });
		expect(identity()).toEqual(before);
		expect(fs.readdirSync(folder)).toEqual(["mcp.json"]);
	});

	it("keeps the temporary file to its owner while it is not yet in place", async () => {
		const modes: number[] = [];
		const look = (): void => {
			for (const name of fs.readdirSync(folder))
				if (name.includes("sallyport-")) modes.push(fs.statSync(path.join(folder, name)).mode & 0o777);
		};
		await editFile(file, hide, at("temporary-written", look));
		expect(modes).toEqual([0o600]);
	});

	it("removes what a killed run left, and nothing else", async () => {
		const left = path.join(folder, `.mcp.json.sallyport-123-${"0".repeat(12)}`);
		const other = path.join(folder, ".mcp.json.sallyport-notes");
		fs.writeFileSync(left, "one secret");
		fs.writeFileSync(other, "mine");
		await editFile(file, hide);
		expect([fs.existsSync(left), fs.existsSync(other)]).toEqual([false, true]);
	});
});

describe("a host that writes meanwhile", () => {
	it.each<["by renaming" | "in place", EditStep]>([
		["by renaming", "planned"],
		["in place", "planned"],
		["by renaming", "temporary-written"],
		["in place", "temporary-written"],
		["by renaming", "replaced"],
		["by renaming", "settled"],
		["in place", "settled"],
	])("loses nothing: %s, when the edit is %s", async (how, step) => {
		const hosts = "one secret\r\ntwo\r\nhost's own";
		const write = (): void => {
			fs.writeFileSync(how === "in place" ? file : `${file}.host`, hosts);
			if (how === "by renaming") fs.renameSync(`${file}.host`, file);
		};
		expect(await editFile(file, hide, at(step, write))).toMatchObject({ ok: true, value: { changed: true } });
		expect(fs.readFileSync(file, "utf8")).toBe("one reference\r\ntwo\r\nhost's own");
		expect(fs.readdirSync(folder)).toEqual(["mcp.json"]);
	});

	it("loses nothing when it had opened the file before, and writes after it was replaced", async () => {
		const fd = fs.openSync(file, "r+");
		onTestFinished(() => fs.closeSync(fd));
		const write = (): void => void fs.writeSync(fd, "one secret\r\ntwo\r\nlate", 0);
		expect(await editFile(file, hide, at("replaced", write))).toMatchObject({ ok: true, value: { changed: true } });
		expect(fs.readFileSync(file, "utf8")).toBe("one reference\r\ntwo\r\nlate");
	});

	it("is waited for when it is found half-way through a write", async () => {
		fs.writeFileSync(file, "one sec");
		const strict = (text: string): Result<string> => (text.endsWith("two") ? hide(text) : fail("syntax", "Half.", "Wait."));
		const timer = setTimeout(() => fs.writeFileSync(file, "one secret\r\ntwo"), 5);
		onTestFinished(() => clearTimeout(timer));
		expect(await editFile(file, strict)).toMatchObject({ ok: true, value: { changed: true } });
		expect(fs.readFileSync(file, "utf8")).toBe("one reference\r\ntwo");
	});

	it("that never stops is named, and keeps its last word", async () => {
		let count = 0;
		const write = (): void => fs.writeFileSync(file, `one secret ${++count}`);
		const answer = await editFile(file, hide, { attempts: 3, ...at("temporary-written", write, Number.POSITIVE_INFINITY) });
		expect(answer).toMatchObject({ ok: false, problem: { code: "file-busy" } });
		expect(fs.readFileSync(file, "utf8")).toBe(`one secret ${count}`);
		expect(fs.readdirSync(folder)).toEqual(["mcp.json"]);
	});

	it("sees every edit of several Sallyports that work at once", async () => {
		fs.writeFileSync(file, "");
		const words = ["a", "b", "c", "d", "e", "f"];
		const add = (word: string) => (text: string) => ok(text.includes(word) ? text : text + word);
		for (const answer of await Promise.all(words.map((word) => editFile(file, add(word), { settleMs: 1 })))) expect(answer.ok).toBe(true);
		expect([...fs.readFileSync(file, "utf8")].sort()).toEqual(words);
	});
});

describe("a file that cannot be edited", () => {
	const code = async (name = file): Promise<string | null> => {
		const answer = await editFile(name, hide);
		return answer.ok ? null : answer.problem.code;
	};

	it("is named: missing, a folder, a pipe's place, another encoding", async () => {
		expect(await code(path.join(folder, "none.json"))).toBe("file-missing");
		expect(await code(folder)).toBe("not-a-file");
		fs.writeFileSync(file, Buffer.from("secret", "utf16le").fill(0xff, 0, 2));
		expect(await code()).toBe("file-encoding");
	});

	it("is named when it is read-only", async () => {
		fs.chmodSync(file, 0o444);
		expect(await code()).toBe("file-read-only");
		expect(fs.readFileSync(file, "utf8")).toContain("secret");
	});

	it("is named when a second name would keep the old text", async () => {
		fs.linkSync(file, path.join(folder, "twin.json"));
		expect(await code()).toBe("file-hard-linked");
	});

	it("is named when another program keeps it locked in a way of its own", async () => {
		fs.writeFileSync(`${file}.lock`, "");
		fs.utimesSync(`${file}.lock`, new Date(0), new Date(0));
		expect(await code()).toBe("busy");
		expect(fs.readFileSync(file, "utf8")).toContain("secret");
	});

	it("is named when its link leads nowhere", async () => {
		const link = path.join(folder, "link.json");
		fs.symlinkSync("gone.json", link);
		expect(await code(link)).toBe("file-missing");
		fs.symlinkSync("circle.json", path.join(folder, "circle.json"));
		expect(await code(path.join(folder, "circle.json"))).toBe("file-missing");
	});
});
