import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(77);
const token = dice.text(32, WORD);
const second = dice.text(40, WORD);
const hex = dice.text(32, HEX);
const password = `Kx7#${dice.text(5, WORD)}!q`;
const chosen = `Sommer${1000 + dice.next(9000)}!`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What is found beyond doubt. */
function found(key: string | null, value: string): readonly string[] {
	return detectSecrets(key, value)
		.filter(({ confident }) => confident)
		.map(({ start, end }) => value.slice(start, end));
}

const VALUES: readonly (readonly [what: string, key: string, value: string, secrets: readonly string[]])[] = [
	["a list with commas", "API_KEYS", `${token},${second}`, [token, second]],
	["a list with semicolons", "API_KEYS", `${token};${second}`, [token, second]],
	["a list with bars", "API_KEYS", `${token}|${second}`, [token, second]],
	["a list of lines", "API_KEYS", `${token}\n${second}`, [token, second]],
	["a JSON list", "TOKENS", JSON.stringify([token, second]), [token, second]],
	["a list in brackets", "TOKENS", `[${token}, ${second}]`, [token, second]],
	["a list of quoted things", "API_KEYS", `"${token}","${second}"`, [token, second]],
	["a list with labels", "API_KEYS", `prod:${token},dev:${second}`, [token, second]],
	["pairs under a name for secrets", "API_KEYS", `prod=${token},dev=${second}`, [token, second]],
	["logins", "BASIC_AUTH_USERS", `alice:${password},bob:${chosen}`, [password, chosen]],
	["a note beside it", "API_KEY", `${token} # until May`, [token]],
	["an object that is no JSON", "CONFIG", `{apiKey: '${token}', region: 'eu'}`, [token]],
	["a dictionary of Python", "CONFIG", `{'api_key': '${token}', 'n': 1}`, [token]],
	["JSON in JSON in JSON", "CONFIG", JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ token }) }) }), [token]],
	["a JSON string of JSON", "CONFIG", JSON.stringify(JSON.stringify({ token })), [token]],
	["JSON in percent escapes", "CONFIG", encodeURIComponent(JSON.stringify({ apiKey: token })), [token]],
	["a name above", "CONFIG", JSON.stringify({ token: { prod: token } }), [token]],
	["names of services below a name for secrets", "SECRETS", JSON.stringify({ stripe: token, db: second }), [token, second]],
	["pairs in lists", "CONFIG", JSON.stringify({ headers: [["Authorization", `Bearer ${token}`]] }), [token]],
	["YAML", "CONFIG", `api_key: ${token}\nregion: eu\n`, [token]],
	["TOML", "CONFIG", `[auth]\ntoken = "${token}"\n`, [token]],
	["XML", "CONFIG", `<config><password>${password}</password></config>`, [password]],
	["attributes", "CONFIG", `<add key="ApiKey" value="${token}" />`, [token]],
	["flags", "OPTIONS", `--api-key=${token} --region eu`, [token]],
	["properties of Java", "JAVA_OPTS", `-Xmx1g -Dapi.token=${token}`, [token]],
	["base64 of a login", "CONFIG", base64(`user:${token}`), [base64(`user:${token}`)]],
	["base64 of an assignment", "CONFIG", base64(`api_key=${token}`), [base64(`api_key=${token}`)]],
	[
		"hex of JSON",
		"CONFIG",
		Buffer.from(JSON.stringify({ token })).toString("hex"),
		[Buffer.from(JSON.stringify({ token })).toString("hex")],
	],
	["lines of headers", "HEADERS", `Authorization: Bearer ${token}\nX-A: b`, [token]],
	["a scheme that no list has", "Authorization", `AcmeKey ${token}`, [token]],
	["a scheme with a name", "Authorization", `hmac user:${token}`, [token]],
	["a digest", "Authorization", `Digest username="a", response="${hex}"`, [hex]],
	["a cookie of any name", "Cookie", `sid=${token}; theme=dark`, [token]],
	["pgpass", "PGPASS", `localhost:5432:main:bob:${chosen}`, [chosen]],
	["netrc", "NETRC", `machine x\nlogin bob\npassword ${password}\n`, [password]],
	["braces of ODBC", "SQL", `Server=h;Uid=a;Pwd={${password}};`, [password]],
	["Oracle's thin driver", "JDBC", `jdbc:oracle:thin:scott/${chosen}@h:1521:x`, [chosen]],
	["an at sign in a password of JDBC", "JDBC", "jdbc:sqlserver://h:1433;user=sa;password=P@falcon190;encrypt=true", ["P@falcon190"]],
	["Neo4j", "NEO4J_AUTH", `neo4j/${chosen}`, [chosen]],
	["a sign of equality in a password", "DB_PASSWORD", "xQI01dNWh=qw2XHd!*K+", ["xQI01dNWh=qw2XHd!*K+"]],
	["a name beside a project's name", "DATABASE_URL", `postgresql://postgres.abcdefghijklmnopqrst:${chosen}@h/d`, [chosen]],
	["a webhook of Zapier", "HOOK", "https://hooks.zapier.com/hooks/catch/89319344/8vujxz7", ["89319344/8vujxz7"]],
	["an address of Zapier", "URL", `https://mcp.zapier.com/api/mcp/s/${token}/mcp`, [token]],
	["a private key", "KEY_DATA", `-----BEGIN ${"PRIVATE"} KEY-----\n${second}\n${second}==\n-----END ${"PRIVATE"} KEY-----`, []],
	["Japanese without a blank", "APIキー", token, [token]],
	["Chinese in a longer word", "数据库密码", chosen, [chosen]],
	["Vietnamese", "mật khẩu", chosen, [chosen]],
	["Norwegian", "PASSORD", chosen, [chosen]],
	["Greek in capitals beside Latin", "ΚΛΕΙΔΙ_API", token, [token]],
	["words with dots", "DB_PASSWORD", "copper.lantern.2024", ["copper.lantern.2024"]],
	["words with slashes", "DB_PASSWORD", "copper/lantern/724", ["copper/lantern/724"]],
	["a word and what a rule asks for", "DB_PASSWORD", "Admin@743", ["Admin@743"]],
	["addresses in a list", "PROXIES", `http://a:${chosen}@10.0.0.4:8000,http://b:${second}@10.0.0.5:8000`, [chosen, second]],
	["a user and a password", "LOGIN_DATA", `sam / ${chosen}`, [chosen]],
	["a quoted value with blanks", "DSN", `user='app' password='copper ${chosen}' host='db'`, [`copper ${chosen}`]],
	["a semicolon in braces", "SQL", `Server=h;Uid=a;Pwd={Copper;4711};`, ["Copper;4711"]],
	["lines that were escaped once too often", "DOTENV", `LOG=info\\nAPI_KEY=${token}\\nDEBUG=0`, [token]],
	["an attribute", "CONFIG", `<property name="db.password">${password}</property>`, [password]],
	["a list of properties", "CONFIG", `<dict><key>APIKey</key><string>${token}</string></dict>`, [token]],
	["markup in escapes", "CONFIG", `&lt;password&gt;${chosen}&lt;/password&gt;`, [chosen]],
	["a setting with a blank", "REDIS_CONF", `bind 127.0.0.1\nrequirepass ${token}\n`, [token]],
	["a statement of SQL", "INIT_SQL", `ALTER USER app IDENTIFIED BY '${chosen}';`, [chosen]],
	["a sentence", "NOTE", `Log in as sam with password ${chosen} and look`, [chosen]],
	["a sentence in German", "HINWEIS", `Das Kennwort lautet ${chosen}`, [chosen]],
	["a sentence in French", "REMARQUE", `identifiant : sam, mot de passe : ${chosen}`, [chosen]],
	[
		"a webhook of Google Chat, whose key is everybody's",
		"URL",
		`https://chat.googleapis.com/v1/spaces/AAAAbCdEfGh/messages?key=AI${"za"}${dice.text(35, WORD)}&token=${second}`,
		[second],
	],
	[
		"a shared access signature in a connection string",
		"STORAGE",
		`BlobEndpoint=https://x.blob.core.windows.net/;SharedAccessSignature=sv=2024-11-04&st=2026-01-01T00:00:00Z&se=2027-01-01T00:00:00Z&sig=${second}`,
		[second],
	],
	["a private web key", "JWK", JSON.stringify({ kty: "OKP", crv: "Ed25519", d: token, x: second }), [token]],
	["a key of Infura in an address", "RPC_URL", `https://mainnet.infura.io/v3/${hex}`, [hex]],
];

