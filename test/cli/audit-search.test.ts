import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { registerAudit } from "../../src/cli/audit.ts";
import { textRedactor } from "../../src/core/secrets/redact.ts";
import type { Home } from "../../src/platform/home.ts";
import { event, openSession, writeSession } from "../harness/audit-logs.ts";
import { temporaryHome } from "../platform/vault/home.ts";
import { runCommand } from "./run-command.ts";

let folder: string;
let home: Home;

beforeEach(() => {
	home = temporaryHome();
	folder = path.dirname(home.path);
});

function run(...args: readonly string[]) {
	return runCommand(registerAudit, ["audit", ...args], { cwd: folder, env: { SALLYPORT_HOME: home.path } });
}

/** The tools of what `audit search --json` prints, in its order. */
async function found(...args: readonly string[]): Promise<readonly (string | null)[]> {
	const { out } = await run("search", "--json", ...args);
	return out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).tool]));
}

/** Puts a letter in the place of another, as an editor would. */
function tamper(file: string, from: string, to: string): void {
	const text = fs.readFileSync(file, "utf8");
	expect(text).toContain(from);
	fs.writeFileSync(file, text.replace(from, to));
}

describe("search", () => {
	beforeEach(() => {
		// Two sessions at once, and one long before.
		writeSession(home, { server: "files", host: "cursor", from: "2026-11-23T10:00:00.000Z" }, { tool: "a" }, { tool: "b" }, { tool: "c" });
		writeSession(
			home,
			{ server: "web", from: "2026-11-23T10:00:00.500Z" },
			{ tool: "x", decision: "refuse", reason: "tool-not-granted", outcome: "withheld" },
			{ tool: "y", outcome: "answered", cost: { latency: 1500, requestBytes: 10, answerBytes: 20 }, arguments: { repo: "Acme/Site" } },
		);
		writeSession(home, { server: "files", from: "2026-11-01T10:00:00.000Z" }, { tool: "old" });
	});

	test("shows what fits over all sessions in the order of time, the newest last or first", async () => {
		expect(await found()).toEqual(["old", "a", "x", "b", "y", "c"]);
		expect(await found("--newest-first")).toEqual(["c", "y", "b", "x", "a", "old"]);
		expect(await found("--limit", "2")).toEqual(["y", "c"]);
		expect(await found("--limit", "all")).toEqual(["old", "a", "x", "b", "y", "c"]);
	});

	test.each([
		[
			["--server", "web"],
			["x", "y"],
		],
		[
			["--server", "w*", "--server", "nosuch"],
			["x", "y"],
		],
		[
			["--tool", "a", "--tool", "b"],
			["a", "b"],
		],
		[["--decision", "refuse"], ["x"]],
		[["--reason", "*-not-granted"], ["x"]],
		[
			["--outcome", "answered", "--outcome", "withheld"],
			["x", "y"],
		],
		[
			["--host", "cursor"],
			["a", "b", "c"],
		],
		[
			["--since", "2026-11-23"],
			["a", "x", "b", "y", "c"],
		],
		[
			["--until", "2026-11-23T10:00:01.500Z"],
			["old", "a", "x"],
		],
		[["--text", "acme/site"], ["y"]],
		[["--min-latency", "1000"], ["y"]],
		[["--method", "tools/call", "--tool", "c"], ["c"]],
	])("%j finds %j", async (filters, tools) => {
		expect(await found(...filters)).toEqual(tools);
		expect(await found(...filters, "--limit", "all")).toEqual(tools);
	});

	test("what took time says how long", async () => {
		expect((await run("search", "--tool", "y")).out).toBe(
			"2026-11-23T10:00:02.500Z  web  tools/call y  allow  tool-granted  answered  1500 ms\n",
		);
	});

	test("a trace is found by its id and by a whole traceparent", async () => {
		const trace = randomBytes(16).toString("hex");
		const span = randomBytes(8).toString("hex");
		writeSession(home, {}, { tool: "traced", trace: { trace, span } });
		expect(await found("--trace", trace)).toEqual(["traced"]);
		expect(await found("--trace", `00-${trace.toUpperCase()}-${span}-01`)).toEqual(["traced"]);
	});

	test("a session is found by its id", async () => {
		const log = openSession(home, { server: "last" });
		log.close("host-closed");
		expect(await found("--session", log.session)).toEqual([]);
		const { out } = await run("search", "--json", "--tool", "a");
		expect(await found("--session", JSON.parse(out).session)).toEqual(["a", "b", "c"]);
	});

	test("when nothing fits, it says so and exits with 1", async () => {
		expect(await run("search", "--tool", "nosuch")).toEqual({ code: 1, out: "", err: "sallyport: nothing in the log fits.\n" });
	});

	test("a reason that is spelt wrong is told", async () => {
		const { err } = await run("search", "--reason", "tool-not-grantd");
		expect(err).toBe("sallyport: nothing in the log fits. Did you mean --reason tool-not-granted?\n");
	});

	test("--long shows who asked, and with what, beneath each record", async () => {
		const { out } = await run("search", "--tool", "y", "--long");
		const [row, who, given] = out.split("\n");
		expect(row).toMatch(/tools\/call y {2}allow/);
		expect(who).toMatch(/^ {4}session [0-9a-f]{24}/);
		expect(given).toContain("Acme/Site");
	});

	test.each([
		["--since", "yesterday"],
		["--outcome", "fine"],
		["--trace", "zz"],
		["--min-latency", "-1"],
		["--limit", "0"],
	])("%s %s is a usage error", async (flag, value) => {
		await expect(run("search", flag, value)).rejects.toThrow(/Give|choices/);
	});

	test("all of them can be shown the oldest first alone", async () => {
		expect(await run("search", "--limit", "all", "--newest-first")).toMatchObject({ code: 2, out: "" });
	});
});

