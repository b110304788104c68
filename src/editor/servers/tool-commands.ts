import * as vscode from "vscode";
import type { Configs } from "../configs/configs.ts";
import type { Services } from "../services.ts";
import type { Servers } from "./servers.ts";

export function registerToolCommands(_services: Services, _configs: Configs, _servers: Servers): vscode.Disposable {
	return vscode.Disposable.from();
}
