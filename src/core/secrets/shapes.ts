import { anyForm } from "./any-form.ts";
import { disorder, isRandom } from "./randomness.ts";
import { hasAny, SIGN } from "./signs.ts";

const hasOrdinaryForm = anyForm([
	/^(?:true|false|yes|no|on|off|null|none|auto|required|optional|prompt|ask|enabled|disabled|n\/a|inherit|env|keychain|keyring|interactive|(?:[a-z]{2,12}[-_])?oauth2?|stdin|-)$/i,
	/^[+-]?[\d][\d.,_:]*(?:ms|s|m|h|d|k|kb|mb|gb|%|px)?$/i,
	/^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?$/,
	/^v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.]+)?$/,
	/^\d{1,3}(?:\.\d{1,3}){3}(?::\d+|\/\d+)?$/,
	/^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i,
	/^(?:sha(?:1|224|256|384|512)|md5|blake2b|blake3|h1)[-:=/]{1,2}[A-Za-z0-9+/=_-]+$/i,
	/^[\w./-]+@sha256:[0-9a-f]{64}$/i,
	/^(?:@[\w.-]+\/)?[\w.-]+@(?:latest|next|beta|canary|[~^]?\d+(?:\.\w[\w.+-]*)?)$/,
	/^arn:aws[\w-]*:\S+$/,
	/^#[0-9a-f]{3,8}$/i,
	/^(?:application|text|image|audio|video|multipart)\/[\w.+-]+(?:;\s*\S+)?$/,
	/^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|PHN2Zy|JVBERi0|AAABAA)/,
	// A published script of Google's.
	/^AKfycb[\w-]{30,90}$/,
	/^did:[a-z0-9]+:\S+$/,
	/^urn:\S+$/,
	// IPv6, a hardware address.
	/^\[?(?=[^:]*:[^:]*:)[0-9a-f:]*(?::\d{1,3}(?:\.\d{1,3}){3})?(?:%\w+)?(?:\]:\d{1,5}|\]|\/\d{1,3})?$/i,
	/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}$/i,
	// Content ids of IPFS.
	/^(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z0-9]{56,})$/,
	// Ids of cloud things: `vpc-0a1b…`, `ami-…`, and of Google's clients.
	/^(?:vpc|subnet|sg|ami|i|igw|nat|eni|rtb|acl|vol|snap|eipalloc|tgw|fs|lt|pcx|vpce|db|cluster|dopt|cgw|vgw)-(?:[0-9a-f]{8}|[0-9a-f]{17})(?:-[a-z0-9]{8})?$/,
	/^\d{6,14}-[a-z0-9]{32}\.apps\.googleusercontent\.com$/,
	/^\d:\d{6,14}:(?:web|ios|android):[0-9a-f]{16,32}$/,
	/^(?:G-[A-Z0-9]{10}|GTM-[A-Z0-9]{5,9}|UA-\d{4,10}-\d{1,4}|ca-pub-\d{10,20})$/,
	/^GA\d\.\d\.[\d.]+$/,
	// ULID; Bitcoin and other addresses with a readable beginning.
	/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i,
	/^(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1)[ac-hj-np-z02-9]{38,98}$/,
	/^[xyz]pub[1-9A-HJ-NP-Za-km-z]{107,108}$/,
	/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
	/^W\/"[^"]*"$/,
	// Other systems' ids of a trace.
	/^[0-9a-f]{16,32}-[0-9a-f]{16}(?:-[01d](?:-[0-9a-f]{16})?)?$/,
	/^(?:Root=|Self=|Parent=)?1-[0-9a-f]{8}-[0-9a-f]{24}$/,
	/^[0-9a-f]{32}\/\d{1,20}(?:;o=[01])?$/,
	/^[0-9a-f]{16}-[A-Z]{3}$/,
	// The public key of a node and where it is.
	/^(?:enode:\/\/)?[0-9a-f]{66,128}@[\w.-]+:\d+$/,
	/^\/(?:gnu|nix)\/store\/[a-z0-9]{32}-\S+$/,
	// A volume of Kubernetes.
	/^pvc-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
	/^[\w.+-]+@[\w-]+\.iam\.gserviceaccount\.com(?:\/\S*)?$/,
	// Oracle's cloud, Amazon's pools of users and newer kinds of things, Software Heritage, conversions.
	/^ocid\d\.[a-z0-9]+\.oc\d{1,3}\.[a-z0-9-]*(?:\.[a-z0-9-]*)?\.[a-z0-9]+$/,
	/^[a-z]{2}(?:-[a-z]{2,10}){1,2}-\d(?:_[A-Za-z0-9]{9}|:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
	/^[a-z]{2,6}(?:-(?:attach|assoc|rtb))?-0[0-9a-f]{16}$/,
	/^swh:\d:[a-z]{3}:[0-9a-f]{40}(?:;\S*)?$/,
	/^(?:AW-\d{8,12}|DC-\d{6,10})\/\S+$/,
	/^ChIJ[\w-]{23}$/,
	/^10\.\d{4,9}\/\S+$/,
	// Where to find somebody in a network of peers: multiaddresses, their ids, hidden services.
	/^\/(?:dns[46]?|dnsaddr|ip[46]|p2p|ipfs|ipns|onion3?|unix)\/\S+$/,
	/^(?:12D3KooW[1-9A-HJ-NP-Za-km-z]{44}|k51qzi5uqu5d[a-z0-9]{40,60}|enr:-[\w-]{60,400})$/,
	/^[a-z2-7]{56}\.onion$/i,
	/^(?:pool1[a-z0-9]{51}|tz[1-4][1-9A-HJ-NP-Za-km-z]{33}|(?:EQ|UQ)[\w-]{46})$/,
]);
const PATH_START = /^(?:\.{1,2}[/\\]|~[/\\]?|[A-Za-z]:[/\\]|file:|\\\\|(?:%[A-Za-z_]\w*%)+\\|\$\{?(?:env:)?[A-Z_]+\}?[/\\])/;
const FILE_END =
	/\.(?:json|jsonc|ya?ml|toml|pem|crt|cer|key|pub|p12|pfx|txt|py|js|mjs|cjs|ts|sh|bat|cmd|ps1|exe|env|ini|cfg|conf|log|db|sqlite3?|csv|md|html?|xml|lock|jar|dll|so|rb|go|rs|java|php|zip|gz|tgz|whl|png|jpe?g|svg|gif|ico)$/i;

