import type { Command } from "commander";
import type { PackageChange } from "../core/launch/package-change.ts";
import { plain } from "../core/plain-text.ts";
import { saveGrant } from "../platform/approval/candidate.ts";
import { commandLine } from "../platform/approval/texts.ts";
import { describeUpdate, type ToolChange, type Update } from "../platform/approval/update.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { lacksMutableApproval, secretForMutable } from "../platform/launch/verify.ts";
import { approvalContext, approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { showDrift } from "./show-drift.ts";
import { showChange, showLaunch } from "./show-grant.ts";
import { showInstructions } from "./show-instructions.ts";
import { commandHere, findTarget } from "./target.ts";

interface UpdateOptions {
	readonly file?: string;
	readonly yes?: boolean;
	readonly json?: boolean;
}

export function registerUpdate(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("update <name>")
		.description("show what the registry has now for a server's package, and approve that")
		.option("--file <config>", "the config file that has the server")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.option("--json", "print what is new as JSON, and whether it was approved")
		.addHelpText(
			"after",
			"\nA server keeps running what was approved until then. Asks for the server's name on a terminal.\nWithout a terminal it only shows.\nExit: 0 updated, or there is nothing newer, 1 there is something newer and it was not taken, 2 could not.",
		)
		.action(async (name: string, options: UpdateOptions) => exit(await update(name, options, io)));
}

async function update(name: string, options: UpdateOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const found = await describeUpdate(line.value, approvalContext(home.value, io));
	if (!found.ok) return complain(io, found.problem);
	const json = (updated: boolean): void => {
		if (options.json === true) say(io, JSON.stringify(asJson(line.value.name, found.value, updated)));
	};
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	if (found.value === null) {
		say(out, "Nothing newer: the registry gives what was approved.");
		json(false);
		return 0;
	}
	const { candidate, before, after } = found.value;
	const here = { name, file: options.file };
	if (lacksMutableApproval(after, candidate.described.facts))
		return complain(io, secretForMutable(commandHere("allow", here, [], [["--update"]])));
	showLaunch(out, candidate.described, after.secrets);
	const [was, is] = [commandLine(before.launch), commandLine(candidate.described.line)];
	if (was !== is) say(out, `  before    ${was}`);
	showPackages(out, found.value);
	showTools(out, home.value, found.value.tools);
	if (found.value.instructions.state === "changed") showInstructions(out, home.value, found.value.instructions, before.instructions);
	// Next to the question, however long the rest is.
	const { from, to } = found.value;
	row(out, "+", "version", `${to.name}@${to.version}, in the place of ${from.name}@${from.version}`);
	showChange(out, before, after);
	if (options.yes !== true && (io.stdin.isTTY !== true || io.stdout.isTTY !== true)) {
		json(false);
		say(out, "Nothing was changed: it goes on as approved. To take this, run the same in a terminal.");
		return 1;
	}
	const confirmed = await confirmWidening(after.name, home.value, options.yes === true, io);
	const saved = confirmed.ok ? await saveGrant(home.value, after, candidate, approvalOptions(io)) : confirmed;
	json(saved.ok);
	if (!saved.ok) return complain(io, saved.problem, saved.problem.code === "declined" ? 1 : 2);
	say(out, "Updated. A server that runs goes on as it was until it is started again.");
	const { tools } = found.value;
	if (tools.ok && tools.value.changed.length > 0) {
		const names = tools.value.changed.map(({ tool }) => tool.name);
		say(out, `Withheld until you allow them as they are now: ${commandHere("tools allow", here, names)}`);
	}
	if (found.value.instructions.state === "changed")
		say(
			out,
			`What it says of itself is left out until you approve it as it is now: ${commandHere("tools allow", here, [], [["--instructions"]])}`,
		);
	return 0;
}

/** Rows of one kind: what matters must stay in sight. */
const MOST_ROWS = 40;

function row(io: Io, mark: "+" | "-" | "!", kind: string, text: string): void {
	say(io, `  ${mark} ${kind.padEnd(7)} ${plain(text)}`);
}

function rows(io: Io, mark: "+" | "-" | "!", kind: string, texts: readonly string[]): void {
	for (const text of texts.slice(0, MOST_ROWS)) row(io, mark, kind, text);
	if (texts.length > MOST_ROWS) row(io, mark, kind, `… and ${texts.length - MOST_ROWS} more, which --json names`);
}

function showPackages(io: Io, { to, packages }: Update): void {
	if (packages === null) {
		row(io, "!", "package", "what was approved is no longer in the store, so that nothing can be compared");
		return;
	}
	const others = packages.changed.filter(({ name }) => name !== to.name);
	const changed = others.map(({ name, from: old, to: now }) => `${name}@${now.join(", ")}, in the place of ${old.join(", ")}`);
	const named = ({ name, versions }: PackageChange["added"][number]): string => `${name}@${versions.join(", ")}`;
	rows(io, "+", "package", changed);
	rows(
		io,
		"+",
		"package",
		packages.added.map((each) => `${named(each)}, which is new`),
	);
	rows(io, "-", "package", packages.removed.map(named));
	const replaced = packages.replaced.map(({ name, version }) => `${name}@${version}`);
	rows(
		io,
		"!",
		"package",
		replaced.map((each) => `${each} has other content under the same version, which no honest registry serves`),
	);
}

/** The definitions of tools that were allowed are shown as differences. */
function showTools(io: Io, home: Home, tools: Update["tools"]): void {
	if (!tools.ok) {
		row(io, "!", "tools", `could not be listed: ${tools.problem.message}`);
		return;
	}
	const { added, otherwise, changed, removed } = tools.value;
	rows(
		io,
		"+",
		"tool",
		added.map(({ name }) => `${name}, which is new and not allowed`),
	);
	rows(
		io,
		"+",
		"tool",
		otherwise.map(({ name }) => `${name}, whose definition has changed; it is not allowed`),
	);
	rows(
		io,
		"-",
		"tool",
		removed.map((name) => `${name}, which is no longer there`),
	);
	for (const { tool, approved } of changed) showDrift(io, home, tool, approved);
}

function asJson(server: string, update: Update | null, updated: boolean): unknown {
	if (update === null) return { version: 1, server, newer: false, updated };
	const { from, to, before, after, packages, tools, instructions } = update;
	return {
		version: 1,
		server,
		newer: true,
		updated,
		from,
		to,
		fingerprint: { before: before.launch.fingerprint, after: after.launch.fingerprint },
		packages: packages satisfies PackageChange | null,
		tools: tools.ok ? toolNames(tools.value) : null,
		instructions: instructions.state,
	};
}

function toolNames({ added, changed, otherwise, removed }: ToolChange): unknown {
	return {
		added: added.map(({ name }) => name),
		changed: [...changed.map(({ tool }) => tool.name), ...otherwise.map(({ name }) => name)],
		removed,
	};
}
