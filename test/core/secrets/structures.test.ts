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
])("%s=%s is no secret", (key, value) => {
	expect(detectSecrets(key, value)).toEqual([]);
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
