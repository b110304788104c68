import * as fs from "node:fs";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { stubIsAsWritten } from "./install.ts";
import { isIntact, readPrograms } from "./programs.ts";
import { launcherPath, readRecord } from "./record.ts";
import { compareVersions } from "./version.ts";

export interface InstallationState {
	/** How the installed launcher differs from the programs that ask, where that is no fault; null: it does not. */
	readonly other: string | null;
	/** What a person may do about it; empty: nothing. */
	readonly advice: string;
}

const INSTALL = "Run: sallyport init";

/** Whether the installed launcher is whole, as it was written, and no older than the programs that ask. Starts nothing. */
export function checkInstallation(home: Home, programs: { readonly folder: string; readonly version: string }): Result<InstallationState> {
	if (!fs.existsSync(home.stub)) return fail("launcher-missing", "The launcher that config files name is not installed.", INSTALL);
	const record = readRecord(home);
	if (record === null)
		return fail(
			"launcher-missing",
			"Nothing says how the launcher that config files name was installed, or it was for another home.",
			INSTALL,
		);
	const folder = launcherPath(home, record);
	if (!isIntact(folder, record.digest))
		return fail("launcher-changed", `The installed launcher in ${folder} was changed, or some of it is missing.`, INSTALL);
	if (!stubIsAsWritten(home, record)) return fail("launcher-changed", `${home.stub} was changed after it was installed.`, INSTALL);
	const order = compareVersions(record.launcher, programs.version);
	if (order < 0) return fail("launcher-old", `The installed launcher is ${record.launcher}, and this is ${programs.version}.`, INSTALL);
	if (order > 0) return ok({ other: `${record.launcher}, newer than this ${programs.version}`, advice: "" });
	const here = readPrograms(programs.folder);
	return ok(
		!here.ok || here.value.digest === record.digest
			? { other: null, advice: "" }
			: { other: `another build of ${record.launcher} than this one`, advice: `To use this one: sallyport init` },
	);
}
