import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { registerAudit } from "../../src/cli/audit.ts";
import { textRedactor } from "../../src/core/secrets/redact.ts";
import type { Home } from "../../src/platform/home.ts";
import { openVault } from "../../src/platform/vault/index.ts";
import { event, openSession, writeSession } from "../harness/audit-logs.ts";
import { Collector, partialSuccess } from "../harness/collector.ts";
import { makeAuthority } from "../platform/sandbox/company.ts";
import { temporaryHome } from "../platform/vault/home.ts";
import { runCommand } from "./run-command.ts";

let home: Home;
let collector: Collector;

beforeEach(async () => {
	home = temporaryHome();
	collector = await Collector.start();
});

afterEach(() => collector.stop());

function run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
	const all = ["audit", "export", "--format", "otlp", "--endpoint", collector.endpoint, ...args];
	return runCommand(registerAudit, all, { cwd: home.path, env: { SALLYPORT_HOME: home.path, ...env } });
}

const START = BigInt(Date.parse("2026-11-23T10:00:01.000Z")) * 1_000_000n;

test("a call is one span, by the semantic conventions for MCP", async () => {
	const trace = { trace: randomBytes(16).toString("hex"), span: randomBytes(8).toString("hex") };
	writeSession(
		home,
		{ server: "github", host: "cursor" },
		{ request: 7, tool: "list_issues", arguments: { repo: "acme/site" }, trace },
		{
			request: 7,
			tool: "list_issues",
			direction: "server-to-host",
			outcome: "answered",
			cost: { latency: 250.125, requestBytes: 80, answerBytes: 900 },
		},
	);
	expect(await run()).toEqual({ code: 0, out: "", err: "sallyport: the collector took 1 span.\n" });
	expect(collector.requests).toMatchObject([{ path: "/v1/traces", headers: { "content-type": "application/x-protobuf" } }]);
	expect(collector.spans).toEqual([
		{
			name: "tools/call list_issues",
			traceId: trace.trace,
			spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
			parentSpanId: trace.span,
			kind: 2,
			start: START,
			end: START + 250_125_000n,
			status: 0,
			attributes: {
				"mcp.method.name": "tools/call",
				"mcp.session.id": expect.stringMatching(/^[0-9a-f]{24}$/),
				"jsonrpc.request.id": "7",
				"network.transport": "pipe",
				"gen_ai.operation.name": "execute_tool",
				"gen_ai.tool.name": "list_issues",
				"sallyport.server": "github",
				"sallyport.host": "cursor",
				"sallyport.decision": "allow",
				"sallyport.reason": "tool-granted",
				"sallyport.outcome": "answered",
				"sallyport.request.size": 80,
				"sallyport.answer.size": 900,
			},
			resource: { "service.name": "sallyport", "service.version": expect.any(String) },
		},
	]);
});

test("how a call failed is in its status and its error type", async () => {
	const back = { direction: "server-to-host" } as const;
	writeSession(
		home,
		{},
		...(["tool-error", "error", "cancelled", "unanswered"] as const).flatMap((outcome, request) => [
			{ request, tool: outcome },
			{ request, tool: outcome, outcome, ...back },
		]),
		{ request: 8, tool: "kept-back" },
		{ request: 8, tool: "kept-back", decision: "refuse", reason: "line-invalid", outcome: "withheld", ...back },
		{ request: 9, tool: "refused", decision: "refuse", reason: "tool-not-granted", outcome: "withheld" },
	);
	await run();
	expect(collector.spans.map(({ name, status, attributes }) => [name, status, attributes["error.type"]])).toEqual([
		["tools/call tool-error", 2, "tool_error"],
		["tools/call error", 2, "_OTHER"],
		["tools/call cancelled", 2, "cancelled"],
		["tools/call unanswered", 2, "unanswered"],
		["tools/call kept-back", 2, "line-invalid"],
		["tools/call refused", 2, "tool-not-granted"],
	]);
});

test("prompts and resources have their names, the launcher's own records are no calls, and a call without an end is told as it is", async () => {
	const log = openSession(home);
	log.append(event({ request: "p", method: "prompts/get", tool: null, reason: "offer-granted", arguments: { name: "summary" } }));
	log.append(event({ request: "p", method: "prompts/get", tool: null, direction: "server-to-host", outcome: "answered" }));
	log.append(event({ request: 2, method: "resources/read", tool: null, reason: "offer-granted", arguments: { uri: "notes://today" } }));
	log.append(event({ request: 3, method: "sampling/createMessage", tool: null, direction: "server-to-host", reason: "ask-granted" }));
	log.append(event({ request: null, method: null, tool: null, direction: "launcher", reason: "egress", arguments: { target: "a:1" } }));
	log.append(
		event({
			request: null,
			method: "tools/list",
			direction: "server-to-host",
			decision: "refuse",
			reason: "tool-changed",
			outcome: "withheld",
		}),
	);
	await run();
	expect(collector.spans.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes["sallyport.outcome"]])).toEqual([
		["prompts/get summary", null, "answered"],
		["sampling/createMessage", null, "forwarded"],
		["resources/read", null, "forwarded"],
	]);
	expect(collector.spans[0]?.attributes).toMatchObject({ "gen_ai.prompt.name": "summary", "jsonrpc.request.id": "p" });
	expect(collector.spans[1]?.attributes).toMatchObject({ "sallyport.direction": "server-to-host" });
	expect(collector.spans[2]?.attributes).toMatchObject({ "mcp.resource.uri": "notes://today" });
});

