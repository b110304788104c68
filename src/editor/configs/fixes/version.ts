import * as vscode from "vscode";
import { launchOf } from "../../../core/config/wrapped.ts";
import { type PackageToPin, packageToPin } from "../../../core/fixes/pin-version.ts";
import { parseLaunch } from "../../../core/launch/runner.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import { isExactVersion } from "../../../core/rules/supply/package-version.ts";
import { lookUpVersion } from "../../../platform/packages/npm/lookup.ts";
import { lastResolved } from "../../../platform/packages/resolved.ts";
import { withProgress } from "../../commands.ts";
import type { OpenConfig } from "../configs.ts";
import type { FixContext } from "./context.ts";
import { isInEntry } from "./movable.ts";

const ANSWER_MS = 20_000;

/** The version that this finding's package was installed in when it was approved or listed; null: it was not yet. */
export function installedVersion({ services, configs }: FixContext, open: OpenConfig, finding: Finding): string | null {
	const home = services.home();
	const { document } = configs.analysis(open);
	const server = document.servers.find(({ keyPath }) => isInEntry(finding, keyPath));
	const wanted = packageToPin(document, finding);
	if (!home.ok || server?.kind !== "stdio" || wanted?.runner !== "npm") return null;
	const { command, args } = launchOf(server);
	const launch = parseLaunch(
		command.value,
		args.map(({ value }) => value),
	);
	if (!launch.ok || launch.value.kind !== "package" || launch.value.registry !== "npm" || launch.value.spec.name !== wanted.name)
		return null;
	return lastResolved(home.value, launch.value)?.version ?? null;
}

/** The version to pin: the installed one, else the registry's, else (for Python's packages) the one that the person types. */
export async function versionFor(context: FixContext, open: OpenConfig, finding: Finding): Promise<Result<string>> {
	const wanted = packageToPin(context.configs.analysis(open).document, finding);
	if (wanted === null)
		return fail("package-not-pinnable", "No registry has this package under that name.", "Name an exact version by hand.");
	const installed = installedVersion(context, open, finding);
	if (installed !== null) return ok(installed);
	return wanted.runner === "python" ? askVersion(wanted) : lookUp(context, wanted);
}

async function lookUp({ services }: FixContext, { name, range }: PackageToPin): Promise<Result<string>> {
	const ready = await services.setUp();
	if (!ready.ok) return ready;
	const deps = { node: ready.value.installation.node, env: services.env, untrusted: services.workspaceFolders, timeoutMs: ANSWER_MS };
	return withProgress(`Asking the registry for the version of ${name}`, () => lookUpVersion({ name, range }, deps));
}

async function askVersion({ name }: PackageToPin): Promise<Result<string>> {
	const version = await vscode.window.showInputBox({
		title: `Pin ${name}`,
		prompt: "The exact version that you use",
		placeHolder: "1.2.3",
		ignoreFocusOut: true,
		validateInput: (text) => (isExactVersion(text.trim(), "python") ? null : "Name one exact version, such as 1.2.3."),
	});
	return version === undefined ? fail("cancelled", "Nothing was changed.", "") : ok(version.trim());
}
