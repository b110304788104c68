import {
	formatReference,
	mentionsVault,
	parseReference,
	parseTemplate,
	referencesIn,
	type SecretReference,
} from "../../core/config/references.ts";
import { nodeOptionsEffect } from "../../core/launch/node-options.ts";
import { isShellStartFile } from "../../core/launch/shell-start.ts";
import type { EnvPart } from "../../core/policy/fingerprint.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { KEPT_NODE_OPTIONS } from "../installation/cleared.ts";
import { allowCommand } from "./verify.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Set for every server, from this program and not from the host: a locale and a plain terminal change no server's meaning. */
const ALWAYS: Readonly<Record<string, string>> = { LANG: "C.UTF-8" };

/**
 * Reads, from the launcher's environment, the variables that the grant speaks of, as the fingerprint wants them.
 * Any other variable that names a vault is someone asking for a secret that was not granted to them, and refuses.
 */
export function environmentParts(
	grant: Pick<Grant, "name" | "config" | "launch" | "secrets">,
	environment: Environment,
): Result<Record<string, EnvPart>> {
	const parts: Record<string, EnvPart> = {};
	for (const [name, kind] of Object.entries(grant.launch.env)) {
		const value = environment[name] ?? (name === "NODE_OPTIONS" ? environment[KEPT_NODE_OPTIONS] : undefined);
		if (kind === "literal") {
			if (value === undefined)
				return fail(
					"launch-changed",
					`${name}, which was approved with this server, is not set.`,
					`Approve what the config says now: ${allowCommand(grant)}`,
				);
			if (mentionsVault(value)) return notGranted(grant, name, value);
			const part = { kind: "literal", value } as const;
			if (!mayBeSet(name, part))
				return fail(
					"launch-changed",
					`${name} is not what was approved, and may decide which code runs.`,
					"Write the value into the entry again that was approved.",
				);
			parts[name] = part;
		} else if (grant.secrets.has(`env:${name}`)) {
			if (value === undefined)
				return fail(
					"launch-changed",
					`${name}, which was approved with this server, is not set.`,
					`Approve what the config says now: ${allowCommand(grant)}`,
				);
			parts[name] = { kind: "reference", text: value };
		} else if (value !== undefined && mentionsVault(value)) return notGranted(grant, name, value);
		else parts[name] = { kind: "host" };
	}
	for (const [name, value] of Object.entries(environment))
		if (value !== undefined && !Object.hasOwn(parts, name) && mentionsVault(value)) return notGranted(grant, name, value);
	return ok(parts);
}

/**
 * Whether a server may have a variable with this value. Those that can decide which code runs pass only where the value is written down and known to
 * do nothing of the kind.
 */
export function mayBeSet(name: string, part: EnvPart): boolean {
	if (name === "NODE_OPTIONS") return part.kind === "literal" && nodeOptionsEffect(part.value) === "harmless";
	if (/^BUN_(?:OPTIONS|INSPECT.*|BE_BUN)$/.test(name)) return false;
	if (name === "ENV") return part.kind === "literal" && !isShellStartFile(part.value);
	return true;
}

/**
 * The whole environment of the server: what was approved, with granted references replaced by their secrets, and the variables
 * that `sandbox.env` names.
 *
 * @param resolve called only for the reference that the grant holds for this very slot
 */
export async function serverEnvironment(
	grant: Grant,
	parts: Readonly<Record<string, EnvPart>>,
	environment: Environment,
	resolve: (reference: SecretReference) => Promise<Result<string>>,
): Promise<Result<{ readonly env: Record<string, string>; readonly secrets: readonly string[] }>> {
	const env: Record<string, string> = { ...ALWAYS };
	const secrets: string[] = [];
	if (grant.sandbox !== "off")
		for (const name of grant.sandbox.env) {
			const value = environment[name];
			if (value !== undefined && !mentionsVault(value)) env[name] = value;
		}
	for (const [name, part] of Object.entries(parts)) {
		if (part.kind === "literal") env[name] = part.value;
		else if (part.kind === "host") {
			const value = environment[name];
			if (value !== undefined) env[name] = value;
		} else {
			const filled = await fill(grant, name, part.text, resolve);
			if (!filled.ok) return filled;
			env[name] = filled.value.text;
			secrets.push(filled.value.secret);
		}
	}
	return ok({ env, secrets });
}

async function fill(
	grant: Grant,
	name: string,
	text: string,
	resolve: (reference: SecretReference) => Promise<Result<string>>,
): Promise<Result<{ readonly text: string; readonly secret: string }>> {
	const granted = parseReference(grant.secrets.get(`env:${name}`) ?? "");
	const template = parseTemplate(text);
	if (granted === null || template === null) return notGranted(grant, name, text);
	const asked = template.flatMap((part) => ("reference" in part ? [part.reference] : []));
	if (asked.length === 0 || asked.some((reference) => reference.scheme !== granted.scheme || reference.path !== granted.path))
		return notGranted(grant, name, text);
	const secret = await resolve(granted);
	if (!secret.ok) return secret;
	return ok({ text: template.map((part) => ("literal" in part ? part.literal : secret.value)).join(""), secret: secret.value });
}

/** Of the value, which is a stranger's text, only a well-formed reference is repeated. */
function notGranted(grant: Pick<Grant, "name" | "config">, variable: string, value: string): Result<never> {
	const [asked] = referencesIn(value);
	const reference = asked === undefined ? "REFERENCE" : formatReference(asked);
	return fail(
		"reference-not-granted",
		`${variable} asks for a secret that is not granted to this server.`,
		`If it should have it: ${allowCommand(grant)} --secret env:${variable}=${reference}`,
	);
}
