import type * as vscode from "vscode";
import { registerActivityView } from "./activity/view.ts";
import { registerDefinitions } from "./approval/definitions.ts";
import { registerCodeActions } from "./configs/code-actions.ts";
import { registerCodeLenses } from "./configs/code-lenses.ts";
import { registerCompletions } from "./configs/completions.ts";
import { Configs } from "./configs/configs.ts";
import { registerDiagnostics } from "./configs/diagnostics.ts";
import { registerDocumentLinks } from "./configs/document-links.ts";
import { registerFixCommands } from "./configs/fix-commands.ts";
import { registerGathering } from "./configs/gather.ts";
import { registerHovers } from "./configs/hovers.ts";
import { Live } from "./live/live.ts";
import { registerNotifications } from "./live/notifications.ts";
import { registerStatusBar } from "./live/status-bar.ts";
import { registerFirstUse } from "./onboarding/first-use.ts";
import { registerQuickstart } from "./onboarding/quickstart.ts";
import { registerSetUp } from "./onboarding/set-up.ts";
import { registerExtraCommands } from "./servers/extra-commands.ts";
import { registerGrantCommands } from "./servers/grant-commands.ts";
import { Servers } from "./servers/servers.ts";
import { registerToolCommands } from "./servers/tool-commands.ts";
import { registerServersView } from "./servers/view.ts";
import { Services } from "./services.ts";

/** Registers everything, and does no I/O: each part does its work when the editor asks it to. */
export function activate(context: vscode.ExtensionContext): void {
	const services = new Services(context);
	const configs = new Configs(services);
	const live = new Live(services);
	const servers = new Servers(services, configs, live);
	context.subscriptions.push(
		services,
		configs,
		live,
		servers,
		registerDiagnostics(services, configs, servers),
		registerGathering(services, configs, servers),
		registerCodeActions(services, configs),
		registerFixCommands(services, configs, servers),
		registerCodeLenses(services, configs, servers),
		registerHovers(services, configs, servers),
		registerCompletions(services, configs),
		registerDocumentLinks(configs),
		registerServersView(services, servers),
		registerToolCommands(services, configs, servers),
		registerGrantCommands(services, servers),
		registerExtraCommands(services, servers),
		registerDefinitions(services),
		registerNotifications(services, live, servers),
		registerActivityView(services, live, servers),
		registerStatusBar(services, servers),
		registerFirstUse(services, servers),
		registerSetUp(services),
		registerQuickstart(services),
	);
}
