import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { type PackageSpec, parsePackageSpec } from "../../core/launch/package-spec.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import type { SandboxEngine } from "../sandbox/engine.ts";
import { packageEntry } from "./entry.ts";
import { LABEL, type Label, readLabel } from "./label.ts";
import { checkLock } from "./lockfile.ts";
import { findNpm } from "./npm.ts";
import { runNpmInstall } from "./npm-install.ts";
import { readNpmSettings, registryEgress } from "./npm-settings.ts";
import { ForeignEntry, removeTree, sealTree, statDigest } from "./tree.ts";
import { verifyInstalled, writeSeen } from "./verify.ts";

/** A package of the registry with everything it needs, in the store: read-only, complete, and never changed again. */
export interface StoredPackage {
	readonly name: string;
	readonly version: string;
	/** Absolute; the only thing a server of this package needs to read beside Node. */
	readonly folder: string;
	/** The script that the package's command stands for: absolute, inside `folder`. Start it with Node. */
	readonly bin: string;
	/** Flags for Node that the script itself asks for; harmless, and usually none. */
	readonly nodeFlags: readonly string[];
	/** `sha256:…` over name, version and integrity of the package and of all it needs. */
	readonly lockDigest: string;
	/** `sha256:…` over every file as it lies in the store. */
	readonly contentDigest: string;
	/** The package's own integrity in the registry, `sha512-…`. */
	readonly integrity: string;
	/** Packages whose install script was not run. Empty: none has one. */
	readonly skippedScripts: readonly string[];
}

export interface InstallDeps {
	readonly home: Home;
	readonly engine: SandboxEngine;
	/** Real path of the Node that runs npm. */
	readonly node: string;
	/** The person's environment: HOME, PATH, certificates. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Folders whose npm is never taken: the workspace. */
	readonly untrusted: readonly string[];
	/** One line for a person. */
	readonly onProgress: (line: string) => void;
	/** Milliseconds; undefined: ten minutes. */
	readonly timeoutMs?: number;
}

const TEN_MINUTES = 600_000;
const STAGING = /^\.staging-([0-9]+)-[0-9a-f]{16}$/;

/**
 * Installs a package once, at approval, confined and without running any of its code, and publishes it in one step: a package is
 * in the store as a whole or not at all. What is there already is used as it is.
 *
 * @param bin the command of the package that is wanted; null: the one that npx would choose
 */
export async function installPackage(spec: PackageSpec, bin: string | null, deps: InstallDeps): Promise<Result<StoredPackage>> {
	// The name becomes a path: whoever made it, it is read again.
	const parsed = parsePackageSpec(spec.range === null ? spec.name : `${spec.name}@${spec.range}`);
	if (!parsed.ok) return parsed;
	const npm = findNpm({ path: deps.env.PATH ?? "", node: deps.node, untrusted: deps.untrusted });
	if (!npm.ok) return npm;
	const store = openStore(deps.home);
	sweep(store);
	const staging = path.join(store, `.staging-${process.pid}-${randomBytes(8).toString("hex")}`);
	const [tree, cache, settingsFolder] = ["tree", "cache", "settings"].map((name) => path.join(staging, name)) as [string, string, string];
	for (const folder of [staging, tree, cache, settingsFolder]) fs.mkdirSync(folder, { mode: 0o700 });
	try {
		const settings = await readNpmSettings(npm.value, deps.node, settingsFolder, deps.env);
		if (!settings.ok) return settings;
		const hosts = registryEgress(settings.value.registries);
		deps.onProgress(
			`installing ${spec.name}${spec.range === null ? "" : `@${spec.range}`} from ${settings.value.registries[0]?.host ?? "the registry"} …`,
		);
		const timeoutMs = deps.timeoutMs ?? TEN_MINUTES;
		const run = await runNpmInstall({
			spec,
			npm: npm.value,
			node: deps.node,
			settings: settings.value,
			engine: deps.engine,
			tree,
			cache,
			timeoutMs,
		});
		if (!run.ok) return run;
		const label = checkAndSeal(tree, spec.name, bin, hosts);
		if (!label.ok) return label;
		const published = await publish(deps.home, store, tree, label.value);
		if (!published.ok) return published;
		const stored = describe(published.value.folder, published.value.label, bin);
		if (stored.ok) {
			const { name, version, skippedScripts } = stored.value;
			deps.onProgress(
				`installed ${name}@${version}${skippedScripts.length === 0 ? "" : ` (install scripts of ${skippedScripts.join(", ")} were not run)`}`,
			);
		}
		return stored;
	} finally {
		removeTree(staging);
	}
}

/**
 * The package that a grant was given for, without the network.
 *
 * @param lockDigest as in {@link StoredPackage}
 * @param bin the command that the line asks for; null: the one that npx would choose
 */
