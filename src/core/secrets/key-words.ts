import { asItLooks, withoutAccents } from "./disguise.ts";

/** Lower case, compatibility forms, accents and hidden characters removed, look-alikes inside Latin words made Latin. */
export function fold(text: string): string {
	if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase();
	// A word of one script stays what it is: `ΚΛΕΙΔΙ_API` is two.
	return withoutAccents(text).replace(/[\p{L}\p{M}]+/gu, (word) =>
		/[a-z]/.test(word) && /[^\0-\x7f]/.test(word) ? word.replace(/[^\0-\x7f]/gu, (c) => asLatin(c)) : word,
	);
}

/** Only where what it looks like is a letter: CJK and the like stay what they are. */
function asLatin(character: string): string {
	const looks = asItLooks(character);
	return looks === "" ? character : looks;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(fold));

/** What people choose, in the languages of the people who choose; words of a phrase stand without blanks. */
export const PASSWORD = words(`
	password passwords passwd wifikey wlankey wpakey wpapsk passphrase passcode pwd pass pw pswd psw psk puk passe khau userpass dbpass dbpwd adminpw keypass storepass requirepass sudopass
	contraseña contrasenya pasahitza senha palavrapasse palavrachave motdepasse mdp passwort kennwort losungswort wachtwoord lösenord passord adgangskode kodeord salasana
	hasło haslo heslo heslá lozinka geslo zaporka jelszó parola parolă şifre şifresi parolası parool parole slaptažodis лозинка парола пароль пароли κωδικός συνθηματικό סיסמה סיסמא
	كلمةالمرور كلمةالسر رمزالعبور گذرواژه पासवर्ड কূটশব্দ รหัสผ่าน mậtkhẩu katasandi sandi katalaluan parol sifra 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호
`);

/** What machines make. */
export const SECRET = words(`
	token tokens tok secret secrets apikey apikeys apitoken accesskey accesstoken authtoken secretkey privatekey privkey clientsecret credential credentials cred creds auth authorization
	authentication bearer jwt cookie cookies pat sas sig hmac session sessionid sessid jsessionid phpsessid seed mnemonic xsrf csrf otp totp macaroon wif xprv nsec keypair keypairs sessdata
	jeton clave llave clé clef chave schlüssel schluessel sleutel nyckel nøkkel nokkel nøgle nogle avain klucz klíč kľúč ključ kulcs cheie chiave anahtar anahtarı kunci khóa klyuch sekret raktas võti κλειδί ключ кључ מפתח مفتاح کلید कुंजी กุญแจ
	secreto secreta segreto segredo geheim geheimnis geheimschlüssel hemlighet hemmelighet salaisuus tajny tajne titok sır gizli rahasia секрет таємниця токен סוד سر 令牌 密钥 密鑰 秘钥 金鑰 秘密 凭证 憑證 トークン キー 鍵 シークレット 토큰 키 비밀
`);

/** Two words that mean one together. */
export const SECRET_PHRASE = words(
	"httpbasic basicauth servicerole apihash honeycombteam kubeconfigdata connectsid accesscode accesscodes activationcode authcode recoverycode recoverycodes backupcode backupcodes securitycode unlockcode alarmcode doorcode gatecode entrycode authdata jaasconfig cléapi khóaapi fichaacceso originverify proxyauth proxyauthorization",
);

/** Of glued words, the end that tells: `openaiapikey`, `Datenbankpasswort`. */
export const GLUED_SECRET =
	/(?:apikey|apitoken|accesskey|accesstoken|authtoken|bearertoken|secretkey|privatekey|clientsecret|token|secret|credentials?|authkey|schl(?:ue|u)ssel|sleutel|nyckel|avain)$/;
export const GLUED_PASSWORD = /(?:password|passwd|passphrase|passwort|kennwort|wachtwoord|losenord|salasana|motdepasse)$/;

/** Ends of words in scripts that put no blanks between words. */
export const UNSPACED_PASSWORD = /(?:密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|รหัสผ่าน)$/u;
export const UNSPACED_SECRET = /(?:令牌|密钥|密鑰|秘钥|金鑰|秘密|凭证|憑證|トークン|キー|鍵|シークレット|토큰|키|비밀)$/u;

/** Words before `key` that make it a credential beyond doubt. */
export const KEY_OF_SECRET = words(
	"api access secret private auth account signing encryption encrypt fernet aes master service subscription client license licence shared preshared storage admin rest app application integration write read ingest x deploy jwt token session role server function functions ssh webhook partner developer priv crypto sdk",
);

