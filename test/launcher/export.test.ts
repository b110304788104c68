import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Collector } from "../harness/collector.ts";
import { World } from "../harness/world.ts";

const world = new World();
let collector: Collector;

beforeAll(async () => {
	collector = await Collector.start();
	await world.init();
	world.entry("mini");
	expect((await world.sallyport(["allow", "mini", "--yes"])).code).toBe(0);
	await world.allowTools("mini", "echo");
});
afterAll(async () => {
	await collector.stop();
	world.remove();
});

it("a host's trace leads from its own span to the call in the log and at the collector, and to the call that was refused", async () => {
	const trace = randomBytes(16).toString("hex");
	const span = randomBytes(8).toString("hex");
	const { client } = await world.connect("mini");
	const call = (name: string) =>
		client.callTool({ name, arguments: { text: "hello" }, _meta: { traceparent: `00-${trace}-${span}-01` } }).catch(() => null);
	expect(await call("echo")).not.toBeNull();
	expect(await call("erase")).toBeNull();
	await client.close();

	const found = await world.sallyport(["audit", "search", "--trace", trace, "--json"]);
	expect(found.stderr).toBe("");
	const outcomes = found.stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line).outcome);
	expect(outcomes).toContain("forwarded");
	expect(outcomes).toContain("withheld");

	const sent = await world.sallyport(["audit", "export", "--format", "otlp", "--endpoint", collector.endpoint, "--trace", trace]);
	expect(sent).toMatchObject({ code: 0, stderr: "sallyport: the collector took 2 spans.\n" });
	expect(collector.spans).toMatchObject([
		{
			name: "tools/call echo",
			traceId: trace,
			parentSpanId: span,
			status: 0,
			attributes: { "sallyport.server": "mini", "sallyport.outcome": "answered", "sallyport.answer.size": expect.any(Number) },
		},
		{ name: "tools/call erase", traceId: trace, parentSpanId: span, status: 2, attributes: { "error.type": "tool-not-granted" } },
	]);
	const [answered] = collector.spans;
	expect((answered?.end ?? 0n) > (answered?.start ?? 0n)).toBe(true);
});
