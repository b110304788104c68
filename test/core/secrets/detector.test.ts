import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { HARMLESS_ARGS, HARMLESS_ENV, HARMLESS_URLS } from "./negatives.ts";
import { Dice, HEX, PASSWORD_SAMPLES, PLACEMENTS, PLAIN_SAMPLES, PROVIDER_SAMPLES, WORD } from "./samples.ts";

interface Seen {
	readonly text: string;
	readonly severity: string;
}

function credentialsIn(config: unknown): readonly Seen[] {
	const text = JSON.stringify(config, null, 2);
	return analyze(parseConfig(text, "cursor", "mcp.json"), { home: null })
		.filter(({ ruleId }) => ruleId.startsWith("secret-"))
		.map(({ span, severity }) => ({ text: text.slice(span.offset, span.offset + span.length), severity }));
}

const server = (entry: Record<string, unknown>): unknown => ({ mcpServers: { demo: { command: "npx", ...entry } } });

describe("credentials are found wherever they stand, and only they are marked", () => {
	for (const placement of PLACEMENTS) {
		test(placement.name, () => {
			const samples = placement.kinds.flatMap((kind) => (kind === "token" ? [...PROVIDER_SAMPLES, ...PLAIN_SAMPLES] : PASSWORD_SAMPLES));
			for (const [index, sample] of samples.entries()) {
				for (let seed = 1; seed <= 3; seed++) {
					const secret = sample.make(new Dice(seed * 7919 + index * 101 + placement.name.length));
					const covered = JSON.stringify(placement.covered?.(secret) ?? secret).slice(1, -1);
					const found = credentialsIn(placement.config(secret, sample.key));
					expect(
						found.map(({ text, severity }) => ({ same: text === covered, severity })),
						`${sample.name}, seed ${seed}`,
					).toEqual([{ same: true, severity: "warning" }]);
				}
			}
		});
	}
});

describe("what is no credential is left alone", () => {
	for (const [name, value] of HARMLESS_ENV) {
		test(`${name}=${value}`.slice(0, 80), () => {
			expect(credentialsIn(server({ env: { [name]: value } }))).toEqual([]);
		});
	}
	for (const args of HARMLESS_ARGS) {
		test(args.join(" ").slice(0, 80), () => {
			expect(credentialsIn(server({ args }))).toEqual([]);
		});
	}
	for (const url of HARMLESS_URLS) {
		test(url, () => {
			expect(credentialsIn({ mcpServers: { demo: { url } } })).toEqual([]);
		});
	}
});