export function findInstalled(home: Home, lockDigest: string, bin: string | null): Result<StoredPackage> {
	const store = path.join(home.store, "npm");
	const ending = `-${short(lockDigest)}`;
	let names: readonly string[] = [];
	try {
		names = fs.readdirSync(store).filter((name) => !name.startsWith(".") && name.endsWith(ending));
	} catch {
		// No store yet.
	}
	for (const name of names) {
		const label = readLabel(path.join(store, name));
		if (label?.lockDigest === lockDigest && name === folderName(label)) return describe(path.join(store, name), label, bin);
	}
	return fail(
		"package-missing",
		"The package that was approved is no longer in the store.",
		"Approve the server again: sallyport allow NAME",
	);
}

function openStore(home: Home): string {
	const store = path.join(home.store, "npm");
	fs.mkdirSync(store, { recursive: true, mode: 0o700 });
	return store;
}

/** Checks what npm left behind, and seals it. */
function checkAndSeal(tree: string, name: string, bin: string | null, hosts: readonly string[]): Result<Label> {
	let text: string;
	try {
		text = fs.readFileSync(path.join(tree, "package-lock.json"), "utf8");
	} catch {
		return fail(
			"package-install",
			`${name} was not installed: npm wrote no lock file.`,
			"Allow lock files in your npm, or update it: npm install -g npm.",
		);
	}
	const lock = checkLock(text, name, hosts);
	if (!lock.ok) return lock;
	const entry = packageEntry(path.join(fs.realpathSync(tree), "node_modules", name), name, bin);
	if (!entry.ok) return entry;
	try {
		// These tell how the line was written and which npm ran; the store keeps what was installed, and nothing else.
		for (const name of [LABEL, "package.json", "package-lock.json", "node_modules/.package-lock.json"])
			fs.rmSync(path.join(tree, name), { force: true });
		const label: Label = {
			version: 1,
			package: { name, version: lock.value.version, integrity: lock.value.integrity },
			lockDigest: lock.value.digest,
			contentDigest: sealTree(tree),
			skippedScripts: [...lock.value.withScripts],
			packages: lock.value.packages.map((each) => [...each]),
		};
		fs.writeFileSync(path.join(tree, LABEL), `${JSON.stringify(label)}\n`, { mode: 0o444, flag: "wx" });
		return ok(label);
	} catch (error) {
		if (!(error instanceof ForeignEntry)) throw error;
		return fail(
			"package-unpinned",
			`${name} holds something that is neither a file nor a folder.`,
			"Choose another version or another package.",
		);
	}
}

/** Moves a sealed tree to its place. Whoever comes second uses what the first one published. */
async function publish(
	home: Home,
	store: string,
	tree: string,
	label: Label,
): Promise<Result<{ readonly folder: string; readonly label: Label }>> {
	const folder = path.join(fs.realpathSync(store), folderName(label));
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			fs.renameSync(tree, folder);
			fs.chmodSync(folder, 0o555);
			const seen = statDigest(folder);
			if (seen !== null) await writeSeen(home, folder, seen);
			return ok({ folder, label });
		} catch (error) {
			if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
		}
		const there = readLabel(folder);
		if (there !== null && there.lockDigest === label.lockDigest) {
			const intact = await verifyInstalled(home, { folder, lockDigest: there.lockDigest, contentDigest: there.contentDigest });
			if (intact.ok) return ok({ folder, label: there });
		}
		// Somebody changed it by hand: set aside, and swept away with the next installation.
		try {
			fs.renameSync(folder, path.join(store, `.staging-0-${randomBytes(8).toString("hex")}`));
		} catch {
			// Another installation was quicker.
		}
	}
	return fail("package-install", `${folder} cannot be replaced.`, "Remove that folder and try again.");
}

function describe(folder: string, label: Label, bin: string | null): Result<StoredPackage> {
	const { name, version, integrity } = label.package;
	const root = path.join(folder, "node_modules", name);
	const entry = packageEntry(root, name, bin);
	if (!entry.ok) return entry;
	return ok({
		name,
		version,
		folder,
		bin: path.join(root, entry.value.script),
		nodeFlags: entry.value.nodeFlags,
		lockDigest: label.lockDigest,
		contentDigest: label.contentDigest,
		integrity,
		skippedScripts: label.skippedScripts,
	});
}

function folderName(label: Label): string {
	return `${label.package.name.replace("/", "+")}@${label.package.version}-${short(label.lockDigest)}`;
}

function short(digest: string): string {
	return digest.slice("sha256:".length, "sha256:".length + 12);
}

/** Removes what killed installations left. One whose process lives is left alone. */
function sweep(store: string): void {
	for (const name of fs.readdirSync(store)) {
		const pid = Number(STAGING.exec(name)?.[1] ?? Number.NaN);
		if (Number.isNaN(pid) || (pid > 0 && isAlive(pid) && isRecent(path.join(store, name)))) continue;
		try {
			removeTree(path.join(store, name));
		} catch {
			// Another sweep is at it.
		}
	}
}

const A_DAY = 24 * 60 * 60 * 1000;

/** The number of a dead process is given away again: a day is longer than any installation. */
function isRecent(folder: string): boolean {
	const stat = fs.statSync(folder, { throwIfNoEntry: false });
	return stat !== undefined && Date.now() - stat.mtimeMs < A_DAY;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
