import {
	ENTITY_TAIL,
	ENTITY_TAIL_BEHIND,
	FILLER,
	fold,
	GLUED_PASSWORD,
	GLUED_SECRET,
	KEY_OF_PUBLIC,
	KEY_OF_SECRET,
	OTHER_TAIL,
	OTHER_TOKEN,
	OWNER,
	PASSWORD,
	PASSWORD_AT_END,
	PUBLIC_TAIL,
	SECRET,
	SECRET_PHRASE,
	UNSPACED_PASSWORD,
	UNSPACED_SECRET,
} from "./key-words.ts";
import { remembered } from "./remembered.ts";

/**
 * What the name beside a value says about it.
 * `password`: people choose it; `secret`: a machine made it; `key`: a bare `…_KEY`, which may be a sort key as well;
 * `public`: a name of things that are no secrets (`…_ID`, `TOKEN_URL`, `MAX_TOKENS`); `neutral`: nothing.
 */
export type KeyClass = "password" | "secret" | "key" | "public" | "neutral";

/** Lower-case words without accents: `OPENAI_apiKey2` gives openai, api, key. */
export const keyWords = remembered((key): readonly string[] => {
	if (/^[\0-\x7f]*$/.test(key)) return asciiWords(key);
	const humps = key.replace(/([\p{Ll}0-9])(\p{Lu})/gu, "$1 $2").replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2");
	// `API密钥` is two words.
	return fold(humps).match(/[a-z]+|(?:(?![a-z])\p{L})+/gu) ?? [];
});

/** The same of a name as most are, without a look at what other scripts have for capitals. */
function asciiWords(key: string): readonly string[] {
	const words: string[] = [];
	let start = -1;
	const end = (at: number): void => {
		if (start >= 0) words.push(key.slice(start, at).toLowerCase());
		start = -1;
	};
	for (let i = 0; i < key.length; i++) {
		const code = key.charCodeAt(i);
		const isUpper = code >= 65 && code <= 90;
		if (!isUpper && !isLower(code)) end(i);
		else if (start < 0) start = i;
		else if (isUpper && (isLower(key.charCodeAt(i - 1)) || isLower(key.charCodeAt(i + 1)))) {
			end(i);
			start = i;
		}
	}
	end(key.length);
	return words;
}

function isLower(code: number): boolean {
	return code >= 97 && code <= 122;
}

const PUBLIC_PREFIX =
	/^(?:NEXT_PUBLIC_|PUBLIC_|VITE_PUBLIC_|EXPO_PUBLIC_|NUXT_PUBLIC_|GATSBY_PUBLIC_|REACT_APP_(?:FIREBASE|GOOGLE_MAPS)|VITE_(?:FIREBASE|GOOGLE_MAPS))/;

/** What every app of Firebase carries with it; the private halves have other names. */
const OF_FIREBASE = /(?:^|[_-])firebase[_-]?(?:web[_-]?|browser[_-]?|client[_-]?)?(?:app[_-]?)?api[_-]?key$/i;

/** True for names of variables that a build puts into what every browser gets. */
export function isForBrowsers(key: string | null): boolean {
	return key !== null && (PUBLIC_PREFIX.test(key) || OF_FIREBASE.test(key));
}

export function classifyKey(key: string | null): KeyClass {
	return key === null ? "neutral" : classify(key);
}

const classify = remembered((key): KeyClass => {
	const all = keyWords(key);
	if (all.length === 0) return "neutral";
	let end = all.length;
	while (end > 1 && FILLER.has(all[end - 1] ?? "")) end--;
	const names = all.slice(0, end);
	const tail = names[end - 1] ?? "";
	const before = names[end - 2] ?? "";
	const rest = names.slice(0, -1);

	if (isSession(before, tail)) return "neutral";
	if (OF_CLIENTS.test(key)) return "public";
	if (isCiphered(names) || isNameOfWords(names)) return "public";
	if (tail === "pin" || isPasswordWord(tail) || PASSWORD.has(before + tail) || PASSWORD.has(names.slice(-3).join(""))) return "password";
	if (PUBLIC_PREFIX.test(key) || OF_TRACES.test(key) || GLUED_PUBLIC.test(tail)) return "public";
	if (tail === "key" || tail === "keys") {
		if (KEY_OF_PUBLIC.has(before) || names.includes("public")) return "public";
		return KEY_OF_SECRET.has(before) || rest.some(isSecretWord) ? "secret" : "key";
	}
	if (tail === "tokens" ? rest.some((word) => OTHER_TOKEN.has(word)) : tail === "token" && OTHER_TOKEN.has(before)) return "public";
	if (tail === "token" && before === "public") return "public";
	if (isSecretWord(tail) || SECRET_PHRASE.has(before + tail)) return "secret";
	if (KEY_BY_HABIT.has(tail)) return "key";
	if (PUBLIC_TAIL.has(tail) || (OTHER_TAIL.has(tail) && rest.some((word) => isSecretWord(word) || PASSWORD.has(word) || word === "key")))
		return "public";
	if (rest.some((word) => isPasswordWord(word) && !PASSWORD_AT_END.has(word))) return OWNER.has(tail) ? "password" : "key";
	if (rest.some(isSecretWord)) return OWNER.has(tail) ? "secret" : "key";
	if ((ENTITY_TAIL.has(tail) || (rest.length > 0 && ENTITY_TAIL_BEHIND.has(tail))) && !names.includes("key")) return "public";
	return names.includes("key") && !names.some((word) => KEY_OF_PUBLIC.has(word)) ? "key" : "neutral";
});

