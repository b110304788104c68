import * as path from "node:path";
import type { Entry } from "./attack.ts";
import type { Person } from "./person.ts";

/** One way to start the same server. */
export interface Way {
	readonly name: "none" | "srt" | "sallyport" | "landlock";
	/** For people. */
	readonly title: string;
	readonly env: Readonly<Record<string, string>>;
	line(person: Person, entry: Entry): { readonly command: string; readonly args: readonly string[] };
}

export const WAYS: readonly Way[] = [
	{ name: "none", title: "no sandbox", env: {}, line: ({ node, server }) => ({ command: node, args: [server] }) },
	{
		name: "srt",
		title: "srt",
		env: {},
		line: (person, entry) => ({
			command: person.node,
			args: [path.join(person.srt ?? "", "dist", "cli.js"), "--settings", settingsFile(person, entry), person.node, person.server],
		}),
	},
	{
		name: "sallyport",
		title: "Sallyport",
		env: {},
		line: ({ home, node, server }, entry) => ({
			command: path.join(home, ".sallyport", "bin", "sallyport"),
			args: ["run", "--name", entry, "--", node, server],
		}),
	},
	{
		name: "landlock",
		title: "Sallyport's weaker sandbox",
		env: {},
		line: ({ home, node, server }, entry) => ({
			command: path.join(home, ".sallyport", "bin", "sallyport"),
			args: ["run", "--name", weaker(entry), "--", node, server],
		}),
	},
];

/** The entry that has the same grant, and the weaker sandbox. */
export function weaker(entry: Entry): string {
	return `weaker-${entry}`;
}

function settingsFile(person: Person, entry: Entry): string {
	const where = path.join(person.folder, "peer", `${entry}.json`);
	person.write(where, JSON.stringify(srtSettings(person, entry)));
	return where;
}

/**
 * What a careful person would write for the other sandbox, as its manual advises: the home and what lies beside the project hidden,
 * the project open to those that were granted it and its credentials not, and the granted hosts alone.
 */
function srtSettings({ folder, home, project, outside, single, granted }: Person, entry: Entry): object {
	const sees = entry === "reader" || entry === "writer";
	return {
		network: {
			allowedDomains: entry === "network" ? granted.map((target) => target.replace(/:\d+(?:=.*)?$/, "")) : [],
			deniedDomains: [],
		},
		filesystem: {
			denyRead: [home, outside, sees ? path.join(project, "**", ".env*") : project],
			allowRead: entry === "writer" ? [single] : [],
			allowWrite: entry === "writer" ? [project, single] : [],
			denyWrite: [],
		},
		ripgrep: { command: path.join(folder, "peer", "node_modules", "@vscode", `ripgrep-linux-${process.arch}`, "bin", "rg") },
	};
}
