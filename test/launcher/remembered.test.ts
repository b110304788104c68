import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { World } from "../harness/world.ts";

let world: World;
let program = "";
const memory = (): string => path.join(world.sallyportHome, "state", "hashes.json");

const sha256 = (file: string): string => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

/** As the launcher tells files apart. */
function identity(file: string): string {
	const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
	return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

beforeEach(async () => {
	world = new World();
	await world.init();
	// A program of the person's own, where they can replace it.
	program = path.join(world.folder, "server", "program");
	fs.copyFileSync("/bin/true", program);
	fs.chmodSync(program, 0o755);
	world.write(".mcp.json", { mcpServers: { own: { command: program, args: [] } } });
	expect(await world.sallyport(["allow", "own", "--yes"])).toMatchObject({ code: 0 });
});
afterEach(() => world.remove());

const start = () => world.sallyport(["run", "--name", "own", "--", program], { input: "" });

it("an executable that was replaced is refused, whatever is written down of it", async () => {
	const approved = sha256(program);
	expect((await start()).stderr).not.toContain("is not what was approved");
	fs.copyFileSync("/bin/false", `${program}.new`);
	fs.renameSync(`${program}.new`, program);
	expect(await start()).toMatchObject({ code: 125, stderr: expect.stringContaining("is not what was approved") });

	const forged = { fact: `${identity(program)} ${approved}`, code: randomBytes(32).toString("hex"), used: Date.now() };
	fs.writeFileSync(memory(), `${JSON.stringify({ version: 2, entries: { [program]: forged } })}\n`);
	expect(await start()).toMatchObject({ code: 125, stderr: expect.stringContaining("is not what was approved") });
	// As an earlier version kept it.
	const earlier = { stat: identity(program), sha256: approved, used: Date.now() };
	fs.writeFileSync(memory(), `${JSON.stringify({ version: 1, files: { [program]: earlier } })}\n`);
	expect(await start()).toMatchObject({ code: 125, stderr: expect.stringContaining("is not what was approved") });
});

it("an approval is of what the program is, whatever is written down of it", async () => {
	const forged = { fact: `${identity(program)} ${"0".repeat(64)}`, code: randomBytes(32).toString("hex"), used: Date.now() };
	fs.writeFileSync(memory(), `${JSON.stringify({ version: 2, entries: { [program]: forged } })}\n`);
	expect(await world.sallyport(["allow", "own", "--read", world.workspace, "--yes"])).toMatchObject({ code: 0 });
	const launches = path.join(world.sallyportHome, "state", "launches");
	const facts = fs.readdirSync(launches).map((name) => JSON.parse(fs.readFileSync(path.join(launches, name), "utf8")));
	expect(facts.map(({ executable }) => executable.sha256)).toContain(sha256(program));
	expect(facts.map(({ executable }) => executable.sha256)).not.toContain("0".repeat(64));
	expect((await start()).stderr).not.toContain("is not what was approved");
});
