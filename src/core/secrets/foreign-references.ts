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
	// Encrypted where it stands: Jasypt, Spring, Vault's transit engine, Ansible, SOPS, age.
	/^ENC\([^()]*\)$/,
	/^\{(?:cipher|encrypted|enc|vault|aes|kms|secret)\}\S*$/i,
	/^(?:vault|enc|encrypted|kms|sops|crypt|dpapi|awskms|gcpkms):(?:v\d+:)?\S+$/i,
	/^\$ANSIBLE_VAULT;/,
	/^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE|CMS|PKCS7)-----/,
	// A password that has been hashed.
	/^\$(?:2[abxy]?|argon2(?:id|i|d)|5|6|1|y|7|scrypt|pbkdf2[\w-]*|apr1)\$\S+$/,
	/^(?:pbkdf2_sha\d+|argon2|bcrypt(?:_sha256)?|scrypt)\$\S+$/,
	/^\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\}\S+$/i,
	/^SCRAM-SHA-256\$\S+$/,
	// Other tools' ways to name a place.
	/^\{\{[^{}]*\}\}$|^<%[^%]*%>$|^#\{[^{}]*\}$|^%\{[^{}]*\}$|^\$\[[^[\]]*\]$|^%\([^()]*\)s?$|^\$ENV\{[^{}]*\}$|^<<[^<>]*>>$|^\$\{\{?[^{}]*\}?\}$/,
	/^(?:ENV|env|os\.getenv|os\.environ\.get|System\.getenv|process\.env|getenv|lookup|secret|var|local|data|module)(?:\(|\[)["']?[\w./:-]+["']?(?:\)|\])$/,
	/^@(?:env|file|vault|secret|keychain)?[:/.~][\w./:~-]*$/i,
	/^(?:env|file|cmd|command|exec|sh|pass|keyring|keychain|secret|secretref|vault|bw|op|ssm|sm|aws|gcp|azure|doppler|infisical|from|ref|var|input|prompt)[:/][A-Za-z_./~][\w./:# ~-]*$/i,
	/^(?:secret|secrets|kv)\/[\w./-]+#[\w.-]+$/,
	/^!(?:Ref|Sub|GetAtt|ImportValue|reference|env_var|cat|pass|op)\b.*$/,
	/^(?:arn|projects|resource):\S*secret\S*$/i,
	/^!(?:vault|secret|env|ref|file)\b.*$/i,
];

/** True when the whole text only names where a secret is kept. */
export function isReferenceText(text: string): boolean {
	if (/^[\w+=-]*$/.test(text)) return false;
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
