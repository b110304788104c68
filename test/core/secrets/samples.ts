import { base62, crc32 } from "../../../src/core/secrets/checksums.ts";

/** Random text with a seed, so that a test that fails fails again. */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0 || 1;
	}

	next(below: number): number {
		// xorshift32
		this.#state ^= this.#state << 13;
		this.#state >>>= 0;
		this.#state ^= this.#state >>> 17;
		this.#state ^= this.#state << 5;
		this.#state >>>= 0;
		return this.#state % below;
	}

	text(length: number, alphabet: string): string {
		let text = "";
		while (text.length < length) text += alphabet.charAt(this.next(alphabet.length));
		return text;
	}

	pick<T>(items: readonly T[]): T {
		const item = items[this.next(items.length)];
		if (item === undefined) throw new Error("nothing to pick from");
		return item;
	}
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
export const HEX = `${DIGITS}abcdef`;
export const WORD = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;
const SLUG = `${WORD}_-`;
const BASE64 = `${WORD}+/`;

export interface Sample {
	readonly name: string;
	/** The usual variable for it. */
	readonly key: string;
	make(dice: Dice): string;
}

/** Formats that a prefix gives away. The prefixes are put together here, so that no scanner takes this file for a leak. */
export const PROVIDER_SAMPLES: readonly Sample[] = [
	{ name: "github", key: "GITHUB_TOKEN", make: (d) => githubToken(d, "ghp") },
	{
		name: "github fine-grained",
		key: "GITHUB_PERSONAL_ACCESS_TOKEN",
		make: (d) => `github${"_pat_"}${d.text(22, WORD)}_${d.text(59, WORD)}`,
	},
	{ name: "gitlab", key: "GITLAB_TOKEN", make: (d) => `gl${"pat-"}${d.text(20, SLUG)}` },
	{ name: "npm", key: "NPM_TOKEN", make: (d) => githubToken(d, "npm") },
	{ name: "openai", key: "OPENAI_API_KEY", make: (d) => `sk-${"proj-"}${d.text(74, SLUG)}` },
	{ name: "openai old", key: "OPENAI_API_KEY", make: (d) => `sk${"-"}${d.text(48, WORD)}` },
	{ name: "anthropic", key: "ANTHROPIC_API_KEY", make: (d) => `sk-${"ant-"}api03-${d.text(93, SLUG)}AA` },
	{ name: "hugging face", key: "HF_TOKEN", make: (d) => `hf${"_"}${d.text(34, WORD)}` },
	{ name: "groq", key: "GROQ_API_KEY", make: (d) => `gs${"k_"}${d.text(52, WORD)}` },
	{ name: "tavily", key: "TAVILY_API_KEY", make: (d) => `tv${"ly-"}${d.text(32, WORD)}` },
	{ name: "firecrawl", key: "FIRECRAWL_API_KEY", make: (d) => `fc${"-"}${d.text(32, HEX)}` },
	{ name: "brave", key: "BRAVE_API_KEY", make: (d) => `BS${"A"}${d.text(27, WORD)}` },
	{ name: "aws id", key: "AWS_KEY", make: (d) => `AK${"IA"}${d.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}` },
	{ name: "google", key: "GOOGLE_API_KEY", make: (d) => `AI${"za"}${d.text(35, SLUG.slice(0, -2))}` },
	{ name: "slack", key: "SLACK_BOT_TOKEN", make: (d) => `xox${"b-"}${d.text(12, DIGITS)}-${d.text(12, DIGITS)}-${d.text(24, WORD)}` },
	{ name: "stripe", key: "STRIPE_SECRET_KEY", make: (d) => `sk_${"live_"}${d.text(24, WORD)}` },
	{ name: "stripe test", key: "STRIPE_SECRET_KEY", make: (d) => `sk_${"test_"}${d.text(24, WORD)}` },
	{ name: "sendgrid", key: "SENDGRID_API_KEY", make: (d) => `S${"G."}${d.text(22, SLUG.slice(0, -1))}.${d.text(43, WORD)}` },
	{ name: "supabase", key: "SUPABASE_ACCESS_TOKEN", make: (d) => `sb${"p_"}${d.text(40, HEX)}` },
	{ name: "notion", key: "NOTION_TOKEN", make: (d) => `nt${"n_"}${d.text(46, WORD)}` },
	{ name: "linear", key: "LINEAR_API_KEY", make: (d) => `lin_${"api_"}${d.text(40, WORD)}` },
	{ name: "figma", key: "FIGMA_API_KEY", make: (d) => `fig${"d_"}${d.text(43, WORD)}` },
	{ name: "digitalocean", key: "DO_TOKEN", make: (d) => `dop${"_v1_"}${d.text(64, HEX)}` },
	{ name: "vault", key: "VAULT_TOKEN", make: (d) => `hv${"s."}${d.text(24, WORD)}` },
	{ name: "telegram", key: "TELEGRAM_BOT_TOKEN", make: (d) => `${d.text(1, "123456789")}${d.text(9, DIGITS)}:A${"A"}${d.text(33, WORD)}` },
	{ name: "jwt", key: "SERVICE_ROLE_KEY", make: (d) => jwt(d, { role: "service_role", iss: "x" }) },
	{ name: "postman", key: "POSTMAN_API_KEY", make: (d) => `PM${"AK-"}${d.text(24, HEX)}-${d.text(34, HEX)}` },
	{ name: "apify", key: "APIFY_TOKEN", make: (d) => `apify${"_api_"}${d.text(36, WORD)}` },
];

