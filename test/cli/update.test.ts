import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";
import { startRegistry, type TestPackage, type TestRegistry } from "../platform/packages/registry.ts";

const MINI = path.resolve(import.meta.dirname, "../fixtures/servers/mini.mjs");
const LINE = ["npx", "-y", "@acme/mini"];
let world: World;
let registry: TestRegistry;

beforeEach(async () => {
	world = new World();
	await world.init();
	registry = await startRegistry([mini("1.0.0"), dep("left", "1.0.0"), dep("old", "1.0.0")]);
	fs.writeFileSync(path.join(world.home, ".npmrc"), `registry=${registry.url}\n`);
	world.write(".mcp.json", { mcpServers: { mini: { command: LINE[0], args: LINE.slice(1) } } });
});
afterEach(async () => {
	await registry.close();
	world.remove();
});

function mini(
	version: string,
	dependencies: object = { left: "1", old: "1" },
	change: (text: string) => string = (text) => text,
): TestPackage {
	return {
		manifest: { name: "@acme/mini", version, bin: "mini.mjs", dependencies },
		files: { "mini.mjs": `#!/usr/bin/env node\n${change(fs.readFileSync(MINI, "utf8"))}` },
	};
}

function dep(name: string, version: string): TestPackage {
	return { manifest: { name, version }, files: { "index.js": `// ${version}\n` } };
}

async function allowed(): Promise<void> {
	await world.allowTools("mini", "echo", "env");
}

const policy = (): string => {
	const folder = path.join(world.sallyportHome, "policy");
	return fs
		.readdirSync(folder)
		.map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
		.join("");
};

async function running(): Promise<string> {
	const { client } = await world.connect("mini", [], { line: LINE });
	try {
		const { version } = client.getServerVersion() ?? { version: "" };
		const echoed = await callTool(client, "echo", { text: "hello" });
		return `${version} ${echoed.ok ? "echo" : "no echo"}`;
	} finally {
		await client.close();
	}
}

const NEWER = (text: string): string =>
	text.replace('version: "1"', 'version: "2"').replace(': "Echoes"', ': "Echoes, and more"').replace('tool("env"', 'tool("variables"');

describe("sallyport update", () => {
	it("shows versions, dependencies and tools, changes nothing without a yes, and everything with one", async () => {
		await allowed();
		const before = policy();
		const was = await running();
		registry.publish(mini("2.0.0", { left: "1", fresh: "1" }, NEWER), dep("left", "1.5.0"), dep("fresh", "1.0.0"));

		const declined = await world.sallyport(["update", "mini"]);
		expect(declined.code, declined.stderr).toBe(1);
		expect(declined.stdout).toContain("Nothing was changed");
		for (const line of [
			"+ version @acme/mini@2.0.0, in the place of @acme/mini@1.0.0",
			"+ package left@1.5.0, in the place of 1.0.0",
			"+ package fresh@1.0.0, which is new",
			"- package old@1.0.0",
			"+ tool    variables, which is new and not allowed",
			"- tool    env, which is no longer there",
			"echo is not what was approved, and is withheld until you allow it again:",
			'+  "description": "Echoes, and more"',
		])
			expect(declined.stdout).toContain(line);
		expect(policy()).toBe(before);
		expect(await running()).toBe(was);
		// Nor does a later change of the grant take the newer one.
		expect((await world.sallyport(["allow", "mini", "--egress", "api.example.com:443", "--yes"])).code).toBe(0);
		expect(await running()).toBe(was);

		const { code, stdout, stderr } = await world.sallyport(["update", "mini", "--yes"]);
		expect(code, stderr).toBe(0);
		expect(stdout).toContain("Withheld until you allow them as they are now: sallyport tools allow mini echo");
		expect(await running()).toBe("2 no echo");
		expect(policy()).not.toContain('"env": {\n\t\t\t\t\t"pin"');
		await world.allowTools("mini", "echo");
		expect(await running()).toBe("2 echo");
		expect((await world.sallyport(["update", "mini"])).stdout).toContain("Nothing newer");
	}, 60_000);

	it("tells a program what is new, and that nothing is", async () => {
		await allowed();
		const none = await world.sallyport(["update", "mini", "--json"]);
		expect(JSON.parse(none.stdout)).toEqual({ version: 1, server: "mini", newer: false, updated: false });
		registry.publish(mini("1.1.0", { left: "1" }));
		const { stdout } = await world.sallyport(["update", "mini", "--json", "--yes"]);
		expect(JSON.parse(stdout)).toMatchObject({
			newer: true,
			updated: true,
			from: { name: "@acme/mini", version: "1.0.0" },
			to: { version: "1.1.0" },
			packages: { added: [], removed: [{ name: "old", versions: ["1.0.0"] }], replaced: [] },
			tools: { added: [], changed: [], removed: [] },
		});
	}, 60_000);

	it("says what is not a package or not approved", async () => {
		expect((await world.sallyport(["update", "mini", "--yes"])).stderr).toContain("has not been approved");
		world.entry("own");
		await world.allowTools("own", "echo");
		expect((await world.sallyport(["update", "own", "--yes"])).stderr).toContain("not started from a package");
	}, 60_000);

	it("warns of a version that has other content than before", async () => {
		await allowed();
		registry.withdraw("left");
		registry.publish({ manifest: { name: "left", version: "1.0.0" }, files: { "index.js": "// another\n" } });
		const { stdout } = await world.sallyport(["update", "mini"]);
		expect(stdout).toContain("! package left@1.0.0 has other content under the same version");
	}, 60_000);
});
