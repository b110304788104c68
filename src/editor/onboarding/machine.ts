import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { ok, type Problem, type Result } from "../../core/result.ts";
import { type Check, examine } from "../../platform/doctor.ts";
import { trustedProgram } from "../../platform/sandbox/trusted.ts";
import { withProgress } from "../commands.ts";
import { messageText, warn } from "../messages.ts";
import type { Services } from "../services.ts";
import { checkLine, missingText } from "./machine-report.ts";
import { commandIn, type Machine } from "./remedies.ts";

/**
 * Tries everything that a confined launch needs, with progress; seconds. Each check is a line of the log. Refused in a workspace that is
 * not trusted: it starts programs, and writes to the keychain.
 */
export async function examineMachine(services: Services): Promise<Result<readonly Check[]>> {
	const trust = services.requireTrust();
	if (!trust.ok) return trust;
	const checks = await withProgress("Sallyport: checking this machine", (report) =>
		examine({
			sallyportHome: services.homePath,
			userHome: services.userHome,
			path: services.env.PATH ?? "",
			untrusted: services.workspaceFolders,
			programs: services.programs,
			onCheck: (check) => {
				report(check.id);
				services.log.info(checkLine(check));
			},
		}),
	);
	return ok(checks);
}

/**
 * What can be told at a glance, without starting anything: whether bubblewrap is installed, and whether there is a session in which
 * a keychain could answer. Empty: nothing is obviously missing.
 */
export function glance({ platform, env }: Pick<Services, "platform" | "env">, vault: "keychain" | "sealed"): readonly Problem[] {
	if (platform !== "linux") return [];
	const bubblewrap = trustedProgram("bwrap", "bubblewrap");
	const problems = bubblewrap.ok ? [] : [bubblewrap.problem];
	return vault === "sealed" || hasSession(env) ? problems : [...problems, NO_SESSION];
}

const NO_SESSION: Problem = {
	code: "keychain-missing",
	message: "There is no desktop session here (no D-Bus), so no keychain.",
	remedy: "Start one, or keep secrets in the encrypted file instead: sallyport fix --vault sealed",
};

function hasSession(env: Services["env"]): boolean {
	if (env.DBUS_SESSION_BUS_ADDRESS?.startsWith("unix:") === true) return true;
	const folders = [env.XDG_RUNTIME_DIR, `/run/user/${process.getuid?.() ?? ""}`];
	return folders.some((folder) => folder !== undefined && folder !== "" && fs.existsSync(path.join(folder, "bus")));
}

const COPY = "Copy Command";
const ENCRYPTED = "Use the Encrypted File…";

/** One warning that says what is missing and what to do about it. `more` is one more button. Nobody waits for its end. */
export function tellMissing(
	missing: readonly { readonly code: string | null; readonly message: string; readonly remedy: string }[],
	more: { readonly title: string; readonly run: () => void },
): void {
	const command = missing.map(({ remedy }) => commandIn(remedy, THIS_MACHINE)).find((each) => each !== null);
	const keychain = missing.some(({ code }) => code?.startsWith("keychain-") === true);
	const buttons = [...(command === undefined ? [] : [COPY]), ...(keychain ? [ENCRYPTED] : []), more.title];
	const text = messageText(`Sallyport: ${missingText(missing.map((each) => ({ ...each, ok: false })))}`);
	void warn(text, ...buttons).then((choice) => {
		if (choice === COPY) void vscode.env.clipboard.writeText(command ?? "");
		else if (choice === ENCRYPTED) void vscode.commands.executeCommand("workbench.action.openSettings", "@id:sallyport.vault");
		else if (choice === more.title) more.run();
	});
}

const THIS_MACHINE: Machine = {
	has: (program) => ["/usr/bin", "/bin", "/usr/sbin"].some((folder) => fs.existsSync(path.join(folder, program))),
	root: process.getuid?.() === 0,
};
