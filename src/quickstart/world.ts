import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { copyExample, generateFakeToken } from "../platform/example.ts";

/** A throw-away home and a copy of the example workspace in it: nothing of the person who runs this is touched. */
export interface World {
	readonly folder: string;
	readonly home: string;
	readonly workspace: string;
	/** What stands in the example's config in plain text; made up for this run. */
	readonly token: string;
	/** Something in `~/.ssh` that no server may see. */
	readonly privateKey: string;
	/** Stands in a variable of the host that no server was granted. */
	readonly hostSecret: string;
	readonly env: Readonly<Record<string, string>>;
}

/** @param root the folder of the project, with `examples` in it */
export function createWorld(root: string): World {
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-quickstart-")));
	const home = path.join(folder, "home");
	const workspace = path.join(home, "workspace");
	const copied = copyExample(path.join(root, "examples", "quickstart"), workspace);
	if (!copied.ok) throw new Error(copied.problem.message);
	const { token } = copied.value;
	const privateKey = generateFakeToken();
	fs.mkdirSync(path.join(home, ".ssh"), { mode: 0o700 });
	fs.writeFileSync(path.join(home, ".ssh", "id_ed25519"), privateKey, { mode: 0o600 });
	const hostSecret = generateFakeToken();
	return { folder, home, workspace, token, privateKey, hostSecret, env: { ...environment(home), CLOUD_TOKEN: hostSecret } };
}

export function removeWorld(world: World): void {
	// The store is read-only on purpose.
	const writable = (folder: string): void => {
		fs.chmodSync(folder, 0o700);
		for (const entry of fs.readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) writable(path.join(folder, entry.name));
	};
	writable(world.folder);
	fs.rmSync(world.folder, { recursive: true, force: true });
}

/** The person's own environment but for the home, and without a Sallyport of theirs. */
function environment(home: string): Record<string, string> {
	const env: Record<string, string> = { HOME: home };
	for (const [name, value] of Object.entries(process.env))
		if (value !== undefined && !/^(?:HOME|XDG_.*_HOME|SALLYPORT_.*|npm_.*)$/.test(name)) env[name] = value;
	return env;
}

export interface Outcome {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs the real command, as a person would type it in the workspace. */
export async function sallyport(world: World, args: readonly string[]): Promise<Outcome> {
	const child: ChildProcess = spawn(process.execPath, [path.join(import.meta.dirname, "sallyport.cjs"), ...args], {
		cwd: world.workspace,
		env: world.env,
		shell: false,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout?.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	const [code] = (await once(child, "close")) as [number | null];
	return { code: code ?? 2, stdout, stderr };
}