/** Keys that every browser gets to see, though not by their names: what counts visits, and what only searches. */
const OF_CLIENTS =
	/(?:^|[_-])write[_-]?key$|^mixpanel[_-](?:project[_-])?token$|^paddle[_-]client[_-](?:side[_-])?token$|^pusher[_-](?:app[_-])?key$|^algolia[_-]search[_-](?:api[_-])?key$/i;

/** Headers that follow a request through systems, or say which state of a thing is meant. */
const OF_TRACES =
	/^(?:traceparent|tracestate|b3|baggage|newrelic|sentry-trace|cf-ray|uber-trace-id|elastic-apm-traceparent|grpc-trace-bin|if-(?:none-)?match|if-range|etag|content-md5|content-digest|repr-digest|digest|sec-websocket-(?:key|accept)|idempotency-key|x-(?:b3|datadog|ot|amz|amzn|amazon|cloud|request|correlation|trace|newrelic|goog-hash|ms-request|github-request)-(?!security-token|signature|credential|api)[\w-]*)$/i;

/** Names of ids and of public keys in one word: `CLIENTID`, `SITEKEY`. */
const GLUED_PUBLIC =
	/^(?:client|app|application|tenant|org|organi[sz]ation|project|user|member|database|db|workspace|account|page|site|store|team|group|channel|room|bot|device|machine|order|product|zone|pool|table|customer|object|file|folder|board|list|card|chat|guild|server|merchant|partner|company|contact|campaign|template|message|thread|calendar|document|doc|sheet|form|event|instance|cluster|node|resource|subscription|publisher|tracking|measurement|pixel|property|stream|dataset|collection|asset|location|region|shop|vendor)id$|^(?:site|public|pub|publishable|sort|partition|primary|foreign|cache|vapidpublic|peerpublic|recaptchasite|hcaptchasite|captchasite)key$/;

/** A session's id: random text there lets one in, a UUID may not. */
function isSession(before: string, tail: string): boolean {
	return before === "session" && tail === "id";
}

/** What is kept there is encrypted, or a hash: `ENCRYPTED_PASSWORD`. */
function isCiphered(names: readonly string[]): boolean {
	return names.length > 1 && names.slice(0, -1).some((word) => /^(?:encrypted|sealed|ciphered|hashed|securestring|obfuscated)$/.test(word));
}

/** Words for many, of which some are allowed or not: `ALLOWED_TOKENS`, `COMMON_PASSWORDS`. */
function isNameOfWords(names: readonly string[]): boolean {
	return (
		/^(?:passwords|tokens|secrets|keys|credentials)$/.test(names.at(-1) ?? "") && names.slice(0, -1).some((word) => OF_WORDS.test(word))
	);
}

const OF_WORDS = /^(?:allowed|disallowed|blocked|forbidden|banned|common|weak|supported|accepted|denied|ignored|reserved|breached)$/;

/** Names that some give to keys, and others to something else. */
const KEY_BY_HABIT: ReadonlySet<string> = new Set([
	"sk",
	"ak",
	"kek",
	"dek",
	"hec",
	"xoxb",
	"xoxp",
	"licence",
	"license",
	"salt",
	"pepper",
]);

function isPasswordWord(word: string): boolean {
	return PASSWORD.has(word) || GLUED_PASSWORD.test(word) || (!isLower(word.charCodeAt(0)) && UNSPACED_PASSWORD.test(word));
}

/** True for names of things whose address itself is the credential: incoming webhooks and the like. */
export function namesCapability(key: string | null): boolean {
	return key !== null && keyWords(key).some((word) => /^(?:web)?hooks?$|^capability$/.test(word));
}

function isSecretWord(word: string): boolean {
	// A word has letters of Latin alone, or none.
	return SECRET.has(word) || (word.length > 6 && GLUED_SECRET.test(word)) || (!isLower(word.charCodeAt(0)) && UNSPACED_SECRET.test(word));
}
