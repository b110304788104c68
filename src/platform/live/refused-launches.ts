import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { liveLine } from "../../core/live/encode.ts";
import type { RefusedLaunch } from "../../core/live/message.ts";
import type { Home } from "../home.ts";
import { isRefusedLaunch, type LiveFolder, openLiveFolder, refusedLaunchName } from "./folder.ts";

/** Refused launches that are kept, all servers together. */
const KEPT = 100;

/**
 * Leaves word of a launch that was refused: its launcher is gone before anyone could connect to it. One file each, so that
 * launchers which refuse at the same time lose nothing and need no lock; the oldest are removed. Nothing where it cannot be
 * written: the audit log has it too.
 */
export function keepRefusedLaunch(home: Pick<Home, "state">, launch: RefusedLaunch): void {
	const folder = openLiveFolder(home);
	if (folder === null) return;
	const unnamed = path.join(folder, `.${randomBytes(12).toString("hex")}`);
	try {
		fs.writeFileSync(unnamed, liveLine(0, launch), { mode: 0o600, flag: "wx" });
		fs.renameSync(unnamed, path.join(folder, refusedLaunchName(launch.session, new Date(launch.at))));
	} catch {
		fs.rmSync(unnamed, { force: true });
	}
	for (const name of namesOf(folder).slice(0, -KEPT)) fs.rmSync(path.join(folder, name), { force: true });
}

/** Oldest first. */
function namesOf(folder: LiveFolder): readonly string[] {
	try {
		return fs.readdirSync(folder).filter(isRefusedLaunch).sort();
	} catch {
		return [];
	}
}
