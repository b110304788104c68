import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import { PendingFile, sweepLeftovers } from "../files/atomic-file.ts";
import { withLock } from "../files/lock.ts";
import type { Home } from "../home.ts";
import { grantedWorkspaces } from "../policy-files.ts";
import { isWithin } from "../sandbox/protected.ts";
import { isIntact, type Programs, readPrograms } from "./programs.ts";
import { type InstallationRecord, launcherPath, launchersPath, programIn, readRecord, recordPath, recordText } from "./record.ts";
import { stubText } from "./stub.ts";
import { compareVersions } from "./version.ts";

export interface InstallOptions {
	/** The folder of the built programs: `dist`, or the extension's. */
	readonly from: string;
	/** The version of those programs, as in their package.json. */
	readonly version: string;
	/** Absolute path of the Node to run, as `findNode` found it. */
	readonly node: string;
	/** The editor's own binary, which runs as Node where the recorded one is gone. Null: the one that is recorded stays, while it is there. */
	readonly electron: string | null;
}

export interface Installation {
	/** What config files name. */
	readonly stub: string;
	/** `same`: this very launcher was installed already. `kept-newer`: a newer one is, and stays. */
	readonly installed: "new" | "same" | "kept-newer";
	/** The version of the launcher that is installed now. */
	readonly version: string;
	/** The Node that it runs on. */
	readonly node: string;
}

/** Begins the names of folders that are being written or taken away. None of them is ever run. */
const PASSING = ".passing-";

/**
 * Copies the launcher into the home, where neither a moved clone nor an updated extension takes it away, and points the stub at it. The newest
 * launcher wins: an older one only mends the stub. Safe to call at any time, by several programs at once: what is there and intact is
 * left alone, what was changed is replaced. A Problem leaves what was installed as it was.
 */
export async function installLauncher(home: Home, options: InstallOptions): Promise<Result<Installation>> {
	if (process.platform === "win32")
		return fail("unsupported", "The launcher cannot be installed on Windows yet.", "Use Linux, or a Linux container or WSL.");
	const programs = readPrograms(options.from);
	if (!programs.ok) return programs;
	if (!isProgram(options.node))
		return fail("node-gone", `${options.node} is no program that can be started.`, "Install Node.js and try again.");
	const workspace = grantedWorkspaces(home).find((folder) => isWithin(fs.realpathSync(options.node), folder));
	if (workspace !== undefined)
		return fail(
			"node-in-workspace",
			`${options.node} lies in ${workspace}, whose files must not decide what runs.`,
			"Install Node.js outside of every workspace, and try again.",
		);
	const source = checkSource(home, options.from, programs.value);
	if (!source.ok) return source;
	try {
		const place = checkPlace(home);
		if (!place.ok) return place;
		const recorded = readRecord(home);
		const plan = planOf(home, recorded, options, programs.value);
		if (isInPlace(home, recorded, plan)) return ok(outcome(home, plan, false));
		return await withLock(path.join(home.state, "installation.lock"), async () => ok(install(home, options, programs.value)));
	} catch (error) {
		if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) throw error;
		return fail(
			"installation-failed",
			`The launcher cannot be installed in ${home.path} (${String(error.code)}).`,
			"Make room there, see that you may write every file in it, and try again.",
		);
	}
}

interface Plan {
	readonly record: InstallationRecord;
	readonly keptNewer: boolean;
}

function planOf(home: Home, recorded: InstallationRecord | null, options: InstallOptions, programs: Programs): Plan {
	const keptNewer =
		recorded !== null && compareVersions(recorded.launcher, options.version) > 0 && isIntact(launcherPath(home, recorded), recorded.digest);
	const named = keptNewer ? recorded : { launcher: options.version, digest: programs.digest };
	const kept = recorded !== null && recorded.electron !== null && isProgram(recorded.electron) ? recorded.electron : null;
	return {
		keptNewer,
		record: {
			launcher: named.launcher,
			digest: named.digest,
			program: programIn(launcherPath(home, named)),
			node: options.node,
			electron: options.electron ?? kept,
		},
	};
}

function isInPlace(home: Home, recorded: InstallationRecord | null, { record, keptNewer }: Plan): boolean {
	return (
		recorded !== null &&
		recordText(recorded) === recordText(record) &&
		stubIsAsWritten(home, record) &&
		(keptNewer || isIntact(launcherPath(home, record), record.digest))
	);
}

