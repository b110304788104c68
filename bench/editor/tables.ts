import type { ActivationName, WindowName } from "./measure.ts";
import type { Summary } from "./summary.ts";

const EXTENSIONS: Readonly<Record<ActivationName, string>> = {
	empty: "an empty extension",
	sallyport: "Sallyport",
	json: "VS Code's own JSON support",
};
const WINDOWS: Readonly<Record<WindowName, string>> = { none: "no extension", empty: "empty extension", sallyport: "Sallyport" };

/** The summary for people, in Markdown. */
export function tables({ machine, rounds, activation, windows }: Summary): string {
	const { cores, node, vscode } = machine;
	return [
		`${cores} cores, Node ${node}, VS Code ${vscode} in a browser, ${rounds} rounds; medians`,
		"",
		...table(
			["activated", "its code read", "`activate()`", "altogether", "busy in the second after"],
			activation.map(({ of, load, call, whole, after }) => [EXTENSIONS[of], ...[load, call, whole, after].map(exact)]),
		),
		"",
		...table(
			["servers", "window", "file opened: its text", "first squiggle", "extension host busy", "findings"],
			windows.map(({ servers, window, text, squiggle, openingBusy, findings }) => [
				count(servers),
				WINDOWS[window],
				round(text),
				squiggle === null ? "" : round(squiggle),
				round(openingBusy),
				window === "sallyport" ? count(findings) : "",
			]),
		),
		"",
		...table(
			["servers", "window", "a key", "ratio", "p95", "ratio", "extension host busy, a pause", "longest"],
			windows.map(({ servers, window, key, keyRatio, key95, key95Ratio, pauseBusy, longest }) => [
				count(servers),
				WINDOWS[window],
				exact(key),
				keyRatio.toFixed(2),
				exact(key95),
				key95Ratio.toFixed(2),
				round(pauseBusy),
				round(longest),
			]),
		),
	].join("\n");
}

/** Words to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
	const isWords = (column: number): boolean => rows.every((row) => !/^\d/.test(row[column] ?? ""));
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [line(head), `|${head.map((_, column) => (isWords(column) ? "---" : "---:")).join("|")}|`, ...rows.map(line)];
}

function exact(ms: number): string {
	return `${ms.toFixed(1)} ms`;
}

function round(ms: number): string {
	return `${ms.toFixed(0)} ms`;
}

function count(value: number): string {
	return value.toLocaleString("en");
}
