import { type DangerousSwitch, HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, ServerEntry, Setting } from "../../config/server.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { quoted } from "../places.ts";
import { travels } from "../scope.ts";
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
			'Settings by which a host asks nobody any more, each in its own dialect (`trust: true`, `enableAllProjectMcpServers`, `enabledMcpjsonServers`, `chat.tools.global.autoApprove`, `GOOSE_MODE: auto`, `permissions.defaultMode: "bypassPermissions"`, `approval_policy = "never"` without a sandbox, `permission: "allow"`, …), and agents that are started as servers with their own questions switched off (`--dangerously-skip-permissions`, `--yolo`, `--trust-all-tools`, …). A switch for a whole host is information in a person\'s own file, and where the host heeds it in no repository\'s.',
		matters:
			"The question before a call is what stands between a misleading text and your files, accounts and machine. An agent that is started without it hands all that it can do to whoever speaks to it.",
		remedy:
			"Remove the setting or the flag; where the host asks nobody without it, as Goose does, write what makes it ask (`GOOSE_MODE: smart_approve`). Name the tools that only read and may be called without asking; leave the rest to a question.",
		example: {
			before: '"agent": { "command": "claude", "args": ["mcp", "serve", "--dangerously-skip-permissions"] }',
			after: '"agent": { "command": "claude", "args": ["mcp", "serve"] }',
		},
	},
	mayConcern: (texts, server, document) => (server.kind === "stdio" && ACTS_ALONE(texts)) || mayFree(server, document),
	*checkServer(server, document) {
		for (const setting of server.settings) yield* inEntry(setting, setting.keyPath.slice(server.keyPath.length), document);
		if (server.kind === "stdio") yield* flagged(server, document);
	},
	mayConcernFile: ({ settings }) => settings.some(({ server }) => server === null),
	*checkDocument(document, context) {
		const place = travels(document, context) ? "workspace" : "user";
		// Not for the repository, though it lies in it: the host itself writes answers there.
		const isAnswers = place === "user" || document.file.endsWith(".local.json");
		let valueAt: ((path: Setting["keyPath"]) => string | undefined) | null = null;
		for (const setting of document.settings) {
			if (setting.server !== null) continue;
			const { keyPath } = setting;
			const found = switchAt(document, "file", keyPath, setting.value.value, (key) => {
				valueAt ??= valuesOf(document);
				return valueAt([...keyPath.slice(0, -1), key]);
			});
			if (found !== null && !(found.answered === true && isAnswers)) yield inFile(found, setting, place);
		}
	},
};

/** True where a value of the entry stands under a key of one of the host's switches. */
function mayFree({ settings, keyPath: { length } }: ServerEntry, { host }: ConfigDocument): boolean {
	return settings.some(({ keyPath }) =>
		HOSTS[host].switches.some(({ from, path: [key] }) => from === "entry" && (key === "*" || key === keyPath[length])),
	);
}

function* inEntry(setting: Setting, path: Setting["keyPath"], document: ConfigDocument): Iterable<Finding> {
	const found = switchAt(document, "entry", path, setting.value.value, () => undefined);
	const severity = found === null ? null : severityInEntry(found, path);
	if (found !== null && severity !== null) yield told(setting, severity, `This ${found.does}. Remove it.`);
}

/** A person may have meant it in a file of their own; in one that comes with a repository it is somebody else who decides. */
function inFile(
	{ does, mild, inWorkspace, instead = "Remove it." }: DangerousSwitch,
	setting: Setting,
	place: "workspace" | "user",
): Finding {
	if (place === "user") return told(setting, "info", `This ${does}. ${instead.replace(/\.$/, ", unless you mean it.")}`);
	const severity = mild === true || inWorkspace === "never" ? "info" : "warning";
	const where =
		inWorkspace === undefined
			? "."
			: inWorkspace === "older"
				? " in older versions; newer ones heed it in a person's own file alone."
				: " in a person's own file; in a workspace's it does nothing.";
	return told(setting, severity, `This ${does}${where} ${instead}`);
}

function told(setting: Setting, severity: Severity, message: string): Finding {
	return newFinding({
		ruleId: "approval-off",
		severity,
		server: setting.server,
		keyPath: setting.keyPath,
		span: setting.value.span,
		message,
	});
}

/**
 * The first of the host's switches that a value turns; null: none, or one that a rule of its own tells.
 *
 * @param path from where the switch's own begins
 * @param beside the raw value of a member of the same object
 */
function switchAt(
	{ host }: ConfigDocument,
	from: DangerousSwitch["from"],
	path: Setting["keyPath"],
	value: string,
	beside: (key: string) => string | undefined,
): DangerousSwitch | null {
	for (const each of HOSTS[host].switches) {
		if (each.from !== from || !matches(each, path, value) || isElsewhere(path, value)) continue;
		if (each.beside === undefined || each.beside.when.includes(beside(each.beside.key) ?? "")) return each;
	}
	return null;
}

function valuesOf({ settings }: ConfigDocument): (path: Setting["keyPath"]) => string | undefined {
	const values = new Map(settings.map(({ keyPath, value }) => [JSON.stringify(keyPath), value.value]));
	return (path) => values.get(JSON.stringify(path));
}

function matches({ path: wanted, when, literal }: DangerousSwitch, path: Setting["keyPath"], value: string): boolean {
	return (
		wanted.length === path.length &&
		wanted.every((key, i) => (key === "*" && !(literal === true && i === wanted.length - 1)) || key === path[i]) &&
		(when.length === 0 ||
			when.some((each) =>
				each.endsWith("*") && each.length > 1 && !each.endsWith(":*") ? value.startsWith(each.slice(0, -1)) : value === each,
			))
	);
}

/** What a rule of its own tells. */
function isElsewhere(path: Setting["keyPath"], value: string): boolean {
	const last = String(path.at(-1));
	return /^(?:sandboxEnabled|require_approval)$/.test(last) || path[0] === "mcpAllowlist" || isTlsSwitch(last, value);
}

/** Null: it frees one tool, which by its name only reads. */
function severityInEntry({ path: wanted }: DangerousSwitch, path: Setting["keyPath"]): Severity | null {
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

/** A part of every such word. */
const ACTS_ALONE = entryHolds({
	launch: [
		...["allow", "always", "approval", "ask", "danger", "permission", "trust", "yolo"].map((word) => `--${word}`),
		...["cursor-agent", "codex", "copilot", "gemini"],
	],
	names: ["GOOSE_MODE"],
	values: null,
});

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
				message: "This has Goose call every tool without asking. Write smart_approve or approve: without it, Goose does the same.",
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
