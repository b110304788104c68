import { type DangerousSwitch, HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, ServerEntry, Setting } from "../../config/server.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { quoted } from "../places.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import type { Word } from "../supply/word.ts";
import { isTlsSwitch } from "../transport/tls-off.ts";
import { toolRisk } from "./tool-risk.ts";

export const approvalOff: Rule = {
	id: "approval-off",
	title: "Questions are switched off",
	help: "Whatever the model reads can then have tools called. Let people be asked.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			'Settings by which a host asks nobody any more, each in its own dialect (`trust: true`, `enableAllProjectMcpServers`, `chat.tools.global.autoApprove`, `GOOSE_MODE: auto`, `default_tools_approval_mode = "approve"`, …), and agents that are started as servers with their own questions switched off (`--dangerously-skip-permissions`, `--yolo`, `--trust-all-tools`, …).',
		matters:
			"The question before a call is what stands between a misleading text and your files, accounts and machine. An agent that is started without it hands all that it can do to whoever speaks to it.",
		remedy: "Remove the setting or the flag. Name the tools that only read and may be called without asking; leave the rest to a question.",
		example: {
			before: '"agent": { "command": "claude", "args": ["mcp", "serve", "--dangerously-skip-permissions"] }',
			after: '"agent": { "command": "claude", "args": ["mcp", "serve"] }',
		},
	},
	*checkServer(server, document) {
		for (const setting of server.settings) yield* switched(setting, setting.keyPath.slice(server.keyPath.length), "entry", document);
		if (server.kind === "stdio") yield* flagged(server, document);
	},
	*checkDocument(document) {
		for (const setting of document.settings) if (setting.server === null) yield* switched(setting, setting.keyPath, "file", document);
	},
};

function* switched(setting: Setting, path: Setting["keyPath"], from: DangerousSwitch["from"], { host }: ConfigDocument): Iterable<Finding> {
	for (const each of HOSTS[host].switches) {
		if (each.from !== from || !matches(each, path, setting.value.value) || isElsewhere(path, setting.value.value)) continue;
		const severity = severityOf(each, path);
		if (severity === null) return;
		yield newFinding({
			ruleId: "approval-off",
			severity,
			server: setting.server,
			keyPath: setting.keyPath,
			span: setting.value.span,
			message: `This ${each.does}. Remove it.`,
		});
		return;
	}
}

function matches({ path: wanted, when }: DangerousSwitch, path: Setting["keyPath"], value: string): boolean {
	return (
		wanted.length === path.length &&
		wanted.every((key, i) => key === "*" || key === path[i]) &&
		when.some((each) =>
			each.endsWith("*") && each.length > 1 && !each.endsWith(":*") ? value.startsWith(each.slice(0, -1)) : value === each,
		)
	);
}

/** What a rule of its own tells. */
function isElsewhere(path: Setting["keyPath"], value: string): boolean {
	const last = String(path.at(-1));
	return /^(?:sandboxEnabled|require_approval)$/.test(last) || path[0] === "mcpAllowlist" || isTlsSwitch(last, value);
}

/** Null: it frees one tool, which by its name only reads. */
function severityOf({ path: wanted }: DangerousSwitch, path: Setting["keyPath"]): Severity | null {
	// A profile of the editor offers them all from the start; each call is asked for.
	if (wanted.at(-1) === "enable_all_context_servers") return "info";
	const tool = wanted[0] === "tools" && wanted[1] === "*" ? String(path[1]) : null;
	if (tool === null) return "warning";
	const risk = toolRisk(tool);
	return risk === "changes" ? "warning" : risk === "acts" ? "info" : null;
}

/** Flags that mean this in whatever program they stand. What takes a sandbox away as well is told by `sandbox-off`. */
const FLAGS: ReadonlySet<string> = new Set([
	"--allow-all-tools",
	"--allow-dangerously-skip-permissions",
	"--always-approve",
	"--approval-mode=yolo",
	"--ask-for-approval=never",
	"--dangerously-allow-all",
	"--dangerously-skip-permissions",
	"--permission-mode=bypassPermissions",
	"--trust-all-tools",
	"--yolo",
]);
/** The same in two words. */
const PAIRS: ReadonlyMap<string, string> = new Map([
	["--approval-mode", "yolo"],
	["--ask-for-approval", "never"],
	["--permission-mode", "bypassPermissions"],
]);
/** Flags that mean it in one program. */
const OF_PROGRAM: ReadonlyMap<string, RegExp> = new Map([
	["cursor-agent", /^(?:--force|-f)$/],
	["codex", /^approval_policy\s*=\s*["']?never["']?$/],
	["copilot", /^--allow-all$/],
	["gemini", /^-y$/],
]);

function* flagged(server: ServerEntry & { kind: "stdio" }, document: ConfigDocument): Iterable<Finding> {
	const { lines } = readLaunch(server);
	for (const line of lines)
		for (const word of switchesIn(line))
			yield onWord(
				{ id: "approval-off", severity: "warning" },
				server,
				document,
				word,
				`${quoted(word.text)} has this agent act without asking anybody. Remove it.`,
			);
	for (const { name, value } of server.env)
		if (name.value === "GOOSE_MODE" && value.value === "auto")
			yield newFinding({
				ruleId: "approval-off",
				severity: "warning",
				server: server.name.value,
				keyPath: [...server.keyPath, "env", name.value],
				span: value.span,
				message: "This has Goose call every tool without asking. Remove it.",
			});
}

function* switchesIn({ program, words }: CommandLine): Iterable<Word> {
	const own = OF_PROGRAM.get(program);
	for (const [i, word] of words.entries()) {
		if (i === 0) continue;
		const before = words[i - 1]?.text ?? "";
		if (FLAGS.has(word.text) || PAIRS.get(before) === word.text || own?.test(word.text) === true) yield word;
	}
}