/** With the lock held. Files first, then the stub that leads to them, then the record of both. */
function install(home: Home, options: InstallOptions, programs: Programs): Installation {
	sweep(home);
	const recorded = readRecord(home);
	const plan = planOf(home, recorded, options, programs);
	const folder = launcherPath(home, plan.record);
	const copied = !plan.keptNewer && !isIntact(folder, plan.record.digest);
	if (copied) copy(home, folder, programs);
	if (!stubIsAsWritten(home, plan.record)) replace(home.stub, stubText(home.path, plan.record), 0o700);
	replace(recordPath(home), recordText(plan.record), 0o600);
	const changed = recorded?.digest !== plan.record.digest;
	// The one before stays: a launcher that still runs may yet load the keychain's library.
	if (recorded !== null && changed) removeOthers(home, [folder, launcherPath(home, recorded)]);
	return outcome(home, plan, copied || changed);
}

function outcome(home: Home, { record, keptNewer }: Plan, changed: boolean): Installation {
	return {
		stub: home.stub,
		installed: keptNewer ? "kept-newer" : changed ? "new" : "same",
		version: record.launcher,
		node: record.node,
	};
}

/** True when the stub is what an installation wrote, and may be started. */
export function stubIsAsWritten(home: Home, record: InstallationRecord): boolean {
	try {
		const stat = fs.lstatSync(home.stub);
		return stat.isFile() && (stat.mode & 0o777) === 0o700 && fs.readFileSync(home.stub, "utf8") === stubText(home.path, record);
	} catch {
		return false;
	}
}

/** What the installed launcher itself would install must still be what was installed: nobody's changes get a new name here. */
function checkSource(home: Home, from: string, programs: Programs): Result<void> {
	const real = fs.realpathSync(from);
	if (path.dirname(real) !== launchersPath(home) || real.endsWith(`-${programs.digest.slice(0, 12)}`)) return ok(undefined);
	return fail(
		"launcher-changed",
		`${real} was changed after it was installed.`,
		"Install it again from where Sallyport came: from the clone with sallyport init, or in the editor with “Sallyport: Set Up”.",
	);
}

/** The home is private, so nobody else can have made a link here; but what it leads to is not, and would be run. */
function checkPlace(home: Home): Result<void> {
	for (const folder of [launchersPath(home), path.dirname(home.stub)]) {
		if (fs.lstatSync(folder, { throwIfNoEntry: false }) === undefined) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		const stat = fs.lstatSync(folder);
		if (!stat.isDirectory() || stat.uid !== process.getuid?.())
			return fail(
				"installation-link",
				`${folder} is not a folder of your own, and nothing is installed through a link.`,
				`Move ${folder} away.`,
			);
		// As the compile cache asks of the folders above it.
		if ((stat.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700);
	}
	return ok(undefined);
}

/** What a killed run left. No other run is writing, because the lock is held. */
function sweep(home: Home): void {
	for (const name of fs.readdirSync(launchersPath(home))) if (name.startsWith(PASSING)) remove(path.join(launchersPath(home), name));
	for (const target of [home.stub, recordPath(home)]) sweepLeftovers(target);
}

/** Writes the files beside the folder, checks them, and puts them in its place. */
function copy(home: Home, folder: string, { files, digest }: Programs): void {
	const incoming = passing(home);
	try {
		for (const [name, content] of files) {
			const file = path.join(incoming, name);
			fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
			fs.writeFileSync(file, content, { mode: 0o600, flag: "wx", flush: true });
		}
		if (!isIntact(incoming, digest)) throw Object.assign(new Error("not written as given"), { code: "EIO", syscall: "write" });
		if (fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
			const outgoing = passing(home);
			fs.renameSync(folder, path.join(outgoing, "old"));
			fs.renameSync(incoming, folder);
			remove(outgoing);
		} else fs.renameSync(incoming, folder);
	} catch (error) {
		remove(incoming);
		throw error;
	}
}

function passing(home: Home): string {
	const folder = path.join(launchersPath(home), `${PASSING}${process.pid}-${randomBytes(6).toString("hex")}`);
	fs.mkdirSync(folder, { mode: 0o700 });
	return folder;
}

/** Never writes through a link: the new file takes its place. */
function replace(file: string, text: string, mode: number): void {
	const pending = new PendingFile(file, text);
	try {
		const { uid, gid } = fs.statSync(path.dirname(file));
		pending.adopt({ uid, gid, mode });
		pending.commit();
	} finally {
		pending.discard();
	}
}

function removeOthers(home: Home, kept: readonly string[]): void {
	for (const name of fs.readdirSync(launchersPath(home))) {
		const folder = path.join(launchersPath(home), name);
		if (!kept.includes(folder)) remove(folder);
	}
}

function remove(folder: string): void {
	fs.rmSync(folder, { recursive: true, force: true });
}

function isProgram(file: string): boolean {
	try {
		fs.accessSync(file, fs.constants.X_OK);
		return path.isAbsolute(file) && fs.statSync(file).isFile();
	} catch {
		return false;
	}
}
