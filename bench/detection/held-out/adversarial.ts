import { gzipSync } from "node:zlib";
import {
	harmless,
	harmlessArguments,
	harmlessComments,
	harmlessUrls,
	headerWith,
	publicToken,
	tokenInComment,
	variable,
} from "../nasty.ts";
import type { Recipe } from "../pools.ts";
import { anyToken, serviceToken } from "../recipes.ts";
import { type Sheet, setEnv } from "../sheet.ts";
import { base64, jwt, pem } from "../token.ts";
import { NEGATIVE_ARGS, NEGATIVE_URLS, NEGATIVES, PLACEHOLDERS } from "./lists.ts";

type Encoding = (text: string) => string;

const hex: Encoding = (text) => Buffer.from(text, "utf8").toString("hex");
const base64url: Encoding = (text) => Buffer.from(text, "utf8").toString("base64url");
const twice: Encoding = (text) => base64(base64(text));
const gzip: Encoding = (text) => gzipSync(text).toString("base64");
const percent: Encoding = (text) => [...Buffer.from(text, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const escaped: Encoding = (text) => [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const octets: Encoding = (text) => [...text].map((each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
const entities: Encoding = (text) => [...text].map((each) => `&#${each.charCodeAt(0)};`).join("");
const lines: Encoding = (text) => (base64(text).match(/.{1,64}/g) ?? []).join("\n");

/** A variable that holds a text in an encoding that anybody can undo. */
function encoded(kind: string, keys: readonly string[], template: string, encoding: Encoding): Recipe {
	return variable(kind, keys, (sheet) => encoding(sheet.fill(template)));
}

/** Text broken with something between its parts, which a program takes out again. */
function broken(keys: readonly string[], template: string, between: string, size: number): Recipe {
	return variable("broken token", keys, (sheet) => (sheet.fill(template).match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(between));
}

/** A token whose two halves stand in two variables. */
function halves(keys: readonly [string, string], template: string): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			const text = sheet.fill(template);
			const middle = Math.floor(text.length / 2);
			setEnv(server, keys[0], sheet.secret("half a token", "env", text.slice(0, middle)));
			setEnv(server, keys[1], sheet.secret("half a token", "env", text.slice(middle)));
		},
	};
}

function account(sheet: Sheet): string {
	return JSON.stringify({
		type: "service_account",
		project_id: sheet.fill("{word}-{d6}"),
		private_key: pem(sheet.random, "", 4),
		client_email: sheet.fill("{word}@{word}-{d6}.iam.gserviceaccount.com"),
	});
}

function kubeconfig(sheet: Sheet): string {
	return sheet.fill(
		"apiVersion: v1\nkind: Config\nclusters:\n- name: {word}\n  cluster:\n    server: https://{ip}:6443\nusers:\n- name: mcp\n  user:\n    token: {w64}\n",
	);
}

/** A private key as it stands in a variable. */
function privateKey(keys: readonly string[], kind: Parameters<typeof pem>[1], count: number, change: Encoding): Recipe {
	return variable("private key", keys, (sheet) => change(pem(sheet.random, kind, count)));
}

/** A signed token with claims that say whose it is. */
function signed(keys: readonly string[], claims: (sheet: Sheet) => Record<string, unknown>, algorithm?: string): Recipe {
	return variable("JWT", keys, (sheet) => jwt(sheet.random, claims(sheet), algorithm));
}

/** Nasty secrets that take a program to write, and what only looks like them. */
export const COMPUTED: readonly Recipe[] = [
	encoded("encoded credentials", ["BASIC", "HTTP_BASIC_AUTH"], "{word}:{Word}{d4}", base64),
	encoded("encoded credentials", ["JIRA_AUTH_B64", "BASIC_TOKEN"], "{word}@tundra.example:{a24}", base64),
	encoded("encoded credentials", ["REGISTRY_AUTH", "DOCKER_AUTH_B64"], "{word}:dckr_pat_{w27}", base64),
	encoded("encoded token", ["TOKEN_B64", "API_KEY_BASE64"], "ghp_{a30}{crc}", base64),
	encoded("encoded token", ["SECRET_B64"], "sk-ant-api03-{w93}AA", base64url),
	encoded("encoded token", ["TOKEN_ENC"], "glpat-{w20}", twice),
	encoded("encoded token", ["API_TOKEN_HEX", "SECRET_HEX"], "xoxb-{d12}-{d13}-{a24}", hex),
	encoded("encoded token", ["API_TOKEN"], "{a32}", percent),
	encoded("encoded token", ["API_TOKEN"], "ghp_{a30}{crc}", escaped),
	encoded("encoded token", ["ACCESS_TOKEN"], "{a24}", octets),
	encoded("encoded token", ["API_SECRET"], "{a28}", entities),
	encoded("encoded password", ["DB_PASSWORD_B64", "PASSWORD_BASE64"], "{Word}{d4}!", base64),
	encoded("encoded password", ["DB_PASSWORD_HEX"], "{Word}{d4}", hex),
	encoded("encoded file", ["DOTENV_B64"], "API_KEY={a32}\nDB_PASSWORD={Word}{d4}\n", base64),
	encoded("encoded file", ["ENV_GZ"], "API_KEY={a32}\nDB_PASSWORD={Word}{d4}\nREGION=eu\n", gzip),
	encoded("encoded file", ["NETRC_BASE64"], "machine {host} login {word} password {a20}", base64),
	encoded("encoded file", ["CONFIG_B64"], '{"apiKey":"{a32}","region":"eu"}', base64),
	encoded("encoded file", ["MCP_CONFIG_B64", "SETTINGS_B64"], '{"headers":{"Authorization":"Bearer {a40}"}}', base64url),
	encoded("encoded file", ["CONNECTION_B64"], "postgres://{word}:{Word}{d4}@{host}:5432/{word}", base64),
	encoded("encoded file", ["SMTP_URL_B64"], "smtp://{word}:{a16}@smtp.{host}:587", base64),
	encoded("encoded header", ["AUTH_HEADER_B64"], "Authorization: Bearer {w43}", base64),
	variable("encoded file", ["KUBECONFIG_B64", "KUBE_CONFIG_DATA"], (sheet) => base64(kubeconfig(sheet))),
	variable("encoded file", ["KUBECONFIG_DATA"], (sheet) => lines(kubeconfig(sheet))),
	variable("encoded file", ["GCP_SA_B64", "GOOGLE_CREDENTIALS_BASE64"], (sheet) => base64(account(sheet))),
	variable("encoded file", ["GCP_KEY_GZ"], (sheet) => gzip(account(sheet))),
	variable("data address", ["CREDENTIALS_URI"], (sheet) => `data:application/json;base64,${base64(account(sheet))}`),
	privateKey(["SSH_KEY_B64", "DEPLOY_KEY_B64"], "OPENSSH ", 5, base64),
	privateKey(["GITHUB_APP_KEY_B64", "PEM_BASE64"], "RSA ", 10, base64),
	privateKey(["SNOWFLAKE_PRIVATE_KEY"], "", 10, (text) => text.replaceAll("\n", " ")),
	privateKey(["DOCUSIGN_RSA", "JWT_PRIVATE"], "RSA ", 8, (text) => text.replaceAll("\n", "\\n")),
	privateKey(["APNS_P8", "APPLE_AUTH_KEY"], "EC ", 2, (text) => text.replaceAll("\n", "\\\\n")),
	privateKey(["BOX_KEY", "TLS_KEY_PEM"], "", 8, (text) => text.replaceAll("\n", "\r\n")),
	privateKey(["KEY_BODY_PRIVATE", "SNOWFLAKE_PRIVATE_KEY_RAW"], "", 10, (text) => text.split("\n").slice(1, -1).join("")),
	privateKey(["IDENTITY"], "OPENSSH ", 5, (text) => JSON.stringify(text)),
	broken(["API_KEY"], "{a32}", " ", 8),
	broken(["API_KEY"], "{a40}", "\n", 20),
	broken(["ACCESS_TOKEN"], "{w64}", "\\\n", 32),
	broken(["AUTH_TOKEN"], "ghp_{a30}{crc}", "\u200b", 10),
	broken(["SERVICE_TOKEN"], "{a36}", "\u00ad", 12),
	broken(["LICENSE_KEY"], "{N25}", "-", 5),
	broken(["API_SECRET"], "{h40}", ":", 4),
	broken(["API_TOKEN"], "{a40}", '" + "', 20),
	halves(["API_KEY_PART1", "API_KEY_PART2"], "{a40}"),
	halves(["TOKEN_A", "TOKEN_B"], "ghp_{a30}{crc}"),
	halves(["SECRET_HEAD", "SECRET_TAIL"], "sk-ant-api03-{w93}AA"),
	halves(["OPENAI_KEY_1_OF_2", "OPENAI_KEY_2_OF_2"], "sk-proj-{w124}"),
	variable("reversed token", ["TOKEN_REVERSED", "YEK_IPA"], (sheet) => [...sheet.fill("ghp_{a30}{crc}")].reverse().join(""), "hint"),
	variable("private key", ["SOLANA_SECRET_KEY", "SOLANA_KEYPAIR"], ({ random }) =>
		JSON.stringify(Array.from({ length: 64 }, () => random.below(256))),
	),
	variable("JWT", ["SESSION", "AUTH"], serviceToken),
	signed(["NEON_JWT", "USER_JWT"], (sheet) => ({ sub: sheet.fill("{uuid}"), role: "authenticated", exp: 1_900_000_000 }), "RS256"),
	signed(["METABASE_EMBED", "EMBED_TOKEN"], (sheet) => ({ resource: { dashboard: 7 }, jti: sheet.fill("{a12}") })),
	signed(["HASS", "HOME_ASSISTANT_LONG_LIVED"], (sheet) => ({ iss: sheet.fill("{h32}"), iat: 1_760_000_000, exp: 2_075_360_000 })),
	signed(["ZOOM_JWT"], (sheet) => ({ aud: null, iss: sheet.fill("{w22}"), exp: 1_893_456_000 })),
	signed(["X", "CTX_VALUE"], (sheet) => ({ sub: sheet.fill("{d8}"), scope: "admin", iat: 1_770_000_000 })),
	headerWith("JWT", "Authorization", "Bearer «eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi{a120}.{w342}»"),
	{
		weight: 2,
		kind: "http",
		write(sheet, server) {
			const text = base64(sheet.fill("{word}@tundra.example:{a24}"));
			server.headers.push(["Authorization", `Basic ${sheet.secret("basic auth", "basic auth", text)}`]);
		},
	},
	{
		weight: 2,
		kind: "http",
		write(sheet, server) {
			const config = base64(JSON.stringify({ apiKey: sheet.fill("{a32}"), debug: false }));
			server.url = `https://server.smithery.ai/exa/mcp?config=${sheet.secret("encoded JSON", "URL query", encodeURIComponent(config))}`;
		},
	},
	{
		weight: 3,
		kind: "stdio",
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const inner = JSON.stringify({ env: { [key]: sheet.secret(kind, "nested JSON", text) } });
			server.args.push("--config", JSON.stringify({ name: "x", inner: JSON.stringify({ inner }) }));
		},
	},
	tokenInComment((name, token) => `{\n  "${name}": "${token}"\n}`),
	publicToken(["NEXT_PUBLIC_SUPABASE_ANON_KEY"]),
	harmless(NEGATIVES),
	harmless(
		PLACEHOLDERS.filter(([, template]) => !template.includes("{key") && !template.includes("{KEY}") && !template.includes("{name}")).map(
			([language, template]) => [`placeholder (${language})`, "API_TOKEN", template] as const,
		),
	),
	harmlessArguments(NEGATIVE_ARGS),
	harmlessUrls(NEGATIVE_URLS),
	harmlessComments(["see docs/keys.md", "API keys: settings → developer", "commit {h40}", "uses the token of whoever starts it"]),
	harmless([
		["encoded text", "GREETING_B64", base64("Hello, and welcome to the Tundra help desk.")],
		["encoded text", "SETTINGS_B64", base64('{"region":"eu-west-1","retries":3,"debug":false}')],
		["encoded text", "QUERY_B64", base64("SELECT id, name FROM customers ORDER BY name LIMIT 100")],
		["encoded text", "TEMPLATE_HEX", hex("Dear customer, your order has left our house.")],
		["encoded text", "BANNER", gzip("nothing to see here, nothing to see here, nothing to see here")],
		["encoded text", "MESSAGE", percent("Grüezi mitenand")],
		["encoded text", "HTML", entities("<b>sale</b>")],
		["encoded public key", "PUBKEY_B64", base64("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n")],
	]),
];
