import type { Recipe } from "./pools.ts";
import { type ServerSheet, type Sheet, setEnv, setHeader } from "./sheet.ts";
import { base64, jwt, pem } from "./token.ts";

/** A provider's token, or one of no known provider. */
export function anyToken(sheet: Sheet): { readonly kind: string; readonly key: string; readonly text: string } {
	if (sheet.random.chance(0.65)) {
		const [kind, key, template] = sheet.random.pick(sheet.pools.providers);
		return { kind, key, text: sheet.fill(template) };
	}
	return { kind: "unknown token", key: sheet.random.pick(sheet.pools.secretKeys), text: sheet.fill(sheet.random.pick(sheet.pools.tokens)) };
}

/** Random text that is long enough for anybody to see that it is. */
function randomText(sheet: Sheet): string {
	return sheet.fill(sheet.random.pick(["{a32}", "{a40}", "{h40}", "{w43}", "{a48}", "{n36}", "{w64}"]));
}

function password(sheet: Sheet): string {
	return sheet.fill(sheet.random.pick(sheet.pools.passwords));
}

/** The password as it stands in a URL. */
function inUrl(text: string): string {
	return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A connection string, its password marked. */
function connection(sheet: Sheet, position: string): string {
	const template = sheet.fill(sheet.random.pick(sheet.pools.connections));
	const [before = "", after = ""] = template.split("{password}");
	return before + sheet.secret("password", position, inUrl(password(sheet))) + after;
}

/** The whole of a connection string of semicolons, its password marked. */
function semicolons(sheet: Sheet, template: string): string {
	const [before = "", after = ""] = sheet.fill(template).split("{password}");
	const text =
		template.includes("AccountKey") || template.includes("SharedAccessKey=")
			? `${sheet.fill("{b86}")}==`
			: password(sheet).replace(/[;'"&#=+%]/g, "");
	return before + sheet.secret("password", "semicolons", text) + after;
}

export function serviceToken(sheet: Sheet): string {
	const issued = sheet.random.between(1_700_000_000, 1_790_000_000);
	const claims = sheet.random.pick([
		{ iss: "supabase", ref: sheet.fill("{l20}"), role: "service_role", iat: issued, exp: issued + 315_360_000 },
		{ sub: sheet.fill("{uuid}"), iss: "n8n", aud: "public-api", iat: issued },
		{ iss: sheet.fill("{h32}"), iat: issued, exp: issued + 315_360_000 },
		{ user_id: sheet.random.between(1000, 99_999), scope: "api", iat: issued },
	]);
	return jwt(sheet.random, claims);
}

/** The token of a public client, which anybody may read in a web page. */
export function anonymousToken(sheet: Sheet): string {
	const issued = sheet.random.between(1_700_000_000, 1_790_000_000);
	return jwt(sheet.random, { iss: "supabase", ref: sheet.fill("{l20}"), role: "anon", iat: issued, exp: issued + 315_360_000 });
}

function serviceAccount(sheet: Sheet): string {
	return JSON.stringify({
		type: "service_account",
		project_id: sheet.fill("{word}-{word}-{d6}"),
		private_key_id: sheet.secret("key id", "nested JSON", sheet.fill("{h40}"), "either"),
		private_key: sheet.secret("private key", "nested JSON", pem(sheet.random, "", 6)),
		client_email: sheet.fill("{word}@{word}-{d6}.iam.gserviceaccount.com"),
		client_id: sheet.fill("{d21}"),
	});
}

function header(sheet: Sheet, position: string): readonly [name: string, value: string] {
	const { random } = sheet;
	const { kind, text } = anyToken(sheet);
	if (random.chance(0.65))
		return ["Authorization", `${random.pick(["Bearer", "Bearer", "Bearer", "Token", "token"])} ${sheet.secret(kind, position, text)}`];
	return [random.pick(sheet.pools.secretHeaders), sheet.secret(kind, position, text)];
}

const stdio: readonly Omit<Recipe, "kind">[] = [
	{
		weight: 26,
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			setEnv(server, key, sheet.secret(kind, "env", text));
		},
	},
	{
		weight: 8,
		write(sheet, server) {
			setEnv(server, sheet.random.pick(sheet.pools.passwordKeys), sheet.secret("password", "env", password(sheet)));
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			setEnv(server, sheet.random.pick(sheet.pools.neutralKeys), sheet.secret("random text", "env", randomText(sheet), "hint"));
		},
	},
	{
		weight: 5,
		write(sheet, server) {
			const { kind, text } = anyToken(sheet);
			server.args.push(`${sheet.random.pick(sheet.pools.secretFlags)}=${sheet.secret(kind, "flag=value", text)}`);
		},
	},
	{
		weight: 7,
		write(sheet, server) {
			const { kind, text } = anyToken(sheet);
			server.args.push(sheet.random.pick(sheet.pools.secretFlags), sheet.secret(kind, "flag value", text));
		},
	},
	{
		weight: 5,
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const value = `${key}=${sheet.secret(kind, "docker -e", text)}`;
			server.command = "docker";
			const flags = sheet.random.pick([["-e", value], ["--env", value], [`--env=${value}`]]);
			server.args = ["run", "-i", "--rm", "-e", "LOG_LEVEL=info", ...flags, sheet.fill("ghcr.io/{word}/{word}-mcp:1.4.2")];
		},
	},
	{
		weight: 6,
		write(sheet, server) {
			const [name, value] = header(sheet, "--header");
			const colon = sheet.random.pick([": ", ":"]);
			const pair = sheet.random.chance(0.8) ? ["--header", `${name}${colon}${value}`] : [`--header=${name}${colon}${value}`];
			server.command = "npx";
			server.args = ["-y", "mcp-remote@0.1.29", sheet.fill("https://mcp.{host}/mcp"), ...pair];
		},
	},
	{
		weight: 5,
		write(sheet, server) {
			server.args.push(connection(sheet, "positional URL"));
		},
	},
	{
		weight: 5,
		write(sheet, server) {
			setEnv(
				server,
				sheet.random.pick(["DATABASE_URL", "DB_URL", "POSTGRES_URL", "MONGODB_URI", "REDIS_URL", "CONNECTION_STRING"]),
				connection(sheet, "URL userinfo"),
			);
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			const { kind, text } = anyToken(sheet);
			const value = JSON.stringify({
				Authorization: `Bearer ${sheet.secret(kind, "nested JSON", text)}`,
				"X-Api-Version": sheet.fill("{date}"),
			});
			setEnv(server, sheet.random.pick(["OPENAPI_MCP_HEADERS", "MCP_HEADERS", "EXTRA_HEADERS"]), value);
		},
	},
	{
		weight: 2,
		write(sheet, server) {
			const key = sheet.random.pick(["GOOGLE_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT_JSON", "GCP_SERVICE_ACCOUNT"]);
			setEnv(server, key, serviceAccount(sheet));
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const secret = sheet.secret(kind, "shell", text);
			server.command = sheet.random.pick(["sh", "bash", "/bin/zsh"]);
			server.args = [
				"-c",
				sheet.random.pick([`${key}=${secret} npx -y ${server.name}-mcp`, `export ${key}='${secret}' && exec uvx ${server.name}`]),
			];
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			const kind = sheet.random.pick(["RSA ", "EC ", "OPENSSH ", ""] as const);
			const block = pem(sheet.random, kind, kind === "EC " ? 2 : 8);
			setEnv(
				server,
				sheet.random.pick(["GITHUB_APP_PRIVATE_KEY", "PRIVATE_KEY", "SSH_PRIVATE_KEY", "APP_KEY"]),
				sheet.secret("private key", "PEM", block),
			);
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			const [key, template] = sheet.random.pick(sheet.pools.semicolons);
			setEnv(server, key, semicolons(sheet, template));
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			const [kind, key, template] = sheet.random.pick(sheet.pools.webhooks);
			setEnv(server, key, sheet.partial(kind, "webhook", template));
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			const key = sheet.random.pick(["SUPABASE_SERVICE_ROLE_KEY", "N8N_API_KEY", "HASS_TOKEN", "ACCESS_TOKEN", "JWT"]);
			setEnv(server, key, sheet.secret("JWT", "JWT", serviceToken(sheet)));
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			const { kind, text } = anyToken(sheet);
			server.command = "npx";
			server.args = [
				"-y",
				"mcp-remote",
				`https://mcp.${sheet.fill("{host}")}/sse?${sheet.random.pick(sheet.pools.secretQueryKeys)}=${sheet.secret(kind, "URL query", text)}`,
			];
		},
	},
	{
		weight: 16,
		needs: "inputs",
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const id = key.toLowerCase().replaceAll("_", "-");
			if (sheet.inputs.some((input) => input.id === id)) return;
			sheet.inputs.push({ id, description: `${kind} token`, default: sheet.secret(kind, "input default", text) });
			setEnv(server, key, `\${input:${id}}`);
		},
	},
	{
		weight: 8,
		needs: "comments",
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const [before = "", after = ""] = sheet.random.pick(sheet.pools.comments).replaceAll("{KEY}", key).split("{secret}");
			server.comments.push(before + sheet.secret(kind, "comment", text) + after);
		},
	},
	{
		weight: 60,
		needs: "permissions",
		write(sheet) {
			const { kind, key, text } = anyToken(sheet);
			const [before = "", after = ""] = sheet.random.pick(sheet.pools.permissions).replaceAll("{KEY}", key).split("{secret}");
			sheet.permissions.push(before + sheet.secret(kind, "permission", text) + after);
		},
	},
	{
		weight: 2,
		write(sheet, server) {
			const { kind, key, text } = anyToken(sheet);
			const config = JSON.stringify({ region: "eu-west-1", [key]: text, retries: 3 });
			const name = sheet.random.pick(["CONFIG_B64", "MCP_CONFIG_BASE64", "SETTINGS"]);
			setEnv(server, name, sheet.secret(kind, "base64 JSON", base64(config)));
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			setEnv(server, "AWS_ACCESS_KEY_ID", sheet.secret("AWS key id", "env", sheet.fill("AKIA{B16}"), "either"));
			setEnv(server, "AWS_SECRET_ACCESS_KEY", sheet.secret("AWS secret key", "env", sheet.fill("{b40}")));
			setEnv(server, "AWS_REGION", sheet.clean("region", "env", "eu-central-1"));
		},
	},
];

