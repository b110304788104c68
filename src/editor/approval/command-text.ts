import { plain } from "../../core/plain-text.ts";
import { commandLine, type LaunchRow, launchRows } from "../../platform/approval/texts.ts";
import type { DescribedLaunch } from "../../platform/launch/describe.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { cutMiddle, listItem } from "./lines.ts";

/** A text as the dialog has it, and with all that was left out. */
export interface Cuttable {
	readonly text: string;
	readonly full: string;
}

/** Characters of a command, and of any other row. */
const MOST_COMMAND = 700;
const MOST_ROW = 300;
/** Rows of one kind: there is no end to the values that an entry may set. */
const MOST_ALIKE = 4;

/** A list of ours: of rows that are too many the first, and how many more there are. */
export function list(rows: readonly string[], most: number): Cuttable {
	const more = rows.length - most;
	const items = (more > 0 ? rows.slice(0, most) : rows).map((row) => listItem(cutMiddle(counted(row), MOST_ROW)));
	return { text: [...items, ...(more > 0 ? [listItem(`… and ${more} more`)] : [])].join("\n"), full: rows.map(listItem).join("\n") };
}

/** The command and what stands behind it, with what it asks for where that is not said elsewhere. The values that it sets come last. */
export function commandText(described: DescribedLaunch, { asks }: { readonly asks: boolean }): Cuttable {
	const rows = launchRows(described);
	const of = (...labels: LaunchRow["label"][]): LaunchRow[] => rows.filter(({ label }) => labels.includes(label));
	const [command, ...others] = of("command", "runs", "mutable");
	return joined([
		{ text: listItem(cutMiddle(counted(rowText(command)), MOST_COMMAND)), full: listItem(rowText(command)) },
		list(others.map(rowText), others.length),
		...(asks ? [list(of("asks for").map(rowText), 2 * MOST_ALIKE)] : []),
		list(of("reads").map(rowText), MOST_ALIKE),
		list(of("with").map(rowText), MOST_ALIKE),
	]);
}

/** The command as the file has it, before anything is known of what stands behind it. Credentials are masked. */
export function lineText(line: LaunchLine): Cuttable {
	const row = `command: ${commandLine(line)}`;
	return { text: listItem(cutMiddle(counted(row), MOST_COMMAND)), full: listItem(row) };
}

/** Which entry it is about, and where a grant of it counts. */
export function placeText({ config, workspace }: Pick<LaunchLine, "config" | "workspace">): Cuttable {
	return list([`file: ${plain(config)}`, `in: ${workspace === null ? "every workspace" : `the workspace ${plain(workspace)}`}`], 2);
}

/** So many blanks that what follows them would be out of sight. */
function counted(text: string): string {
	return text.replaceAll(/ {9,}/g, (blanks) => ` … (${blanks.length} blanks) … `);
}

export function joined(parts: readonly Cuttable[], between = "\n"): Cuttable {
	const some = parts.filter(({ full }) => full !== "");
	return { text: some.map(({ text }) => text).join(between), full: some.map(({ full }) => full).join(between) };
}

function rowText(row: LaunchRow | undefined): string {
	if (row === undefined) return "";
	const { label, text, missing } = row;
	return `${label}: ${missing === undefined ? text : `${plain(missing.slot)} ← ${plain(missing.reference)}`}`;
}