describe("secrets are found in every structure, and only they are marked", () => {
	test.each(VALUES)("%s", (_, key, value, secrets) => {
		expect(found(key, value)).toEqual(secrets.length === 0 ? [value] : secrets);
	});
});

const SCRIPTS: readonly (readonly [script: string, secret: string])[] = [
	[`gh auth login --with-token <<< ${token}`, token],
	[`npm config set //registry.example/:_authToken ${token}`, token],
	[`docker login -u bob -p ${token} registry.example`, token],
	[`vault login ${token}`, token],
	[`doctl auth init -t ${token}`, token],
	[`$env:API_KEY = "${token}"; npx x`, token],
	[`[Environment]::SetEnvironmentVariable("API_KEY","${token}"); npx x`, token],
	[`python -c "import os; os.environ['API_KEY']='${token}'; main()"`, token],
	[`curl -d '{"api_key":"${token}"}' https://x.example`, token],
	[`psql "host=h user=u password=${chosen}"`, chosen],
	[`cat <<EOF > .env\nAPI_KEY=${token}\nEOF`, token],
	[`echo "${token}" | docker login ghcr.io -u sam --password-stdin && docker run -i mcp/x`, token],
	[`printf '%s' '${chosen}' | sudo -S systemctl start mcp`, chosen],
	[`read -r KEY <<< "${token}"; npx x`, token],
	[`set -gx API_KEY ${token}; npx x`, token],
	[`ldapsearch -x -w ${chosen} -b dc=x`, chosen],
	[`smbclient //nas/share -U sam%${chosen}`, chosen],
	[`net use Z: //nas/share /user:sam ${password}`, password],
	[`sqlcmd -S h -U sa -P${chosen}`, chosen],
];

