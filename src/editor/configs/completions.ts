import * as vscode from "vscode";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";

export function registerCompletions(_services: Services, _configs: Configs): vscode.Disposable {
	return vscode.Disposable.from();
}
