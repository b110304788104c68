import * as vscode from "vscode";
import { ok } from "../../core/result.ts";
import type { Check } from "../../platform/doctor.ts";
import { registerCommand } from "../commands.ts";
import { WALKTHROUGH } from "../contributions.ts";
import { inform } from "../messages.ts";
import type { Services } from "../services.ts";
import { wasTold } from "./first-use.ts";
import { examineMachine, tellMissing } from "./machine.ts";
import { machineReport } from "./machine-report.ts";
import { markDone, restoreProgress, tickDone } from "./progress.ts";

const SCHEME = "sallyport-machine";
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: "/This Machine.txt" });

/** Set-up, the check of the machine with its report, and the walkthrough. */
export function registerSetUp(services: Services): vscode.Disposable {
	let checks: readonly Check[] = [];
	const changed = new vscode.EventEmitter<vscode.Uri>();
	const check = async (): Promise<readonly Check[]> => {
		checks = await examineMachine(services);
		changed.fire(REPORT);
		return checks.filter((each) => !each.ok);
	};
	const showReport = async (): Promise<void> => {
		await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(REPORT), { preview: true });
	};
	restoreProgress(services);
	return vscode.Disposable.from(
		changed,
		vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
			onDidChange: changed.event,
			provideTextDocumentContent: () => machineReport(checks, services.version),
		}),
		registerCommand(services, "sallyport.setUp", async () => {
			// What is missing is told here, after a real look.
			wasTold(services);
			const ready = await services.setUp();
			if (!ready.ok) return ready;
			const missing = await check();
			markDone(services, "setUp");
			if (missing.length > 0) tellMissing(missing, { title: "Show All", run: () => void showReport() });
			else void inform("Sallyport is set up. Launcher, sandbox and keychain were tried, and work.");
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.checkMachine", async () => {
			const missing = await check();
			await showReport();
			if (missing.length > 0) tellMissing(missing, { title: "Show Log", run: () => services.log.show() });
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.openWalkthrough", async () => {
			await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${services.context.extension.id}#${WALKTHROUGH}`, false);
			await tickDone(services);
			return ok(undefined);
		}),
	);
}
