import { classifyKey } from "./keys.ts";
import { isRandom, surprise } from "./randomness.ts";
import { isUuid } from "./shapes.ts";
import { hasAny, SIGN } from "./signs.ts";

/** A scheme, and how many slashes stand behind it. */
const SCHEME = /^([A-Za-z0-9][A-Za-z0-9+._-]{1,40}):(\/{0,3})(?=[^\s/])/;
const LONGEST = 400;

/**
 * True for a text that names where a secret is kept by the address of a manager of secrets: `keeper://…/field/password`, `bws:` and a UUID,
 * `conjur:prod/billing/api`. Of managers that nobody knows, what the address says has to be readable.
 */
export function isManagerReference(text: string): boolean {
	const match = text.length > LONGEST || !hasAny(text, SIGN.colon) ? null : SCHEME.exec(text);
	if (match === null) return false;
	const [start, scheme = "", slashes = ""] = match;
	const rest = text.slice(start.length);
	if (/[\r\n"'<>{}]/.test(rest) || NO_MANAGER.test(scheme) || isRandom(scheme, 10)) return false;
	const isAddress = slashes.length >= 2;
	// `scheme://user:password@host`
	if (isAddress && /^[^/?#\s]*@/.test(rest)) return false;
	const isManager = MANAGER.test(scheme) || MANAGERS.has(scheme.toLowerCase().replace(/[^a-z0-9]/g, ""));
	if (isAddress && isManager) return true;
	if (/\s/.test(rest)) return false;
	const segments = rest.split(/[/:#;,=?&]+/).filter((segment) => segment !== "");
	const last = segments.at(-1) ?? "";
	if (isManager) return segments.every(isNamed) || (segments.length > 1 && isField(last));
	if (isAddress) return segments.length > 1 && isField(last) && !segments[0]?.includes(".");
	return rest.includes("/") && segments.length > 1 && segments.every(isName) && segments.some((segment) => OF_SECRETS.test(segment));
}

/** What addresses of other things begin with, and RFC 8959's beginning of a secret itself. */
const NO_MANAGER =
	/^(?:https?|wss?|sse|ftps?|git|ssh|data|jdbc|mailto|urn|did|tel|[\w-]*token|api[-_]?key|bearer|basic|password|pwd)$|^git\+/i;

/** Names made of words for a place where secrets are. */
const MANAGER =
	/vault|secrets?(?:[-_.+]?(?:ref|s?manager|service|server|store|s))?$|^secrets?[-_.+]|key[-_]?(?:chain|ring|pass)|pass(?:word)?[-_]?(?:store|manager|safe|bolt)|credential|\bcreds?\b|kms$|param(?:eter)?s?[-_]?store|lock(?:box|er)$|strongbox|^file\+|^ref\+/i;

/** Other names of managers of secrets and of what they are asked through, without the signs in them. */
const MANAGERS: ReadonlySet<string> = new Set(
	`op onepassword 1password 1p bw bws bitwarden keeper ksm akeyless conjur summon cyberark ccp lastpass lpass dashlane dcli dl enpass psono nordpass roboform protonpass pass gopass
	passage passbolt thycotic delinea dsv tss beyondtrust infisical doppler phase envkey onboardbase hush teller chamber credstash berglas knox confidant keywhiz sops ejson vals dotenvx varlock esc
	pulumi openbao bao hashicorp credhub nomad nomadvar consul etcd k8s kubernetes swarm libsecret kwallet wincred dpapi osxkeychain pkcs11 tpm tpm2 yubikey awsps awsssm ssm awssm asm sm gsm gcpsm akv
	azkv azurekv azuresm ibmsm ocism yandexlockbox stash`
		.trim()
		.split(/\s+/),
);

/** Words, perhaps with a short number; or a number. */
function isName(segment: string): boolean {
	return (
		/^(?:[A-Za-z_.@-]{1,60}\d{0,1}|v?\d{1,6}|[a-z]{1,8}-\w{1,3})$/.test(segment) && (segment.length < 8 || (surprise(segment) ?? 0) < 0.3)
	);
}

/** The same, and ids. */
function isNamed(segment: string): boolean {
	return isName(segment) || isUuid(segment) || /^(?:0x[0-9a-f]{4,8}|\d{1,20}|ocid1\.[\w.-]{10,120})$/i.test(segment);
}

/** What an entry of a manager holds. */
function isField(segment: string): boolean {
	if (!isName(segment)) return false;
	const kind = classifyKey(segment);
	return kind === "password" || kind === "secret" || kind === "key" || /^(?:value|field|current|latest|data|content)$/i.test(segment);
}

const OF_SECRETS =
	/^(?:prod|production|staging|stage|dev|test|secrets?|pass(?:word|wd)?s?|(?:\w{1,20}[-_])?(?:tokens?|keys?|password)|credentials?|creds|kv|data|vault|api|db|database|env|variables?)$/i;
