import type { VaultScheme } from "../ports.ts";

/** `keychain://github/GITHUB_TOKEN`: a URI whose scheme names the vault. The text itself is no secret. */
export interface SecretReference {
	readonly scheme: VaultScheme;
	readonly path: string;
}

const PATH = /^[A-Za-z0-9_.#][A-Za-z0-9_.#-]*(?:\/[A-Za-z0-9_.#][A-Za-z0-9_.#-]*)*$/;
const REFERENCE = /^(keychain|sealed):\/\/(.*)$/s;

/** Null when the text is not exactly one well-formed reference: refused are `..`, a leading `-`, empty segments, over 200 characters. */
export function parseReference(text: string): SecretReference | null {
	const match = REFERENCE.exec(text);
	if (match === null) return null;
	const [, scheme, path] = match;
	if ((scheme !== "keychain" && scheme !== "sealed") || path === undefined) return null;
	if (path.length > 200 || !PATH.test(path) || path.split("/").some((segment) => /^\.+$/.test(segment))) return null;
	return { scheme, path };
}

export function formatReference(reference: SecretReference): string {
	return `${reference.scheme}://${reference.path}`;
}

/** A piece of a value: literal text, or a reference that the launcher replaces by the secret. */
export type TemplatePart = { readonly literal: string } | { readonly reference: SecretReference };

/**
 * Reads a value that may hold references: exactly one reference, or text with references in double braces
 * (`Bearer {{ keychain://github/token }}`). Null when it looks like a reference but is not a well-formed one
 * (that must refuse, never pass as a literal). A plain literal gives one literal part.
 */
export function parseTemplate(text: string): readonly TemplatePart[] | null {
	const whole = parseReference(text);
	if (whole !== null) return [{ reference: whole }];
	const parts: TemplatePart[] = [];
	let at = 0;
	for (const match of text.matchAll(/\{\{\s*((?:keychain|sealed):\/\/[^\s{}]*)\s*\}\}/g)) {
		const reference = parseReference(match[1] ?? "");
		if (reference === null) return null;
		if (match.index > at) parts.push({ literal: text.slice(at, match.index) });
		parts.push({ reference });
		at = match.index + match[0].length;
	}
	if (at < text.length) parts.push({ literal: text.slice(at) });
	const stray = parts.some((part) => "literal" in part && mentionsVault(part.literal));
	return stray ? null : parts;
}

/** True for any text that names one of our vaults, well formed or not. */
export function mentionsVault(text: string): boolean {
	return /(?:keychain|sealed):\/\//i.test(text);
}

/** The references of a value, in order; empty for a literal or for a malformed one. */
export function referencesIn(text: string): readonly SecretReference[] {
	return (parseTemplate(text) ?? []).flatMap((part) => ("reference" in part ? [part.reference] : []));
}
