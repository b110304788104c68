import { brief, exact } from "../../core/plain-text.ts";
import type { Grant } from "../../core/policy/layers.ts";
import type { Candidate } from "../../platform/approval/candidate.ts";
import { type ChangeRow, type GrantChange, launchRows } from "../../platform/approval/texts.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import type { Question } from "./dialog.ts";
import { toolsText } from "./tool-text.ts";

/** The name of a server or a tool in a sentence: in quotation marks, which nothing in it can end. */
export function called(name: string): string {
	const safe = exact(name);
	return safe === name ? `“${brief(name, 80)}”` : brief(safe, 80);
}

/** Before a command that was never approved is started for the first time, to list its tools. */
export function startQuestion({ described }: Candidate): Question {
	return {
		title: `Start ${called(described.line.name)} once, to list its tools?`,
		rows: [
			commandText({ described }),
			"It starts confined: with placeholders for its secrets, without network, and with nothing of yours to read. It is stopped when it has listed its tools, and nothing is granted.",
		],
		button: "List Tools",
	};
}

/** Everything that a change would grant, in one question. `whole`: no definition was cut. */
export function grantQuestion(
	title: string,
	candidate: Candidate,
	after: Grant,
	{ rows }: GrantChange,
	tools: readonly ListedTool[],
): { readonly question: Question; readonly whole: boolean; readonly changed: readonly ListedTool[] } {
	const relaunched = rows.some(({ kind }) => kind === "start");
	const changed = tools.filter(({ name, pin }) => candidate.current?.tools.has(name) === true && candidate.current.tools.get(name) !== pin);
	const listed = toolsText(tools);
	const news = rows.filter(({ mark, kind, text }) => mark === "+" && kind !== "start" && !isShown(kind, text, tools));
	const kept = relaunched ? rows.filter(({ mark }) => mark === " ") : [];
	const gone = rows.filter(({ mark }) => mark === "-");
	const paragraphs = [
		...(relaunched
			? [
					`${candidate.current === null ? "This command:" : "This command, which is not the one that was approved before:"}\n${commandText(candidate)}`,
				]
			: []),
		...(news.length === 0 ? [] : [`It gets:\n${rowsText(news)}`]),
		...(kept.length === 0 ? [] : [`It keeps:\n${rowsText(kept)}`]),
		...(gone.length === 0 ? [] : [`It loses:\n${rowsText(gone)}`]),
		...changed.map(({ name }) => `${called(name)} is not what you allowed: its definition has changed.`),
		...(tools.length === 0 ? [] : [`${tools.length === 1 ? "This tool" : "These tools"}, by the server's own word:\n${listed.text}`]),
		...(relaunched && isClosed(after) ? ["It has no network, and reads its own code and nothing of yours."] : []),
	];
	return { question: { title, rows: paragraphs, button: "Allow" }, whole: listed.whole, changed };
}

function commandText({ described }: Pick<Candidate, "described">): string {
	return launchRows(described)
		.map(({ label, text, missing }) => `${label}: ${missing === undefined ? text : `${missing.slot} ← ${missing.reference}`}`)
		.join("\n");
}

function rowsText(rows: readonly ChangeRow[]): string {
	return rows.map(({ kind, text }) => `  ${kind}: ${text}`).join("\n");
}

/** A tool whose definition is shown anyway. */
function isShown(kind: ChangeRow["kind"], text: string, tools: readonly ListedTool[]): boolean {
	return kind === "tool" && tools.some(({ name }) => text === exact(name) || text.startsWith(`${exact(name)}  (`));
}

function isClosed({ sandbox, egress }: Grant): boolean {
	return sandbox !== "off" && sandbox.read.length + sandbox.write.length + sandbox.env.length === 0 && egress.length === 0;
}
