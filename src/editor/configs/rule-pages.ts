import * as vscode from "vscode";
import * as z from "zod/mini";
import { fail, ok } from "../../core/result.ts";
import { documentationIndex, ruleDocumentation } from "../../core/rules/documentation.ts";
import { RULES } from "../../core/rules/index.ts";
import { registerCommand } from "../commands.ts";
import type { Services } from "../services.ts";

/** Documents of this scheme are the rules' pages; package.json says that they open rendered. */
const SCHEME = "sallyport-rule";

/**
 * What the link of a diagnostic opens. A scheme of our own, since newer editors no longer run commands from there, and a web page
 * would tell its server what was found.
 */
export function rulePage(ruleId: string): vscode.Uri {
	return vscode.Uri.from({ scheme: SCHEME, path: `/${ruleId}.md` });
}

export function registerRulePages(services: Services): vscode.Disposable {
	return vscode.Disposable.from(
		vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
			provideTextDocumentContent: ({ path }) => pageOf(path.replace(/^\/|\.md$/g, "")),
		}),
		registerCommand(services, "sallyport.showRule", async (argument) => {
			const named = RuleArgument.safeParse(argument);
			const ruleId = !named.success ? null : typeof named.data === "object" ? named.data.finding.ruleId : (named.data ?? INDEX);
			if (ruleId === null || (ruleId !== INDEX && !RULES.some(({ id }) => id === ruleId)))
				return fail("no-such-rule", "Sallyport has no such rule.", "Open a rule from the list of problems.");
			await vscode.commands.executeCommand("vscode.open", rulePage(ruleId));
			return ok(undefined);
		}),
	);
}

/** The list of all rules; the pages link to it by this name. */
const INDEX = "README";

/** A rule's id, a finding of the view, or nothing: all rules. */
const RuleArgument = z.union([z.undefined(), z.string(), z.object({ finding: z.object({ ruleId: z.string() }) })]);

function pageOf(name: string): string {
	const rule = RULES.find(({ id }) => id === name);
	return rule === undefined ? documentationIndex(RULES) : ruleDocumentation(rule);
}
