import { type Attack, ERAS, type Family } from "./attack.ts";
import type { Verdict, Way } from "./run.ts";

const FAMILIES: Readonly<Record<Family, string>> = {
	tools: "Tools that are not what was approved",
	text: "Text that is not what it looks like",
	secrets: "The server's secret on its way to the model",
	framing: "Lines that two programs read differently",
	protocol: "Answers, notifications and requests out of place",
	questions: "What a server asks of the person and the model",
	calls: "What a host calls and reaches for",
	keys: "Keys and tokens of the person on their way to a server",
	arguments: "Arguments beyond what the policy allows",
	envelopes: "Requests that two programs read differently",
};

/** `stopped` etc. of one attack in one way; an era that cannot be spoken through it says nothing. */
function cell(verdicts: readonly Verdict[]): string {
	if (verdicts.length === 0) return "–";
	const words = verdicts.map(({ through }) => (through ? "not stopped" : "stopped"));
	return new Set(words).size === 1 ? (words[0] ?? "–") : verdicts.map(({ era }, i) => `${era}: ${words[i]}`).join(", ");
}

/** How many of its attacks each way stopped. */
function totals(ways: readonly Way[], verdicts: readonly Verdict[]): readonly string[] {
	const row = (era: string) => {
		const of = ways.map(({ name }) => verdicts.filter((each) => each.way === name && each.era === era));
		return `| ${era} | ${of.map((each) => (each.length === 0 ? "–" : `${each.filter(({ through }) => !through).length} of ${each.length}`)).join(" | ")} |`;
	};
	return [`| era | ${ways.map(({ name }) => name).join(" | ")} |`, `|---|${ways.map(() => "---:|").join("")}`, ...ERAS.map(row)];
}

function table(attacks: readonly Attack[], ways: readonly Way[], verdicts: readonly Verdict[]): readonly string[] {
	return [
		`| it | ${ways.map(({ name }) => name).join(" | ")} |`,
		`|---|${ways.map(() => "---|").join("")}`,
		...attacks.map((attack) => {
			const of = verdicts.filter((each) => each.attack === attack);
			const cells = ways.map(({ name }) => cell(of.filter(({ way }) => way === name)));
			const name = attack.name.replaceAll("|", "\\|").replaceAll("<", "&lt;");
			return `| ${name}${attack.notPromised === undefined ? "" : " (not promised)"} | ${cells.join(" | ")} |`;
		}),
	];
}

/** The tables for people, in Markdown. */
export function tables(attacks: readonly Attack[], ways: readonly Way[], verdicts: readonly Verdict[]): string {
	const families = Object.entries(FAMILIES).flatMap(([family, title]) => {
		const of = attacks.filter((attack) => attack.family === family);
		if (of.length === 0) return [];
		return ["", `## ${title}`, "", `A hostile ${of[0]?.by}:`, "", ...table(of, ways, verdicts)];
	});
	return [...totals(ways, verdicts), ...families].join("\n");
}

/** docs/hostile.md. */
export function document(
	attacks: readonly Attack[],
	ways: readonly Way[],
	verdicts: readonly Verdict[],
	notTried: readonly string[],
): string {
	const promised = attacks.filter(({ notPromised }) => notPromised !== undefined);
	return [
		"# A hostile server, a hostile host",
		"",
		"Made by `npm run hostile -- --write`; do not edit. A hostile server and a hostile host try what stands below, in both eras of the protocol",
		`(${ERAS.join(" and ")}), with as much granted as a careless person grants: two tools, a prompt, resources, completions, and all`,
		"three kinds of questions. What decides is what the other side got, as bytes and as the texts in its messages, and nothing that anybody says of it.",
		"Through the launcher, the audit log must also have why it was refused. What does not get through a bare pipe is no test, and is not here.",
		"",
		"The ways:",
		"",
		...ways.map(({ name, title }) => `- **${name}**: ${title}`),
		"",
		"Each is set up as its own manual says, runs without a network, and is judged by the same. What it does not set out to do is *not stopped* all the same: neither",
		"of the other two has a place to say which tools, prompts and paths are granted, and none of the two was written for the newer era. *Stopped* is also what",
		"goes no further because a program does not pass that kind of message on, or ends. `–`: nobody can speak this era through it.",
		...notTried.map((why) => `Not tried: ${why}`),
		"",
		"How many were stopped:",
		"",
		tables(attacks, ways, verdicts),
		"",
		"## What is not promised",
		"",
		"- A server that answers slowly, or never: no time is set for an answer. What waits is bounded in number and in bytes.",
		...promised.map(({ name, notPromised }) => `- A server that ${name}: ${notPromised}.`),
		"",
		"A secret that a server may have, it can hide in what it says; what it may not have, it cannot. See [the threat model](threat-model.md).",
		"",
	].join("\n");
}
