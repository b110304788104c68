import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { World } from "../harness/world.ts";

let world: World;
let program = "";
const memory = (): string => path.join(world.sallyportHome, "state", "hashes.json");
const explain = (...args: readonly string[]) => world.sallyport(["policy", "explain", "own", ...args]);

beforeEach(async () => {
	world = new World();
	await world.init();
	program = path.join(world.folder, "server", "program");
	fs.copyFileSync("/bin/true", program);
	fs.chmodSync(program, 0o755);
	world.write(".mcp.json", { mcpServers: { own: { command: program, args: [] } } });
	expect(await world.sallyport(["allow", "own", "--yes"])).toMatchObject({ code: 0 });
});
afterEach(() => world.remove());

/** What the memory has of the program as it is now, were it still what was approved. Each code that a forger might try, in turn. */
function forge(approved: string, code: string): void {
	const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(program, { bigint: true });
	const fact = `${[dev, ino, size, mtimeNs, ctimeNs].join(":")} ${approved}`;
	fs.writeFileSync(memory(), `${JSON.stringify({ version: 2, entries: { [program]: { fact, code, used: Date.now() } } })}\n`);
}

it("sallyport policy explain reads a program anew: what was written by hand of it is not believed", async () => {
	const approved = createHash("sha256").update(fs.readFileSync(program)).digest("hex");
	expect(await explain()).toMatchObject({ code: 0 });
	fs.copyFileSync("/bin/false", `${program}.new`);
	fs.renameSync(`${program}.new`, program);
	for (const code of ["", "0".repeat(64), randomBytes(32).toString("hex")]) {
		forge(approved, code);
		expect(await explain()).toMatchObject({ code: 1, stdout: expect.stringContaining(`${program} is not what was approved.`) });
		const json = await explain("--json");
		expect([json.code, JSON.parse(json.stdout)]).toEqual([1, expect.objectContaining({ decision: "refuse", why: "code-changed" })]);
		const ofTool = await explain("echo", "--json");
		expect([ofTool.code, JSON.parse(ofTool.stdout)]).toEqual([1, expect.objectContaining({ decision: "refuse" })]);
	}
});

it("and takes nothing that is written of it against a program that is what was approved", async () => {
	forge("0".repeat(64), randomBytes(32).toString("hex"));
	expect(await explain()).toMatchObject({ code: 0 });
});
