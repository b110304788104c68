import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { argumentPaths, quoted } from "../places.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { partOfWord, type Word, wordSpan } from "../supply/word.ts";
import { addressIn, isLoopback, isSingleLabel } from "./address.ts";
import { type GivenValue, valuesOf } from "./server-values.ts";

export const tlsOff: Rule = {
	id: "tls-off",
	title: "Certificates are not checked",
	help: "Without that check anyone on the way can pose as the other side. Name the certificate authority that signed its certificate instead.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Variables, arguments and settings by which a server takes any certificate, or speaks to a database without TLS: `NODE_TLS_REJECT_UNAUTHORIZED=0`, `…_VERIFY_SSL=false`, `…_INSECURE=true`, `--insecure`, `curl -k`, `verifySsl: false`, `sslmode=disable`, `rejectUnauthorized: false` and their kin. Where every address that the entry names is this machine itself, a setting of that one service is left alone, and one for the whole program is only information.",
		matters:
			"TLS without that check keeps nobody out: whoever sits on the way shows a certificate of their own, reads the tokens that the server sends, and answers in the other side's name. `NODE_TLS_REJECT_UNAUTHORIZED` does so for every connection of the program.",
		remedy:
			"Give the program the certificate authority that signed the other side's certificate: `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `sslrootcert`. Then remove the setting.",
		example: {
			before: '"env": { "JIRA_URL": "https://jira.example.com", "JIRA_SSL_VERIFY": "false" }',
			after: '"env": { "JIRA_URL": "https://jira.example.com", "SSL_CERT_FILE": "/etc/ssl/certs/example-ca.pem" }',
		},
	},
	mayConcern: (texts, server) =>
		server.settings.some(({ key }) => key !== null && MAY_BE_SWITCH.test(key.value)) || (server.kind === "stdio" && MAY_BE_OFF(texts)),
	*checkServer(server, document) {
		const told = new Set<string>();
		for (const found of offIn(server, document)) {
			const key = `${found.span.offset} ${found.span.length}`;
			if (told.has(key)) continue;
			told.add(key);
			yield found;
		}
	},
};

/** What a switch reaches: every connection of the program, or those to one service. */
type Reach = "program" | "service";

function* offIn(server: ServerEntry, document: ConfigDocument): Iterable<Finding> {
	const values = valuesOf(server);
	let known: boolean | null = null;
	const at = (place: Pick<Finding, "keyPath" | "span">, what: string, reach: Reach, severity: Severity = "warning"): Finding[] => {
		known ??= onlyThisMachine(values);
		if (known && reach === "service") return [];
		return [
			newFinding({
				ruleId: "tls-off",
				severity: known ? "info" : severity,
				server: server.name.value,
				...place,
				message: `${what}: anyone on the way can pose as the other side. Name the authority that signed its certificate instead.`,
			}),
		];
	};
	const onWord = (value: GivenValue, word: Word): Pick<Finding, "keyPath" | "span"> => ({
		keyPath: value.keyPath,
		span: wordSpan(document, word),
	});
	for (const value of values) {
		const { name, nameWord, word, variable } = value;
		const reach = name !== null && MAY_BE_SWITCH.test(name) ? reachOf(name, word.text, variable) : null;
		if (reach !== null) yield* at(onWord(value, word), `${quoted(name ?? "")} switches the check of certificates off`, reach);
		if (!variable && isOffFlag(word.text))
			yield* at(onWord(value, word), `${quoted(word.text)} switches the check of certificates off`, "service", softFlag(word.text));
		if (name === "--insecure" && nameWord?.argument === word.argument && TRUE.test(word.text))
			yield* at(onWord(value, word), "--insecure switches the check of certificates off", "service");
		const inside = insideText(word.text);
		if (inside !== null) yield* at(onWord(value, partOfWord(word, inside.start, inside.end)), inside.what, "service");
	}
	if (server.kind === "stdio") {
		const pathOf = argumentPaths(server);
		for (const line of readLaunch(server).lines) {
			const word = curlOff(line);
			if (word === null) continue;
			yield* at({ keyPath: pathOf(word.argument), span: wordSpan(document, word) }, "curl takes any certificate here", "service");
		}
	}
	yield* settingsOff(server, at);
}

const FALSE = /^(?:0|false|no|off|none|disabled?)$/i;
const TRUE = /^(?:1|true|yes|on|enabled?)$/i;

/** Names that mean the check itself, and with a false value switch it off. */
const POSITIVE =
	/(?:^|_)(?:(?:ssl|tls|https|certs?|certificates?|x509)_(?:verify|verification|validate|validation|check|strict|reject_unauthorized)|(?:verify|validate|check|strict)_(?:ssl|tls|https|certs?|certificates?|peer|hostname)(?:_certs?|_certificates?)?|reject_unauthorized|(?:ssl|tls)_(?:cert|certificate)_(?:verify|verification|validation|check)|verify_(?:ssl|tls)_certs?|clickhouse_verify)$/;
