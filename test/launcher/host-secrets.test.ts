import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { SALLYPORT, World } from "../harness/world.ts";

const world = new World();
const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const encoded = Buffer.from(`\n${key}`).toString("base64");

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

async function echo(text: string): Promise<{ readonly answer: string; readonly stderr: string }> {
	const client = new Client({ name: "host", version: "1.0.0" });
	const args = [SALLYPORT, "run", "--name", "mini", "--", process.execPath, world.server];
	const transport = new StdioClientTransport({ command: process.execPath, args, env: world.env(), cwd: world.workspace, stderr: "pipe" });
	let stderr = "";
	transport.stderr?.on("data", (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	await client.connect(transport);
	const answer = await client.callTool({ name: "echo", arguments: { text } }).then(
		(result) => JSON.stringify(result),
		(error: unknown) => String(error),
	);
	await client.close();
	return { answer, stderr };
}

it("a private key that the host would send is stopped, told to the person, and in no log; a grant lets it through", async () => {
	for (const text of [`Sign with\n${key}`, encoded]) {
		const { answer, stderr } = await echo(text);
		expect(answer).toContain(NOT_AVAILABLE);
		expect(stderr).toMatch(
			/not its own \(echo, private key in params\.arguments\.text\)\. If it should have such: sallyport allow mini --host-secrets echo\n/,
		);
	}
	const folder = world.audit;
	const log = fs
		.readdirSync(folder)
		.map((name) => fs.readFileSync(path.join(folder, name), "utf8"))
		.join("");
	expect(log).toContain('"reason":"host-secret"');
	expect(log).toContain('"arguments":{"kind":"private key","place":"params.arguments.text"}');
	for (const secret of [encoded, key.slice(30, 60)]) expect(log).not.toContain(secret.slice(0, 30));

	const explained = await world.sallyport(["explain", "mini"]);
	expect(explained.stdout).toMatch(
		/tool +"?echo"?: the host was about to send it.*\n +to allow it: +sallyport allow mini --host-secrets echo\n/,
	);

	const allowed = await world.sallyport(["allow", "mini", "--host-secrets", "echo", "--yes"]);
	expect([allowed.code, allowed.stdout]).toEqual([
		0,
		expect.stringMatching(/\+ secret +of your host, not its own, may go to it: in calls of "?echo/),
	]);
	expect((await echo(encoded)).answer).not.toContain(NOT_AVAILABLE);
	expect((await world.sallyport(["revoke", "mini", "--host-secrets", "echo"])).code).toBe(0);
	expect((await echo(encoded)).answer).toContain(NOT_AVAILABLE);
});
