import * as vscode from "vscode";
import { messageName } from "../../core/live/message.ts";
import { isInside } from "../../core/policy/layers.ts";
import { registerCommand } from "../commands.ts";
import { inform } from "../messages.ts";
import type { Server } from "../servers/model.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import { groupRefusals } from "./groups.ts";
import type { Live } from "./live.ts";
import { findServer, isMadeUp } from "./match.ts";
import { Notices } from "./notices.ts";
import type { Refusal } from "./refusal.ts";
import { choose, review } from "./review.ts";

const REVIEW = "Review…";

/** Tells of what was refused: one quiet message a server, whose button only opens what asks, and a list of everything. */
export function registerNotifications(services: Services, live: Live, servers: Servers): vscode.Disposable {
	const notices = new Notices({
		collectMs: 2_000,
		pauseMs: 30_000,
		log: (line) => services.log.warn(line),
		worthTelling: (refusals) => worthTelling(services, servers, refusals),
		show: async (text) => (await inform(text, REVIEW)) === REVIEW,
		review: (refusals) =>
			void review(services, servers, refusals).catch((error: unknown) => services.log.bug("sallyport.reviewRefusals", error)),
	});
	return vscode.Disposable.from(
		notices,
		live.onRefusal((refusal) => notices.add(refusal)),
		// Whoever has read the config files wants to know what runs.
		servers.onDidChange(() => live.start()),
		registerCommand(services, "sallyport.reviewRefusals", async () => {
			live.start();
			if (live.refusals.length > 0) await choose(services, servers, groupRefusals(live.refusals));
			else void inform("No running server was refused anything.");
			return undefined;
		}),
		registerCommand(services, "sallyport.showLog", () => {
			services.log.show();
			return undefined;
		}),
	);
}

/** Of this window's servers, and neither settled since nor about a tool that is none. Empty where the person wants no messages. */
async function worthTelling(services: Services, servers: Servers, refusals: readonly Refusal[]): Promise<readonly Refusal[]> {
	if (vscode.workspace.getConfiguration("sallyport").get("notifications") === false) return [];
	const files = await servers.load();
	return refusals.filter((refusal) => {
		const server = findServer(refusal.server, files, services.userHome);
		return server !== null && !isSettled(refusal, server) && !(refusal.kind === "call" && isMadeUp(refusal.tool, server));
	});
}

/** What was refused would be let through by now. */
function isSettled({ kind, reason, tool, target }: Refusal, server: Server): boolean {
	switch (kind) {
		case "call":
		case "narrowed":
		case "drift":
			return server.tools?.some(({ name, state, effective }) => messageName(name) === tool && state === "allowed" && effective) === true;
		case "host-secret":
			return server.effective?.hostSecrets?.some((name) => name === "*" || messageName(name) === tool) === true;
		case "connection":
			return target !== null && server.effective?.egress.includes(target) === true;
		case "path": {
			const sandbox = server.effective?.sandbox;
			const granted = sandbox === undefined || sandbox === "off" ? [] : [...sandbox.read, ...sandbox.write];
			return target !== null && granted.some((folder) => isInside(target, folder));
		}
		case "launch":
			return server.state === "guarded" || server.state === "unguarded";
		case "said":
			return reason === "instructions-not-granted" && server.effective?.instructions !== undefined;
		case "other":
			return false;
	}
}
