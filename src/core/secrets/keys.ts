/**
 * What the name beside a value says about it.
 * `password`: people choose it; `secret`: a machine made it; `key`: a bare `…_KEY`, which may be a sort key as well;
 * `public`: a name of things that are no secrets (`…_ID`, `…_URL`, `MAX_TOKENS`); `neutral`: nothing.
 */
export type KeyClass = "password" | "secret" | "key" | "public" | "neutral";

/** Lower-case words without accents: `OPENAI_apiKey2` gives openai, api, key. */
export const keyWords = remembered((key): readonly string[] => {
	return fold(key.replace(/([\p{Ll}0-9])(\p{Lu})/gu, "$1 $2").replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")).match(/\p{L}+/gu) ?? [];
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

/** Lower case, compatibility forms and accents removed, Cyrillic and Greek look-alikes inside Latin words made Latin. */
export function fold(text: string): string {
	const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
	return /[a-z]/.test(plain) ? plain.replace(/[аеорсхуіјѕ]/g, (c) => "aeopcxyijs"["аеорсхуіјѕ".indexOf(c)] ?? c) : plain;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(fold));

const PASSWORD = words(
	"password passwords passwd passwort passphrase passcode pwd pass pw pswd psw userpass dbpass contraseña contrasena senha parola mdp motdepasse hasło haslo wachtwoord lösenord losenord kennwort heslo şifre sifre пароль 密码 密碼 口令 パスワード 비밀번호 암호",
);
const SECRET = words(
	"token tokens secret secrets apikey apikeys apitoken accesskey accesstoken authtoken secretkey privatekey clientsecret credential credentials cred creds auth authorization authentication bearer jwt cookie cookies pat sas sig signature hmac session sessionid sessid jsessionid phpsessid seed mnemonic xsrf csrf otp totp jeton clave chave llave schluessel schlussel schlüssel токен ключ секрет 令牌 密钥 密鑰 秘钥 金鑰 トークン キー 秘密 토큰 키 비밀",
);
const GLUED =
	/(?:apikey|apitoken|accesskey|accesstoken|authtoken|bearertoken|secretkey|privatekey|clientsecret|token|secret|passphrase|credentials?|authkey)$/;
const GLUED_PASSWORD = /(?:password|passwd|passwort)$/;
/** Words before `key` that make it a credential beyond doubt. */
const KEY_OF_SECRET = words(
	"api access secret private auth account signing encryption master service subscription client license licence shared storage admin rest app application integration write read ingest x deploy jwt token session role server function host ssh gpg webhook partner developer user org",
);
/** Words before `key` that make it something else. */
const KEY_OF_PUBLIC = words(
	"public publishable site anon anonymous cache primary foreign sort partition hot shortcut index row column object map lookup group order storage_path idempotency dedupe translation i18n locale registry config unique composite natural surrogate range hash routing message event",
);
const PUBLIC_TAIL = words(
	`id ids uid guid uuid sub url urls uri uris endpoint endpoints host hosts hostname port ports path paths dir directory folder root file files filename filepath name names username user users login email mail owner
	region zone version versions hash hashes checksum sha md digest integrity fingerprint thumbprint address addresses addr model models type types kind mode modes level levels ttl timeout timeouts limit limits size sizes
	length len count counts max min num format scope scopes issuer iss audience aud expiry expires expiration expire lifetime age algorithm alg algo project projects org organization team account accounts tenant workspace
	bucket schema table env environment header headers prefix suffix label labels title description descriptions desc comment note notes message summary alias ref refs branch tag tags commit revision rev image locale lang language timezone tz
	color theme enabled disabled enable disable required optional verify validation ssl tls cert certificate ca command cmd bin binary executable method methods provider providers strategy policy policies interval delay retries retry
	concurrency budget window server servers domain domains site page channel topic queue position start end log logs date time timestamp year country currency symbol unit placeholder hint instructions example examples schema plugin
	source location manager store storage backend helper resolver generator rotation encoding digits charset parameter param field variable var`,
);
/** Words at the end of a name that say nothing: `TOKEN_PROD`, `PASSWORD_2`, `SECRET_VALUE`. */
const FILLER = words(
	"prod production dev development stage staging test testing live main default primary secondary old new backup current next value val text string plain plaintext raw base b enc encoded internal external local remote a c d e",
);
const QUANTITY = words(
	"max min num number total context output input prompt completion new budget limit per count cached reasoning thinking window",
);
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

	if (PASSWORD.has(tail) || GLUED_PASSWORD.test(tail)) return "password";
	if (tail === "passe" && names.includes("mot")) return "password";
	if (PUBLIC_PREFIX.test(key)) return "public";
	if (tail === "key" || tail === "keys") {
		if (KEY_OF_PUBLIC.has(before)) return "public";
		return KEY_OF_SECRET.has(before) || rest.some(isSecretWord) ? "secret" : "key";
	}
	if ((tail === "tokens" || tail === "token") && rest.some((word) => QUANTITY.has(word))) return "public";
	if (isSecretWord(tail)) return "secret";
	if (PUBLIC_TAIL.has(tail)) return "public";
	if (names.some((word) => PASSWORD.has(word))) return "password";
	if (names.some(isSecretWord)) return "secret";
	return names.includes("key") && !names.some((word) => KEY_OF_PUBLIC.has(word)) ? "key" : "neutral";
});

/** True for names of things whose address itself is the credential: incoming webhooks and the like. */
export function namesCapability(key: string | null): boolean {
	return key !== null && keyWords(key).some((word) => /^(?:web)?hooks?$|^secret$|^token$|^capability$/.test(word));
}

function isSecretWord(word: string): boolean {
	return SECRET.has(word) || (word.length > 6 && GLUED.test(word));
}
