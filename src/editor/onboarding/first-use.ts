import * as vscode from "vscode";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import { glance, tellMissing } from "./machine.ts";
import { inEditorWords } from "./remedies.ts";

/**
 * Set-up by itself: where a trusted workspace has a server that starts through Sallyport, the launcher that its entry names is
 * installed. After the first set-up, this or any other, the person is told once what is missing, as far as a glance shows it.
 */
export function registerFirstUse(services: Services, servers: Servers): vscode.Disposable {
	let begun = false;
	const begin = async (): Promise<void> => {
		if (begun || !services.trusted || !hasWrappedServer(servers)) return;
		begun = true;
		const ready = await services.setUp();
		if (!ready.ok) services.log.problem(ready.problem);
	};
	const look = (): void => void begin().catch((error: unknown) => services.log.bug("first use", error));
	return vscode.Disposable.from(
		servers.onDidChange(look),
		vscode.workspace.onDidGrantWorkspaceTrust(look),
		services.onDidSetUp(() => tellOnce(services)),
	);
}

function hasWrappedServer({ files }: Servers): boolean {
	return files.some(({ scope, servers }) => scope === "workspace" && servers.some(({ wrapped }) => wrapped));
}

const TOLD = "toldMissing";

/** What is missing on this machine was told for this version, or is about to be. */
export function wasTold({ context, version }: Pick<Services, "context" | "version">): void {
	void context.globalState.update(TOLD, version);
}

function tellOnce(services: Services): void {
	if (services.context.globalState.get(TOLD) === services.version) return;
	wasTold(services);
	const vault = vscode.workspace.getConfiguration("sallyport").get("vault") === "sealed" ? "sealed" : "keychain";
	const missing = glance(services, vault);
	for (const problem of missing) services.log.problem({ ...problem, remedy: inEditorWords(problem.remedy) });
	if (missing.length > 0)
		tellMissing(missing, {
			title: "Check This Machine",
			run: () => void vscode.commands.executeCommand("sallyport.checkMachine"),
		});
}