describe("a log that is not as it was written", () => {
	let changed: string;
	beforeEach(() => {
		changed = writeSession(home, { server: "files" }, { tool: "before", arguments: { n: "one" } }, { tool: "after" });
		writeSession(home, { server: "web" }, { tool: "whole" });
		tamper(changed, '"one"', '"two"');
	});

	test.each(["tail", "search"])("%s shows it with a warning that names it", async (verb) => {
		const { code, out, err } = await run(verb);
		expect(code).toBe(0);
		expect(out).toContain("before");
		expect(err).toMatch(/^sallyport: warning: \S+-files-\S+ is not as it was written \(line 2: [^)]+\)\n$/);
		expect(err).toContain(path.basename(changed));
	});

	test("of many, ten are named and the others counted", async () => {
		for (let n = 0; n < 11; n++) tamper(writeSession(home, { server: "many" }, { tool: "x", arguments: { n: "one" } }), '"one"', '"two"');
		const { err } = await run("search", "--server", "many");
		expect(err.trim().split("\n")).toHaveLength(11);
		expect(err).toContain("and 1 more log is not.");
	});

	test("nothing is said of it where nothing of it is shown", async () => {
		expect(await run("search", "--server", "web")).toMatchObject({ code: 0, err: "" });
	});

	test.each(["tail", "search"])("%s --verified shows nothing", async (verb) => {
		const { code, out, err } = await run(verb, "--server", "web", "--verified");
		expect({ code, out }).toEqual({ code: 2, out: "" });
		expect(err).toContain("The log is not as it was written, so nothing is shown.");
	});

	test("--verified shows what fits when all are as they were written", async () => {
		tamper(changed, '"two"', '"one"');
		expect(await run("search", "--tool", "before", "--verified")).toMatchObject({
			code: 0,
			err: "",
			out: expect.stringContaining("before"),
		});
	});
});

test("lines that are no records, endless ones and torn ones are passed over, and told", async () => {
	const file = writeSession(home, {}, { tool: "good" });
	const other = path.join(path.dirname(file), "20261123T100000Z-other-0.jsonl");
	fs.writeFileSync(other, `not json\n${"x".repeat(3 * 1024 * 1024)}\n{"kind":"event"}\n{"torn`);
	const { out, err } = await run("search", "--json");
	expect(out.trim().split("\n")).toHaveLength(1);
	expect(err).toBe("Some of the log cannot be read. To see what: sallyport audit verify\n");
});

test("a line of endless depth is passed over, and told", async () => {
	const file = writeSession(home, {}, { tool: "good", arguments: "here" });
	const deep = `${"[".repeat(300_000)}${"]".repeat(300_000)}`;
	fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"here"', deep));
	for (const args of [["search"], ["search", "--text", "x"], ["search", "--limit", "all", "--json"]]) {
		const { out, err } = await run(...args);
		expect(out).toBe("");
		expect(err).toContain("Some of the log cannot be read.");
	}
});

test("a link in the folder is not followed", async () => {
	const file = writeSession(home, {}, { tool: "mine" });
	const elsewhere = path.join(folder, "elsewhere.jsonl");
	fs.renameSync(file, elsewhere);
	fs.symlinkSync(elsewhere, file);
	expect(await run("search")).toMatchObject({ code: 1, out: "" });
});

test("records longer than one piece of reading, and many of them, come whole and in order", async () => {
	const text = "ä".repeat(190);
	const events = Array.from({ length: 3000 }, (_, n) => ({ tool: `t${n}`, arguments: { text, n } }));
	writeSession(home, {}, ...events);
	const tools = events.map(({ tool }) => tool);
	expect(await found("--limit", "all")).toEqual(tools);
	expect(await found("--limit", "10")).toEqual(tools.slice(-10));
	const { out } = await run("search", "--json", "--tool", "t1234");
	expect(JSON.parse(out).arguments).toEqual({ text, n: 1234 });
});

