// @ts-check
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { assertWritable, giveToOwner, readJson } from "./files.mjs";
import { capture, withoutOuterNpm } from "./run.mjs";
import { longStep, SetupError, step } from "./say.mjs";

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 * @typedef {{ packages?: Record<string, Locked & Partial<Record<typeof DECLARED[number], Record<string, string>>>> }} Lock
 */

/** The fields of package.json that the lock repeats. */
const DECLARED = /** @type {const} */ (["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]);

/**
 * Whether `node_modules` holds what the lock says, for this machine. It compares npm's own record of what it installed, so any npm command
 * that leaves the right packages there will do, and one that was interrupted will not: npm writes that record last.
 * @param {unknown} manifest package.json
 * @param {Lock | null} lock package-lock.json
 * @param {Lock | null} installed node_modules/.package-lock.json
 * @param {{ platform: string, arch: string }} machine
 */
export function isInstalled(manifest, lock, installed, machine) {
	const wanted = lock?.packages;
	const present = installed?.packages;
	if (wanted === undefined || present === undefined) return false;
	if (!isLocked(manifest, lock)) return false;
	for (const [place, entry] of Object.entries(wanted)) {
		if (place === "") continue;
		const found = present[place];
		if (found === undefined) {
			if (isRequired(entry, machine)) return false;
		} else if (found.version !== entry.version || found.integrity !== entry.integrity) return false;
	}
	return Object.entries(present).every(([place, entry]) => place in wanted || entry.optional === true);
}

/**
 * Whether the lock is of this very package.json.
 * @param {unknown} manifest
 * @param {Lock | null} lock
 */
function isLocked(manifest, lock) {
	const declared = /** @type {Record<string, unknown>} */ (manifest ?? {});
	const locked = lock?.packages?.[""];
	return locked !== undefined && DECLARED.every((field) => sameEntries(declared[field], locked[field]));
}

/**
 * npm leaves out optional packages of other platforms. One for this platform must be there, or the folder came from another machine;
 * which C library a package wants is for npm to judge.
 * @param {Locked} entry
 * @param {{ platform: string, arch: string }} machine
 */
function isRequired(entry, machine) {
	if (entry.optional !== true && entry.devOptional !== true) return true;
	return entry.libc === undefined && entry.os?.includes(machine.platform) === true && entry.cpu?.includes(machine.arch) === true;
}

/**
 * @param {unknown} left
 * @param {unknown} right
 */
function sameEntries(left, right) {
	const sorted = (/** @type {unknown} */ value) => JSON.stringify(Object.entries(value ?? {}).sort());
	return sorted(left) === sorted(right);
}

/**
 * Installs the locked dependencies when they are missing or stale. No package's script runs.
 *
 * Not by `npm ci`: that refuses a lock in which optional packages of other platforms are absent, as they are when the lock was made against a
 * registry that does not carry them. `npm install` takes the lock's versions and digests all the same, and what it made is compared afterwards.
 * @param {string} root
 */
export async function ensureDependencies(root) {
	const manifest = readJson(path.join(root, "package.json"));
	const lock = readJson(path.join(root, "package-lock.json"));
	const installed = () => isInstalled(manifest, lock, readJson(path.join(root, "node_modules", ".package-lock.json")), process);
	if (installed()) {
		step("dependencies", "ready");
		return;
	}
	if (!isLocked(manifest, lock)) throw new SetupError("package.json and package-lock.json do not agree. Run: npm install --ignore-scripts");
	assertWritable(root, ["node_modules"]);
	await longStep("dependencies", "installing the locked packages", "installed", async () => {
		await npm(["install", "--no-save", "--include=dev", "--include=optional"], root);
		if (!installed()) throw new SetupError("npm installed something else than the lock says. Remove node_modules and start again.");
	});
	giveToOwner(root, path.join(root, "node_modules"));
}

/**
 * Runs npm in a folder, without packages' scripts; what it printed is shown only when it fails.
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export async function npm(args, cwd) {
	const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
	const [command, ...before] = npmCommand();
	const { code, output } = await capture(command, [...before, ...args, ...quiet], { cwd, env: withoutOuterNpm(process.env) });
	if (code !== 0)
		throw new SetupError(
			"npm could not install the packages. Its own words are above; check the network and the npm registry settings.",
			output,
		);
}

/**
 * The npm that started us, else the one beside this Node, else the PATH's. The first two run without a shell on Windows as well.
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
	const beside = path.dirname(process.execPath);
	const candidates = [
		process.env.npm_execpath ?? "",
		path.join(beside, "node_modules", "npm", "bin", "npm-cli.js"),
		path.join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
	];
	const script = candidates.find((file) => path.basename(file) === "npm-cli.js" && fs.existsSync(file));
	return script === undefined ? ["npm"] : [process.execPath, script];
}