/** Words after a word for a secret that say whose it is: `PASSWORD_MYSQL`, `TOKEN_GITHUB`. */
export const OWNER = words(
	`admin root user guest app service svc db database mysql postgres postgresql pg mariadb mssql sql oracle mongo mongodb redis rabbitmq kafka elastic es neo4j smtp imap pop3 ftp sftp ssh ldap ad vpn wifi proxy http https basic jira confluence atlassian
	github gitlab git bitbucket azure aws gcp google slack discord telegram openai anthropic claude gemini mistral stripe twilio sendgrid notion linear figma supabase vercel netlify heroku cloudflare docker npm pypi sentry grafana datadog
	api web server client bot agent mcp key id master bind hash banco bd base datenbank banque bank benutzer usuario utente konto cuenta`,
);

/** Words at the end of a name of something that has an id: random text there is one. */
export const ENTITY_TAIL = words(
	`base page board sheet spreadsheet document doc docs folder calendar playlist video channel collection deployment pipeline assistant voice price product plan tracking instance subnet vpc stack realm snapshot
	card issue customer contact company deal shop location device group role zone dataset experiment release artifact lambda queue cluster namespace pod
	container disk volume network gateway dashboard panel monitor form survey template campaign audience segment report contract tx txn transaction wallet mint
	file drive media photo avatar icon logo font etag traceparent tracestate baggage correlation guild server chat thread message mailbox label board sprint epic milestone gsheet gist commit sha rev`,
);

/** The same behind another word only: `BLOB` alone says nothing. */
export const ENTITY_TAIL_BEHIND = words(
	"bottle baseline chunk layer blob manifest bundle genesis query block chain root source revision snapshot replica deployment db job run task vector",
);

/** Words before `key` that make it something else. */
export const KEY_OF_PUBLIC = words(
	"public publishable site anon anonymous cache foreign sort partition hot shortcut index row column object map lookup order storage_path idempotency dedupe translation i18n locale unique composite natural surrogate range routing message event project issue space feature flag bucket file node host vapid sparkle record entity item document doc sheet media image video template form folder dataset table task board epic sprint metric dimension config setting resource asset topic shard tenant customer menu page tag label category product sku catalog article post instrumentation tokenization peer recipient trusted minisign kms cmk cmek org organization namespace list campaign survey plugin theme trace request correlation transaction widget component module language country currency group permission rule",
);

/** Words at the end of a name of something that identifies or measures, whatever random text it is. */
export const PUBLIC_TAIL = words(
	`id ids uid guid uuid sid cid kid gid oid sub url urls uri uris endpoint endpoints host hosts hostname port ports path paths dir directory folder file files filename filepath name names username users user email mail owner
	region zone version versions hash hashes checksum sha sum md digest integrity fingerprint thumbprint address addresses addr model models etag commit revision rev ref refs branch tag tags build
	length len count counts max min num issuer iss audience aud project projects org organization team account accounts tenant workspace bucket database table certificate cert certs ca image images
	nonce iv ivs etag state cursor challenge public ksuid ulid nanoid cuid xid udid kdf shasum date time timestamp locale lang language timezone tz pubkey subscription slug topic channel domain domains site trace span session`,
);

/** Words at the end of a name that make a secret's name that of something else: `TOKEN_TYPE`, `SECRET_PATH`. */
export const OTHER_TAIL = words(
	`type types kind mode modes level levels ttl timeout timeouts limit limits size sizes format scope scopes expiry expires expiration expire lifetime age algorithm alg algo schema env environment header headers prefix suffix
	label labels title description descriptions desc comment note notes message summary alias color theme enabled disabled enable disable required optional verify validation ssl tls command cmd bin binary executable method
	methods provider providers strategy policy policies interval delay retries retry concurrency budget window server servers page queue position start end log logs root year country currency symbol unit placeholder hint
	instructions example examples plugin source location manager store storage backend helper resolver generator rotation encoding digits decimals contract charset parameter param field variable var process pattern regex
	through minute second hour day rule rules check checks validator strength requirement requirements complexity history reset resets confirmation link form screen template prompt question helper
	engine mount realm callback flow audience class hook handler listener middleware guard backend module bucket ring family grant grants usage estimator counter rate price cost map filter mint derivation kdf tx sock socket hint answer`,
);

/** Words at the end of a name that say nothing: `TOKEN_PROD`, `PASSWORD_2`, `SECRET_VALUE`. */
export const FILLER = words(
	"prod production dev development stage staging test testing live main default primary secondary old new backup current next value val text string plain plaintext raw base b enc encoded internal external local remote a c d e in v json hex pem phrase secrète",
);

/** Words beside `token` that make it a number of them, or a place to go on reading from. */
export const OTHER_TOKEN = words(
	"max min num number total context output input prompt completion new budget limit per count cached reasoning thinking window next page continuation cursor sync idempotency resume delta fencing cancellation pagination design stop pad eos bos unk mask special",
);

/** Words that mean a password only at the end of a name: `PASS_THROUGH` is none. */
export const PASSWORD_AT_END = words("pass pw pin parole");