/** Names that mean its absence. */
const NEGATIVE =
	/(?:^|_)(?:(?:skip|no|disable|ignore|bypass|without)_(?:ssl|tls|https|certs?|certificates?|x509)_?(?:verify|verification|validate|validation|check|checks|errors?|warnings)?|(?:ssl|tls|https|cert|certificate)_(?:skip|no|disable|ignore)_?(?:verify|verification|validate|validation|check|errors?)?|(?:skip|no|disable|ignore)_(?:verify|verifying|verification|validate)_(?:ssl|tls|https|certs?|certificates?)|ssl_no_verify|insecure_skip_(?:tls_)?(?:verify|verification)|skip_(?:tls|ssl)|(?:tls|ssl|https)_insecure|insecure_(?:ssl|tls|https)|allow_(?:insecure_(?:ssl|tls|https|certs?|certificates?)|self_signed(?:_certs?|_certificates?)?|(?:invalid|untrusted)_(?:certs?|certificates?))|accept_(?:invalid|self_signed|any|all)_certs?|trust_(?:server_certificate|server_cert|all_certs?|all_certificates)|danger_accept_invalid_certs|snowflake_insecure_mode)$/;

/** `verifySsl`, `SSL_VERIFY`, `ssl-verify` alike. */
function snake(name: string): string {
	return name
		.slice(0, 120)
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
		.replace(/[-.]/g, "_")
		.toLowerCase();
}

/** False for a name that is no switch of that kind, and where the check stays on. */
function switchesOff(plain: string, value: string): boolean {
	// First: `NO_VERIFY_SSL` ends as `VERIFY_SSL` does.
	if (NEGATIVE.test(plain)) return TRUE.test(value);
	return POSITIVE.test(plain) && FALSE.test(value);
}

/** A part of every name that could be meant; most names have none. */
const SWITCH_WORDS: readonly string[] = ["ssl", "tls", "https", "cert", "x509", "verify", "insecure", "reject", "hostname", "peer"];
const MAY_BE_SWITCH = new RegExp(SWITCH_WORDS.join("|"), "i");

/** The same of everything that an entry gives to its server. */
const MAY_BE_OFF = entryHolds({
	launch: [...SWITCH_WORDS, "self-signed", "trusted", "curl"],
	names: SWITCH_WORDS,
	values: ["ssl", "tls", "cert", "verify", "insecure", "reject"],
});

/** Null: the variable or the flag says nothing of the kind, or leaves the check on. */
function reachOf(name: string, value: string, variable: boolean): Reach | null {
	const plain = snake(name.replace(/^-+/, ""));
	if (!variable) return switchesOff(plain, value) ? "service" : null;
	if (plain === "node_tls_reject_unauthorized") return value.trim() === "0" ? "program" : null;
	if (plain === "pythonhttpsverify") return value.trim() === "0" ? "program" : null;
	if (/(?:^|_)ssl_cert_reqs$/.test(plain)) return /^(?:cert_)?none$/i.test(value) ? "service" : null;
	if (plain === "git_ssl_no_verify") return value.trim() === "" || FALSE.test(value) ? null : "program";
	// An exporter of traces calls plain text to the collector beside it `insecure`.
	const insecure = /(?:^|_)insecure$/.test(plain) && !plain.startsWith("otel_") && TRUE.test(value);
	return insecure || switchesOff(plain, value) ? service(plain) : null;
}

/** Obsidian's plugin listens on this machine alone, with a certificate of its own making. */
function service(plain: string): Reach | null {
	return plain.startsWith("obsidian_") ? null : "service";
}

/** Flags that need no value. Each is written so by a program that is widely used. */
const OFF_FLAGS =
	/^--(?:insecure|no-(?:verify-ssl|ssl-verify|tls-verify|verify-tls|check-certificates?|verify-certs?|verify-certificates?)|(?:skip|disable|ignore)-(?:ssl|tls|cert|certificate|https)(?:-(?:verify|verification|validation|check|errors?))?|skip-verify-(?:ssl|tls)|ignore-https-errors|insecure-skip-(?:tls-)?verify|(?:tls|ssl)-(?:skip|no)-verify|(?:tls|ssl)-insecure|allow-insecure-host|allow-self-signed(?:-certs?)?|accept-invalid-certs|trust-server-certificate|trusted-host)$/;

function isOffFlag(text: string): boolean {
	return text.startsWith("--") && text.length < 60 && OFF_FLAGS.test(text);
}

/** A browser that is driven looks at test servers, too. */
function softFlag(flag: string): Severity {
	return /^--ignore-(?:https|certificate)/.test(flag) ? "info" : "warning";
}

interface Inside {
	readonly start: number;
	readonly end: number;
	readonly what: string;
}

