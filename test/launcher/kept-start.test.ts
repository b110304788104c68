import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { giveBack } from "../../src/launcher/give-back.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

const stub = (): string => path.join(world.sallyportHome, "bin", "sallyport");

/** What V8 made of the installed launcher, where it is kept. */
function kept(): readonly string[] {
	const launchers = path.join(world.sallyportHome, "launcher");
	return fs
		.readdirSync(launchers, { recursive: true, encoding: "utf8" })
		.filter((name) => name.includes(".code"))
		.map((name) => path.join(launchers, name));
}

async function echoed(text: string, waitMs = 0): Promise<string> {
	const { client } = await world.connect("mini", [], { launcher: [stub()] });
	try {
		await new Promise((resolve) => setTimeout(resolve, waitMs));
		return (await callTool(client, "echo", { text })).text;
	} finally {
		await client.close();
	}
}

it("keeps the launcher's code of the first server that ran, for this user alone, and starts from it", async () => {
	const stranger = { launcher: [stub()], line: [process.execPath, world.server, "stranger"] };
	await expect(world.connect("mini", [], stranger)).rejects.toThrow();
	expect(kept()).toEqual([]);

	expect(await echoed("first")).toBe("first");
	const files = kept();
	expect(files.map((file) => path.basename(file))).toEqual(["launcher.cjs.code"]);
	const [file = ""] = files;
	expect(fs.statSync(file).mode & 0o777).toBe(0o600);

	const before = fs.statSync(file, { bigint: true });
	expect(await echoed("second")).toBe("second");
	expect(kept()).toEqual(files);
	expect(fs.statSync(file, { bigint: true }).mtimeNs).toBe(before.mtimeNs);
});

it("answers as before when it has been quiet for a while", async () => {
	expect(await echoed("late", 2_000)).toBe("late");
});

it("gives back what nobody holds any more", () => {
	const held = () => process.memoryUsage().arrayBuffers;
	(() => void Array.from({ length: 64 }, () => Buffer.alloc(1024 * 1024)))();
	const before = held();
	giveBack();
	expect(before - held()).toBeGreaterThan(32 * 1024 * 1024);
});
