import * as vscode from "vscode";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Live } from "./live.ts";

export function registerNotifications(_services: Services, _live: Live, _servers: Servers): vscode.Disposable {
	return vscode.Disposable.from();
}
