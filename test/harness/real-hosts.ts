import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { findNpm } from "../../src/platform/packages/npm/find.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

/** MCP hosts as their makers publish them. Pinned: what a host does with a config file changes from release to release. */
const HOSTS = { "@anthropic-ai/claude-code": "2.1.330", "@modelcontextprotocol/inspector": "2.12.0" } as const;

/** Installs the hosts into `.cache/hosts`, once, and returns the folder of their packages. Fails when they cannot be had: a host that is not tried proves nothing. */
export async function installHosts(): Promise<string> {
	const folder = path.join(ROOT, ".cache", "hosts");
	const manifest = JSON.stringify({ private: true, dependencies: HOSTS });
	const stamp = path.join(folder, "installed.json");
	if (!fs.existsSync(stamp) || fs.readFileSync(stamp, "utf8") !== manifest) {
		const staging = `${folder}-${process.pid}`;
		fs.mkdirSync(staging, { recursive: true });
		fs.writeFileSync(path.join(staging, "package.json"), manifest);
		// The machine's npm with its own global settings: run by another Node it would look for them beside that.
		const npm = findNpm({ path: process.env.PATH ?? "", node: process.execPath, untrusted: [] });
		if (!npm.ok) throw new Error(npm.problem.message);
		const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
		const child = spawn(process.execPath, [npm.value.cli, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
			cwd: staging,
			env: { ...Object.fromEntries(clean), npm_config_globalconfig: npm.value.globalConfig },
			shell: false,
			stdio: ["ignore", "ignore", "pipe"],
		});
		let said = "";
		child.stderr.on("data", (chunk: Buffer) => {
			said += chunk.toString();
		});
		const [code] = await once(child, "close");
		if (code !== 0) throw new Error(`npm could not install the hosts: ${said.slice(-500)}`);
		fs.writeFileSync(path.join(staging, "installed.json"), manifest);
		fs.rmSync(folder, { recursive: true, force: true });
		fs.renameSync(staging, folder);
	}
	return path.join(folder, "node_modules");
}
