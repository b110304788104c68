import * as vscode from "vscode";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";

export function registerHovers(_services: Services, _configs: Configs, _servers: Servers): vscode.Disposable {
	return vscode.Disposable.from();
}
