import fs from "node:fs";
import path from "node:path";
import { npm } from "../../../src/setup/dependencies.mjs";

const peers = path.resolve(import.meta.dirname, "..", "..", "..", ".cache", "peers");

/** A program to compare with: installed on first use, apart from what Sallyport itself needs. */
export interface Peer {
	readonly name: string;
	readonly version: string;
	/** What it needs besides itself, of the same version. */
	readonly also?: readonly string[];
}

/** The folder of the peer's packages. Rejects where it cannot be installed. */
export async function installPeer({ name, version, also = [] }: Peer): Promise<string> {
	const folder = path.join(peers, `${name}-${version}`);
	const modules = path.join(folder, "node_modules");
	if ([name, ...also].every((each) => fs.existsSync(path.join(modules, each, "package.json")))) return modules;
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
	await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", ...[name, ...also].map((each) => `${each}@${version}`)], folder);
	return modules;
}
