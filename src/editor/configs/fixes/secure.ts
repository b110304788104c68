import type * as vscode from "vscode";
import { ok, type Result } from "../../../core/result.ts";
import { isWrapped } from "../../../platform/stored-moves.ts";
import type { Services } from "../../services.ts";
import type { Configs } from "../configs.ts";
import type { FixContext } from "./context.ts";
import { isInEntry, isMovable } from "./movable.ts";
import { moveSecrets } from "./move.ts";
import { entryAt, wrapEntry } from "./rewrite.ts";
import { openConfig } from "./target.ts";
import { tellMoved } from "./tell-moved.ts";

/**
 * Moves every secret of an entry that can move, and makes the entry start through the launcher: one change, saved, also where the
 * document had unsaved changes. What cannot move stays, and stays a finding.
 */
export async function secureEntry(
	services: Services,
	configs: Configs,
	uri: vscode.Uri,
	keyPath: readonly string[],
): Promise<Result<{ readonly moved: number /** By this call. */; readonly wrapped: boolean }>> {
	const context: FixContext = { services, configs };
	const opened = await openConfig(configs, uri);
	if (!opened.ok) return opened;
	const open = opened.value;
	const server = entryAt(context, open, keyPath);
	if (!server.ok) return server;
	if (configs.analysis(open).findings.some((finding) => isMovable(finding) && isInEntry(finding, keyPath))) {
		const report = await moveSecrets(context, open, (finding) => isMovable(finding) && isInEntry(finding, keyPath), "always");
		if (!report.ok) return report;
		tellMoved(open, report.value, true);
		return ok({ moved: report.value.moved.length, wrapped: report.value.wrapped });
	}
	if (isWrapped(server.value)) return ok({ moved: 0, wrapped: false });
	const wrapped = await wrapEntry(context, open, keyPath, "always");
	return wrapped.ok ? ok({ moved: 0, wrapped: true }) : wrapped;
}
