import { brief, exact, plain } from "../../core/plain-text.ts";
import { maskDetected } from "../../core/secrets/redact.ts";
import { type DefinitionRoom, definitionLines, parametersOf, type ToolText } from "../../core/tools/definition-lines.ts";
import { claimsToRead, type RiskKind, riskOf } from "../../core/tools/risk.ts";
import { warningsOf } from "../../core/tools/warnings.ts";
import { wrap } from "../../core/wrapped-text.ts";
import { cutMiddle, heightOf, WIDTH } from "./lines.ts";

/** Tools whose definitions are shown; of the others, the names. */
const MOST_SHOWN = 6;
/** Lines of a tool, however many others there are. */
const FEWEST_LINES = 3;
/** Of one text and of one definition: nobody reads more in a dialog. */
const ROOM: DefinitionRoom = { width: WIDTH, text: 4_000, lines: 200 };

/** `2 of 7 tools`. */
export function allowedCount(tools: readonly { readonly effective: boolean }[]): string {
	return `${tools.filter(({ effective }) => effective).length} of ${tools.length} ${tools.length === 1 ? "tool" : "tools"}`;
}

const RISKS: Readonly<Record<RiskKind, string>> = {
	read: "read",
	write: "write",
	destructive: "destroy",
	network: "use the network",
	"open-world": "reach outside",
	execute: "run commands",
};

/** What a tool may do, in a few words of ours: `may write, run commands`. */
export function riskText(tool: ToolText): string {
	if (claimsToRead(tool)) return "says that it only reads";
	return `may ${riskOf(tool)
		.risks.map(({ kind }) => RISKS[kind])
		.join(", ")}`;
}

/** For a row: the first line of what the server says of the tool, and all of it with its parameters. Plain text. */
export function toolSummary({ name, definition }: ToolText): { readonly first: string; readonly full: string } {
	const { description } = definition;
	const text = typeof description === "string" ? description.trim() : "";
	const lines = text.split(/\r?\n/).map((line) => plain(maskDetected(line)));
	const parameters = parametersOf(definition);
	const { risks } = riskOf({ name, definition });
	return {
		first: brief(lines.find((line) => line.trim() !== "") ?? "", 120),
		full: [
			plain(name),
			`May: ${risks.map(({ kind, because }) => `${RISKS[kind]} (${plain(because)})`).join(", ")}`,
			...warningsOf({ name, definition }),
			...(text === "" ? [] : ["The server says:", ...cut(lines.join("\n"), 1_000).split("\n")]),
			...(parameters === "" ? [] : [`Parameters: ${cut(parameters, 500)}`]),
		].join("\n"),
	};
}

/**
 * What a person reads before allowing tools.
 *
 * @param most lines that it may take, about
 * @returns `whole`: everything that will be pinned is in the text, uncut and unmasked
 */
export function toolsText(tools: readonly ToolText[], most: number): { readonly text: string; readonly whole: boolean } {
	const shown: string[] = [];
	let whole = tools.length <= MOST_SHOWN;
	let room = most;
	const first = tools.slice(0, MOST_SHOWN);
	for (const [i, tool] of first.entries()) {
		// Each has its share, and what those before it did not need.
		const one = oneTool(tool, Math.max(FEWEST_LINES, Math.floor(room / (first.length - i))));
		whole &&= one.whole;
		room -= heightOf(one.text) + 1;
		shown.push(one.text);
	}
	const others = tools.slice(MOST_SHOWN);
	return { text: [...shown, ...(others.length === 0 ? [] : [`And: ${namesOf(others, 210)}`])].join("\n\n"), whole };
}

/** The names of tools in a row, so many characters of them; what is left out is counted. */
export function namesOf(tools: readonly Pick<ToolText, "name">[], most: number): string {
	const names: string[] = [];
	let room = most;
	for (const { name } of tools) {
		const shown = brief(exact(name), 80);
		if (shown.length > room) return `${names.join(", ")} and ${tools.length - names.length} more`;
		room -= shown.length + 2;
		names.push(shown);
	}
	return names.join(", ");
}

/** Every line that the server wrote is short and begins with a bar: none can pass for one of ours. */
function oneTool(tool: ToolText, most: number): { readonly text: string; readonly whole: boolean } {
	const { claims } = riskOf(tool);
	const warnings = warningsOf(tool).flatMap((warning) => wrap(warning, WIDTH - 2).map((line, index) => (index === 0 ? line : `  ${line}`)));
	const { lines, whole } = definitionLines(tool, ROOM);
	const name = `${cutMiddle(exact(tool.name), 200)}${claims.length === 0 ? "" : `  (it claims: ${claims.join(", ")})`}`;
	const [title = "", ...more] = wrap(name, WIDTH);
	const barred = [...more, ...lines].map((line) => `│ ${line}`);
	const room = Math.max(most - warnings.length, FEWEST_LINES);
	const fits = barred.length < room;
	const kept = fits ? barred : [...barred.slice(0, room - 2), `│ …`];
	return { text: [title, ...warnings, ...kept].join("\n"), whole: whole && fits && exact(tool.name).length <= 200 };
}

function cut(text: string, most: number): string {
	return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
