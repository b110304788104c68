import * as vscode from "vscode";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";

export function registerStatusBar(_services: Services, _servers: Servers): vscode.Disposable {
	return vscode.Disposable.from();
}
