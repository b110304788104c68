import {
	ENTITY_TAIL,
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

/**
 * What the name beside a value says about it.
 * `password`: people choose it; `secret`: a machine made it; `key`: a bare `…_KEY`, which may be a sort key as well;
 * `public`: a name of things that are no secrets (`…_ID`, `TOKEN_URL`, `MAX_TOKENS`); `neutral`: nothing.
 */
export type KeyClass = "password" | "secret" | "key" | "public" | "neutral";

/** Lower-case words without accents: `OPENAI_apiKey2` gives openai, api, key. */
export const keyWords = remembered((key): readonly string[] => {
	const humps = key.replace(/([\p{Ll}0-9])(\p{Lu})/gu, "$1 $2").replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2");
	// `API密钥` is two words.
	return fold(humps).match(/[a-z]+|(?:(?![a-z])\p{L})+/gu) ?? [];
});

/** The same few names stand beside thousands of values. Bounded, for a name is anybody's text. */
function remembered<T>(judge: (key: string) => T): (key: string) => T {
	const known = new Map<string, T>();
	return (key) => {
		const before = known.get(key);
		if (before !== undefined) return before;
		const judgement = judge(key);
		if (known.size >= MOST_REMEMBERED) known.clear();
		if (key.length <= LONGEST_REMEMBERED) known.set(key, judgement);
		return judgement;
	};
}

/** How many names, and how many characters of one. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 80;

const PUBLIC_PREFIX = /^(?:NEXT_PUBLIC_|PUBLIC_|VITE_PUBLIC_|EXPO_PUBLIC_|NUXT_PUBLIC_|GATSBY_PUBLIC_)/;

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

	if (isPasswordWord(tail) || PASSWORD.has(before + tail) || PASSWORD.has(names.slice(-3).join(""))) return "password";
	if (PUBLIC_PREFIX.test(key)) return "public";
	if (tail === "key" || tail === "keys") {
		if (KEY_OF_PUBLIC.has(before)) return "public";
		return KEY_OF_SECRET.has(before) || rest.some(isSecretWord) ? "secret" : "key";
	}
	if (tail === "tokens" ? rest.some((word) => OTHER_TOKEN.has(word)) : tail === "token" && OTHER_TOKEN.has(before)) return "public";
	if (isSecretWord(tail) || SECRET_PHRASE.has(before + tail)) return "secret";
	if (KEY_BY_HABIT.has(tail)) return "key";
	if (PUBLIC_TAIL.has(tail) || (OTHER_TAIL.has(tail) && rest.some((word) => isSecretWord(word) || PASSWORD.has(word) || word === "key")))
		return "public";
	if (rest.some((word) => isPasswordWord(word) && !PASSWORD_AT_END.has(word))) return OWNER.has(tail) ? "password" : "key";
	if (rest.some(isSecretWord)) return OWNER.has(tail) ? "secret" : "key";
	if (ENTITY_TAIL.has(tail) && !names.includes("key")) return "public";
	return names.includes("key") && !names.some((word) => KEY_OF_PUBLIC.has(word)) ? "key" : "neutral";
});

/** Names that some give to keys, and others to something else. */
const KEY_BY_HABIT: ReadonlySet<string> = new Set([
	"sk",
	"ak",
	"kek",
	"dek",
	"xoxb",
	"xoxp",
	"licence",
	"license",
	"serial",
	"salt",
	"nonce",
]);

function isPasswordWord(word: string): boolean {
	return PASSWORD.has(word) || GLUED_PASSWORD.test(word) || UNSPACED_PASSWORD.test(word);
}

/** True for names of things whose address itself is the credential: incoming webhooks and the like. */
export function namesCapability(key: string | null): boolean {
	return key !== null && keyWords(key).some((word) => /^(?:web)?hooks?$|^secret$|^token$|^capability$/.test(word));
}

function isSecretWord(word: string): boolean {
	return SECRET.has(word) || (word.length > 6 && GLUED_SECRET.test(word)) || UNSPACED_SECRET.test(word);
}
