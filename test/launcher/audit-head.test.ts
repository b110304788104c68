import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

const world = new World();
/** A busy machine may end a launcher before the keychain has answered it; the next one tells it then. */
const TRIES = 20;

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

async function session(): Promise<void> {
	const { client } = await world.connect("mini");
	await callTool(client, "echo", { text: "a" });
	await client.close();
}

async function verified() {
	const { code, stdout } = await world.sallyport(["audit", "verify", "--json"]);
	return { code, ...JSON.parse(stdout) };
}

it("the keychain hears of every session, so that a log that is removed is missed, even if its place in the list is removed, too", async () => {
	for (let tries = 0; tries < TRIES; tries++) {
		await session();
		if ((await verified()).head.state === "kept") break;
	}
	await session();
	const whole = await verified();
	expect(whole).toMatchObject({ code: 0, intact: true, discrepancies: [], brokenLines: 0, head: { state: "kept" } });
	const folder = world.audit;
	const names = fs.readdirSync(folder);
	const [log = ""] = names.filter((name) => name.endsWith(".jsonl"));
	fs.rmSync(path.join(folder, log));
	expect(await verified()).toMatchObject({ code: 1, intact: false, discrepancies: [{ file: log, kind: "missing" }] });
	const list = path.join(folder, names.find((name) => name.endsWith(".ledger")) ?? "");
	const id = /([0-9a-f]{24})\.jsonl$/.exec(log)?.[1] ?? "";
	const lines = fs.readFileSync(list, "utf8").split("\n");
	fs.writeFileSync(list, lines.filter((line) => !line.includes(id)).join("\n"));
	expect(await verified()).toMatchObject({ code: 1, discrepancies: [], head: { state: "changed" } });
	const shown = await world.sallyport(["audit", "verify"]);
	expect(shown.stdout).toContain("is not the one that the vault knows: it was removed, cut or changed.");
}, 120_000);
