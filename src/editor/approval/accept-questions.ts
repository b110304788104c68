import { exact, plain } from "../../core/plain-text.ts";
import type { SettingsProposal } from "../../core/policy/own-settings.ts";
import type { Withdrawn } from "../../core/policy/withdrawn.ts";
import { type LookedAt, type LostList, liftRows, type ProposalRow } from "../../platform/approval/accept.ts";
import { settingsLines, settingsRows } from "../../platform/approval/settings.ts";
import { type Cuttable, joined, list } from "./command-text.ts";
import { MOST_LINES, type Question } from "./dialog.ts";
import { heightOf } from "./lines.ts";
import type { ProposedText } from "./proposed-text.ts";
import { asIs, called, MOST_NEWS, MOST_OTHER, rowsOf } from "./questions.ts";

/*
 * Before something counts that was written into a policy file outside Sallyport. What the dialog has no room for is opened before it.
 */

/** @param words what the server says itself and would get through */
export function acceptQuestion({ proposal: { server, file, accepted }, rows }: LookedAt, words: ProposedText): Question {
	const differs = [
		joined([
			asIs(
				accepted === null
					? "You never accepted this grant. It was made by an older version, or another program wrote it:"
					: "The grant was changed outside Sallyport, by hand or by another program:",
			),
			list([exact(file)], 1),
		]),
		...(words.now.length === 0 ? [] : [wordsText(words)]),
		...gains(rows),
		...losses(rows),
	];
	const shown = rowsOf([
		...differs,
		...differences("It keeps:", marked(rows, " "), MOST_OTHER),
		joined([asIs("For the entry in:"), list([exact(server.config ?? "")], 1)]),
	]);
	return {
		title: `Accept what a policy file grants to ${called(server.name)}?`,
		...shown,
		...(words.now.length === 0 ? {} : { full: [...(shown.full ?? shown.rows), ...words.now] }),
		fullFirst: words.now.length > 0 || !isAllSeen(differs),
		button: "Accept",
	};
}

function wordsText({ summary }: ProposedText): Cuttable {
	const of = (where: string): string => `The server's own words that it lets through stand ${where}: ${summary}.`;
	return { text: of("in the document behind this"), full: of("below") };
}

/** Before other grants of a line give all that they say, although one that held them is gone. */
export function withdrawnQuestion(gone: Withdrawn): Question {
	const { name, config } = gone.grant;
	const paragraphs = [
		joined([asIs("It is not granted any more for the entry in:"), list([exact(config)], 1)]),
		asIs(
			"A host that starts it from there cannot be told from one that does so elsewhere, where the same command is granted. Until you accept it, each start has no more than both gave.",
		),
		...liftRows(gone).flatMap(({ config: other, rows }) => [
			joined([asIs("Every start of it would have what is granted for the entry in:"), list([exact(other)], 1)]),
			...gains(rows),
			...losses(rows),
		]),
	];
	const title = `Let ${called(name)} have all that its other grants give?`;
	return { title, ...rowsOf(paragraphs), fullFirst: !isAllSeen(paragraphs), button: "Accept" };
}

/** Before what the files say beside grants counts, where it is laxer than what was accepted. */
export function settingsQuestion(settings: SettingsProposal, folder: string): Question {
	const rows = settingsRows(settings);
	const paragraphs = [
		joined([asIs("They are less strict than what you accepted before, which counts until you accept them:"), list([plain(folder)], 1)]),
		...differences("Until now:", marked(rows, "-"), MOST_NEWS),
		...differences("From then on:", marked(rows, "+"), MOST_NEWS),
	];
	const title = "Accept the laxer settings in your policy files?";
	return { title, ...rowsOf(paragraphs), fullFirst: !isAllSeen(paragraphs), button: "Accept" };
}

/** Before the list of what was accepted, which is gone or damaged, is begun anew. */
export function anewQuestion({ damage, grants, settings, network }: LostList): Question {
	const lines = settingsLines(settings).map(({ kind, text }) => `${kind}: ${text}`);
	const named = grants.map(({ name, config }) => `${plain(name)}  (${plain(config)})`);
	const paragraphs = [
		asIs(plain(damage.message)),
		joined([
			asIs("What is forbidden, and how the log is kept, counts from then on as your policy files say it now:"),
			lines.length === 0 ? asIs("nothing beside the usual") : list(lines, MOST_NEWS),
		]),
		asIs(
			"What you had accepted as forbidden and does not stand in a file any more is forgotten. So are grants that you took back: if a file says them again, you are asked as if they were new.",
		),
		...(named.length === 0
			? []
			: [joined([asIs("You are then asked about each of these grants, and none counts before:"), list(named, MOST_NEWS)])]),
		...(network ? [asIs("How servers reach the internet has to be accepted anew, too, in a terminal.")] : []),
	];
	const title = "Begin the list of what you accepted anew?";
	return { title, ...rowsOf(paragraphs), fullFirst: !isAllSeen(paragraphs), button: "Begin Anew" };
}

interface Row {
	readonly mark: ProposalRow["mark"];
	readonly kind: string;
	readonly text: string;
}

function gains(rows: readonly Row[]): readonly Cuttable[] {
	return differences("It gets:", marked(rows, "+"), MOST_NEWS);
}

function losses(rows: readonly Row[]): readonly Cuttable[] {
	return differences("It loses:", marked(rows, "-"), MOST_OTHER);
}

function marked<R extends Row>(rows: readonly R[], mark: Row["mark"]): readonly R[] {
	return rows.filter((row) => row.mark === mark);
}

/** Whether the dialog, which begins with these, shows all of them. */
function isAllSeen(paragraphs: readonly Cuttable[]): boolean {
	return paragraphs.every(({ text, full }) => text === full) && heightOf(paragraphs.map(({ text }) => text).join("\n\n")) <= MOST_LINES;
}

function differences(heading: string, rows: readonly Row[], most: number): readonly Cuttable[] {
	const texts = rows.map(({ kind, text }) => `${kind}: ${text}`);
	return texts.length === 0 ? [] : [joined([asIs(heading), list(texts, most)])];
}
