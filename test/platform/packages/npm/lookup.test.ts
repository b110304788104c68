import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Result } from "../../../../src/core/result.ts";
import { lookUpVersion } from "../../../../src/platform/packages/npm/lookup.ts";
import { startRegistry, type TestRegistry } from "../registry.ts";

let person = "";
let registry: TestRegistry;

beforeEach(async () => {
	person = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-person-"));
	const versions = ["1.2.3", "1.4.0", "2.0.0"].map((version) => ({ manifest: { name: "@acme/tool", version }, files: {} }));
	registry = await startRegistry(versions);
	fs.writeFileSync(
		path.join(person, ".npmrc"),
		`registry=${registry.url}\n${registry.url.replace("http:", "")}:_authToken=\${TEST_TOKEN}\n`,
	);
});

afterEach(async () => {
	await registry.close();
	fs.rmSync(person, { recursive: true, force: true });
});

function lookUp(name: string, range: string | null): Promise<Result<string>> {
	const env = {
		...process.env,
		HOME: person,
		TEST_TOKEN: "not-a-secret-1234",
		npm_config_registry: "http://127.0.0.1:1/",
		npm_command: "run-script",
	};
	return lookUpVersion({ name, range }, { node: process.execPath, env, untrusted: [], timeoutMs: 30_000 });
}

describe("the version of a package", () => {
	it.each([
		[null, "2.0.0"],
		["latest", "2.0.0"],
		["^1.0.0", "1.4.0"],
		["1.2.3", "1.2.3"],
	])("for %s is %s, as the person's own registry says", async (range, version) => {
		expect(await lookUp("@acme/tool", range)).toEqual({ ok: true, value: version });
		expect(registry.requests.map(({ authorization }) => authorization)).toEqual(["Bearer not-a-secret-1234"]);
	});

	it.each([
		["@acme/tool", "^9.0.0"],
		["@acme/none", null],
	])("is a problem where the registry has none: %s %s", async (name, range) => {
		const found = await lookUp(name, range);
		expect(found.ok || found.problem).toMatchObject({ code: "version-unknown", message: `The registry gives no version of ${name}.` });
	});

	it("is a problem that repeats no credential where the registry cannot be reached", async () => {
		await registry.close();
		const found = await lookUp("@acme/tool", null);
		expect(found.ok || found.problem.code).toBe("version-unknown");
		expect(JSON.stringify(found)).not.toContain("not-a-secret-1234");
		registry = await startRegistry([]);
	});

	it("leaves nothing behind", async () => {
		const left = (): readonly string[] => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("sallyport-lookup-"));
		const before = left();
		await lookUp("@acme/tool", null);
		expect(left()).toEqual(before);
	});
});
