import * as vscode from "vscode";
import type { WrappingOf } from "../../../core/fixes/move-secrets.ts";
import type { VaultScheme } from "../../../core/ports.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { type HomeToBe, wrappingFor } from "../../../platform/wrapping.ts";
import type { Services } from "../../services.ts";
import type { Configs, OpenConfig } from "../configs.ts";

/** What every fix works with. */
export interface FixContext {
	readonly services: Services;
	readonly configs: Configs;
}

/**
 * How this file names the launcher. Fails for a file that is not on this machine, where nothing of it starts, and on a system where the launcher
 * cannot confine anything yet: a server behind it would not start any more.
 */
export function wrappingIn({ services, configs }: FixContext, open: OpenConfig, home: HomeToBe): Result<WrappingOf> {
	if (services.platform !== "linux")
		return fail(
			"sandbox-unsupported",
			"Servers cannot be confined on this system yet, so the launcher would refuse to start this one.",
			"Use it on Linux, in a Linux container or in WSL.",
		);
	const file = configs.localPath(open.document.uri);
	return file === null
		? fail("not-local", "This file is not on the machine that Sallyport runs on.", "Open it where its servers run.")
		: ok(wrappingFor(file, open.host, home, services.userHome));
}

/** Where the person wants secrets to be. */
export function chosenVault(): VaultScheme {
	return vscode.workspace.getConfiguration("sallyport").get("vault") === "sealed" ? "sealed" : "keychain";
}

/** As it stands in a sentence. */
export function vaultName(scheme: VaultScheme): string {
	return scheme === "keychain" ? "the OS keychain" : "the encrypted file";
}