/** Formats that only a name or a place gives away. */
export const PLAIN_SAMPLES: readonly Sample[] = [
	{ name: "hex 32", key: "X_API_KEY", make: (d) => d.text(32, HEX) },
	{ name: "hex 64", key: "AGENT_BEARER_TOKEN", make: (d) => d.text(64, HEX) },
	{ name: "word 32", key: "MY_SERVICE_TOKEN", make: (d) => d.text(32, WORD) },
	{ name: "word 20", key: "ACME_SECRET", make: (d) => d.text(20, WORD) },
	{ name: "slug 43", key: "WHOP_API_KEY", make: (d) => d.text(43, SLUG) },
	{ name: "base64 40", key: "AWS_SECRET_ACCESS_KEY", make: (d) => d.text(40, BASE64) },
	{ name: "lower 24", key: "ZENDESK_API_TOKEN", make: (d) => d.text(24, `${LOWER}${DIGITS}`) },
	{ name: "uuid", key: "HEROKU_API_KEY", make: (d) => [8, 4, 4, 4, 12].map((n) => d.text(n, HEX)).join("-") },
	{ name: "padded", key: "SHARED_ACCESS_KEY", make: (d) => `${d.text(43, BASE64.slice(0, -1))}=` },
];

export const PASSWORD_SAMPLES: readonly Sample[] = [
	{ name: "random", key: "DB_PASSWORD", make: (d) => d.text(16, WORD) },
	{ name: "signs", key: "POSTGRES_PASSWORD", make: (d) => `${d.text(5, WORD)}!${d.text(4, DIGITS)}#${d.text(3, LOWER)}` },
	{
		name: "chosen",
		key: "SMTP_PASS",
		make: (d) => `${d.pick(["Winter", "Tiger", "Rocket"])}${d.pick(["River", "Garden", "Piano"])}${1000 + d.next(9000)}!`,
	},
	{
		name: "phrase",
		key: "WIKI_PASSPHRASE",
		make: (d) => ["orange", "battery", "lantern", "cloud"].map((w) => `${w}${d.next(9)}`).join("-"),
	},
];

export function githubToken(dice: Dice, kind: string): string {
	const body = dice.text(30, WORD);
	return `${kind}_${body}${base62(crc32(body))}`;
}

function jwt(dice: Dice, payload: Record<string, unknown>): string {
	const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	return `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}.${dice.text(43, SLUG.slice(0, -2))}`;
}

/** A place in a config: builds the file around the secret; `@` in what it returns is the place of the text that must be found. */
export interface Placement {
	readonly name: string;
	/** What fits here. */
	readonly kinds: readonly ("token" | "password")[];
	config(secret: string, key: string): unknown;
	/** The text that the finding must cover, when it is not the secret as it is. */
	covered?(secret: string): string;
}

const stdio = (entry: Record<string, unknown>): unknown => ({ mcpServers: { demo: { command: "npx", ...entry } } });
const http = (entry: Record<string, unknown>): unknown => ({ mcpServers: { demo: { url: "https://mcp.example.com/mcp", ...entry } } });

