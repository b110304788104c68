import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as z from "zod/mini";
import { bridge } from "./bridge.ts";
import type { Start } from "./child.ts";

const PROGRAM = path.resolve(import.meta.dirname, "..", "..", "node_modules", "@modelcontextprotocol", "conformance", "dist", "index.js");

/** Protocol versions whose scenarios are run: the last of each era. */
export const VERSIONS = ["2025-11-25", "2026-07-28"] as const;

const Checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.optional(z.string()) }));

/** What one check of a scenario gave. */
export interface Check {
	readonly scenario: string;
	readonly id: string;
	readonly status: string;
	/** Why it failed; empty where nothing was said. */
	readonly why: string;
}

/** Runs the suite for servers against one that speaks stdio. Scenarios of this version; those of extensions are not among them. */
export async function serverSuite(start: Start, version: string): Promise<readonly Check[]> {
	const { url, close } = await bridge(start);
	try {
		return await run(["server", "--url", url, "--suite", "all", "--spec-version", version], "server-");
	} finally {
		await close();
	}
}

/** Runs one scenario for clients with this command, which is started by a shell. */
export function clientSuite(command: string, name: string): Promise<readonly Check[]> {
	return run(["client", "--command", command, "--scenario", name], "");
}

/** `prefix`: of the folders with the results. */
async function run(args: readonly string[], prefix: string): Promise<readonly Check[]> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-conformance-"));
	try {
		const child = spawn(process.execPath, [PROGRAM, ...args, "--output-dir", folder], { shell: false, stdio: ["ignore", "pipe", "pipe"] });
		let said = "";
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding("utf8").on("data", (chunk: string) => {
				said += chunk;
			});
		await once(child, "close");
		const checks = fs.readdirSync(folder).flatMap((name) => read(path.join(folder, name, "checks.json"), name.slice(prefix.length)));
		if (checks.length === 0) throw new Error(`The suite gave no results: ${said.slice(-1000)}`);
		return checks;
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** `name`: a scenario's, and when it ran. */
function read(file: string, name: string): readonly Check[] {
	const scenario = name.replace(/-\d{4}-\d{2}-\d{2}T.*$/, "");
	const checks = Checks.parse(JSON.parse(fs.readFileSync(file, "utf8")));
	return checks.map(({ id, status, errorMessage = "" }) => ({ scenario, id, status, why: errorMessage }));
}
