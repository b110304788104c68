import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { registerAudit } from "../../src/cli/audit.ts";
import { textRedactor } from "../../src/core/secrets/redact.ts";
import type { Home } from "../../src/platform/home.ts";
import { event, openSession, writeSession } from "../harness/audit-logs.ts";
import { temporaryHome } from "../platform/vault/home.ts";
import { runCommand } from "./run-command.ts";

let home: Home;
let cwd: string;

beforeEach(() => {
	home = temporaryHome();
	cwd = path.join(home.path, "elsewhere");
	fs.mkdirSync(cwd);
});

function run(...args: readonly string[]) {
	return runCommand(registerAudit, ["audit", "export", ...args], { cwd, env: { SALLYPORT_HOME: home.path } });
}

const HEADER =
	'"at","session","host","server","direction","request","method","tool","decision","reason","outcome","latency_ms","request_bytes","answer_bytes","trace","span","layer","count","arguments"\r\n';

/** The cells of the lines after the first, by RFC 4180. */
function cells(csv: string): readonly (readonly string[])[] {
	expect(csv.startsWith(HEADER)).toBe(true);
	const lines = csv.slice(HEADER.length).split("\r\n");
	expect(lines.pop()).toBe("");
	return lines.map((line) =>
		[...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) => (quoted ?? bare ?? "").replaceAll('""', '"')),
	);
}

function writeThree(): void {
	writeSession(home, { server: "web", from: "2026-11-23T10:00:05.000Z" }, { tool: "last" });
	writeSession(
		home,
		{ server: "files", host: "cursor" },
		{ tool: "first", arguments: { path: "/tmp/ä", list: [1, "2"] } },
		{ tool: "second" },
	);
}

test("json is one document, jsonl one object a line, each as recorded and in the order of time", async () => {
	writeThree();
	const json = await run("--format", "json");
	const jsonl = await run("--format", "jsonl");
	expect([json.code, json.err, jsonl.code, jsonl.err]).toEqual([0, "", 0, ""]);
	const { version, records } = JSON.parse(json.out);
	expect(version).toBe(1);
	expect(records.map(({ tool }: { tool: string }) => tool)).toEqual(["first", "second", "last"]);
	expect(records[0]).toMatchObject({ kind: "event", server: "files", host: "cursor", arguments: { path: "/tmp/ä", list: [1, "2"] } });
	expect(
		jsonl.out
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line)),
	).toEqual(records);
	expect(json.out + jsonl.out).toMatch(/^[\x20-\x7e\n]+$/);
});