describe("disguises", () => {
	const dice = new Dice(4242);
	const token = dice.text(32, WORD);
	const password = `Tr0ub4dor&${dice.text(2, WORD)}`;
	const base64 = (text: string): string => Buffer.from(text).toString("base64");
	const pem = `-----BEGIN ${"PRIVATE"} KEY-----\n${dice.text(64, WORD)}\n${dice.text(64, WORD)}\n-----END ${"PRIVATE"} KEY-----\n`;
	const cases: readonly (readonly [name: string, entry: Record<string, unknown>, part: string])[] = [
		["header in three arguments", { args: ["mcp-remote", "--header", "Authorization:", "Bearer", token] }, token],
		["base64 of JSON", { env: { CONFIG_B64: base64(JSON.stringify({ apiKey: token })) } }, base64(JSON.stringify({ apiKey: token }))],
		["curl in a script", { command: "sh", args: ["-c", `curl -sH 'Authorization: Bearer ${token}' https://x.example`] }, token],
		["login for curl", { command: "sh", args: ["-c", `curl -u admin:${token} https://x.example`] }, token],
		["sshpass", { command: "sshpass", args: ["-p", password, "ssh", "x"] }, password],
		["mysql", { command: "sh", args: ["-c", `mysql -uroot -p${token} db`] }, token],
		["service account", { env: { SA: JSON.stringify({ type: "service_account", private_key: pem }) } }, "-----BEGIN"],
		["private key", { env: { DATA: pem } }, "-----BEGIN"],
		["YAML", { env: { CFG: `user: a\ntoken: ${token}\n` } }, token],
		[
			"cookie of any name",
			{ command: undefined, url: "https://x.example", headers: { Cookie: `connect.sid=${token}; theme=dark` } },
			token,
		],
		["zero-width space", { env: { API_KEY: `${token.slice(0, 8)}\u200b${token.slice(8)}` } }, token.slice(8)],
		["header list of OpenTelemetry", { env: { OTEL_EXPORTER_OTLP_HEADERS: `api-key=${token},x=y` } }, token],
		["webhook", { env: { HOOK: `https://discord.com/api/webhooks/123456789012345678/${token}${token}` } }, token],
		["variables as a list", { env: [`API_KEY=${token}`] }, token],
		["command as a list", { command: ["npx", "--token", token] }, token],
		["look-alike letters in the name", { env: { PАSSWORD: password } }, password],
		["German", { env: { PASSWORT: password } }, password],
		["Chinese", { env: { 密码: password } }, password],
		["French", { env: { MOT_DE_PASSE: password } }, password],
		["Oracle", { env: { ORACLE_DSN: `scott/${password}@//db.internal:1521/ORCL` } }, password],
		["Redis", { env: { REDIS_URL: `redis://:${token}@r:6379/0` } }, token],
		["JDBC", { args: [`jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=${token};encrypt=true`] }, token],
		["storage account", { env: { STORAGE: `AccountName=acc;AccountKey=${base64(token)};EndpointSuffix=x.net` } }, base64(token)],
		["user of a URL", { args: [`git+https://${token}@github.com/a/b`] }, token],
		["npmrc", { env: { NPMRC: `//registry.example/:_authToken=${token}` } }, token],
		["pairs of name and value", { env: { VARS: JSON.stringify([{ name: "API_KEY", value: token }]) } }, token],
		["words for a setting", { args: ["config", "set", "token", token] }, token],
		[
			"URL in a URL",
			{ command: undefined, url: `https://x.example/?next=${encodeURIComponent(`https://y.example/?token=${token}`)}` },
			token,
		],
		["words in a token", { env: { API_KEY: `prod_example_${token}` } }, token],
		["a word in a password", { env: { DB_PASSWORD: `Example-Corp-2024!${dice.text(3, HEX)}z` } }, "Example-Corp"],
		["passphrase", { env: { DB_PASSWORD: "correct horse battery lantern" } }, "correct horse"],
		["wallet", { env: { MNEMONIC: "garden useful river lantern copper window apple violin summer bridge pencil orbit" } }, "garden useful"],
	];
	for (const [name, entry, part] of cases) {
		test(name, () => {
			const found = credentialsIn(server(entry)).filter(({ severity }) => severity === "warning");
			expect(found.some(({ text }) => text.includes(part))).toBe(true);
		});
	}
});

test("random text under a name that says nothing is a hint, no more", () => {
	for (const alphabet of [WORD, HEX]) {
		for (let seed = 1; seed <= 50; seed++) {
			const [found] = detectSecrets("SETTING", new Dice(seed * 977).text(32, alphabet));
			expect(found?.confident).toBe(false);
		}
	}
});

test("comments: a token, an assignment, a command line that was taken out", () => {
	const token = new Dice(5).text(32, WORD);
	for (const comment of [`// API_KEY=${token}`, `// "apiKey": "${token}",`, `/* "args": ["--token", "${token}"] */`]) {
		const [found] = detectInText(comment);
		expect(comment.slice(found?.start, found?.end)).toBe(token);
	}
	for (const comment of [
		"// const token = readToken(options.file)",
		"// see https://example.com/docs/tokens#create-a-token",
		"// password: see the wiki",
	])
		expect(detectInText(comment)).toEqual([]);
});

test("no text takes long, whatever it repeats", () => {
	const units = [
		".",
		"...",
		"a.",
		"M.",
		"eyJ.eyJ",
		"a=b;",
		"a=b&",
		"a=b,",
		'"',
		"\\",
		"{",
		"[[",
		"${",
		"{{",
		"<a",
		"sk-",
		"://",
		"a:b@",
		"%41",
		" ",
		"\n",
		";",
		"--token ",
		"Bearer ",
		"1234567890",
	];
	for (const unit of units) {
		const text = unit.repeat(Math.ceil(60_000 / unit.length));
		const start = performance.now();
		detectSecrets("API_KEY", text);
		detectSecrets(null, `https://${text}`);
		detectInText(text);
		detectInArguments(["-c", text], "sh");
		// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
		expect(performance.now() - start, unit).toBeLessThan(10_000);
	}
});
