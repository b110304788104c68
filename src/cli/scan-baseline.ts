import * as fs from "node:fs";
import * as path from "node:path";
import { applyBaseline, type Baseline, baselineOf, isBaselinable, type NameInBaseline, staleEntries } from "../core/report/baseline.ts";
import { compareText } from "../core/report/report.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { AnalysisContext } from "../core/rules/finding.ts";
import { defaultBaseline, readBaseline, workspaceOfBaseline, writeBaseline } from "../platform/baseline-file.ts";
import { homePath } from "../platform/home.ts";
import { displayName, isOutside } from "./display-name.ts";
import type { Io } from "./io.ts";
import { remark } from "./say.ts";
import type { Scanned, ScannedFile } from "./scan-files.ts";

/** What the command line says of baselines. */
export interface BaselineOptions {
	/** A file; false: none, not even the workspace's own; absent: the workspace's own, if it has one. */
	readonly baseline?: string | false;
	/** True: the same file that would be read. */
	readonly writeBaseline?: string | true;
}

export interface ChosenBaseline {
	/** Absolute. */
	readonly file: string;
	/** What it holds now; null: it does not exist yet. */
	readonly content: Baseline | null;
	readonly write: boolean;
}

/** The baseline that a person means; null: none. Fails when one that was named is not there, or one that is there cannot be read. */
export function chooseBaseline(options: BaselineOptions, workspace: string, io: Io): Result<ChosenBaseline | null> {
	const write = options.writeBaseline !== undefined;
	const named = typeof options.writeBaseline === "string" ? options.writeBaseline : options.baseline;
	if (named === false && !write) return ok(null);
	const own = defaultBaseline(workspace);
	// The folder of that name in a person's home is Sallyport's own.
	const ownIsHome = path.dirname(own) === homePath(io.env);
	if (typeof named !== "string" && ownIsHome)
		return write
			? fail("baseline-place", `${path.dirname(own)} is Sallyport's own folder.`, "Name the file: --write-baseline FILE")
			: ok(null);
	const file = typeof named === "string" ? path.resolve(io.cwd, named) : own;
	const content = readBaseline(file);
	if (!content.ok) return content;
	if (content.value === null && !write)
		return typeof named === "string"
			? fail("no-baseline", `There is no baseline at ${named}.`, "Write it: sallyport scan --write-baseline FILE")
			: ok(null);
	return ok({ file, content: content.value, write });
}

/** What is left to tell when the baseline has been written, if that was asked for, and applied. */
export function withBaseline(
	{ file, content, write }: ChosenBaseline,
	scanned: Scanned,
	how: { readonly base: string; readonly severities: AnalysisContext["severities"] },
	io: Io,
): Result<readonly ScannedFile[]> {
	const root = workspaceOfBaseline(file);
	const places = new Map(scanned.files.map((each) => [each.file, each.path]));
	const nameOf: NameInBaseline = (analyzed) => {
		const relative = path.relative(root, places.get(analyzed.file) ?? file);
		return isOutside(relative) ? null : relative.split(path.sep).join("/");
	};
	const names = new Set(scanned.files.map(nameOf));
	// A file that is there and was not read was not looked at, wherever it is; one that is gone was in a folder that was.
	const wasLookedAt = (name: string): boolean => {
		const place = path.resolve(root, name);
		return names.has(name) || (scanned.covers(place) && fs.lstatSync(place, { throwIfNoEntry: false }) === undefined);
	};
	let baseline = content;
	if (write) {
		const entries = baselineOf(scanned.files, nameOf, content?.entries ?? [], wasLookedAt);
		const written = writeBaseline(file, entries);
		if (!written.ok) return written;
		const again = readBaseline(file);
		if (!again.ok) return again;
		baseline = again.value;
		const kept = scanned.files.flatMap(({ findings }) => findings).filter((finding) => !isBaselinable(finding)).length;
		const count = entries.reduce((sum, entry) => sum + entry.count, 0);
		const errors = kept === 0 ? "" : ` ${kept} ${kept === 1 ? "error is" : "errors are"} told all the same.`;
		remark(io, `${displayName(file, io.cwd)} holds ${count} ${count === 1 ? "finding" : "findings"} now.${errors}`);
	}
	if (baseline === null) return ok(scanned.files);
	const { files, unused } = applyBaseline(baseline, scanned.files, nameOf);
	const stale = staleEntries(
		baseline,
		displayName(file, how.base),
		unused.filter((entry) => wasLookedAt(entry.file)),
		how.severities,
	);
	return ok(
		[...files, ...(stale === null ? [] : [stale])]
			.map((each) => ({ ...each, path: places.get(each.file) ?? file }))
			.sort((a, b) => compareText(a.file, b.file)),
	);
}
