import { anyForm } from "./any-form.ts";

/** Addresses that are credentials themselves, service by service: the host, and the path with the part that is the secret in brackets. */
const CAPABILITIES: readonly (readonly [host: RegExp, path: RegExp])[] = [
	[/^hooks\.slack(?:-gov)?\.com$/, /^\/(?:services|workflows|triggers)\/(?:[^/]+\/)*([\w-]{16,})\/?$/],
	[/^(?:\w+\.)?discord(?:app)?\.com$/, /^\/api\/(?:v\d+\/)?webhooks\/\d+\/([\w-]{16,})/],
	[/^hooks\.zapier\.com$/, /^\/hooks\/(?:catch|standard)\/(.+?)\/?$/],
	[/^(?:mcp|actions)\.zapier\.com$/, /^\/api\/(?:v\d+\/)?mcp\/[a-z]+\/(.+?)(?:\/(?:mcp|sse))?\/?$/],
	[/^hook(?:\.[a-z0-9]+)*\.(?:make|integromat)\.com$/, /^\/([\w-]{16,})/],
	[/^(?:[a-z0-9]+\.)?make\.com$|^[a-z0-9]+\.make\.com$/, /^\/mcp\/(?:api\/v1\/)?u\/([\w-]{16,})/],
	[/\.webhook\.office\.com$|^outlook\.office(?:365)?\.com$/, /^\/webhook(?:b2)?\/(.+?)\/?$/],
	[/^maker\.ifttt\.com$/, /\/with\/key\/([\w-]{10,})/],
	[/^hc-ping\.com$|^(?:ping\.)?healthchecks\.io$/, /^\/(?:ping\/)?([\w-]{16,})/],
	[/^webhook\.site$/, /^\/([0-9a-f-]{36})/],
	[/^events(?:\.eu)?\.pagerduty\.com$/, /^\/(?:integration|generic|x-ere)\/(?:[^/]+\/)*?(\w{20,})/],
	[/^hooks\.airtable\.com$/, /^\/workflows\/(?:genericWebhook|v1)\/(.+)$/],
	[/^(?:alert|api)\.victorops\.com$/, /\/alert\/([0-9a-f-]{36})/],
	[/^ntfy\.sh$/, /^\/([\w-]{16,64})$/],
	[/^(?:push\.)?bark\.|^api\.day\.app$/, /^\/(?:push\/)?(\w{18,24})/],
	[/^(?:[\w-]+\.)*infura\.io$/, /^\/(?:ws\/)?v3\/([0-9a-f]{32})/],
	[/^(?:[\w-]+\.)*alchemy(?:api)?\.(?:com|io)$/, /^\/(?:nft\/|starknet\/[\w/]{0,20})?v\d\/([\w-]{20,40})/],
	[/^rpc\.ankr\.com$/, /^\/(?:multichain\/|[\w-]{2,40}\/)?([0-9a-f]{64})/],
	[
		/^(?:[\w-]+\.)*(?:p2pify\.com|chainstack\.com|quiknode\.pro|quicknode\.com|blastapi\.io|nodereal\.io|getblock\.(?:io|us))$/,
		/^\/(?:v\d\/)?([0-9a-f-]{32,64})/,
	],
	[/^api\.netlify\.com$/, /^\/build_hooks\/([0-9a-f]{24})/],
	[/^api\.vercel\.com$/, /^\/v1\/integrations\/deploy\/prj_\w{8,40}\/(\w{8,40})/],
	[/^uptime\.betterstack\.com$/, /^\/api\/v1\/heartbeat\/(\w{16,40})/],
	[/^calendar\.google\.com$/, /^\/calendar\/ical\/[^/]{1,200}\/private-([0-9a-f]{32})/],
	[/^outlook\.(?:office365|office|live)\.com$/, /^\/owa\/calendar\/[^/]{1,200}\/([\w-]{16,80})\//],
	[/^(?:sctapi|sc)\.ftqq\.com$/, /^\/(SCT?\w{16,}|SCU\w{16,})\.send/],
	[/^open\.(?:feishu\.cn|larksuite\.com)$/, /^\/open-apis\/bot\/(?:v2\/)?hook\/([\w-]{16,})/],
];

/** What is left of such an address when its secret stands elsewhere: whose it is, and no secret. */
const WITHOUT_SECRET: readonly (readonly [host: RegExp, path: RegExp])[] = [
	[/^hooks\.slack(?:-gov)?\.com$/, /^\/(?:services|workflows|triggers)(?:\/(?:[A-Z][A-Z0-9]{6,13}|\d{6,20}))*\/?$/],
	[/^(?:\w+\.)?discord(?:app)?\.com$/, /^\/api\/(?:v\d+\/)?webhooks\/\d+\/?$/],
];

/** One look for all of them: most addresses are none. */
const MAY_HAVE = anyForm(CAPABILITIES.map(([hosts]) => hosts));
const MAY_LACK = anyForm(WITHOUT_SECRET.map(([hosts]) => hosts));

/** True for what is left of an address that is a credential itself, once the credential was taken out. */
export function lacksCapability(host: string, path: string): boolean {
	return MAY_LACK(host) && WITHOUT_SECRET.some(([hosts, paths]) => hosts.test(host) && paths.test(path));
}

/** Where the secret of such an address begins and ends within its path; null for every other address. */
export function capabilityIn(host: string, path: string): { readonly start: number; readonly end: number } | null {
	if (!MAY_HAVE(host)) return null;
	for (const [hosts, paths] of CAPABILITIES) {
		if (!hosts.test(host)) continue;
		const match = paths.exec(path);
		const secret = match?.[1];
		if (match === null || secret === undefined) continue;
		const start = match.index + match[0].indexOf(secret);
		return { start, end: start + secret.length };
	}
	return null;
}
