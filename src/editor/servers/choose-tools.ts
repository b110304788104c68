import * as vscode from "vscode";
import { brief } from "../../core/plain-text.ts";
import { claimsToRead } from "../../core/tools/risk.ts";
import { warningsOf } from "../../core/tools/warnings.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import { called } from "../approval/questions.ts";
import { riskText, toolSummary } from "../approval/tool-text.ts";

/** Lets a person pick from the tools that can be allowed, those first that say that they only read. None is picked already. Undefined: they left. */
export async function chooseTools(server: string, tools: readonly ListedTool[]): Promise<readonly ListedTool[] | undefined> {
	const picked = await vscode.window.showQuickPick(choices(tools), {
		title: `Tools of ${withoutIcons(called(server))}`,
		placeHolder: "What it may offer; a dialog then asks once",
		canPickMany: true,
		ignoreFocusOut: true,
		matchOnDetail: true,
	});
	return picked?.map(({ tool }) => tool);
}

interface Choice extends vscode.QuickPickItem {
	readonly reads: boolean;
	readonly tool: ListedTool;
}

/** The rows of the list: each says what its tool may do, and where the server contradicts itself. */
export function choices(tools: readonly ListedTool[]): Choice[] {
	return tools
		.filter(({ pin }) => pin !== null)
		.map((tool) => ({
			label: withoutIcons(brief(tool.name, 120)),
			description: riskText(tool),
			detail: detailOf(tool),
			reads: claimsToRead(tool),
			tool,
		}))
		.sort((a, b) => Number(b.reads) - Number(a.reads));
}

/** What the server's own words give away, then what it says. */
function detailOf(tool: ListedTool): string {
	const warnings = warningsOf(tool).map((text) => `$(warning) ${withoutIcons(text)}`);
	return [...warnings, withoutIcons(toolSummary(tool).first)].filter((text) => text !== "").join(" ");
}

/** A word from outside shall not become an icon. */
function withoutIcons(text: string): string {
	return text.replaceAll("$(", "$ (");
}
