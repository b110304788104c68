import * as vscode from "vscode";
import type { Services } from "../services.ts";

export function registerSetUp(_services: Services): vscode.Disposable {
	return vscode.Disposable.from();
}
