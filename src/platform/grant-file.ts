import * as fs from "node:fs";
import * as path from "node:path";
import type { Grant } from "../core/policy/layers.ts";
import { grantsHeld, withGrant, withoutGrant, withoutRepeats } from "../core/policy/rewrite-grant.ts";
import type { PolicyServer } from "../core/policy/schema.ts";
import { PendingFile } from "./files/atomic-file.ts";
import { readPlainText } from "./files/bounded-file.ts";
import type { Home } from "./home.ts";
import { nodeCrypto } from "./node-crypto.ts";

type Entry = Pick<Grant, "name" | "config" | "workspace">;

/** More than any honest policy has. Bytes. */
export const MOST_POLICY_BYTES = 4_000_000;

/** How often a name is tried before it is given up: a person has as many files of one entry's name. */
const MOST_NAMES = 1000;

/**
 * Writes a grant so that a reader sees the old file or the new one, never a part. The same server of the same config file and workspace has the same
 * file, unless a person has put something else there: then that stays, and the grant gets another name. Throws the system's error.
 *
 * @param text the whole file, where there is none yet
 * @returns the file
 */
export function writeGrantFile(home: Home, server: PolicyServer & Entry, text: string): string {
	const files = filesOf(home, server);
	const held = files.find(({ text: now }) => grantsHeld(now, server) > 0);
	if (held === undefined) return writeNew(home, server, text);
	const once = onlyOnce(held.file, held.text, server);
	const changed = withGrant(once, server);
	if (changed === null) keepBeside(held.file, held.text);
	new PendingFile(held.file, changed ?? text).commit();
	return held.file;
}

/** Takes a grant back, and its file with it, unless a person has written more into that. One that stands in a file of a person's own making stays. */
export function deleteGrant(home: Home, grant: Entry): void {
	for (const { file, text } of filesOf(home, grant)) {
		if (grantsHeld(text, grant) === 0) continue;
		const left = withoutGrant(onlyOnce(file, text, grant), grant);
		if (left === null) fs.rmSync(file, { force: true });
		else new PendingFile(file, left).commit();
	}
}

/** What stands twice holds less than either: of a grant that is changed or taken back one is left, and what a person wrote is kept beside. */
function onlyOnce(file: string, text: string, grant: Entry): string {
	if (grantsHeld(text, grant) < 2) return text;
	keepBeside(file, text);
	return withoutRepeats(text, grant);
}

/** Under a name that no policy has. */
function keepBeside(file: string, text: string): void {
	for (let n = 1; n < MOST_NAMES; n++) if (new PendingFile(`${file}.kept-${n}`, text).commitNew()) return;
	throw new Error("too many files are kept beside a policy");
}

function writeNew(home: Home, grant: Entry, text: string): string {
	for (let n = 1; n < MOST_NAMES; n++) {
		const file = path.join(home.policy, `${stem(grant)}${n === 1 ? "" : `-${n}`}.jsonc`);
		if (new PendingFile(file, text).commitNew()) return file;
	}
	throw new Error("too many policies have the name of one grant");
}

/** Those with the name of this entry that can be read, the plain name first. */
function filesOf(home: Home, grant: Entry): readonly { readonly file: string; readonly text: string }[] {
	const start = stem(grant);
	return fs
		.readdirSync(home.policy)
		.filter((name) => name.startsWith(start) && /^(?:-\d+)?\.jsonc$/.test(name.slice(start.length)))
		.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
		.flatMap((name) => {
			const file = path.join(home.policy, name);
			const read = readPlainText(file, MOST_POLICY_BYTES);
			return read.ok ? [{ file, text: read.value }] : [];
		});
}

function stem({ name, config, workspace }: Entry): string {
	const label = name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 40);
	const key = nodeCrypto()
		.createHash("sha256")
		.update(JSON.stringify([config, workspace, name]))
		.digest("hex")
		.slice(0, 12);
	return `${label}-${key}`;
}
