import type { Command } from "commander";
import { parseReference } from "../core/config/references.ts";
import { exact, plain } from "../core/plain-text.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readAccepted } from "../platform/acceptance/accepted.ts";
import { acceptNetwork, clearNetwork } from "../platform/approval/network.ts";
import { type Home, holdsPerson, homePath, openHome } from "../platform/home.ts";
import { isNetworkAccepted, networkNotAccepted, readNetwork, type StoredNetwork, type StoredProxy } from "../platform/network.ts";
import { type NamedNetwork, type NamedProxy, namesNetwork, networkOf } from "../platform/network-environment.ts";
import { grantedWorkspaces } from "../platform/policy-files.ts";
import type { Vaults } from "../platform/vault/index.ts";
import { approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { openVaults, usualVault } from "./vaults.ts";

/** What is typed to confirm. */
const WORD = "network";

export function registerNetwork(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const network = program
		.command("network")
		.description("how servers reach the hosts that are granted: your company's proxy and certificates")
		.addHelpText("after", "\nA running server goes on as it started.\nExit: 0 done, 1 declined, 2 could not.");
	const withHome = async (work: (home: Home) => ExitCode | Promise<ExitCode>): Promise<void> => {
		const home = openHome(homePath(io.env));
		exit(home.ok ? await work(home.value) : complain(io, home.problem));
	};
	network
		.command("show", { isDefault: true })
		.description("show what is in use")
		.option("--json", "print it as JSON")
		.action((options: { json?: boolean }) => withHome((home) => show(home, options.json === true, io)));
	network
		.command("use")
		.description("take HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY and the certificates that this terminal's variables name")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.addHelpText("after", "\nShows what it would take, and asks on a terminal.\nExit: 0 done, 1 declined, 2 could not.")
		.action((options: { yes?: boolean }) => withHome((home) => use(home, options.yes === true, io)));
	network
		.command("clear")
		.description("reach hosts straight, with the system's certificates")
		.action(() => withHome((home) => clear(home, io)));
}

async function clear(home: Home, io: Io): Promise<ExitCode> {
	const cleared = await clearNetwork(home, approvalOptions(io));
	if (!cleared.ok) return complain(io, cleared.problem);
	say(io, cleared.value ? "Cleared. Stored credentials: sallyport secrets list" : "Nothing was set.");
	return 0;
}

async function show(home: Home, json: boolean, io: Io): Promise<ExitCode> {
	const read = readNetwork(home);
	if (!read.ok) return complain(io, read.problem);
	const { https = null, http = null, except = [], certificates = [], systemForNode = false } = read.value ?? {};
	const held = read.value === null ? null : await readAccepted(home, approvalOptions(io));
	const accepted = held === null ? true : held.ok ? isNetworkAccepted(home, held.value.network) : null;
	if (json) {
		say(io, JSON.stringify({ version: 1, https, http, except, certificates: certificates.length, systemForNode, accepted }));
		return 0;
	}
	if (https === null && http === null) say(io, "Granted hosts are reached straight.");
	for (const [kind, proxy] of [["https", https] as const, ["http", http] as const])
		if (proxy !== null) say(io, `  ${kind.padEnd(12)} ${proxyText(proxy)}`);
	if (except.length > 0) say(io, `  straight to  ${plain(except.join(", "))}`);
	say(io, `  trusted      the system's certificates${certificates.length === 0 ? "" : ` and ${certificates.length} of your own`}`);
	if (systemForNode) say(io, "  trusted      by Node too");
	if (accepted !== true) {
		const problem = held?.ok === false ? held.problem : networkNotAccepted(home);
		say(io, `Not in use: ${plain(problem.message)} No server with a network starts. ${plain(problem.remedy)}`);
	}
	if (read.value === null && namesNetwork(io.env)) say(io, "This terminal's variables name a proxy or certificates: sallyport network use");
	return 0;
}

function proxyText({ url, credentials }: StoredProxy): string {
	return `${plain(url)}${credentials === undefined ? "" : ` with ${plain(credentials)}`}`;
}

async function use(home: Home, yes: boolean, io: Io): Promise<ExitCode> {
	const untrusted = [io.cwd, ...grantedWorkspaces(home)].filter((folder) => !holdsPerson(folder));
	const named = networkOf(io.env, untrusted);
	if (!named.ok) return complain(io, named.problem);
	const { https, http, certificates, systemForNode } = named.value;
	if (https === null && http === null && certificates.length === 0 && !systemForNode)
		return complain(io, {
			code: "network-unnamed",
			message: "No variable of this terminal names a proxy or a certificate.",
			remedy: "Set HTTPS_PROXY, NO_PROXY or NODE_EXTRA_CA_CERTS first. To go straight: sallyport network clear",
		});
	const vaults = openVaults(home, io);
	try {
		const scheme = await usualVault(home, vaults);
		const reference = (kind: string): string => `${scheme}://sallyport-network/${kind}`;
		showNamed(named.value, reference, io);
		const confirmed = await confirmWidening(WORD, home, yes, io, WORD);
		if (!confirmed.ok) return complain(io, confirmed.problem, confirmed.problem.code === "declined" ? 1 : 2);
		const stored = await store(named.value, reference, vaults);
		if (!stored.ok) return complain(io, stored.problem);
		const accepted = await acceptNetwork(home, stored.value, approvalOptions(io));
		if (!accepted.ok) return complain(io, accepted.problem);
		say(io, "In use from each server's next start.");
		return 0;
	} finally {
		vaults.close();
	}
}

function showNamed({ https, http, except, certificates, systemForNode }: NamedNetwork, reference: (kind: string) => string, io: Io): void {
	for (const [kind, proxy] of [["https", https] as const, ["http", http] as const]) {
		if (proxy === null) continue;
		const kept = proxy.credentials === null ? "" : `; its user name and password go to ${plain(reference(kind))}`;
		say(io, `  + ${kind.padEnd(12)} ${plain(proxy.url)}  (${plain(proxy.from)}${kept})`);
	}
	if (except.length > 0) say(io, `  + straight to  ${plain(except.join(", "))}`);
	for (const { subject, fingerprint, from } of certificates) {
		say(io, `  + trust        ${exact(subject)}  (${plain(from)})`);
		say(io, `                 SHA-256 ${fingerprint}`);
	}
	if (systemForNode) say(io, "  + trust        the system's certificates, by Node too");
	if (https !== null || http !== null)
		say(io, "The proxy sees where every server connects, and looks the names up: it decides then to which address a name leads.");
	if (certificates.length > 0)
		say(io, "Whoever has the key of such a certificate can read and change what servers exchange with their hosts.");
}

/** The secrets first, and read back: a file must never name what is not there. */
async function store(named: NamedNetwork, reference: (kind: string) => string, vaults: Vaults): Promise<Result<StoredNetwork>> {
	const proxies: { https?: StoredProxy; http?: StoredProxy } = {};
	for (const kind of ["https", "http"] as const) {
		const proxy = named[kind];
		if (proxy === null) continue;
		const kept = await keep(proxy, reference(kind), vaults);
		if (!kept.ok) return kept;
		proxies[kind] = { url: proxy.url, ...(proxy.credentials === null ? {} : { credentials: reference(kind) }) };
	}
	const { except, certificates, systemForNode } = named;
	return ok({ version: 1, ...proxies, except: [...except], certificates: certificates.map(({ pem }) => pem), systemForNode });
}

async function keep({ credentials }: NamedProxy, text: string, vaults: Vaults): Promise<Result<void>> {
	const reference = parseReference(text);
	if (reference === null) throw new Error("a reference of our own that is none");
	if (credentials === null) return ok(undefined);
	const vault = vaults.get(reference.scheme);
	const created = await vault.create(reference.path, credentials);
	if (!created.ok) return created;
	// The person has just said that these are the ones.
	const replaced = created.value === "different" ? await vault.replace(reference.path, credentials) : ok(undefined);
	if (!replaced.ok) return replaced;
	const back = await vaults.resolve(reference);
	if (!back.ok) return back;
	return back.value === credentials
		? ok(undefined)
		: fail("vault-failed", `${text} does not hold what was stored.`, "Try again, or look at the vault: sallyport doctor");
}