/** Folders that a system begins with, whatever random names are below them. */
const ROOTED =
	/^\/(?:tmp|var|run|private|home|Users|Volumes|Library|Applications|System|opt|etc|usr|srv|mnt|media|root|snap|data|proc|dev|sys|nix|gnu|app|workspaces?|github|builds)\/[\w.@~+ -]/;
/** Folders, and a file with an ending in them: no alphabet of tokens has both signs. */
const NAMED_FILE = /^(?:\/[\w.@~-]{1,255}){1,40}\/[\w-]{1,100}(?:\.[A-Za-z][\w-]{0,20}){1,3}$/;

/** True for texts whose form says that they are something else than a secret: numbers, paths, addresses, versions, hashes. */
export function isOrdinary(text: string): boolean {
	if (hasOrdinaryForm(text)) return true;
	if (PATH_START.test(text) || (hasAny(text, SIGN.stop) && /^@?[\w./\\~%$-]+$/.test(text) && FILE_END.test(text))) return true;
	if (hasAny(text, SIGN.colon) && /^[a-z][a-z0-9+._-]*:\/\//i.test(text)) return true;
	if (text.startsWith("/") && (ROOTED.test(text) || NAMED_FILE.test(text))) return true;
	return isPath(text) || isHost(text);
}

/**
 * The same for what people choose: `Summer.garden.24` is no host, `winter@2024` no package and `tea/milk/7` no path, unless more than the signs
 * between the words says so.
 */
export function isOrdinaryPassword(text: string): boolean {
	if (/^\w[\w.-]*@\d+$/.test(text) || /^~[^/\\]/.test(text)) return false;
	if (HOST.test(text)) return HOST_END.test(text) || FILE_END.test(text) || /^[\d.:]+$/.test(text);
	if (/^[\w@+-][\w.@~+ -]*(?:\/[\w.@~+ -]*)+$/.test(text)) return FILE_END.test(text) || OF_PATHS.test(text);
	return isOrdinary(text);
}

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i;
const HOST_END =
	/:\d+$|\.(?:com|net|org|io|dev|app|ai|co|cloud|internal|local|lan|corp|localhost|example|test|de|uk|fr|eu|us|ch|gov|edu|svc)$/i;
/** Segments of what names a place where passwords are kept. */
const OF_PATHS =
	/(?:^|\/)(?:prod|production|staging|stage|dev|test|secrets?|passwords?|passwd|tokens?|keys?|credentials?|creds|kv|data|vault|ssm|config|database|db|env|run|etc|home|usr|var|opt)(?:\/|$)/i;

/** True for text that begins as a path does. */
export function startsAsPath(text: string): boolean {
	return PATH_START.test(text);
}

/** Words with slashes between; after a leading slash no segment may look drawn at random (base64 has slashes too). */
function isPath(text: string): boolean {
	if (!hasAny(text, SIGN.slash) || !/^\/?[\w.@~+ -]+(?:\/[\w.@~+ -]*)+$/.test(text) || endsInToken(text)) return false;
	return (
		disorder(text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "")) < 0.45 ||
		(text.startsWith("/") && text.split("/").every((segment) => segment.length < 20 && !isRandom(segment, 10)))
	);
}

/** `secret/live/…`: names, and then a token in letters of both cases and digits, without a file's ending. */
export function endsInToken(text: string): boolean {
	const last = /^[^/]\S*[/:#]([\w-]{20,})$/.exec(text)?.[1] ?? "";
	return /[a-z]/.test(last) && /[A-Z]/.test(last) && /\d/.test(last) && isRandom(last, 18);
}

function isHost(text: string): boolean {
	return hasAny(text, SIGN.stop) && HOST.test(text) && (disorder(text) < 0.5 || NAMED_HOST.test(text));
}

/** Zones of clouds, whatever stands before them. */
const NAMED_HOST =
	/\.(?:amazonaws|googleapis|cloudfront|windows|azure|azurewebsites|elastic-cloud|herokuapp|vercel|netlify|ngrok|workers)\.(?:com(?:\.cn)?|net|app|io|dev)(?::\d{1,5})?$/i;

export function isUuid(text: string): boolean {
	return text.length >= 36 && text.length <= 38 && /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i.test(text);
}
