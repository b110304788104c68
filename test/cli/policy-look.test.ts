import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, type LaunchParts } from "../../src/core/policy/fingerprint.ts";
import { openHome } from "../../src/platform/home.ts";
import { World } from "../harness/world.ts";

let world: World;
beforeEach(async () => {
	world = new World();
	await world.grantMini("echo");
});
afterEach(() => world.remove());

const only = (folder: string): string => path.join(folder, fs.readdirSync(folder)[0] ?? "");
const launches = (): string => path.join(world.sallyportHome, "state", "launches");
const policyFile = (): string => only(path.join(world.sallyportHome, "policy"));

interface Facts {
	executable: { path: string; startedAs: string; sha256: string };
	argv: string[];
	mutable: boolean;
}
const readFacts = (): Facts => JSON.parse(fs.readFileSync(only(launches()), "utf8"));

/** As a home of an older version: the grant and its facts stand there, and nobody accepted them. */
function forget(): void {
	fs.rmSync(path.join(world.sallyportHome, "state", "approvals"), { recursive: true });
}

const accept = () => world.sallyport(["policy", "accept", "mini", "--yes"]);

describe("what sallyport policy accept shows of a launch", () => {
	it("is what is there now: the program, its script, and every word that it is started with", async () => {
		forget();
		const outcome = await accept();
		const node = fs.realpathSync(process.execPath);
		expect(outcome.stdout).toContain(`+ runs    ${node}`);
		expect(outcome.stdout).toContain(`+ runs    ${world.server}`);
		expect(outcome.stdout).toContain(`+ starts  ${process.execPath} ${world.server}`);
		expect(outcome.stdout).toContain("+ mutable your other programs can change this code");
		expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("Accepted.") });
		expect((await world.launch("mini")).code).not.toBe(125);
	});

	it.each<[string, () => void]>([
		["what was kept of it is gone", () => fs.rmSync(only(launches()))],
		[
			"what was kept of it was changed",
			() => fs.writeFileSync(only(launches()), JSON.stringify({ ...readFacts(), argv: [world.server, "--more"] })),
		],
		["its script is another one now", () => fs.appendFileSync(world.server, "\n")],
		["its config file starts something else", () => world.entry("mini", ["--more"])],
		["its config file is gone", () => fs.rmSync(path.join(world.workspace, ".mcp.json"))],
	])("is nothing that cannot be verified, and nobody can accept that: %s", async (_, change) => {
		forget();
		change();
		const outcome = await accept();
		expect(outcome).toMatchObject({ code: 2, stdout: expect.stringContaining("+ unknown not verified: ") });
		expect(outcome.stdout).not.toContain("Accepted.");
		expect(outcome.stdout).not.toContain("runs ");
		expect(`${outcome.stdout}${outcome.stderr}`).toContain("It cannot be accepted");
	});

	it("hides no word of what a grant of another program's making would start", async () => {
		const home = openHome(world.sallyportHome);
		if (!home.ok) throw new Error(home.problem.message);
		const { argv: _, mutable: __, ...facts } = readFacts() as Facts & Pick<LaunchParts, "executable" | "code" | "roots">;
		const policy = JSON.parse(fs.readFileSync(policyFile(), "utf8"));
		const { command, args, cwd } = policy.servers[0].launch;
		const argv = ["-e", "evil()"];
		const { executable, code, roots } = facts;
		const fingerprint = fingerprintOf({ command, args, cwd, env: {}, executable, argv, code, roots }, home.value.key);
		const forged = path.join(launches(), `${fingerprint.slice("sha256:".length)}.json`);
		fs.writeFileSync(forged, JSON.stringify({ ...facts, argv, mutable: false }));
		policy.servers[0].launch.fingerprint = fingerprint;
		fs.writeFileSync(policyFile(), JSON.stringify(policy));
		const outcome = await accept();
		expect(outcome.stdout).toContain(`+ starts  ${process.execPath} -e "evil()"`);
		expect(outcome.stdout).toContain("+ mutable ");
	});

	it("does not stand in the way of what takes nothing else than was approved", async () => {
		const policy = JSON.parse(fs.readFileSync(policyFile(), "utf8"));
		policy.servers[0].egress = ["example.com:443"];
		fs.writeFileSync(policyFile(), JSON.stringify(policy));
		fs.rmSync(only(launches()));
		const outcome = await accept();
		expect(outcome).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/ {4}unknown not verified: [\s\S]*\+ network example\.com:443/),
		});
	});
});

describe("code that can be changed", () => {
	const REFERENCE = "sealed://mini/TOKEN";
	const secret = ["--secret", `env:TOKEN=${REFERENCE}`];
	beforeEach(async () => {
		await world.sallyport(["revoke", "mini"]);
		expect((await world.sallyport(["secrets", "set", REFERENCE], { input: `${Math.random()}\n` })).code).toBe(0);
	});
	const env = { TOKEN: REFERENCE };

	it("gets no secret when it has become so after its approval", async () => {
		const line = ["/bin/cat", "later"];
		world.write(".mcp.json", { mcpServers: { mini: { command: line[0], args: line.slice(1), env } } });
		expect(await world.sallyport(["allow", "mini", ...secret, "--yes"])).toMatchObject({ code: 0 });
		const start = () => world.sallyport(["run", "--name", "mini", "--", ...line], { env, input: "" });
		expect((await start()).stderr).not.toContain("Your other programs can change");
		world.write("later.js", "");
		expect(await start()).toMatchObject({
			code: 125,
			stderr: expect.stringContaining("Your other programs can change this server's code"),
		});
	});

	it("gets no secret because a file says that it cannot be changed", async () => {
		world.entry("mini", [], { env });
		expect(await world.sallyport(["allow", "mini", ...secret, "--mutable-secrets", "--yes"])).toMatchObject({ code: 0 });
		const policy = JSON.parse(fs.readFileSync(policyFile(), "utf8"));
		delete policy.servers[0].mutableSecrets;
		fs.writeFileSync(policyFile(), JSON.stringify(policy));
		for (const name of fs.readdirSync(launches())) {
			const file = path.join(launches(), name);
			fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, "utf8")), mutable: false }));
		}
		expect(await world.launch("mini", [], { env })).toMatchObject({
			code: 125,
			stderr: expect.stringContaining("Your other programs can change this server's code"),
		});
	});
});
