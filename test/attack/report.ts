import type { Row, Verdict } from "./run.ts";
import { WAYS, type Way } from "./ways.ts";

/** What became of a run, and whether it is one to be proud of. */
export interface Summary {
	/** Attacks that got through where nothing holds them, by user: what the columns beside it are to be measured by. */
	readonly tried: number;
	readonly escapes: Readonly<Partial<Record<Way["name"], number>>>;
	/** Attacks that do nothing even without a sandbox, and are no test; and servers that never came up. */
	readonly faults: readonly string[];
}

export function summarize(rows: readonly Row[], countsNone = true): Summary {
	const escapes: Partial<Record<Way["name"], number>> = {};
	const faults: string[] = [];
	let tried = 0;
	for (const { name, user, verdicts } of rows) {
		if (Object.values(verdicts).some(({ is }) => is === "impossible")) continue;
		const { none } = verdicts;
		if (countsNone && none?.is !== "escaped") {
			faults.push(`${name} (${user}): ${none?.is === "broken" ? none.why : "it does nothing even without a sandbox"}`);
			continue;
		}
		tried++;
		for (const { name: way } of WAYS) {
			const verdict = verdicts[way];
			if (verdict?.is === "escaped") escapes[way] = (escapes[way] ?? 0) + 1;
			if (verdict?.is === "broken" && way !== "none" && way !== "srt") faults.push(`${name} (${user}), ${way}: ${verdict.why}`);
		}
	}
	return { tried, escapes, faults };
}

const WORDS: Readonly<Record<Verdict["is"], string>> = {
	escaped: "**got through**",
	held: "held",
	impossible: "–",
	broken: "did not start",
};

/** The table for people, in Markdown. */
export function markdown(rows: readonly Row[]): string {
	const users = [...new Set(rows.map(({ user }) => user))];
	const ways = WAYS.filter(({ name }) => rows.some(({ verdicts }) => verdicts[name] !== undefined));
	const cell = (name: string, way: Way["name"]) => {
		const of = users.map((user) => rows.find((row) => row.name === name && row.user === user)?.verdicts[way]);
		const words = of.map((verdict) => WORDS[verdict?.is ?? "impossible"]);
		return new Set(words).size === 1 ? (words[0] ?? "") : users.map((user, i) => `${user}: ${words[i]}`).join(", ");
	};
	const lines: string[] = [];
	for (const family of new Set(rows.map((row) => row.family))) {
		lines.push(
			"",
			`## ${family[0]?.toUpperCase()}${family.slice(1)}`,
			"",
			`| attack | what it tries | ${ways.map(({ title }) => title).join(" | ")} |`,
		);
		lines.push(`|---|---|${ways.map(() => "---|").join("")}`);
		const seen = new Set<string>();
		for (const { name, title, family: of } of rows) {
			if (of !== family || seen.has(name)) continue;
			seen.add(name);
			lines.push(`| ${name} | ${title.replaceAll("|", "\\|")} | ${ways.map((way) => cell(name, way.name)).join(" | ")} |`);
		}
	}
	return `${lines.join("\n").trim()}\n`;
}

/** How many attacks got through, by family and user. */
export function totals(rows: readonly Row[]): string {
	const ways = WAYS.filter(({ name }) => rows.some(({ verdicts }) => verdicts[name] !== undefined));
	const lines = [
		`| as | attacks | ${ways.map(({ title }) => title).join(" | ")} | not possible here |`,
		`|---|---:|${ways.map(() => "---:|").join("")}---:|`,
	];
	for (const user of new Set(rows.map((row) => row.user))) {
		const of = rows.filter((row) => row.user === user);
		const possible = of.filter(({ verdicts }) => !Object.values(verdicts).some(({ is }) => is === "impossible"));
		const through = (way: Way["name"]) => possible.filter(({ verdicts }) => verdicts[way]?.is === "escaped").length;
		lines.push(`| ${user} | ${possible.length} | ${ways.map(({ name }) => through(name)).join(" | ")} | ${of.length - possible.length} |`);
	}
	return `${lines.join("\n")}\n`;
}

/** Why an attack could not be tried, each reason once. */
export function reasons(rows: readonly Row[]): string {
	const by = new Map<string, Set<string>>();
	for (const { name, user, verdicts } of rows)
		for (const verdict of Object.values(verdicts))
			if (verdict.is === "impossible") by.set(`as ${user}: ${verdict.why}`, (by.get(`as ${user}: ${verdict.why}`) ?? new Set()).add(name));
	return [...by].map(([why, names]) => `- ${why} (${[...names].join(", ")})\n`).join("");
}

/** docs/attacks.md. */
export function document(rows: readonly Row[]): string {
	return [
		"# Attacks, and what holds them",
		"",
		"Made by `npm run attack -- --write docs/attacks.md`; do not edit. A hostile MCP server runs each attack without a sandbox, in",
		"[srt](https://www.npmjs.com/package/@anthropic-ai/sandbox-runtime) with a careful profile, and through Sallyport's launcher with a grant,",
		"in the full sandbox and in [the weaker one](profiles.md#the-weaker-sandbox).",
		"The host decides whether it got through: a secret's text arrived outside, a file on the host changed, a connection arrived, a process",
		"lives on. What the server says of itself counts for nothing. An attack that does not get through without a sandbox is no test, and is",
		"left out. What no sandbox of this kind can stop stands in [the threat model](threat-model.md).",
		"",
		"How many got through:",
		"",
		totals(rows),
		markdown(rows),
		"## Not possible on the machine that made this table",
		"",
		reasons(rows),
	].join("\n");
}