test("a filter finds a call by what either of its records says", async () => {
	const back = { direction: "server-to-host", outcome: "answered" } as const;
	writeSession(
		home,
		{},
		{ request: 1, tool: "quick", arguments: { word: "needle" } },
		{ request: 1, tool: "quick", ...back, cost: { latency: 10, requestBytes: 1, answerBytes: 1 } },
		{ request: 2, tool: "slow" },
		{ request: 2, tool: "slow", ...back, cost: { latency: 2000, requestBytes: 1, answerBytes: 1 } },
	);
	const names = async (...args: readonly string[]): Promise<readonly string[]> => {
		collector.spans.length = 0;
		expect((await run(args)).code).toBe(0);
		return collector.spans.map(({ name }) => name);
	};
	expect(await names("--min-latency", "1000")).toEqual(["tools/call slow"]);
	expect(await names("--text", "needle")).toEqual(["tools/call quick"]);
	expect(await names("--outcome", "answered")).toEqual(["tools/call quick", "tools/call slow"]);
	expect(await names("--since", "2026-11-23T10:00:03Z")).toEqual(["tools/call slow"]);
	expect(await names("--tool", "slow")).toEqual(["tools/call slow"]);
});

test("what is exported twice has the same ids, and two calls never do", async () => {
	writeSession(home, {}, ...Array.from({ length: 600 }, (_, request) => ({ request, decision: "refuse", outcome: "withheld" }) as const));
	expect((await run()).err).toBe("sallyport: the collector took 600 spans.\n");
	expect(collector.requests).toHaveLength(2);
	const ids = collector.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
	expect(new Set(ids).size).toBe(600);
	collector.spans.length = 0;
	await run();
	expect(collector.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)).toEqual(ids);
});

