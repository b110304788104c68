import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { findNpm } from "../../src/platform/packages/npm/find.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

/** MCP hosts as their makers publish them. Pinned: what a host does with a config file changes from release to release. */
const HOSTS = { "@anthropic-ai/claude-code": "2.1.330", "@modelcontextprotocol/inspector": "2.12.0" } as const;

/** Runtimes whose npm package brings the plain binary for each platform. */
const RUNTIMES = { bun: "1.4.5", deno: "2.9.6" } as const;

/** Installs the hosts, once, and returns the folder of their packages. */
export function installHosts(): Promise<string> {
	return install("hosts", HOSTS);
}

/** Installs Deno and Bun, once, and returns their binaries. */
export async function installRuntimes(): Promise<Readonly<Record<keyof typeof RUNTIMES, string>>> {
	const packages = await install("runtimes", RUNTIMES);
	return { bun: binaryIn(path.join(packages, "@oven"), path.join("bin", "bun")), deno: binaryIn(path.join(packages, "@deno"), "deno") };
}

/** In the one package of this scope that npm found fit for this machine. */
function binaryIn(scope: string, name: string): string {
	for (const fit of fs.readdirSync(scope)) {
		const binary = path.join(scope, fit, name);
		if (fs.existsSync(binary)) return fs.realpathSync(binary);
	}
	throw new Error(`No package in ${scope} holds ${name}.`);
}

/** Installs into a folder of `.cache`, once. Fails when the packages cannot be had: a program that is not tried proves nothing. */
async function install(name: string, dependencies: Readonly<Record<string, string>>): Promise<string> {
	const folder = path.join(ROOT, ".cache", name);
	const manifest = JSON.stringify({ private: true, dependencies });
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
		if (code !== 0) throw new Error(`npm could not install the ${name}: ${said.slice(-500)}`);
		fs.writeFileSync(path.join(staging, "installed.json"), manifest);
		fs.rmSync(folder, { recursive: true, force: true });
		fs.renameSync(staging, folder);
	}
	return path.join(folder, "node_modules");
}
