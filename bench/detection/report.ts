import type { Pools } from "./pools.ts";
import { type Sample, SET_NAMES, type SetName } from "./sample.ts";
import { type Figures, figures, type Judged, type Outcome } from "./score.ts";

type Split = Pools["split"];
const SPLITS: readonly Split[] = ["dev", "held-out"];

type Rate = "recall" | "precision" | "recallWithHints" | "precisionWithHints";

/** What is to be reached on a set; a set left out has no level. */
const LEVELS: Readonly<Partial<Record<SetName, readonly (readonly [rate: Rate, wanted: number])[]>>> = {
	ordinary: [
		["recall", 0.97],
		["precision", 0.99],
	],
	adversarial: [
		["recall", 0.75],
		["precision", 0.98],
		["recallWithHints", 0.92],
		["precisionWithHints", 0.92],
	],
};

/** Sets that hold no credential at all: not one warning is wanted. */
const HARMLESS: readonly SetName[] = ["documentation", "placeholders"];

/** One engine on one set of one split. */
export interface Row extends Figures {
	readonly set: SetName;
	readonly split: Split;
	readonly engine: string;
	readonly files: number;
	readonly unread: number;
}

export interface Report {
	readonly seed: string;
	readonly size: number;
	readonly rows: readonly Row[];
	/** Of Sallyport, by position, format and kind of place. */
	readonly byPosition: readonly Part[];
	readonly byFormat: readonly Part[];
	/** Hosts whose files Sallyport does not read yet, and how many files of theirs were left out. */
	readonly unread: Readonly<Record<string, number>>;
	readonly levels: readonly Level[];
}

interface Part {
	readonly set: SetName;
	readonly split: Split;
	readonly part: string;
	readonly figures: Figures;
}

interface Level {
	readonly set: SetName;
	readonly split: Split;
	readonly what: string;
	readonly wanted: string;
	readonly reached: string;
	readonly good: boolean;
}

export function summarize(seed: string, size: number, outcomes: readonly { readonly engine: string; readonly outcome: Outcome }[]): Report {
	const rows = SET_NAMES.flatMap((set) =>
		SPLITS.flatMap((split) =>
			outcomes.map(({ engine, outcome }): Row => {
				const own = only(outcome, (sample) => sample.set === set && sample.split === split);
				return { set, split, engine, files: own.read.length, unread: own.unread.length, ...figures(own) };
			}),
		),
	);
	const ours = outcomes[0]?.outcome;
	const unread: Record<string, number> = {};
	for (const { host } of ours?.unread ?? []) unread[host] = (unread[host] ?? 0) + 1;
	return {
		seed,
		size,
		rows,
		byPosition: ours === undefined ? [] : parts(ours, ["ordinary", "adversarial", "third-party"], ({ label }) => [label.position]),
		byFormat: ours === undefined ? [] : parts(ours, ["ordinary", "adversarial"], ({ sample }) => sample.format.split(", ")),
		unread,
		levels: rows.filter(({ engine }) => engine === outcomes[0]?.engine).flatMap(levels),
	};
}

function only(outcome: Outcome, wanted: (sample: Sample) => boolean): Outcome {
	return {
		secrets: outcome.secrets.filter(({ sample }) => wanted(sample)),
		falseFlags: outcome.falseFlags.filter(({ sample }) => wanted(sample)),
		unread: outcome.unread.filter(wanted),
		read: outcome.read.filter(wanted),
	};
}

function parts(outcome: Outcome, sets: readonly SetName[], names: (judged: Judged) => readonly string[]): Part[] {
	return sets.flatMap((set) =>
		SPLITS.flatMap((split) => {
			const own = only(outcome, (sample) => sample.set === set && sample.split === split);
			return [...new Set(own.secrets.flatMap(names))].sort().map((part) => {
				const secrets = own.secrets.filter((judged) => names(judged).includes(part));
				return { set, split, part, figures: figures({ secrets, falseFlags: [] }) };
			});
		}),
	);
}

function levels(row: Row): Level[] {
	const { set, split } = row;
	if (HARMLESS.includes(set)) {
		return [{ set, split, what: "false warnings", wanted: "0", reached: String(row.falseWarnings), good: row.falseWarnings === 0 }];
	}
	return (LEVELS[set] ?? []).map(([rate, wanted]) => {
		const reached = row[rate] ?? 0;
		return { set, split, what: WORDS[rate], wanted: `≥ ${percent(wanted)}`, reached: percent(reached), good: reached >= wanted };
	});
}

const WORDS: Readonly<Record<Rate, string>> = {
	recall: "recall of warnings",
	precision: "precision of warnings",
	recallWithHints: "recall with hints",
	precisionWithHints: "precision with hints",
};

function percent(rate: number | null): string {
	return rate === null ? "" : (rate * 100).toFixed(1);
}

/** The report as Markdown tables. */
export function tables(report: Report): string {
	const lines = [
		`Seed ${report.seed}, ${report.size} files a set and split. R/P: recall and precision in %, of warnings, and of warnings and hints.`,
		"",
	];
	lines.push(
		"| set | split | engine | files | secrets | R | P | R with hints | P with hints | false warnings | false hints | exact span |",
	);
	lines.push("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
	for (const row of report.rows) {
		const rates = [row.recall, row.precision, row.recallWithHints, row.precisionWithHints].map(percent);
		lines.push(
			`| ${[row.set, row.split, row.engine, row.files, row.secrets, ...rates, row.falseWarnings, row.falseHints, percent(row.exact)].join(" | ")} |`,
		);
	}
	lines.push("", "Levels:", "", "| set | split | what | wanted | reached | |", "|---|---|---|---:|---:|---|");
	for (const { set, split, what, wanted, reached, good } of report.levels)
		lines.push(`| ${set} | ${split} | ${what} | ${wanted} | ${reached} | ${good ? "good" : "NOT good"} |`);
	lines.push(...partTable("By position, Sallyport", report.byPosition), ...partTable("By format, Sallyport", report.byFormat));
	const unread = Object.entries(report.unread);
	if (unread.length > 0)
		lines.push("", `Not read by Sallyport, and left out: ${unread.map(([host, files]) => `${host} (${files})`).join(", ")}.`);
	return lines.join("\n");
}

function nameOf({ set, part }: Part): string {
	return `${set} | ${part}`;
}

function partTable(title: string, all: readonly Part[]): string[] {
	const lines = ["", `${title}: secrets, recall of warnings, recall with hints, exact spans:`, ""];
	lines.push(
		"| set | part | dev | R | R with hints | exact | held-out | R | R with hints | exact |",
		"|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
	);
	for (const name of new Set(all.map(nameOf))) {
		const cells = SPLITS.flatMap((split) => {
			const own = all.find((each) => nameOf(each) === name && each.split === split)?.figures;
			return own === undefined ? ["", "", "", ""] : [own.secrets, percent(own.recall), percent(own.recallWithHints), percent(own.exact)];
		});
		lines.push(`| ${name} | ${cells.join(" | ")} |`);
	}
	return lines;
}