test.each(SCRIPTS)("a script: %s", (script, secret) => {
	const args = ["-c", script];
	const texts = detectInArguments(args, "bash")
		.filter(({ confident }) => confident)
		.map(({ index, start, end }) => args[index]?.slice(start, end));
	expect(texts).toEqual([secret]);
});

test.each([
	[`{\\"api_key\\": \\"${token}\\"}`, token],
	[`api_key%3D${token}`, token],
	[`GET /x?token=${token}&page=1`, token],
	[`the password is ${password}`, password],
	[`password '${password}'`, password],
	[`"--token", "${token}"`, token],
	[`npx server --token ${token} --verbose`, token],
	[`Authorization: Bearer ${token}`, token],
])("running text: %s", (text, secret) => {
	expect(detectInText(text).map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
});

test.each([
	["DB_PASSWORD", "ask the admin"],
	["DB_PASSWORD", "{{ keychain://db/DB_PASSWORD }} a"],
	["DB_PASSWORD", "stored in 1Password"],
	["PASSWORD_RULE", "^(?=.*[A-Z]).{8,}$"],
	["AUTH", "oauth2:google-workspace"],
	["TOKEN", "user:read,repo:write"],
	["API_KEYS", "openai,anthropic,gemini"],
	["DB_PASSWORD", "ENC(3fG8kd93jfLs0Qw2Er4Ty6Ui8Op1As3D)"],
	["DB_PASSWORD", "{cipher}AQBfGh3kd93jfLs0Qw2Er4Ty6Ui8Op1As3Df5Gh7"],
	["DB_PASSWORD", "vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zo"],
	["TOKEN", "K8S_TOKEN_V2"],
	["COOKIE", "_ga=GA1.2.1029384756.1612345678; theme=dark"],
	["BIND", "2001:db8:85a3::8a2e:370:7334"],
	["CONTENT", "QmXXvSoVyBubvPgJURei72kc59VwwESSm17UcPHhTKs3p6"],
	["REQUEST", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
	["STRIPE_PRICE", "price_1Exr0AOfOjclPVht4ztlmHel"],
	["VOICE", "21m00Tcm4TlvDq8ikWAM"],
	["SHEET", "https://docs.google.com/spreadsheets/d/12KP3kRBFcWXwy1C8lIJMNxhEMRco4vqqiLM2PPTi22m/edit#gid=0"],
	["SCRIPT", "https://cdn.example.com/mcp.js?v=f35b51257cdb451576d0"],
	["IMAGE_ID", `docker-pullable://ghcr.io/acme/x@sha256:${hex}${hex}`],
	["SOURCE", `git+ssh://git@github.com/acme/mcp.git#${hex}12345678`],
	["POD", "checkout-api-7d9f8b6c54-x2lqp"],
	["X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"],
	["If-None-Match", `"${hex}"`],
	["ENCRYPTED_PASSWORD", token],
	["ALLOWED_TOKENS", "ETH,WBTC,USDC"],
	["ACCESS_TOKEN_URL", "https://login.example.com/8d1a5c0e-3b2f-4c77-9e21-5a6b7c8d9e0f/token"],
	["REFRESH_TOKEN", "%HOMEDRIVE%%HOMEPATH%\\gh\\hosts.yml"],
	["SECRET_KEY", "$HOME/.config/mcp/secret.key"],
	["DB_PASSWORD", 'data.vault_generic_secret.db.data["password"]'],
	["DB_PASSWORD", 'std::env::var("DB_PASSWORD")'],
	["DB_PASSWORD", "siehe Wiki"],
	["DB_PASSWORD", "pick something strong"],
	["DB_PASSWORD", "rotated 2026-10-02"],
	["SENTRY_DSN", `https://${hex}@sentry.example.com/4`],
	["CONNECTION", "InstrumentationKey=8d1a5c0e-3b2f-4c77-9e21-5a6b7c8d9e0f;IngestionEndpoint=https://x.example/"],
	["Authorization", `Digest username="sam", nonce="${hex}", response="${hex}"`],
])("%s=%s is no secret", (key, value) => {
	expect(detectSecrets(key, value)).toEqual([]);
});

const PERMISSIONS: readonly (readonly [permission: string, secret: string])[] = [
	[`Bash(mysql -uroot -p${token} shop:*)`, token],
	[`Bash(echo "${chosen}" | sudo -S apt install jq)`, chosen],
	[`WebFetch(https://api.example.com/v1/me?access_token=${token})`, token],
	[`Bash(sqlplus shop/${chosen}@ORCL:*)`, chosen],
];

test.each(PERMISSIONS)("a permission: %s", (permission, secret) => {
	expect(found("allow", permission)).toEqual([secret]);
});

test.each([`Bash(git show ${hex}12345678:*)`, 'Bash(export DB_PASSWORD="$DB_PASSWORD")', "Bash(kubectl logs checkout-7d9f8b6c54-x2lqp:*)"])(
	"a permission that holds no secret: %s",
	(permission) => {
		expect(detectSecrets("allow", permission)).toEqual([]);
	},
);

test("a comment that says so makes random text in it a secret, and one on digests does not", () => {
	expect(detectInText(`// TODO remove before commit: ${hex}`)).toMatchObject([{ confident: true }]);
	expect(detectInText(`// key for staging, ${token}`)).toMatchObject([{ confident: true }]);
	expect(detectInText(`// pinned to ${hex}`)).toEqual([]);
});

/** Somebody else will write a secret there. */
const PLACEHOLDERS =
	"DEIN_API_SCHLUESSEL|HIER_TOKEN_EINFÜGEN|dein-geheimes-passwort|REMPLACEZ_PAR_VOTRE_CLE|votre_clé_api_ici|REEMPLAZAR_CON_TU_CLAVE_REAL|tu_api_key_aqui|SUA_CHAVE_AQUI|coloque-seu-token-aqui|INSERISCI_LA_TUA_CHIAVE|JOUW_API_SLEUTEL|vul-hier-je-token-in|TWOJ_KLUCZ_API|VAS_API_KLIC|TVOJ_API_KLUC|DIN_API_NYCKEL_HÄR|DIN_NØGLE_HER|DITT_TOKEN_HER|SINUN_AVAIMESI|IDE_ÍRD_A_KULCSOT|CHEIA_TA_API|API_ANAHTARINIZ|khóa_api_của_bạn|MASUKKAN_TOKEN_ANDA|ILAGAY_ANG_IYONG_KEY|VAŠ_KLJUČ_OVDJE|JŪSŲ_RAKTAS|SINU_VÕTI_SIIA|UFUNGUO_WAKO_HAPA|ВАШ_ТОКЕН|вставьте_сюда_ваш_ключ|ВАШ_КЛЮЧ_ТУТ|ВАШИЯТ_КЛЮЧ|ΤΟ_ΚΛΕΙΔΙ_ΣΑΣ|הכנס_מפתח_כאן|ضع_مفتاحك_هنا|کلید_خود_را_وارد_کنید|अपनी_API_कुंजी_यहाँ|আপনার_টোকেন|ใส่โทเค็นที่นี่|请替换为您的API密钥|您的密碼|ここにトークンを入力|여기에_API_키_입력|xoxb-your-bot-token|AIzaSyA-your-key|your-32-char-key|from-env|see-vault|********|xxxxxxxx";

test.each(PLACEHOLDERS.split("|"))("%s is a placeholder, for a key and for a password", (text) => {
	for (const key of ["API_KEY", "DB_PASSWORD"]) expect(detectSecrets(key, text)).toEqual([]);
	expect(detectSecrets("Authorization", `Bearer ${text}`)).toEqual([]);
});

test.each(["github_pat_1234567890", "sk-ant-api03-1234567890", "lin_api_1234567890abcdef"])(
	"%s is a row of numbers behind a prefix",
	(text) => {
		expect(detectSecrets("API_KEY", text)).toEqual([]);
	},
);

test("what is left of a webhook's address, once its secret is in a vault, is no secret", () => {
	const dice = new Dice(77);
	const id = (letter: string): string => `${letter}${dice.text(10, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")}`;
	for (let i = 0; i < 20; i++) {
		const [place, secret] = [`https://hooks.slack.com/services/${id("T")}/${id("B")}/`, dice.text(24, WORD.replace(/[_-]/g, ""))];
		expect(detectSecrets("WEBHOOK_URL", `${place}${secret}`)).toMatchObject([{ start: place.length, end: place.length + secret.length }]);
		expect(detectSecrets("WEBHOOK_URL", `${place}{{ keychain://s/WEBHOOK_URL }}`)).toEqual([]);
		expect(detectSecrets("WEBHOOK_URL", place)).toEqual([]);
	}
});
