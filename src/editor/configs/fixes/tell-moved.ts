import * as vscode from "vscode";
import { HOSTS } from "../../../core/config/hosts.ts";
import { rotationPage } from "../../../core/secrets/rotation.ts";
import { inform, warn } from "../../messages.ts";
import type { OpenConfig } from "../configs.ts";
import { saveDocument } from "./apply.ts";
import { chosenVault, vaultName } from "./context.ts";
import type { Moved, MoveReport } from "./move.ts";

/**
 * Says what was moved, and what a person has to do now. The command has ended by then: nobody waits for an answer.
 *
 * @param goesOn true: whoever moved it approves and restarts the server right after
 */
export function tellMoved(open: OpenConfig, { moved, wrapped, saved }: MoveReport, goesOn = false): void {
	const page = moved.map(({ credential }) => rotationPage(credential)).find((each) => each !== null) ?? null;
	const text = [
		`${whatOf(moved)} in ${vaultName(chosenVault())} now.`,
		...(saved === "unsaved" ? ["The file still holds the plain text until you save it."] : []),
		`git, Local History and backups keep the old value: have a new one issued${page === null ? "" : ` (${shortUrl(page)})`}.`,
		...(open.host === "claude-code" ? ["Claude Code keeps copies of its file beside it (.claude.json.backup…): delete them."] : []),
		...(goesOn ? [] : [restart(open, wrapped)]),
	].join(" ");
	const buttons = [...(saved === "unsaved" ? [SAVE] : []), ...(page === null ? [] : [ROTATE]), ...(wrapped && !goesOn ? [SERVERS] : [])];
	const show = saved === "unsaved" ? warn : inform;
	void show(text, ...buttons).then((choice) => {
		if (choice === SAVE) void saveDocument(open.document);
		else if (choice === ROTATE && page !== null) void vscode.env.openExternal(vscode.Uri.parse(page));
		else if (choice === SERVERS) void vscode.commands.executeCommand("sallyport.servers.focus");
	});
}

const SAVE = "Save File";
const ROTATE = "Open Rotation Page";
const SERVERS = "Show MCP Servers";

/** Which host has to read the file again, and what the launcher waits for. */
export function restart({ host }: OpenConfig, wrapped: boolean): string {
	const where = `in ${HOSTS[host].title}`;
	return wrapped
		? `List its tools in the view MCP Servers, allow those you want, and restart it ${where}.`
		: `Restart the server ${where}.`;
}

function whatOf(moved: readonly Moved[]): string {
	const [first] = moved;
	return first !== undefined && moved.length === 1 ? `${first.variable} of “${first.server}” is` : `${moved.length} secrets are`;
}

function shortUrl(url: string): string {
	return url.replace(/^https:\/\/(?:www\.)?/, "").replace(/[?#].*$/, "");
}
