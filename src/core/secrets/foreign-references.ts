/** Texts by which hosts, shells, password managers and clouds name a secret that is kept elsewhere. */
const WHOLE: readonly RegExp[] = [
	/^\$[A-Z_][A-Z0-9_]*$/,
	/^\$[a-z][a-z]*(?:_[a-z0-9]+)+$/,
	/^\$env:\w+$/i,
	/^%[A-Za-z_]\w*%$/,
	/^\{(?:env|file|input|secret|vault):[^{}]*\}$/i,
	/^\$\{\{[^{}]*\}\}$/,
	/^\{\{[^{}]*\}\}$/,
	/^\$\([^()]*\)$/,
	/^`[^`]*`$/,
	/^(?:env|environ|process\.env|os\.environ|secrets?|vars)[.:[][\w.[\]"'-]+$/i,
	/^(?:op|keychain|sealed|vault|exec|aws-sm|aws-ssm|gcp-sm|azure-kv|bws|doppler|infisical|pass|secret|akv|ref\+[a-z0-9]+|secretref|keyring|lastpass|dashlane|ssm|asm|gsm):\/\/\S*$/i,
	/^arn:aws[\w-]*:(?:secretsmanager|ssm|kms|iam):\S*$/,
	/^projects\/[\w-]+\/secrets\/\S+$/,
	/^@Microsoft\.KeyVault\(.*\)$/,
	/^ENC\[[^\]]*\]$/,
	/^!(?:vault|secret|env|ref|file)\b.*$/i,
];

/** True when the whole text only names where a secret is kept. */
export function isReferenceText(text: string): boolean {
	return WHOLE.some((form) => form.test(text)) || /^\$\{[^{}]*\}$/.test(text);
}

/** Parts of a text that are no references: `Bearer ${TOKEN}` leaves `Bearer `. Offsets count in the text. */
export function literalParts(text: string): readonly { readonly start: number; readonly end: number }[] {
	const parts: { start: number; end: number }[] = [];
	let at = 0;
	for (const match of text.matchAll(/\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{\{[^{}]*\}\}|\$\([^()]*\)/g)) {
		if (match.index > at) parts.push({ start: at, end: match.index });
		at = match.index + match[0].length;
	}
	if (at < text.length) parts.push({ start: at, end: text.length });
	return parts;
}

/** `${VAR:-default}` and its kin: where the default stands, if it is not empty. */
export function defaultOf(text: string): { readonly name: string; readonly start: number; readonly end: number } | null {
	const match = /^\$\{(?:env:)?([A-Za-z_]\w*)(:?[-=]|\|\|?|,)([^{}]+)\}$/.exec(text);
	if (match === null) return null;
	const [, name = "", , value = ""] = match;
	return { name, start: text.length - 1 - value.length, end: text.length - 1 };
}
