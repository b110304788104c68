import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Home } from "../../src/platform/home.ts";
import { Vaults } from "../../src/platform/vault/index.ts";
import { fakeToken } from "./fix-support.ts";
import { temporaryFolder, temporaryHome } from "./vault/home.ts";

/** Everything but the steps themselves is written here: they are what the fix reports of itself. */
const STEPS = ["read", "stored", "stored", "read-back", "planned", "temporary-written", "replaced", "settled", "verified"];

interface Scene {
	readonly home: Home;
	readonly folder: string;
	readonly file: string;
	readonly secrets: readonly string[];
	readonly before: string;
	readonly after: string;
}

function scene(scheme: string): Scene {
	const folder = path.join(temporaryFolder(), "workspace");
	fs.mkdirSync(folder);
	const file = path.join(folder, "mcp.json");
	const secrets = [fakeToken(), fakeToken()];
	const text = (command: string, ...values: (string | undefined)[]): string =>
		`{ "mcpServers": { "gh": { "command": ${command}, "env": { "A": "${values[0]}", "B": "x ${values[1]}" } } } }\n`;
	const before = text('"srv"', ...secrets);
	const after = text('"/l/bin/sallyport", "args": [ "run", "--name", "gh", "--", "srv" ]', `${scheme}://gh/A`, `{{ ${scheme}://gh/B }}`);
	fs.writeFileSync(file, before);
	return { home: temporaryHome(), folder, file, secrets, before, after };
}

function fix(
	{ file, home }: Scene,
	scheme: string,
	killAt: number,
): { readonly ended: Promise<{ readonly killed: boolean; readonly steps: string[] }>; readonly kill: () => void } {
	let kill = (): void => {};
	const ended = new Promise<{ killed: boolean; steps: string[] }>((resolve, reject) => {
		const child = execFile(
			process.execPath,
			[path.join(import.meta.dirname, "fix-program.ts"), file, scheme, home.path, String(killAt)],
			(error, stdout, stderr) => {
				if (error !== null && error.signal !== "SIGKILL") return reject(new Error(stderr));
				resolve({ killed: error !== null, steps: stdout.trim().split("\n") });
			},
		);
		kill = () => void child.kill("SIGKILL");
	});
	return { ended, kill };
}

/** Either the old file with the secret, or the new file and the secret in the vault. */
async function expectNothingLost(at: Scene, scheme: "keychain" | "sealed"): Promise<void> {
	const text = fs.readFileSync(at.file, "utf8");
	expect([at.before, at.after]).toContain(text);
	if (text === at.before) return;
	const vaults = new Vaults(at.home);
	for (const [i, name] of ["A", "B"].entries())
		expect(await vaults.resolve({ scheme, path: `gh/${name}` })).toEqual({ ok: true, value: at.secrets[i] });
	vaults.close();
}

/** A dead program's locks are taken over after some seconds; the test lets them pass at once. */
function letTimePass({ file, home }: Scene): void {
	for (const lock of [`${file}.lock`, path.join(home.state, "vault.lock")])
		if (fs.existsSync(lock)) fs.utimesSync(lock, new Date(0), new Date(0));
}

async function expectNextRunToFinish(at: Scene, scheme: "keychain" | "sealed"): Promise<void> {
	letTimePass(at);
	expect(await fix(at, scheme, 0).ended).toMatchObject({ killed: false });
	expect(fs.readFileSync(at.file, "utf8")).toBe(at.after);
	await expectNothingLost(at, scheme);
	expect(fs.readdirSync(at.folder)).toEqual(["mcp.json"]);
	for (const entry of fs.readdirSync(at.home.path, { recursive: true, withFileTypes: true })) {
		expect(entry.name).not.toMatch(/\.sallyport-|\.lock$/);
		if (!entry.isFile()) continue;
		const content = fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1");
		for (const secret of at.secrets) expect(content, entry.name).not.toContain(secret);
	}
	const vaults = new Vaults(at.home);
	const names = await vaults.get(scheme).list();
	expect(names).toEqual({ ok: true, value: ["gh/A", "gh/B"] });
	for (const name of names.ok ? names.value : []) await vaults.get(scheme).delete(name);
	vaults.close();
}

describe.each(["keychain", "sealed"] as const)("a fix that is killed, with the %s vault", (scheme) => {
	it("goes through these steps when it is not", async () => {
		const at = scene(scheme);
		expect(await fix(at, scheme, 0).ended).toEqual({ killed: false, steps: STEPS });
		await expectNextRunToFinishAgain(at);
	});

	it.each(STEPS.map((step, i) => [step, i + 1] as const))("loses nothing: at %s (%i)", async (step, number) => {
		const at = scene(scheme);
		const ended = await fix(at, scheme, number).ended;
		expect(ended).toEqual({ killed: true, steps: STEPS.slice(0, number) });
		expect(fs.readFileSync(at.file, "utf8")).toBe(STEPS.indexOf("replaced") < number ? at.after : at.before);
		await expectNothingLost(at, scheme);
		await expectNextRunToFinish(at, scheme);
		expect(step).toBe(STEPS[number - 1]);
	});

	it("loses nothing at any other moment", async () => {
		for (let i = 0; i < 8; i++) {
			const at = scene(scheme);
			const run = fix(at, scheme, 0);
			await delay(60 + i * 40 + Math.random() * 40);
			run.kill();
			await run.ended;
			await expectNothingLost(at, scheme);
			await expectNextRunToFinish(at, scheme);
		}
	});

	async function expectNextRunToFinishAgain(at: Scene): Promise<void> {
		await expectNothingLost(at, scheme);
		expect((await fix(at, scheme, 0).ended).steps).toEqual(["read"]);
		await expectNextRunToFinish(at, scheme);
	}
});
