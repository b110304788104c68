import { launchOf } from "../../config/wrapped.ts";
import { launchHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { containerRun } from "../supply/container-run.ts";
import { wholeWord } from "../supply/word.ts";

export const sandboxOff: Rule = {
	id: "sandbox-off",
	title: "Sandbox that is switched off",
	help: "What the sandbox would hold in now runs as you. Remove the option.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A browser that is started without its sandbox (`--no-sandbox`, `--disable-web-security`), an agent that is told to run commands outside of one (`--sandbox danger-full-access`, `--dangerously-bypass-approvals-and-sandbox`), and an attempt to switch Sallyport's own sandbox off in the launch line (`sallyport run --sandbox off`), which the launcher does not know and does not start. In a container a browser may do without: the container holds it in.",
		matters:
			"A browser's sandbox is what stands between a web page and your account; the pages that a model is led to are chosen by strangers. An agent without one does on the whole machine what a text tells it.",
		remedy:
			"Remove the option. Where a browser does not start without it, run it in a container or allow unprivileged namespaces. A launch without Sallyport's sandbox is granted by a person (`sallyport allow NAME --sandbox off`), never by the file.",
		example: {
			before: '"args": ["-y", "@playwright/mcp@0.0.41", "--no-sandbox"]',
			after: '"args": ["-y", "@playwright/mcp@0.0.41", "--isolated"]',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(["sandbox", "web-security", "danger"]),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const rule = { id: "sandbox-off", severity: "warning" } as const;
		const { launcherArgs } = launchOf(server);
		for (const [i, argument] of launcherArgs.entries()) {
			const off = /^--no-sandbox$|^--sandbox=(?:off|none|false|no|disabled)$/.test(argument.value);
			const apart = argument.value === "--sandbox" && /^(?:off|none|false|no|disabled)$/.test(launcherArgs[i + 1]?.value ?? "");
			if (off || apart)
				yield onWord(
					rule,
					server,
					document,
					wholeWord(argument),
					"No file can switch Sallyport's sandbox off: the launcher knows no such option, and starts nothing. Remove it.",
				);
		}
		for (const line of readLaunch(server).lines) {
			if (containerRun(line) !== null) continue;
			const agent =
				/^(?:codex|claude|gemini|qwen|opencode|goose|cursor-agent)$/.test(line.program) ||
				line.words.some(({ text }) => AGENT_PACKAGE.test(text));
			for (const [i, word] of line.words.entries()) {
				if (BROWSER.test(word.text))
					yield onWord(
						rule,
						server,
						document,
						word,
						"This browser runs without its sandbox, so a page can take over your account. Remove the option.",
					);
				else if (
					agent &&
					(AGENT.test(word.text) || (/^(?:--sandbox|-s)$/.test(line.words[i - 1]?.text ?? "") && word.text === "danger-full-access"))
				)
					yield onWord(rule, server, document, word, "This agent runs commands outside of its sandbox. Remove the option.");
			}
		}
	},
};

const BROWSER =
	/^(?:--(?:(?:chrome|browser|launch|chromium)-?arg(?:s|ument|uments)?=)?--(?:no-sandbox|disable-setuid-sandbox|no-zygote-sandbox|disable-web-security)|--(?:no-sandbox|disable-setuid-sandbox|disable-web-security))$/i;
const AGENT_PACKAGE = /^@(?:openai\/codex|anthropic-ai\/claude-code|google\/gemini-cli|qwen-code\/qwen-code)(?:@|$)/;
const AGENT =
	/^(?:--dangerously-bypass-approvals-and-sandbox|--sandbox=danger-full-access|sandbox_mode=["']?danger-full-access["']?|--dangerously-disable-sandbox)$/;
