import { structuredPatch } from "diff";
import { plain } from "../core/plain-text.ts";
import { conceal } from "../core/secrets/conceal.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** A unified diff of two texts whose credentials are masked; what else must not be seen is concealed here. Empty when they are the same. */
export function unifiedDiff(file: string, before: string, after: string): readonly string[] {
	if (before === after) return [];
	const { hunks } = structuredPatch(file, file, before, after, undefined, undefined, { context: 2 });
	return [
		`--- ${plain(file)}`,
		`+++ ${plain(file)}`,
		...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
			`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
			...lines.map((line) => plain(conceal(line.replace(/\r$/, "").replaceAll("\t", "    ")))),
		]),
	];
}

/** The name of a server or a variable, for people: somebody may have put a token where the name belongs. */
export function shownName(name: string): string {
	return plain(maskDetected(name));
}

export function showDiff(io: Io, lines: readonly string[]): void {
	const coloured = io.stdout.isTTY === true && !io.env.NO_COLOR;
	for (const line of lines) say(io, `  ${coloured ? colour(line) : line}`);
}

function colour(line: string): string {
	if (line.startsWith("-")) return `\u001B[31m${line}\u001B[39m`;
	return line.startsWith("+") ? `\u001B[32m${line}\u001B[39m` : line;
}
