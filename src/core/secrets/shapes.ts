import { disorder, isRandom } from "./randomness.ts";

const ORDINARY: readonly RegExp[] = [
	/^(?:true|false|yes|no|on|off|null|none|auto|required|optional|prompt|ask|enabled|disabled|n\/a|inherit|env|keychain|keyring|interactive|oauth2?|stdin|-)$/i,
	/^[+-]?[\d][\d.,_:]*(?:ms|s|m|h|d|k|kb|mb|gb|%|px)?$/i,
	/^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?$/,
	/^v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.]+)?$/,
	/^\d{1,3}(?:\.\d{1,3}){3}(?::\d+|\/\d+)?$/,
	/^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i,
	/^(?:sha(?:1|224|256|384|512)|md5|blake2b|blake3)[-:=][A-Za-z0-9+/=_-]+$/i,
	/^[\w./-]+@sha256:[0-9a-f]{64}$/i,
	/^(?:@[\w.-]+\/)?[\w.-]+@(?:latest|next|beta|canary|[~^]?\d+(?:\.\w[\w.+-]*)?)$/,
	/^arn:aws[\w-]*:\S+$/,
	/^#[0-9a-f]{3,8}$/i,
	/^(?:application|text|image|audio|video|multipart)\/[\w.+-]+(?:;\s*\S+)?$/,
	/^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|PHN2Zy|JVBERi0|AAABAA)/,
	/^did:[a-z0-9]+:\S+$/,
	/^urn:\S+$/,
	// IPv6, a hardware address.
	/^\[?(?=[^:]*:[^:]*:)[0-9a-f:]*(?::\d{1,3}(?:\.\d{1,3}){3})?(?:%\w+)?(?:\]:\d{1,5}|\]|\/\d{1,3})?$/i,
	/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}$/i,
	// Content ids of IPFS.
	/^(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{56,})$/,
	// Ids of cloud things: `vpc-0a1b…`, `ami-…`, and of Google's clients.
	/^(?:vpc|subnet|sg|ami|i|igw|nat|eni|rtb|acl|vol|snap|eipalloc|tgw|fs|lt|pcx|vpce|db|cluster|dopt|cgw|vgw)-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
	/^\d{6,14}-[a-z0-9]{32}\.apps\.googleusercontent\.com$/,
	/^\d:\d{6,14}:(?:web|ios|android):[0-9a-f]{16,32}$/,
	/^(?:G-[A-Z0-9]{10}|GTM-[A-Z0-9]{5,9}|UA-\d{4,10}-\d{1,4}|ca-pub-\d{10,20})$/,
	/^GA\d\.\d\.[\d.]+$/,
	// ULID; Bitcoin and other addresses with a readable beginning.
	/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
	/^(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1)[ac-hj-np-z02-9]{38,98}$/,
	/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
	/^W\/"[^"]*"$/,
	/^[\w.+-]+@[\w-]+\.iam\.gserviceaccount\.com$/,
];
const PATH_START = /^(?:\.{1,2}[/\\]|~[/\\]?|[A-Za-z]:[/\\]|file:|\\\\)/;
const FILE_END =
	/\.(?:json|jsonc|ya?ml|toml|pem|crt|cer|key|pub|p12|pfx|txt|py|js|mjs|cjs|ts|sh|bat|cmd|ps1|exe|env|ini|cfg|conf|log|db|sqlite3?|csv|md|html?|xml|lock|jar|dll|so|rb|go|rs|java|php|zip|gz|tgz|whl|png|jpe?g|svg|gif|ico)$/i;

/** True for texts whose form says that they are something else than a secret: numbers, paths, addresses, versions, hashes. */
export function isOrdinary(text: string): boolean {
	if (ORDINARY.some((form) => form.test(text))) return true;
	if (PATH_START.test(text) || (/^[\w./\\-]+$/.test(text) && FILE_END.test(text))) return true;
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return true;
	return isPath(text) || isHost(text);
}

/** Words with slashes between; after a leading slash no segment may look drawn at random (base64 has slashes too). */
function isPath(text: string): boolean {
	if (!/^\/?[\w.@~+ -]+(?:\/[\w.@~+ -]*)+$/.test(text)) return false;
	return (
		disorder(text) < 0.45 || (text.startsWith("/") && text.split("/").every((segment) => segment.length < 20 && !isRandom(segment, 10)))
	);
}

function isHost(text: string): boolean {
	return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i.test(text) && disorder(text) < 0.5;
}

export function isUuid(text: string): boolean {
	return /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i.test(text);
}