test("csv has a line for each record, with what there is to know", async () => {
	const trace = { trace: randomBytes(16).toString("hex"), span: randomBytes(8).toString("hex") };
	writeSession(
		home,
		{ host: "cursor" },
		{ tool: "read", arguments: { path: '/tmp/a,"b"' }, trace },
		{
			request: "x-1",
			direction: "server-to-host",
			outcome: "answered",
			cost: { latency: 12.5, requestBytes: 100, answerBytes: 200 },
		},
	);
	const { code, out, err } = await run("--format", "csv");
	expect({ code, err }).toEqual({ code: 0, err: "" });
	const [first, second] = cells(out);
	const session = first?.[1] ?? "";
	expect(session).toMatch(/^[0-9a-f]{24}$/);
	expect(first).toEqual([
		...[
			"2026-11-23T10:00:01.000Z",
			session,
			"cursor",
			"files",
			"host-to-server",
			"1",
			"tools/call",
			"read",
			"allow",
			"tool-granted",
			"forwarded",
		],
		...["", "", "", trace.trace, trace.span, "", "", '{"path":"/tmp/a,\\"b\\""}'],
	]);
	expect(second?.slice(5, 14)).toEqual(["x-1", "tools/call", "read", "allow", "tool-granted", "answered", "12.5", "100", "200"]);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "\uff1d1", " \uff0b1", "=cmd|' /C calc'!A0"])(
	"in csv %j is no formula",
	async (name) => {
		writeSession(home, { host: name }, { tool: name, method: name });
		const [line] = cells((await run("--format", "csv")).out);
		expect(line).toHaveLength(19);
		// The program sees an apostrophe or the code of the tab or break, and takes the rest for text.
		for (const column of [2, 6, 7]) expect(line?.[column]).toMatch(/^(?:'|\\u00)/);
		expect(line?.join("")).not.toMatch(/[\t\r\n]/);
	},
);

test("nothing that was redacted comes back, and nothing drives a terminal, turns a line or hides", async () => {
	const secret = randomBytes(24).toString("base64url");
	const hidden = "\u001b]0;x\u0007\u202eevil\u200b\u{e0041}\u009b";
	writeSession(
		home,
		{ redact: textRedactor([secret]), host: hidden },
		{ tool: hidden, arguments: { [hidden]: hidden, token: secret, hex: Buffer.from(secret).toString("hex"), name: "日本語" } },
	);
	for (const format of ["json", "jsonl", "csv"]) {
		const { out } = await run("--format", format);
		expect(out.replaceAll(/\r?\n/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
		expect(out).not.toContain(secret);
		expect(out).not.toContain(Buffer.from(secret).toString("hex"));
	}
	const [line] = cells((await run("--format", "csv")).out);
	expect(JSON.parse(line?.at(-1) ?? "")).toMatchObject({ [hidden]: hidden, name: "日本語" });
	expect(line?.at(-1)).toContain("日本語");
});

test("an empty log makes an empty document, and filters hold", async () => {
	expect(JSON.parse((await run("--format", "json")).out)).toEqual({ version: 1, records: [] });
	expect(await run("--format", "csv")).toMatchObject({ code: 0, out: HEADER });
	writeThree();
	expect(cells((await run("--format", "csv", "--server", "web")).out)).toHaveLength(1);
	expect(cells((await run("--format", "csv", "--until", "2026-11-23T10:00:01Z")).out)).toHaveLength(1);
});

test("the mark of UTF-8 is there on demand alone", async () => {
	writeThree();
	expect((await run("--format", "csv")).out.startsWith('"at"')).toBe(true);
	expect((await run("--format", "csv", "--bom")).out.startsWith('\ufeff"at"')).toBe(true);
});

describe("to a file", () => {
	test("it is whole, new and for this user alone", async () => {
		writeThree();
		expect(await run("--format", "json", "--output", "out.json")).toEqual({ code: 0, out: "", err: "sallyport: exported 3 records.\n" });
		const file = path.join(cwd, "out.json");
		expect(JSON.parse(fs.readFileSync(file, "utf8")).records).toHaveLength(3);
		expect(fs.statSync(file).mode & 0o777).toBe(0o600);
		expect(fs.readdirSync(cwd)).toEqual(["out.json"]);
	});

	test("a file that is there stays, unless it may be replaced", async () => {
		writeThree();
		const file = path.join(cwd, "out.csv");
		fs.writeFileSync(file, "mine", { mode: 0o644 });
		expect(await run("--format", "csv", "--output", "out.csv")).toMatchObject({
			code: 2,
			out: "",
			err: expect.stringContaining("--force"),
		});
		expect(fs.readFileSync(file, "utf8")).toBe("mine");
		expect((await run("--format", "csv", "--output", "out.csv", "--force")).code).toBe(0);
		expect(cells(fs.readFileSync(file, "utf8"))).toHaveLength(3);
		expect(fs.statSync(file).mode & 0o777).toBe(0o600);
	});

	test("a link is replaced, and what it leads to stays", async () => {
		fs.writeFileSync(path.join(cwd, "precious"), "mine");
		fs.symlinkSync("precious", path.join(cwd, "out.csv"));
		expect((await run("--format", "csv", "--output", "out.csv")).code).toBe(2);
		expect((await run("--format", "csv", "--output", "out.csv", "--force")).code).toBe(0);
		expect(fs.readFileSync(path.join(cwd, "precious"), "utf8")).toBe("mine");
	});

	test("a folder that is not there is said, and nothing is left behind", async () => {
		const { code, err } = await run("--format", "csv", "--output", "no/out.csv");
		expect(code).toBe(2);
		expect(err).toContain("no/out.csv cannot be written (ENOENT)");
		expect(fs.readdirSync(cwd)).toEqual([]);
	});
});

test("an export that is interrupted leaves nothing behind", async () => {
	const log = openSession(home);
	for (let request = 0; request < 60_000; request++) {
		if (request % 1000 === 0) log.flush();
		log.hold();
		log.append(event({ request, arguments: { text: "x".repeat(100) } }));
	}
	log.close("host-closed");
	const program = path.resolve(import.meta.dirname, "..", "..", "dist", "sallyport.cjs");
	const child = spawn(process.execPath, [program, "audit", "export", "--format", "csv", "--output", "out.csv"], {
		cwd,
		env: { ...process.env, SALLYPORT_HOME: home.path },
		stdio: "ignore",
	});
	const ended = new Promise((resolve) => child.once("exit", resolve));
	await expect.poll(() => fs.readdirSync(cwd), { timeout: 20_000, interval: 5 }).toHaveLength(1);
	child.kill("SIGTERM");
	expect(await ended).toBe(143);
	expect(fs.readdirSync(cwd)).toEqual([]);
});

describe("a log that is not as it was written", () => {
	beforeEach(() => {
		const file = writeSession(home, {}, { tool: "changed" });
		fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("changed", "forged!"));
	});

	test("is exported with a warning", async () => {
		const { code, out, err } = await run("--format", "jsonl");
		expect(code).toBe(0);
		expect(out).toContain("forged!");
		expect(err).toMatch(/^sallyport: warning: \S+ is not as it was written/);
	});

	test("is not exported with --verified, and no file is made", async () => {
		expect(await run("--format", "csv", "--verified", "--output", "out.csv")).toMatchObject({ code: 2, out: "" });
		expect(fs.readdirSync(cwd)).toEqual([]);
	});
});

test.each([
	[["--format", "json", "--bom"], "--bom has no meaning with --format json"],
	[["--format", "csv", "--endpoint", "http://127.0.0.1:4318"], "--endpoint has no meaning with --format csv"],
	[["--format", "csv", "--force"], "--force has no meaning without --output"],
	[["--format", "otlp", "--output", "x"], "--output has no meaning with --format otlp"],
	[["--format", "otlp"], "There is no collector to send to."],
])("%j is refused with the reason", async (args, message) => {
	expect(await run(...args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
});
