import { parseTemplate, type TemplatePart } from "../../../core/config/references.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { Vaults } from "../../vault/index.ts";

/** A header whose value stands elsewhere. */
export interface NamedHeader {
	readonly name: string;
	readonly from: { readonly variable: string } | { readonly template: readonly TemplatePart[] };
}

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** What the exporter itself sets, or what says where a message ends. */
const RESERVED = /^(?:host|connection|transfer-encoding|content-.*|user-agent|te|upgrade|expect)$/i;
const VARIABLE = /^env:([A-Za-z_][A-Za-z0-9_]{0,200})$/;

/**
 * `NAME=env:VARIABLE`, `NAME=keychain://PATH`, or text with references in double braces, `authorization=Bearer {{ keychain://PATH }}`. A text
 * without any of them is refused, and nothing of it repeated: it may be the secret.
 */
export function parseHeader(text: string): Result<NamedHeader> {
	const at = text.indexOf("=");
	const name = text.slice(0, Math.max(0, at)).trim();
	const value = text.slice(at + 1);
	if (!NAME.test(name)) return refuse("A header has no name that can be one.");
	if (RESERVED.test(name)) return refuse(`The header ${name} is set by Sallyport.`);
	const variable = VARIABLE.exec(value)?.[1];
	if (variable !== undefined) return ok({ name, from: { variable } });
	const template = parseTemplate(value);
	if (template?.some((part) => "reference" in part) !== true)
		return refuse("A header's value is typed, not named: what is typed in a command can be read by others.");
	return ok({ name, from: { template } });
}

/** Their values. A variable that is not set, and a reference that does not resolve, is a Problem. */
export async function resolveHeaders(
	headers: readonly NamedHeader[],
	env: Readonly<Record<string, string | undefined>>,
	vaults: Vaults,
): Promise<Result<Readonly<Record<string, string>>>> {
	const resolved: Record<string, string> = {};
	for (const { name, from } of headers) {
		const value = "variable" in from ? variableOf(from.variable, env) : await filled(from.template, vaults);
		if (!value.ok) return value;
		if (!/^[\t\x20-\x7e]+$/.test(value.value))
			return fail("otlp-header", `The value of the header ${name} cannot be one.`, "It may hold printable ASCII alone, and no line break.");
		resolved[name] = value.value;
	}
	return ok(resolved);
}

function variableOf(variable: string, env: Readonly<Record<string, string | undefined>>): Result<string> {
	const value = env[variable];
	return value === undefined || value === ""
		? fail("otlp-header", `The variable ${variable} is not set.`, "Set it, or name another with --header NAME=env:VARIABLE.")
		: ok(value);
}

async function filled(template: readonly TemplatePart[], vaults: Vaults): Promise<Result<string>> {
	let text = "";
	for (const part of template) {
		if ("literal" in part) text += part.literal;
		else {
			const secret = await vaults.resolve(part.reference);
			if (!secret.ok) return secret;
			text += secret.value;
		}
	}
	return ok(text);
}

function refuse(message: string): Result<never> {
	return fail(
		"otlp-header",
		message,
		"Give --header 'NAME=keychain://PATH', 'NAME=Bearer {{ keychain://PATH }}' or 'NAME=env:VARIABLE'. To store one: sallyport secrets set keychain://PATH",
	);
}