const IN_TEXT: readonly { readonly form: RegExp; readonly what: string; readonly hint: string }[] = [
	{
		form: /rejectUnauthorized["']?\s{0,8}[:=]\s{0,8}(?:false|0)\b/,
		what: "rejectUnauthorized: false switches the check of certificates off",
		hint: "rejectUnauthorized",
	},
	{ form: /\bverify\s{0,4}=\s{0,4}False\b/, what: "verify=False switches the check of certificates off", hint: "False" },
	{
		form: /\bNODE_TLS_REJECT_UNAUTHORIZED["'\]]{0,2}\s{0,4}=\s{0,4}["']?0\b/,
		what: "This switches the check of certificates off",
		hint: "NODE_TLS_",
	},
];
/** In a connection string. */
const IN_CONNECTION =
	/(?<=[?&;\s])(?:sslmode=(?:disable|no-verify)|trustservercertificate=(?:true|yes|1)|tlsinsecure=true|tlsallowinvalidcertificates=true|tlsallowinvalidhostnames=true|ssl_?verify=(?:false|0)|ssl_cert_reqs=(?:cert_)?none|usessl=false|verifyservercertificate=false|insecureskipverify=true)(?=$|[&;\s"'])/i;

function insideText(text: string): Inside | null {
	if (text.length > 65_536) return null;
	for (const { form, what, hint } of IN_TEXT) {
		const match = text.includes(hint) ? form.exec(text) : null;
		if (match !== null) return { start: match.index, end: match.index + match[0].length, what };
	}
	const match = /[=]/.test(text) ? IN_CONNECTION.exec(text) : null;
	if (match === null || !isFarDatabase(text)) return null;
	const what = /^(?:sslmode=disable|usessl)/i.test(match[0])
		? `${match[0]} sends this connection in cleartext`
		: `${match[0]} takes any certificate`;
	return { start: match.index, end: match.index + match[0].length, what };
}

/** False where the connection ends on this machine, or in the network of its own containers, or where is not known. */
function isFarDatabase(text: string): boolean {
	const url = /^[^\s:]{1,40}:(?:[a-z]+:)?\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#,;]*)/i.exec(text);
	const pair = /(?:^|[;\s])(?:host|server|data source|hostaddr|address|addr|network address)\s{0,4}=\s{0,4}(?:tcp:)?([^;,:\s]+)/i.exec(
		text,
	);
	const host = (url?.[1] ?? pair?.[1] ?? "").replace(/^\[|\]$/g, "").toLowerCase();
	return host !== "" && !/[${}<>%\\]/.test(host) && host !== "." && host !== "(local)" && !isLoopback(host) && !isSingleLabel(host);
}

/** `curl -k`, alone or among other letters; null: this is no curl, or it checks. */
function curlOff({ program, words }: CommandLine): Word | null {
	if (program !== "curl") return null;
	return words.find(({ text }, i) => i > 0 && /^-[#0aBfgGiIjJlLMnNOpqRsSvZ]{0,12}k[#0aBfgGiIjJlLMnNOpqRsSvZ]{0,12}$/.test(text)) ?? null;
}

/** `verifySsl: false` and the like among what the host reads. */
function* settingsOff(
	{ settings, keyPath: { length } }: ServerEntry,
	at: (place: Pick<Finding, "keyPath" | "span">, what: string, reach: Reach) => readonly Finding[],
): Iterable<Finding> {
	for (const { keyPath, key, value, kind } of settings) {
		if (key === null || (kind !== "boolean" && kind !== "string" && kind !== "number") || keyPath.length === length) continue;
		if (isTlsSwitch(key.value, value.value))
			yield* at({ keyPath, span: value.span }, `${quoted(key.value)} switches the check of certificates off`, "service");
	}
}

/** True for a member of a file that switches the check off. */
export function isTlsSwitch(key: string, value: string): boolean {
	return MAY_BE_SWITCH.test(key) && switchesOff(snake(key), value);
}

/** True where the entry names addresses, and every one of them is this machine. */
function onlyThisMachine(values: readonly GivenValue[]): boolean {
	let any = false;
	for (const { name, word } of values) {
		const host = hostOf(name, word.text);
		if (host === null) continue;
		if (!isLoopback(host)) return false;
		any = true;
	}
	return any;
}

/** Null for a value that names no address. */
function hostOf(name: string | null, text: string): string | null {
	const address = addressIn(text);
	if (address !== null) return address.host;
	if (name === null || !/(?:host|server|address|addr|endpoint|url)$/i.test(name)) return null;
	return (
		/^(\[[0-9a-f:.]+\]|[A-Za-z0-9_.-]+)(?::\d{1,5})?$/
			.exec(text)?.[1]
			?.replace(/^\[|\]$/g, "")
			.toLowerCase() ?? null
	);
}
