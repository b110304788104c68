import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../core/result.ts";
import { findOnPath } from "./executable/resolve.ts";
import { type Home, holdsPerson } from "./home.ts";
import { readRecord } from "./installation/record.ts";
import { isWithin } from "./sandbox/protected.ts";

/** The oldest Node that the launcher runs on. */
export const OLDEST_NODE = [22, 12] as const;

/** Where Node stands on most systems. */
export const FIXED_NODES = ["/usr/local/bin/node", "/usr/bin/node", "/opt/homebrew/bin/node"];

/** Milliseconds that a program called node may take to say what it is. */
const ANSWER_MS = 10_000;

export interface NodeSearch {
	/**
	 * The Node that is recorded already ({@link recordedNode}): kept while it is good, because approvals speak of it. Null: none. A workspace in
	 * which the whole home lies does not speak against it: the person's own Node lies there as well.
	 */
	readonly recorded: string | null;
	/** The person's PATH. Empty: it is not searched. */
	readonly path: string;
	/** The program that runs now (`process.execPath`); taken only when it is a plain Node. */
	readonly own: string;
	/** Workspaces, those that grants name among them: no Node of theirs is ever taken, nor run. */
	readonly untrusted: readonly string[];
	/** True: `own` is an editor's Electron, and no plain Node. */
	readonly electron: boolean;
}

export interface FoundNode {
	/** Real, absolute path of a plain Node. */
	readonly node: string;
	/** Such as `24.1.0`; never older than {@link OLDEST_NODE}. */
	readonly version: string;
}

/** Which Node to record: the one that is recorded, the PATH's, our own, or one in a fixed place. Version managers' shims are followed. */
export async function findNode(search: NodeSearch): Promise<Result<FoundNode>> {
	const tooOld = new Map<string, string>();
	// A shim looks for its manager there.
	const trusted = search.path.split(path.delimiter).filter((folder) => path.isAbsolute(folder) && isTrustworthy(folder, search.untrusted));
	for (const candidate of candidates(search)) {
		const found = await askNode(candidate, [...trusted, "/usr/bin", "/bin"].join(path.delimiter));
		if (found === null || (found.node !== candidate && !isTrustworthy(found.node, search.untrusted))) continue;
		if (isNewEnough(found.version)) return ok(found);
		tooOld.set(found.node, found.version);
	}
	const wanted = `Node.js ${OLDEST_NODE.join(".")} or newer`;
	const old = [...tooOld].map(([node, version]) => `${node} is ${version}`).join(", ");
	return fail(
		tooOld.size === 0 ? "no-node" : "node-old",
		tooOld.size === 0 ? `${wanted} was not found.` : `${wanted} was not found; ${old}.`,
		`Install ${wanted} (https://nodejs.org), and try again.`,
	);
}

/** The Node that the installed launcher runs on, and that approvals therefore speak of; null: none is recorded, or it is gone. */
export function recordedNode(home: Pick<Home, "path">): string | null {
	const node = readRecord(home)?.node ?? null;
	return node !== null && fs.existsSync(node) ? node : null;
}

function* candidates({ recorded, path: searched, own, untrusted, electron }: NodeSearch): Generator<string> {
	if (recorded !== null) {
		const brought = untrusted.filter((root) => !holdsPerson(realOrNull(root) ?? path.resolve(root)));
		if (isTrustworthy(recorded, brought)) yield recorded;
	}
	for (const folder of searched.split(path.delimiter)) {
		const named = folder === "" ? null : findOnPath("node", { cwd: "/", path: folder, untrusted });
		// A link's own folder was looked at; where it leads is looked at when it has said so.
		if (named !== null && isTrustworthy(named, untrusted)) yield named;
	}
	if (!electron) yield own;
	for (const fixed of FIXED_NODES) if (fs.existsSync(fixed)) yield fixed;
}

const Said = z.object({
	execPath: z.string(),
	versions: z.looseObject({ node: z.string().check(z.regex(/^\d+\.\d+\.\d+/)) }),
});

const QUESTION = "JSON.stringify({ execPath: process.execPath, versions: process.versions })";

/** Other programs answer to the name, and to most of Node's options, too. */
function isPlainNode(versions: Readonly<Record<string, unknown>>): boolean {
	return ["electron", "bun", "deno"].every((name) => versions[name] === undefined);
}

/**
 * Runs it, and has it say which program it really is: a version manager's shim decides that when it is started. It starts in `/`, where no
 * workspace's version file has a say. Null: it does not start, or is no plain Node.
 */
async function askNode(named: string, PATH: string): Promise<FoundNode | null> {
	try {
		if (named === process.execPath && isPlainNode(process.versions))
			return { node: fs.realpathSync(named), version: process.versions.node };
		// A binary of Electron would open a window without the variable, and says what it is with it.
		const env = { HOME: os.homedir(), PATH, ELECTRON_RUN_AS_NODE: "1" };
		const { stdout } = await promisify(execFile)(named, ["-p", QUESTION], { cwd: "/", env, timeout: ANSWER_MS, shell: false });
		const { execPath, versions } = Said.parse(JSON.parse(stdout));
		return isPlainNode(versions) && path.isAbsolute(execPath) ? { node: fs.realpathSync(execPath), version: versions.node } : null;
	} catch {
		return null;
	}
}

function isNewEnough(version: string): boolean {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [oldestMajor, oldestMinor] = OLDEST_NODE;
	return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** A program or folder that no workspace, and nobody but its owner or root, could have put there. */
function isTrustworthy(named: string, untrusted: readonly string[]): boolean {
	const real = realOrNull(named);
	if (real === null || [real, path.dirname(real)].some((each) => (fs.statSync(each).mode & 0o002) !== 0)) return false;
	return !untrusted.some((root) => isWithin(real, realOrNull(root) ?? path.resolve(root)));
}

function realOrNull(file: string): string | null {
	try {
		return fs.realpathSync(file);
	} catch {
		return null;
	}
}
