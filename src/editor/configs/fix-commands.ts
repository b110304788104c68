import * as vscode from "vscode";
import * as z from "zod/mini";
import { fail, type Result } from "../../core/result.ts";
import { type CommandOutcome, registerCommand } from "../commands.ts";
import type { CommandId } from "../contributions.ts";
import { inform } from "../messages.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";
import type { FixContext } from "./fixes/context.ts";
import { fixAll } from "./fixes/fix-all.ts";
import { moveSecrets } from "./fixes/move.ts";
import { tellRewritten, unwrapEntry, wrapEntry } from "./fixes/rewrite.ts";
import { ignoreHere, mendAlike, mendText, pinVersion } from "./fixes/small-fixes.ts";
import { type FindingTarget, findAgain, openConfig, parseEntryTarget, parseFindingTarget } from "./fixes/target.ts";
import { tellMoved } from "./fixes/tell-moved.ts";
import { configsOfWorkspace, MOST_CONFIGS } from "./fixes/workspace-configs.ts";

/** The commands behind quick fixes. Each says what it is about by place, never by what stands there, and looks at it anew. */
export function registerFixCommands(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const context: FixContext = { services, configs };
	const onFinding = (id: CommandId, run: (target: FindingTarget) => Promise<CommandOutcome>): vscode.Disposable =>
		registerCommand(services, id, async (argument) => {
			const target = parseFindingTarget(argument);
			return target.ok ? run(target.value) : target;
		});
	const onEntry = (id: CommandId, wrapped: boolean): vscode.Disposable =>
		registerCommand(services, id, async (argument) => {
			const target = parseEntryTarget(argument, servers);
			if (!target.ok) return target;
			const { uri, keyPath } = target.value;
			const open = await openConfig(configs, uri);
			if (!open.ok) return open;
			const saved = await (wrapped ? wrapEntry(context, open.value, keyPath) : unwrapEntry(context, open.value, keyPath));
			if (saved.ok) tellRewritten(open.value, keyPath, wrapped, saved.value);
			return saved;
		});
	return vscode.Disposable.from(
		onFinding("sallyport.moveSecret", (target) => moveOne(context, target)),
		onFinding("sallyport.mendText", (target) => mendText(context, target)),
		onFinding("sallyport.mendAlike", (target) => mendAlike(context, target)),
		onFinding("sallyport.pinVersion", (target) => pinVersion(context, target)),
		onFinding("sallyport.ignore", (target) => ignoreHere(context, target)),
		onEntry("sallyport.wrap", true),
		onEntry("sallyport.unwrap", false),
		registerCommand(services, "sallyport.fixFile", async (argument) => {
			const uri = fileOf(argument);
			const open = uri === null ? fail("no-file", "No config file is open.", "Open a host's config file.") : await openConfig(configs, uri);
			return open.ok ? fixAll(context, [open.value]) : open;
		}),
		registerCommand(services, "sallyport.fixWorkspace", async () => {
			const trusted = services.requireTrust();
			const found = trusted.ok ? await configsOfWorkspace(configs) : trusted;
			if (!found.ok) return found;
			if (!found.value.whole) void inform(TOO_MANY);
			return fixAll(context, found.value.documents);
		}),
	);
}

/** One secret: the one that was meant, and no other that stands in the same value. */
async function moveOne(context: FixContext, target: FindingTarget): Promise<Result<unknown>> {
	const open = await openConfig(context.configs, target.uri);
	if (!open.ok) return open;
	const meant = findAgain(context.configs, open.value, target);
	if (!meant.ok) return meant;
	const { ruleId, slot, span } = meant.value;
	const place = JSON.stringify(meant.value.keyPath);
	const moved = await moveSecrets(
		context,
		open.value,
		(finding) =>
			finding.ruleId === ruleId &&
			finding.slot === slot &&
			JSON.stringify(finding.keyPath) === place &&
			// Further up the text may have changed while the vault was asked.
			(open.value.document.version !== target.version || finding.span.offset === span.offset),
	);
	if (moved.ok) tellMoved(open.value, moved.value);
	return moved;
}

const TOO_MANY = `This workspace has more than ${MOST_CONFIGS} config files: those nearest to its root are looked at. Open a folder of it to mend the others.`;

const Nodes = z.object({ file: z.object({ uri: z.object({ toString: z.custom<() => string>((value) => typeof value === "function") }) }) });
const Uris = z.union([z.string(), z.custom<vscode.Uri>((value) => value instanceof vscode.Uri)]);

/** A file's address, a config file of the view, or nothing: the one in the active editor. */
function fileOf(argument: unknown): string | vscode.Uri | null {
	const uri = Uris.safeParse(argument);
	if (uri.success) return uri.data;
	const node = Nodes.safeParse(argument);
	return node.success ? node.data.file.uri.toString() : (vscode.window.activeTextEditor?.document.uri ?? null);
}