test("arguments stay here unless they are asked for, nothing redacted comes back, and nothing hides", async () => {
	const secret = randomBytes(24).toString("base64url");
	const hidden = "\u001b]0;x\u0007\u202eevil\u{e0041}";
	writeSession(home, { redact: textRedactor([secret]) }, { tool: hidden, arguments: { token: secret, text: `${hidden} word` } });
	await run();
	expect(JSON.stringify(collector.spans[0]?.attributes)).not.toContain("word");
	await run(["--arguments"]);
	const given = collector.spans[1]?.attributes["gen_ai.tool.call.arguments"];
	expect(JSON.parse(String(given))).toMatchObject({ text: `${hidden} word` });
	const texts = collector.spans.flatMap(({ name, attributes }) => [name, ...Object.values(attributes)]).join(" ");
	expect(texts).not.toContain(secret);
	expect(texts).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

describe("headers", () => {
	let token: string;
	beforeEach(() => {
		token = randomBytes(24).toString("hex");
		writeSession(home, {}, {});
	});

	test.each(["keychain", "sealed"] as const)("come from the %s vault", async (scheme) => {
		const vault = openVault(scheme, home);
		await vault.create("otel/token", token);
		const { code, err } = await run([
			"--header",
			`authorization=Bearer {{ ${scheme}://otel/token }}`,
			"--header",
			`x-key=${scheme}://otel/token`,
		]);
		await vault.delete("otel/token");
		expect({ code, err }).toEqual({ code: 0, err: "sallyport: the collector took 1 span.\n" });
		expect(collector.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, "x-key": token });
	});

	test("come from a variable that is named, and from no other", async () => {
		const env = { COLLECTOR_TOKEN: `Bearer ${token}`, OTEL_EXPORTER_OTLP_HEADERS: `x-other=${token}` };
		expect((await run(["--header", "Authorization=env:COLLECTOR_TOKEN"], env)).code).toBe(0);
		expect(collector.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
		expect(collector.requests[0]?.headers).not.toHaveProperty("x-other");
	});

	test("are never typed: what was is neither sent nor repeated", async () => {
		for (const header of [`authorization=Bearer ${token}`, `authorization=${token}`, token, `${token}=`, "a=keychain://../x"]) {
			const { code, out, err } = await run(["--header", header]);
			expect(code).toBe(2);
			expect(out + err).not.toContain(token);
		}
		expect(collector.requests).toEqual([]);
	});

	test.each([
		["x=env:NOT_SET", "The variable NOT_SET is not set"],
		["x=sealed://otel/nothing", "is not in the vault"],
		["x=env:BROKEN", "cannot be one"],
		["Content-Type=env:BROKEN", "is set by Sallyport"],
	])("%s is refused with the reason", async (header, message) => {
		const { code, err } = await run(["--header", header], { BROKEN: `a\r\nx-more: ${token}` });
		expect(code).toBe(2);
		expect(err).toContain(message);
		expect(err).not.toContain(token);
		expect(collector.requests).toEqual([]);
	});
});

describe("the collector", () => {
	beforeEach(() => {
		writeSession(home, {}, {});
	});

	test.each([
		"http://collector.example.com:4318",
		"http://127.0.0.1.example.com",
		"http://0.0.0.0:4318",
		"http://localhost.example.com",
		"http://user:password@127.0.0.1",
		"https://example.com/?key=value",
		"ftp://127.0.0.1",
		"127.0.0.1:4318",
	])("%s is refused before anything is sent", async (endpoint) => {
		const { code, err } = await run(["--endpoint", endpoint]);
		expect(code).toBe(2);
		expect(err).toContain("http://127.0.0.1:4318");
		expect(err).not.toContain("password@");
	});

	test.each([
		["", "/v1/traces"],
		["/", "/v1/traces"],
		["/otlp", "/otlp/v1/traces"],
		["/otlp/v1/traces", "/otlp/v1/traces"],
	])("with the path %j is asked at %s", async (suffix, asked) => {
		expect((await run(["--endpoint", `${collector.endpoint}${suffix}`])).code).toBe(0);
		expect(collector.requests.map(({ path: requested }) => requested)).toEqual([asked]);
	});

	test("that is busy is asked again", async () => {
		collector.answers = [{ status: 503, headers: { "retry-after": "0" } }, { status: 200 }];
		expect((await run()).code).toBe(0);
		expect(collector.spans).toHaveLength(1);
	});

	test("that refuses is told by its status, not in its words", async () => {
		collector.answers = [{ status: 401, body: Buffer.from("\u001b[2Jevil") }];
		const { code, err } = await run();
		expect(code).toBe(2);
		expect(err).toContain("it answered with the status 401");
		expect(err).not.toContain("evil");
	});

	test("that leads elsewhere is not followed", async () => {
		const other = await Collector.start();
		collector.answers = [{ status: 307, headers: { location: `${other.endpoint}/v1/traces` } }];
		const { code, err } = await run();
		expect(code).toBe(2);
		expect(err).toContain("307");
		expect(other.requests).toEqual([]);
		await other.stop();
	});

	test("that takes only some says so", async () => {
		collector.answers = [{ status: 200, body: partialSuccess(1, "\u001b[2Jevil") }];
		expect(await run()).toEqual({
			code: 2,
			out: "",
			err: "sallyport: the collector took 0 spans, and did not take 1 span.\n",
		});
	});

	test("that is not there is said in a sentence", async () => {
		const gone = await Collector.start();
		const { endpoint } = gone;
		await gone.stop();
		const { code, err } = await run(["--endpoint", endpoint, "--timeout", "1"]);
		expect(code).toBe(2);
		expect(err).toContain(`The collector at ${endpoint} did not take the spans: ECONNREFUSED.`);
	});
});

test("over TLS its certificate has to be trusted, whatever the environment says", async () => {
	writeSession(home, {}, {});
	const authority = makeAuthority();
	const secure = await Collector.start(authority.issue(["127.0.0.1"]));
	const certificate = path.join(home.path, "ca.pem");
	fs.writeFileSync(certificate, authority.certificate);
	const program = path.resolve(import.meta.dirname, "..", "..", "dist", "sallyport.cjs");
	const exported = (env: Readonly<Record<string, string>>): Promise<number | null> =>
		new Promise((resolve) => {
			const args = [program, "audit", "export", "--format", "otlp", "--endpoint", secure.endpoint, "--timeout", "2"];
			spawn(process.execPath, args, { env: { ...process.env, SALLYPORT_HOME: home.path, ...env }, stdio: "ignore" }).once("exit", resolve);
		});
	try {
		expect(await exported({})).toBe(2);
		expect(await exported({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toBe(2);
		expect(secure.requests).toEqual([]);
		expect(await exported({ NODE_EXTRA_CA_CERTS: certificate })).toBe(0);
		expect(secure.spans).toHaveLength(1);
	} finally {
		authority.remove();
		await secure.stop();
	}
});
