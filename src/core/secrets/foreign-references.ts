import { anyForm } from "./any-form.ts";
import { isMarkedVariable, isReadingCode } from "./code-references.ts";
import { isManagerReference } from "./manager-references.ts";
import { isRandom } from "./randomness.ts";
import { endsInToken } from "./shapes.ts";
import { hasAny, hasOnly, SIGN, WORD } from "./signs.ts";

/** Texts by which hosts, shells, password managers and clouds name a secret that is kept elsewhere. */
const isWhole = anyForm([
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
	/^op:\/\/[^\n]*$/i,
	/^(?:keychain|sealed|vault|exec|aws-sm|aws-ssm|gcp-sm|azure-kv|bws|doppler|infisical|pass|secret|akv|ref\+[a-z0-9]+|secretref|keyring|lastpass|dashlane|ssm|asm|gsm):\/\/\S*$/i,
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
	// A password that has been hashed, also behind its user.
	/^[\w.@-]{1,64}:(?:\$(?:2[abxy]?|argon2(?:id|i|d)|5|6|1|y|7|scrypt|apr1)\$|\{(?:S?SHA\d*|S?MD5|CRYPT)\})\S+$/,
	/^\$(?:2[abxy]?|argon2(?:id|i|d)|5|6|1|y|7|scrypt|pbkdf2[\w-]*|apr1)\$\S+$/,
	/^(?:pbkdf2_sha\d+|argon2|bcrypt(?:_sha256)?|scrypt)\$\S+$/,
	/^\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\}\S+$/i,
	/^SCRAM-SHA-256\$\S+$/,
	// Other tools' ways to name a place.
	/^\{\{[^{}]*\}\}$|^<%[^%]*%>$|^#\{[^{}]*\}$|^%\{[^{}]*\}$|^\$\[[^[\]]*\]$|^%\([^()]*\)s?$|^\$ENV\{[^{}]*\}$|^<<[^<>]*>>$|^\$\{\{?[^{}]*\}?\}$/,
	/^(?:ENV|env|os\.getenv|os\.environ\.get|System\.getenv|process\.env|getenv|lookup|secret|var|local|data|module)(?:\(|\[)["']?[\w./:-]+["']?(?:\)|\])$/,
	/^@(?:env|oc\.env|file|vault|secret|keychain)?[:/.~][\w./:~-]*$/i,
	/^(?:secret|secrets|kv)\/[\w./-]+#[\w.-]+$/,
	/^!(?:Ref|Sub|GetAtt|ImportValue|reference|env_var|cat|pass|op)\b.*$/,
	/^(?:arn|projects|resource):\S*secret\S*$/i,
	/^!(?:vault|secret|env|ref|file)\b.*$/i,
	// Code that a template was to run: `process.env.KEY!`, `config.get("key")`, `data.x["key"]`.
	/^(?:process\.env|import\.meta\.env|Deno\.env|Bun\.env|os\.environ|ENV|settings|config|self|this|args|opts|options|params|ctx|var|local|data|module|secrets|random_\w+)(?:\.\w+|\[["']?[\w.-]+["']?\])+!?$/,
	/^(?:BuildConfig|__ENV|Env|Config|Secrets|@?system\.secrets|@?secrets)\.[A-Za-z_]\w{1,60}$/,
]);

/** A word for where a secret comes from, and its name there. */
const PLACE =
	/^(?:env|file|cmd|command|exec|sh|pass|keyring|keychain|secrets?|secretref|secretKeyRef|valueFrom|secret-?manager|vault|bw|bws|op|ssm|asm|awssm|aws-?sm|gsm|gcpsm|sm|aws|gcp|azure|azurekv|akv|doppler|infisical|conjur|chamber|credstash|berglas|from|ref|var|input|prompt|runtime)[:/][A-Za-z_./~][\w./:# ~-]*$/i;

/** Texts that are of no use without the key that they were encrypted with, whatever lines and signs are in them. */
const isEncrypted = anyForm([
	/^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE|CMS|PKCS7|ENCRYPTED MESSAGE)-----/,
	/^(?:!vault\s*\|?\s*)?\$ANSIBLE_VAULT;/,
	// AWS KMS; Windows' DPAPI, as bytes, as base64, and PowerShell's of it.
	/^AQICAH[A-Za-z0-9+/]{40,}={0,2}$/,
	/^01000000d08c9ddf0115d1118c7a00c04fc297eb[0-9a-f]+$/i,
	/^AQAAANCMnd8BFdERjHoAwE[A-Za-z0-9+/]+={0,2}$/,
	/^76492d1116743f0423413b16050a5345[A-Za-z0-9+/=|]+$/,
	// Sealed Secrets of Kubernetes.
	/^Ag[A-D][A-Za-z0-9+/]{400,}={0,2}$/,
	// Pulumi, Travis, AppVeyor, Rails, eyaml, EJSON, Mule, and whatever gives a cipher or a version, an initialisation vector and the rest.
	/^(?:secure:)?v\d:[A-Za-z0-9+/]{16}={0,2}:[A-Za-z0-9+/]{16,}={0,2}$/,
	/^secure:\s*"?[A-Za-z0-9+/]{20,}={0,2}"?$/,
	/^[A-Za-z0-9+/]{16,}={0,2}--[A-Za-z0-9+/]{12,24}={0,2}--[A-Za-z0-9+/]{20,24}={0,2}$/,
	/^EJ\[\d+:[A-Za-z0-9+/=:]+\]$/,
	/^!\[[A-Za-z0-9+/=]+\]$/,
	/^\{(?:AES(?:-?\d+)?|3DES|DES|RSA|xor)\}\S+$/i,
	/^U2FsdGVkX1[A-Za-z0-9+/]{20,}={0,2}$/,
	// A word for sealing, perhaps with whose it is and which version, and then what was sealed.
	/^(?:[a-z]{2,10}[-_.])?(?:(?:kube)?seal(?:ed)?(?:[-_]?(?:secrets?|box|value))?|(?:en)?crypt(?:ed)?(?:[-_]?value)?|cipher(?:ed|text)?|enc(?:v?\d{1,2})?|(?:e?yaml|ejson|jasypt|sops|age|kms|dpapi|[gp]pg|pgp|openpgp|gnupg|secret-?box|nacl|tink|envelope|pkcs7|cms|smime|jwe|clevis|tang|transit|barbican|rsa-?oaep|aes(?:-?(?:128|192|256))?-?(?:gcm|cbc|siv)|x?chacha20-?poly1305))(?:[-_.]?v?\d{1,2})?[:|]{1,2}(?:v?\d{1,3}:)?(?=[A-Za-z0-9+/_-]*\d)[A-Za-z0-9+/_-]{20,}(?:[.:$][A-Za-z0-9+/_-]+){0,4}={0,2}$/i,
]);

/** A call or a variable of some language: `os.getenv("KEY")`, `std::env::var("KEY")`, `fromFile(/run/secrets/key)`. */
const CALL = /^[A-Za-z_$][\w$]{0,40}(?:(?:\.|::)[A-Za-z_$][\w$]{0,40}){0,5}\(((?:["']?[\w .:/-]{0,60}["']?,? ?){0,2})\)!?$/;

/** True for code that a template was to run; what is random in its brackets is no name of a variable. */
function isCall(text: string): boolean {
	const given = text.length > 300 || !hasAny(text, SIGN.round) ? null : CALL.exec(text);
	return (
		given !== null &&
		!(given[1] ?? "").split(/["' ,]+/).some((word) => isRandom(word, 12) || /^[A-Za-z]+[-_]?[A-Za-z]*[-_]?\w*\d\w{8,}$/.test(word))
	);
}

/** References, and records of names of hosts, with blanks and signs of equality in them. */
const UNDIVIDED = /^(?:v=(?:DKIM1|BIMI1|spf1|DMARC1|TLSRPTv1|STSv1)\b|arn:aws[\w-]*:|op:\/\/|@Microsoft\.KeyVault\()[^\n]*$/i;

/** True for a text that is not to be taken apart: somebody encrypted it, or it is one reference. */
export function isUndivided(text: string): boolean {
	return (
		(hasAny(text, SIGN.colon | SIGN.round | SIGN.equals) && UNDIVIDED.test(text)) ||
		isCall(text) ||
		namesAnother(text) ||
		isEncrypted(text) ||
		(text.startsWith("{") && /^\{\s*"/.test(text) && /"encrypted_data"|"ciphertext"/i.test(text.slice(0, 2_000)))
	);
}

/** True when the whole text only names where a secret is kept. */
export function isReferenceText(text: string): boolean {
	if (hasOnly(text, WORD | SIGN.plus | SIGN.equals | SIGN.hyphen)) return isMarkedVariable(text);
	return (
		isWhole(text) ||
		(hasAny(text, SIGN.colon | SIGN.slash) && PLACE.test(text) && !endsInToken(text)) ||
		isCall(text) ||
		namesAnother(text) ||
		/^\$\{[^{}]*\}$/.test(text)
	);
}

/** True for the address of an entry of a manager of secrets, for code that reads one and for the name of a variable between marks. */
function namesAnother(text: string): boolean {
	return isManagerReference(text) || isReadingCode(text) || isMarkedVariable(text);
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
