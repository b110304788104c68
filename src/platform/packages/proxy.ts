import { fail, ok, type Result } from "../../core/result.ts";
import { type EgressNetwork, STRAIGHT, type UpstreamProxy, upstreamFor } from "../sandbox/egress-network.ts";

/** How a person's own configuration says that registries are reached. An empty text counts as none. */
export interface ProxySettings {
	/** For `https:` registries: `http://[user:password@]host:port`. A secret, where it has a password. */
	readonly https: string | null;
	/** For `http:` registries. */
	readonly http: string | null;
	/** In the words of `NO_PROXY`, with commas. */
	readonly except: string | null;
	/** Certificates in PEM that are trusted beside the system's. Empty: none. */
	readonly certificates: string;
}

/** What a package manager's own configuration does not say about proxies, the variables of the person's shell do. */
export function proxyVariables(env: Readonly<Record<string, string | undefined>>): Pick<ProxySettings, "https" | "http" | "except"> {
	const named = (name: string): string | null => env[name.toLowerCase()] || env[name] || null;
	return { https: named("HTTPS_PROXY") ?? named("ALL_PROXY"), http: named("HTTP_PROXY") ?? named("ALL_PROXY"), except: named("NO_PROXY") };
}

export interface ProxiedInstall {
	/** What the confined installation's own proxy goes through. Null: straight, or as the machine was set up to. */
	readonly network: EgressNetwork | null;
	/** What must never appear in a message. */
	readonly secrets: readonly string[];
}

/**
 * The way to the registries. A proxy is told nothing but where to connect, and no server ever goes through it.
 *
 * @param registries the ones that are asked; a proxy that is configured and used for none of them does not count
 */
export function installNetwork(settings: ProxySettings, registries: readonly URL[]): Result<ProxiedInstall> {
	const except = (settings.except ?? "").split(/[,\s]+/).filter((word) => word !== "");
	const secrets: string[] = [];
	const proxies: (UpstreamProxy | null)[] = [];
	for (const [text, protocol] of [
		[settings.https, "https:"],
		[settings.http, "http:"],
	] as const) {
		const used = registries.some((url) => url.protocol === protocol && !isStraight(url, except));
		if (text === null || text === "" || text === "false" || !used) {
			proxies.push(null);
			continue;
		}
		const proxy = parseProxy(text);
		// The text is not repeated: it may hold a password.
		if (proxy === null)
			return fail(
				"proxy-unknown",
				"Your configuration names a proxy that is not of the form http://host:port.",
				"Use an HTTP proxy, or name the registry's host in NO_PROXY if it can be reached directly.",
			);
		secrets.push(...proxy.secrets);
		proxies.push(proxy.upstream);
	}
	const [https = null, http = null] = proxies;
	return ok({
		network: https === null && http === null ? null : { ...STRAIGHT, https, http, except, certificates: settings.certificates },
		secrets,
	});
}

/** No proxy is asked for what `NO_PROXY` names, nor for an address that is not of the open internet. */
function isStraight(url: URL, except: readonly string[]): boolean {
	const some = { secure: false, host: "proxy", port: 1, authorization: null };
	return upstreamFor(targetOf(url), "tunnel", { ...STRAIGHT, https: some, http: some, except }) === null;
}

function targetOf(url: URL): { readonly host: string; readonly port: number } {
	return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || (url.protocol === "http:" ? 80 : 443)) };
}

function parseProxy(text: string): { readonly upstream: UpstreamProxy; readonly secrets: readonly string[] } | null {
	const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
	if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "" || !/^\/?$/.test(url.pathname) || url.search !== "")
		return null;
	const secure = url.protocol === "https:";
	const { username, password } = url;
	let plain: string;
	try {
		plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	} catch {
		return null;
	}
	const encoded = Buffer.from(plain).toString("base64");
	const authorization = username === "" && password === "" ? null : `Basic ${encoded}`;
	const upstream = { secure, ...targetOf(url), port: Number(url.port || (secure ? 443 : 80)), authorization };
	const secrets = authorization === null ? [] : [text, password, decodeURIComponent(password), encoded];
	return { upstream, secrets: secrets.filter((secret) => secret.length >= 4) };
}