export const PLACEMENTS: readonly Placement[] = [
	{ name: "env", kinds: ["token", "password"], config: (s, k) => stdio({ env: { [k]: s } }) },
	{ name: "env bearer", kinds: ["token"], config: (s) => stdio({ env: { AUTH_HEADER: `Bearer ${s}` } }) },
	{ name: "env default", kinds: ["token", "password"], config: (s, k) => stdio({ env: { [k]: `\${${k}:-${s}}` } }) },
	{
		name: "env json",
		kinds: ["token", "password"],
		config: (s, k) => stdio({ env: { OPTIONS: JSON.stringify({ a: 1, b: { [k]: s } }) } }),
		covered: (s) => JSON.stringify(s).slice(1, -1),
	},
	{
		name: "env header map",
		kinds: ["token"],
		config: (s) => stdio({ env: { OPENAPI_MCP_HEADERS: JSON.stringify({ Authorization: `Bearer ${s}`, "X-Version": "2022-06-28" }) } }),
	},
	{ name: "env dotenv", kinds: ["token"], config: (s, k) => stdio({ env: { EXTRA: `A=1\n${k}=${s}\nB=2` } }) },
	{ name: "header bearer", kinds: ["token"], config: (s) => http({ headers: { Authorization: `Bearer ${s}` } }) },
	{ name: "header own", kinds: ["token"], config: (s) => http({ headers: { "X-API-Key": s } }) },
	{ name: "header cookie", kinds: ["token"], config: (s) => http({ headers: { Cookie: `theme=dark; session=${s}` } }) },
	{ name: "flag with =", kinds: ["token", "password"], config: (s, k) => stdio({ args: ["-y", "server", `--${kebab(k)}=${s}`] }) },
	{ name: "flag and value", kinds: ["token", "password"], config: (s, k) => stdio({ args: ["-y", "server", `--${kebab(k)}`, s] }) },
	{
		name: "-e K=V",
		kinds: ["token", "password"],
		config: (s, k) => stdio({ command: "docker", args: ["run", "-i", "--rm", "-e", `${k}=${s}`, "image"] }),
	},
	{
		name: "--env=K=V",
		kinds: ["token", "password"],
		config: (s, k) => stdio({ command: "docker", args: ["run", `--env=${k}=${s}`, "image"] }),
	},
	{
		name: "--header",
		kinds: ["token"],
		config: (s) => stdio({ args: ["mcp-remote", "https://x.example.com/mcp", "--header", `Authorization: Bearer ${s}`] }),
	},
	{
		name: "--header without blank",
		kinds: ["token"],
		config: (s) => stdio({ args: ["mcp-remote", "https://x.example.com/mcp", "--header", `X-Api-Key:${s}`] }),
	},
	{ name: "--header=", kinds: ["token"], config: (s) => stdio({ args: ["mcp-remote", `--header=Authorization: Bearer ${s}`] }) },
	{ name: "-H", kinds: ["token"], config: (s) => stdio({ args: ["supergateway", "-H", `x-api-key=${s}`] }) },
	{ name: "shell assignment", kinds: ["token"], config: (s, k) => stdio({ command: "sh", args: ["-c", `${k}=${s} exec npx -y server`] }) },
	{
		name: "shell export",
		kinds: ["token"],
		config: (s, k) => stdio({ command: "bash", args: ["-lc", `export ${k}='${s}' && npx -y server --verbose`] }),
	},
	{
		name: "shell flag",
		kinds: ["token"],
		config: (s, k) => stdio({ command: "sh", args: ["-c", `npx -y server --${kebab(k)} "${s}" --port 3000`] }),
	},
	{ name: "cmd set", kinds: ["token"], config: (s, k) => stdio({ command: "cmd", args: ["/c", `set ${k}=${s}&& npx -y server`] }) },
	{
		name: "powershell",
		kinds: ["token"],
		config: (s, k) => stdio({ command: "powershell", args: ["-Command", `$env:${k}='${s}'; npx -y server`] }),
	},
	{ name: "embedded command", kinds: ["token"], config: (s, k) => stdio({ command: `npx -y server --${kebab(k)} ${s}` }) },
	{
		name: "--config json",
		kinds: ["token"],
		config: (s, k) => stdio({ args: ["-y", "@smithery/cli", "run", "x", "--config", JSON.stringify({ [camel(k)]: s })] }),
		covered: (s) => JSON.stringify(s).slice(1, -1),
	},
	{
		name: "url userinfo",
		kinds: ["password"],
		config: (s) => stdio({ env: { DATABASE_URL: `postgresql://app:${encodeURIComponent(s)}@db.internal:5432/main?sslmode=require` } }),
		covered: encodeURIComponent,
	},
	{
		name: "url userinfo argument",
		kinds: ["password"],
		config: (s) => stdio({ args: ["server-postgres", `postgres://app:${s.replace(/[#!]/g, "z")}@db.internal/main`] }),
		covered: (s) => s.replace(/[#!]/g, "z"),
	},
	{
		name: "url query",
		kinds: ["token"],
		config: (s) => http({ url: `https://mcp.example.com/mcp?region=eu&api_key=${encodeURIComponent(s)}` }),
		covered: encodeURIComponent,
	},
	{
		name: "url fragment",
		kinds: ["token"],
		config: (s) => http({ url: `https://mcp.example.com/mcp#access_token=${encodeURIComponent(s)}` }),
		covered: encodeURIComponent,
	},
	{
		name: "connection string",
		kinds: ["password"],
		config: (s) => stdio({ env: { SQL_CONN: `Server=db.example.com;Database=main;User Id=app;Password=${s};Encrypt=true` } }),
	},
	{ name: "libpq", kinds: ["password"], config: (s) => stdio({ args: ["server", `host=db user=app password=${s} dbname=main`] }) },
	{ name: "go dsn", kinds: ["password"], config: (s) => stdio({ env: { MYSQL_DSN: `app:${s}@tcp(db.internal:3306)/main` } }) },
	{
		name: "input default",
		kinds: ["token", "password"],
		config: (s, k) => ({ inputs: [{ id: kebab(k), type: "promptString", default: s }], mcpServers: {} }),
	},
	{ name: "unknown key", kinds: ["token", "password"], config: (s, k) => http({ oauth: { [camel(k)]: s } }) },
];

function kebab(key: string): string {
	return key.toLowerCase().replaceAll("_", "-");
}

function camel(key: string): string {
	return key.toLowerCase().replace(/_(.)/g, (_, c: string) => c.toUpperCase());
}
