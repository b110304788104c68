import * as vscode from "vscode";
import type { Services } from "../services.ts";
import type { Servers } from "./servers.ts";

export function registerGrantCommands(_services: Services, _servers: Servers): vscode.Disposable {
	return vscode.Disposable.from();
}