test("nothing that was redacted comes back, and nothing drives a terminal", async () => {
	const secret = `ghp_${randomBytes(18).toString("base64url").replace(/[-_]/g, "a")}${randomBytes(6).toString("hex")}`;
	const redact = textRedactor([secret]);
	writeSession(
		home,
		{ redact },
		{ tool: "\u001b]0;x\u0007\u202eevil", arguments: { token: secret, at: Buffer.from(secret).toString("base64") } },
	);
	for (const args of [["search"], ["search", "--json"], ["search", "--limit", "all"], ["tail"], ["tail", "--json"]]) {
		const { out } = await run(...args);
		expect(out).toMatch(/^[\x20-\x7e]+\n$/);
		expect(out).not.toContain(secret);
		expect(out).not.toContain(Buffer.from(secret).toString("base64"));
	}
	expect((await run("search", "--text", secret)).code).toBe(1);
});

test("the page on the log says what every option does", () => {
	const page = fs.readFileSync(path.resolve(import.meta.dirname, "..", "..", "docs", "audit.md"), "utf8");
	const program = new Command();
	registerAudit(program, { cwd: folder, env: {}, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }, () => {});
	const commands = program.commands
		.flatMap(({ commands: audit }) => audit)
		.filter((command) => /^(?:tail|search|export)$/.test(command.name()));
	expect(commands).toHaveLength(3);
	for (const command of commands) for (const { long } of command.options) expect(page, command.name()).toMatch(new RegExp(`${long}\\b`));
});

describe("tail --follow", () => {
	const program = path.resolve(import.meta.dirname, "..", "..", "dist", "sallyport.cjs");
	let child: ChildProcessWithoutNullStreams;
	let out: string;
	let err: string;

	function follow(...args: readonly string[]): void {
		child = spawn(process.execPath, [program, "audit", "tail", "--follow", "--json", ...args], {
			env: { ...process.env, SALLYPORT_HOME: home.path },
		});
		out = "";
		err = "";
		child.stdout.on("data", (chunk) => {
			out += String(chunk);
		});
		child.stderr.on("data", (chunk) => {
			err += String(chunk);
		});
	}

	async function tools(count: number): Promise<readonly string[]> {
		const lines = () => out.split("\n").slice(0, -1);
		await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
		return lines().map((line) => JSON.parse(line).tool);
	}

	afterEach(async () => {
		child.kill();
		if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
	});

	test("shows what is recorded from now on, in logs that are there and in new ones, and nothing twice", async () => {
		const log = openSession(home);
		log.append(event({ tool: "first" }));
		follow();
		expect(await tools(1)).toEqual(["first"]);
		log.append(event({ tool: "second" }));
		expect(await tools(2)).toEqual(["first", "second"]);
		const other = openSession(home, { server: "web" });
		other.append(event({ tool: "third" }));
		expect(await tools(3)).toEqual(["first", "second", "third"]);
		log.append(event({ tool: "fourth" }));
		log.close("host-closed");
		other.append(event({ tool: "fifth" }));
		expect((await tools(5)).toSorted()).toEqual(["fifth", "first", "fourth", "second", "third"]);
		expect(err).toBe("");
	});

	test("shows only what fits, and waits for a folder that is not there yet", async () => {
		follow("--decision", "refuse");
		expect(fs.existsSync(path.join(home.state, "audit"))).toBe(false);
		const log = openSession(home);
		log.append(event({ tool: "allowed" }));
		log.append(event({ tool: "refused", decision: "refuse", reason: "tool-not-granted", outcome: "withheld" }));
		expect(await tools(1)).toEqual(["refused"]);
	});

	test("tells when a log is cut while it is read", async () => {
		const log = openSession(home);
		log.append(event({ tool: "first" }));
		follow();
		await tools(1);
		fs.truncateSync(log.file, 10);
		await expect.poll(() => err, { timeout: 20_000 }).toContain(`${path.basename(log.file)} was cut`);
	});

	test("tells once of a line that is no record, and goes on", async () => {
		const log = openSession(home);
		log.append(event({ tool: "first" }));
		follow();
		await tools(1);
		fs.appendFileSync(log.file, "no record\n");
		await expect.poll(() => err, { timeout: 20_000 }).toContain(`${path.basename(log.file)} was cut, replaced or written by someone else`);
		log.append(event({ tool: "second" }));
		expect(await tools(2)).toEqual(["first", "second"]);
		expect(err.match(/was cut/g)).toHaveLength(1);
	});

	test("ends when nobody reads it any more", async () => {
		const log = openSession(home);
		log.append(event({ tool: "first" }));
		follow();
		await tools(1);
		child.stdout.destroy();
		const ended = new Promise((resolve) => child.once("exit", resolve));
		log.append(event({ tool: "second" }));
		await ended;
		expect(child.exitCode).toBe(0);
	});
});
