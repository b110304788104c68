import type { ConfigDocument } from "../config/server.ts";
import type { Result } from "../result.ts";
import type { Finding, FixId } from "../rules/finding.ts";
import type { TextEdit } from "../text.ts";
import { hideInputEdits } from "./hide-input.ts";
import { listenLocallyEdits } from "./listen-locally.ts";
import { renameKeyEdits } from "./rename-key.ts";
import { splitCommandEdits } from "./split-command.ts";
import { useHostSyntaxEdits } from "./use-host-syntax.ts";
import { useHttpsEdits } from "./use-https.ts";

/** Fixes that are a change of text and nothing else: no vault, no network and no question is needed for them. */
export type TextFixId = Extract<FixId, "hide-input" | "listen-locally" | "rename-key" | "split-command" | "use-host-syntax" | "use-https">;

interface TextFixKind {
	/** An order to whoever applies it. */
	readonly title: string;
	readonly edits: (document: ConfigDocument, finding: Finding) => Result<TextEdit[]>;
}

export const TEXT_FIXES: Readonly<Record<TextFixId, TextFixKind>> = {
	"hide-input": { title: "Hide and encrypt the answer", edits: hideInputEdits },
	"listen-locally": { title: "Listen on 127.0.0.1 alone", edits: listenLocallyEdits },
	"rename-key": { title: "Write the name that the host reads", edits: renameKeyEdits },
	"split-command": { title: "Put the arguments into args", edits: splitCommandEdits },
	"use-host-syntax": { title: "Write the reference as this host does", edits: useHostSyntaxEdits },
	"use-https": { title: "Use https", edits: useHttpsEdits },
};

export function isTextFix(id: FixId): id is TextFixId {
	return Object.hasOwn(TEXT_FIXES, id);
}
