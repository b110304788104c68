import * as vscode from "vscode";
import { ok, type Result } from "../../core/result.ts";
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
	/** What is missing. */
	const check = async (): Promise<Result<readonly Check[]>> => {
		const examined = await examineMachine(services);
		if (!examined.ok) return examined;
		checks = examined.value;
		changed.fire(REPORT);
		return ok(checks.filter((each) => !each.ok));
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
			if (!missing.ok) return missing;
			markDone(services, "setUp");
			if (missing.value.length > 0) tellMissing(missing.value, { title: "Show All", run: () => void showReport() });
			else void inform("Sallyport is set up. Launcher, sandbox and keychain were tried, and work.");
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.checkMachine", async () => {
			const missing = await check();
			if (!missing.ok) return missing;
			await showReport();
			if (missing.value.length > 0) tellMissing(missing.value, { title: "Show Log", run: () => services.log.show() });
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.openWalkthrough", async () => {
			await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${services.context.extension.id}#${WALKTHROUGH}`, false);
			await tickDone(services);
			return ok(undefined);
		}),
	);
}
