import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PackageRegistry } from "../../core/launch/package-launch.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { LABEL, type Label, type LockedPackage, readLabel } from "./label.ts";
import { ForeignEntry, removeTree, sealTree } from "./tree.ts";
import { verifyInstalled } from "./verify.ts";

/** A package of a registry with everything it needs, in the store: read-only, complete, and never changed again. */
export interface StoredPackage {
	readonly registry: PackageRegistry;
	readonly name: string;
	readonly version: string;
	/** Absolute; the only thing a server of this package needs to read beside its runtime. */
	readonly folder: string;
	/** `sha256:…` over name, version and integrity of the package and of all it needs. */
	readonly lockDigest: string;
	/** `sha256:…` over every file as it lies in the store. */
	readonly contentDigest: string;
	/** The package's own integrity in the registry: `sha512-…`. */
	readonly integrity: string;
	/** Packages whose install script was not run. Empty: none has one. */
	readonly skippedScripts: readonly string[];
	/** The package itself and all it needs, as its lock pinned them. */
	readonly packages: readonly LockedPackage[];
	/** Real path of the interpreter that it was installed for; null: any Node. */
	readonly runtime: string | null;
}

/** Three empty folders on the store's own file system, which are removed after an installation. */
export interface Staging {
	/** What is in here when the installation ends, all of it, is published. */
	readonly tree: string;
	readonly cache: string;
	readonly settings: string;
}

/** What an installation put into its tree, after it was checked. */
export type Installed = Omit<StoredPackage, "registry" | "folder" | "contentDigest">;

const STAGING = /^\.staging-([0-9]+)-[0-9a-f]{16}$/;

/**
 * Puts a package into the store in one step: it is there as a whole or not at all. The same package twice is there once.
 *
 * @param install fills the tree, runs none of the package's code, and checks what it got
 */
export async function addToStore(
	home: Home,
	registry: PackageRegistry,
	install: (staging: Staging) => Promise<Result<Installed>>,
): Promise<Result<StoredPackage>> {
	const store = openStore(home, registry);
	sweep(store);
	const staging = path.join(store, `.staging-${process.pid}-${randomBytes(8).toString("hex")}`);
	const [tree, cache, settings] = ["tree", "cache", "settings"].map((name) => path.join(staging, name)) as [string, string, string];
	for (const folder of [staging, tree, cache, settings]) fs.mkdirSync(folder, { mode: 0o700 });
	try {
		const installed = await install({ tree, cache, settings });
		if (!installed.ok) return installed;
		const label = seal(tree, installed.value);
		return label.ok ? await publish(home, registry, store, tree, label.value) : label;
	} finally {
		removeTree(staging);
	}
}

/**
 * The package that a grant was given for, without the network. Does not say whether it is unchanged: {@link verifyInstalled} does.
 *
 * @param lockDigest as in {@link StoredPackage}
 */
export function findInStore(home: Home, registry: PackageRegistry, lockDigest: string): Result<StoredPackage> {
	const store = path.join(home.store, registry);
	const ending = `-${short(lockDigest)}`;
	let names: readonly string[] = [];
	try {
		names = fs.readdirSync(store).filter((name) => !name.startsWith(".") && name.endsWith(ending));
	} catch {
		// No store yet.
	}
	for (const name of names) {
		const label = readLabel(path.join(store, name));
		if (label?.lockDigest === lockDigest && name === folderName(label)) return ok(describe(registry, path.join(store, name), label));
	}
	return fail(
		"package-missing",
		"The package that was approved is no longer in the store.",
		"Approve the server again: sallyport allow NAME",
	);
}

function openStore(home: Home, registry: PackageRegistry): string {
	const store = path.join(home.store, registry);
	fs.mkdirSync(store, { recursive: true, mode: 0o700 });
	return store;
}

function seal(tree: string, { name, version, integrity, lockDigest, skippedScripts, packages, runtime }: Installed): Result<Label> {
	try {
		// A package that brings a label of its own does not get to keep it.
		fs.rmSync(path.join(tree, LABEL), { recursive: true, force: true });
		const label: Label = {
			version: 1,
			package: { name, version, integrity },
			lockDigest,
			contentDigest: sealTree(tree),
			skippedScripts: [...skippedScripts],
			packages: packages.map((each) => [...each]),
			...(runtime === null ? {} : { runtime }),
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
async function publish(home: Home, registry: PackageRegistry, store: string, tree: string, label: Label): Promise<Result<StoredPackage>> {
	const folder = path.join(fs.realpathSync(store), folderName(label));
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			fs.renameSync(tree, folder);
			fs.chmodSync(folder, 0o555);
			return ok(describe(registry, folder, label));
		} catch (error) {
			if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
		}
		const there = readLabel(folder);
		if (there !== null && there.lockDigest === label.lockDigest) {
			const intact = verifyInstalled(home, { folder, lockDigest: there.lockDigest, contentDigest: there.contentDigest });
			if (intact.ok) return ok(describe(registry, folder, there));
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

function describe(registry: PackageRegistry, folder: string, label: Label): StoredPackage {
	const { lockDigest, contentDigest, skippedScripts, packages, runtime } = label;
	return { registry, ...label.package, folder, lockDigest, contentDigest, skippedScripts, packages, runtime: runtime ?? null };
}

function folderName(label: Label): string {
	const name = `${label.package.name.replace("/", "+")}@${label.package.version}-${short(label.lockDigest)}`;
	// Whoever read the package's name read it strictly; what would lead elsewhere is a bug.
	if (name.includes("/") || name.startsWith(".")) throw new Error("a package whose name is a path");
	return name;
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
