import { plain } from "../../core/plain-text.ts";
import type { Check } from "../../platform/doctor.ts";
import { inEditorWords } from "./remedies.ts";

/** What each check is about, for people. */
const TITLES: Readonly<Record<Check["id"], string>> = {
	node: "Node.js",
	home: "Home",
	launcher: "Launcher",
	policy: "Grants",
	audit: "Audit log",
	sandbox: "Sandbox",
	weaker: "Weaker sandbox",
	egress: "Network of the sandbox",
	processes: "Process limit",
	keychain: "Keychain",
};

/** Every check with what was found, and what to do about it: plain text, one paragraph a check. */
export function machineReport(checks: readonly Check[], version: string): string {
	const missing = checks.filter(({ ok }) => !ok).length;
	const all = missing === 0 ? "Everything is there." : missing === 1 ? "One thing is missing." : `${missing} things are missing.`;
	const paragraphs = checks.map(({ id, ok, message, remedy }) => {
		const lines = [`${ok ? "✓" : "✗"} ${TITLES[id]}${ok ? "" : " (missing)"}`, `  ${plain(message)}`];
		if (remedy !== "") lines.push(`  → ${plain(inEditorWords(remedy))}`);
		return lines.join("\n");
	});
	return `Sallyport ${version}: this machine\n${all}\n\n${paragraphs.join("\n\n")}\n`;
}

/** One line for the log. */
export function checkLine({ id, ok, message, remedy }: Check): string {
	return `${ok ? "ok" : "missing"}  ${TITLES[id]}: ${message}${remedy === "" ? "" : ` ${inEditorWords(remedy)}`}`;
}

/** What is missing, in one sentence for each; empty: nothing. */
export function missingText(checks: readonly Pick<Check, "ok" | "message" | "remedy">[]): string {
	return checks
		.filter(({ ok }) => !ok)
		.map(({ message, remedy }) => `${sentence(plain(message))} ${sentence(plain(inEditorWords(remedy)))}`.trim())
		.join(" ");
}

function sentence(text: string): string {
	return text === "" || /[.!?]$/.test(text) ? text : `${text}.`;
}
