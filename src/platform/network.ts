import * as fs from "node:fs";
import * as path from "node:path";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import { parseReference } from "../core/config/references.ts";
import type { AcceptedPolicy } from "../core/policy/accepted-list.ts";
import { fail, failed, ok, type Problem, type Result } from "../core/result.ts";
import { sha256Hex } from "../core/sha256.ts";
import { PendingFile } from "./files/atomic-file.ts";
import type { Home } from "./home.ts";
import type { EgressNetwork, UpstreamProxy } from "./sandbox/egress-network.ts";

/** An address without user name, password, path or query. */
const ProxyUrl = z.string().check(
	z.refine((text) => {
		const url = URL.parse(text);
		const isPlain = url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
		return isPlain && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.hostname !== "";
	}, "must be http://host:port or https://host:port"),
);
const ProxyEntry = z.strictObject({
	url: ProxyUrl,
	/** Where the vault has `user:password`. */
	credentials: z.optional(z.string().check(z.refine((text) => parseReference(text) !== null))),
});

/** How this machine reaches the internet, as a person has approved it for every server. */
const Network = z.strictObject({
	version: z.literal(1),
	https: z.optional(ProxyEntry),
	http: z.optional(ProxyEntry),
	/** In the words of `NO_PROXY`. */
	except: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(300))).check(z.maxLength(500))),
	/** Certificates in PEM, one in each text. */
	certificates: z.optional(z.array(z.string().check(z.maxLength(100_000))).check(z.maxLength(500))),
	/** Node trusts the system's certificates too. */
	systemForNode: z.optional(z.boolean()),
});

export type StoredNetwork = z.infer<typeof Network>;
export type StoredProxy = z.infer<typeof ProxyEntry>;

const MOST_BYTES = 10_000_000;

/** In the home, which no server sees; never beside a project. It need not be there. */
export function networkFile(home: Home): string {
	return path.join(home.path, "network.json");
}

/** Null: nothing was approved, and the internet is reached straight. */
export function readNetwork(home: Home): Result<StoredNetwork | null> {
	const read = readFile(home);
	return read.ok ? ok(read.value?.network ?? null) : read;
}

/** Whether what stands there is what a person accepted, by its digest. True also where nothing stands there. */
export function isNetworkAccepted(home: Home, accepted: string | null): boolean {
	const read = readFile(home);
	return read.ok && (read.value === null || read.value.digest === accepted);
}

/** The digest by which a person accepts it. */
export function networkDigest(network: StoredNetwork): string {
	return sha256Hex(utf8ToBytes(textOf(network)));
}

function textOf(network: StoredNetwork): string {
	return `${JSON.stringify(network, null, "\t")}\n`;
}

function readFile(home: Home): Result<{ readonly network: StoredNetwork; readonly digest: string } | null> {
	const file = networkFile(home);
	let text: string;
	try {
		if (fs.statSync(file).size > MOST_BYTES) return broken(file);
		text = fs.readFileSync(file, "utf8");
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ENOENT" ? ok(null) : broken(file);
	}
	try {
		const parsed = Network.safeParse(JSON.parse(text));
		return parsed.success ? ok({ network: parsed.data, digest: sha256Hex(utf8ToBytes(text)) }) : broken(file);
	} catch {
		return broken(file);
	}
}

export function writeNetwork(home: Home, network: StoredNetwork): void {
	new PendingFile(networkFile(home), textOf(network)).commit();
}

/** False: there was nothing. */
export function forgetNetwork(home: Home): boolean {
	const file = networkFile(home);
	const isThere = fs.existsSync(file);
	fs.rmSync(file, { force: true });
	return isThere;
}

/**
 * What a launch needs of it, credentials included. A file that does not parse, that no person accepted, or whose credentials do not resolve, starts
 * nothing with a network: a proxy is told passwords, and a certificate makes its owner a reader of all that servers say.
 *
 * @param accepted asked only where there is such a file
 */
export async function openNetwork(
	home: Home,
	accepted: () => Promise<Result<Pick<AcceptedPolicy, "network">>>,
): Promise<Result<EgressNetwork | undefined>> {
	const read = readFile(home);
	if (!read.ok || read.value === null) return read.ok ? ok(undefined) : read;
	const held = await accepted();
	if (!held.ok) return held;
	if (held.value.network !== read.value.digest) return failed(networkNotAccepted(home));
	const { https, http, except = [], certificates = [], systemForNode = false } = read.value.network;
	const opened = await openProxies([https, http], home);
	if (!opened.ok) return opened;
	const [secured = null, plain = null] = opened.value;
	return ok({ https: secured, http: plain, except, certificates: certificates.map((pem) => `${pem.trim()}\n`).join(""), systemForNode });
}

async function openProxies(proxies: readonly (StoredProxy | undefined)[], home: Home): Promise<Result<readonly (UpstreamProxy | null)[]>> {
	const asked = proxies.some((proxy) => proxy?.credentials !== undefined);
	const vaults = asked ? new (await import("./vault/index.ts")).Vaults(home) : null;
	const opened: (UpstreamProxy | null)[] = [];
	try {
		for (const proxy of proxies) {
			if (proxy === undefined) {
				opened.push(null);
				continue;
			}
			const url = new URL(proxy.url);
			const secure = url.protocol === "https:";
			const reference = proxy.credentials === undefined ? null : parseReference(proxy.credentials);
			const secret = reference === null || vaults === null ? null : await vaults.resolve(reference);
			if (secret?.ok === false) return secret;
			opened.push({
				secure,
				host: url.hostname.replace(/^\[|\]$/g, ""),
				port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
				authorization: secret === null ? null : `Basic ${Buffer.from(secret.value).toString("base64")}`,
			});
		}
		return ok(opened);
	} finally {
		vaults?.close();
	}
}

/** Why servers with a network do not start. */
export function networkNotAccepted(home: Home): Problem {
	return {
		code: "network-not-accepted",
		message: `${networkFile(home)} says how servers reach the internet, and no person has accepted that: another program wrote it, or it is from an older version.`,
		remedy:
			"Look at it: sallyport network. To take what this terminal's variables say: sallyport network use. To go straight: sallyport network clear",
	};
}

function broken(file: string): Result<never> {
	return fail(
		"network-broken",
		`${file} does not say how this machine reaches the internet.`,
		"Write it anew: sallyport network use. To go straight: sallyport network clear.",
	);
}