const http: readonly Omit<Recipe, "kind">[] = [
	{
		weight: 14,
		write(sheet, server) {
			setHeader(server, ...header(sheet, "header"));
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			const credentials = base64(`${sheet.fill("{word}")}:${password(sheet)}`);
			setHeader(server, "Authorization", `Basic ${sheet.secret("basic auth", "basic auth", credentials)}`);
		},
	},
	{
		weight: 5,
		write(sheet, server) {
			if (/[?#]/.test(server.url)) return;
			const { kind, text } = anyToken(sheet);
			server.url += `?${sheet.random.pick(sheet.pools.secretQueryKeys)}=${sheet.secret(kind, "URL query", text)}`;
		},
	},
	{
		weight: 3,
		write(sheet, server) {
			if (server.url.includes("@")) return;
			server.url = server.url.replace(
				"://",
				`://${sheet.fill("{word}")}:${sheet.secret("password", "URL userinfo", inUrl(password(sheet)))}@`,
			);
		},
	},
	{
		weight: 4,
		write(sheet, server) {
			server.url = sheet.partial("capability URL", "URL path", sheet.random.pick(sheet.pools.capabilityUrls));
		},
	},
	{
		weight: 2,
		write(sheet, server) {
			if (/[?#]/.test(server.url)) return;
			server.url += `/u/${sheet.secret("random text", "URL path", sheet.fill("{w43}"), "hint")}/mcp`;
		},
	},
	{
		weight: 2,
		write(sheet, server) {
			if (server.url.includes("#")) return;
			const { kind, text } = anyToken(sheet);
			server.url += `#${sheet.random.pick(["access_token", "token", "key"])}=${sheet.secret(kind, "URL fragment", text)}`;
		},
	},
];

/** What people really write. */
export const ORDINARY: readonly Recipe[] = [
	...stdio.map((recipe) => ({ ...recipe, kind: "stdio" as const })),
	...http.map((recipe) => ({ ...recipe, kind: "http" as const })),
];

/** A name in the spelling a template asks for. */
function placeholder(template: string, key: string): string {
	const lower = key.toLowerCase();
	return template
		.replaceAll("{KEY}", key)
		.replaceAll("{key}", lower)
		.replaceAll("{key-}", lower.replaceAll("_", "-"))
		.replaceAll("{name}", lower.replaceAll("_", " "));
}

/** Something harmless: settings, identifiers, references, placeholders. */
export function writeHarmless(sheet: Sheet, server: ServerSheet): void {
	const { random, pools } = sheet;
	const dice = random.below(10);
	if (server.kind === "http") {
		if (dice < 3) {
			const [name, template] = random.pick(pools.negativeHeaders);
			setHeader(server, name, sheet.clean("header", "header", sheet.fill(template)));
		} else if (dice < 6 && server.url !== "" && !/[?#@]/.test(server.url)) {
			server.url = sheet.clean("url", "url", sheet.fill(random.pick(pools.negativeUrls)));
		} else {
			const value = dice < 8 ? reference(sheet) : writePlaceholder(sheet, random.pick(pools.secretKeys), "header");
			setHeader(server, "Authorization", `Bearer ${value}`);
		}
		return;
	}
	if (dice < 5) {
		const [kind, key, template] = random.pick(pools.negatives);
		setEnv(server, key, sheet.clean(kind, "env", sheet.fill(template)));
	} else if (dice < 7) {
		const [kind, ...args] = random.pick(pools.negativeArgs);
		if (!["sh", "bash", "/bin/zsh"].includes(server.command))
			server.args.push(...args.map((each) => sheet.clean(kind, "argument", sheet.fill(each))));
	} else {
		const [, key] = random.pick(pools.providers);
		setEnv(server, key, dice < 8 ? reference(sheet) : writePlaceholder(sheet, key, "env"));
	}
}

function reference(sheet: Sheet): string {
	return sheet.clean("reference", "reference", sheet.fill(sheet.random.pick(sheet.pools.references)));
}

export function writePlaceholder(sheet: Sheet, key: string, position: string): string {
	const [language, template] = sheet.random.pick(sheet.pools.placeholders);
	return sheet.clean(`placeholder (${language})`, position, sheet.fill(placeholder(template, key)));
}
