import * as fs from "node:fs";
import * as path from "node:path";
import { isInside } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { plainText } from "./files/bounded-file.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { systemCertificates } from "./sandbox/egress-upstream.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy as an environment names it. */
export interface NamedProxy {
	/** Without credentials. */
	readonly url: string;
	/** `user:password`. Null: it asks for none. A secret. */
	readonly credentials: string | null;
	/** The variable that names it. */
	readonly from: string;
}

export interface NamedCertificate {
	readonly pem: string;
	/** As the certificate itself says it: a stranger's text. */
	readonly subject: string;
	/** Of the whole certificate, as browsers show it. */
	readonly fingerprint: string;
	/** The file that it was read from. */
	readonly from: string;
}

/** What a person's environment says of how to reach the internet. */
export interface NamedNetwork {
	readonly https: NamedProxy | null;
	readonly http: NamedProxy | null;
	readonly except: readonly string[];
	/** Those that are not trusted anyway. */
	readonly certificates: readonly NamedCertificate[];
	/** Node is told to trust certificates of the system's that are not on its own list. */
	readonly systemForNode: boolean;
}

/** Node adds what this names to a list of its own, which is not the system's. */
const NODES_OWN = "NODE_EXTRA_CA_CERTS";
const CERTIFICATES = [NODES_OWN, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"];
const MOST_BYTES = 5_000_000;
const MOST_CERTIFICATES = 400;

/** Whether an environment names a proxy or certificates of its own. Other variables often name the system's. */
export function namesNetwork(env: Environment): boolean {
	return ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", NODES_OWN].some((name) => pick(env, name) !== null);
}

/**
 * Reads the variables that curl, Git, Python, Node and Go obey. Certificates that are trusted anyway are left out.
 *
 * @param untrusted folders whose files must not decide anything: real paths
 */
export function networkOf(env: Environment, untrusted: readonly string[]): Result<NamedNetwork> {
	const https = proxyOf(env, ["HTTPS_PROXY", "ALL_PROXY"]);
	if (!https.ok) return https;
	const http = proxyOf(env, ["HTTP_PROXY", "ALL_PROXY"]);
	if (!http.ok) return http;
	const certificates = certificatesOf(env, untrusted);
	if (!certificates.ok) return certificates;
	const except = (pick(env, "NO_PROXY")?.value ?? "").split(/[\s,]+/).filter((word) => word !== "");
	return ok({ https: https.value, http: http.value, except, ...certificates.value });
}

/** Small letters first, as curl does. An empty variable says nothing. */
function pick(env: Environment, name: string): { readonly name: string; readonly value: string } | null {
	for (const each of [name.toLowerCase(), name]) {
		const value = env[each]?.trim();
		if (value !== undefined && value !== "") return { name: each, value };
	}
	return null;
}

function proxyOf(env: Environment, names: readonly string[]): Result<NamedProxy | null> {
	for (const each of names) {
		const found = pick(env, each);
		if (found === null) continue;
		const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(found.value) ? found.value : `http://${found.value}`);
		if (url === null || url.hostname === "" || !/^https?:$/.test(url.protocol))
			return fail(
				"network-proxy",
				`${found.name} names no HTTP proxy${url?.protocol.startsWith("socks") === true ? " but one for SOCKS, which cannot be used" : ""}.`,
				"Write it as http://host:port or https://host:port.",
			);
		const user = decoded(url.username);
		const credentials = user === "" ? null : `${user}:${decoded(url.password)}`;
		return ok({ url: `${url.protocol}//${url.host}`, credentials, from: found.name });
	}
	return ok(null);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function certificatesOf(env: Environment, untrusted: readonly string[]): Result<Pick<NamedNetwork, "certificates" | "systemForNode">> {
	const { X509Certificate } = nodeCrypto();
	const print = (pem: string) => new X509Certificate(pem);
	const system = new Set(blocksOf(systemCertificates()));
	const nodes = new Set(process.getBuiltinModule("node:tls").rootCertificates.flatMap(blocksOf));
	const found = new Map<string, NamedCertificate>();
	let systemForNode = false;
	for (const name of CERTIFICATES) {
		const named = pick(env, name);
		if (named === null) continue;
		const text = readCertificates(named.value, untrusted);
		if (text === null)
			return fail(
				"network-certificates",
				`${named.name} names no file of certificates that may be used.`,
				"It must be a file by its whole path, outside every project.",
			);
		for (const pem of blocksOf(text)) {
			if (name === NODES_OWN && system.has(pem) && !nodes.has(pem)) systemForNode = true;
			if (system.has(pem) || (name === NODES_OWN && nodes.has(pem)) || found.has(pem)) continue;
			try {
				const { subject, fingerprint256 } = print(pem);
				found.set(pem, { pem, subject: subject.replaceAll("\n", ", "), fingerprint: fingerprint256, from: named.value });
			} catch {
				return fail("network-certificates", `${named.name} names a file with a certificate that is none.`, "Look at it with: openssl x509");
			}
		}
	}
	if (found.size > MOST_CERTIFICATES)
		return fail(
			"network-certificates",
			`There are ${found.size} certificates that the system does not trust.`,
			"Name a file that has your company's own alone.",
		);
	return ok({ certificates: [...found.values()], systemForNode });
}

/** Null: it is no file that may be read. Nothing but certificates is taken from it. */
function readCertificates(file: string, untrusted: readonly string[]): string | null {
	if (!path.isAbsolute(file)) return null;
	try {
		const real = fs.realpathSync(file);
		return untrusted.some((folder) => isInside(real, folder)) ? null : plainText(real, MOST_BYTES);
	} catch {
		return null;
	}
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/** The certificates of a PEM text, in one form each. Whatever else stands there, such as a private key, is not taken along. */
function blocksOf(text: string): readonly string[] {
	const blocks: string[] = [];
	for (let at = text.indexOf(BEGIN); at >= 0; ) {
		const end = text.indexOf(END, at);
		if (end < 0) break;
		const body = text.slice(at + BEGIN.length, end).replace(/\s+/g, "");
		blocks.push(`${BEGIN}\n${(body.match(/.{1,64}/g) ?? []).join("\n")}\n${END}\n`);
		at = text.indexOf(BEGIN, end);
	}
	return blocks;
}
