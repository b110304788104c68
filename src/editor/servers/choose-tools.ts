import * as vscode from "vscode";
import { brief } from "../../core/plain-text.ts";
import { claimsToRead } from "../../core/tools/risk.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import { called } from "../approval/questions.ts";
import { toolSummary } from "../approval/tool-text.ts";

/** Lets a person pick from the tools that can be allowed, those first that say that they only read. None is picked already. Undefined: they left. */
export async function chooseTools(server: string, tools: readonly ListedTool[]): Promise<readonly ListedTool[] | undefined> {
	const items = tools
		.filter(({ pin }) => pin !== null)
		.map((tool) => ({
			label: withoutIcons(brief(tool.name, 120)),
			description: claimsToRead(tool) ? "says that it only reads" : "",
			detail: withoutIcons(toolSummary(tool).first),
			reads: claimsToRead(tool),
			tool,
		}))
		.sort((a, b) => Number(b.reads) - Number(a.reads));
	const picked = await vscode.window.showQuickPick(items, {
		title: `Tools of ${withoutIcons(called(server))}`,
		placeHolder: "What it may offer; a dialog then asks once",
		canPickMany: true,
		ignoreFocusOut: true,
		matchOnDetail: true,
	});
	return picked?.map(({ tool }) => tool);
}

/** A word from outside shall not become an icon. */
function withoutIcons(text: string): string {
	return text.replaceAll("$(", "$ (");
}
