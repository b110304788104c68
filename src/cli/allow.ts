import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { shellWord } from "../core/plain-text.ts";
import { type Grant, type GrantedSandbox, isInside } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { checkGrants } from "../platform/sandbox/bubblewrap.ts";
import { describeCandidate, saveGrant, startingGrant } from "./approval.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { showChange, showLaunch } from "./show-grant.ts";
import { findTarget, userHome } from "./target.ts";

interface AllowOptions {
	readonly file?: string;
	readonly read: readonly string[];
	readonly write: readonly string[];
	readonly egress: readonly string[];
	readonly env: readonly string[];
	readonly secret: readonly string[];
	readonly sandbox?: "on" | "off";
	readonly update?: boolean;
	readonly yes?: boolean;
	readonly json?: boolean;
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export function registerAllow(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("allow <name>")
		.description("approve a server's command as it is now, and what else it may use")
		.option("--file <config>", "the config file that has the server")
		.option("--read <path>", "let it read a file or folder (repeatable)", collect, [])
		.option("--write <path>", "let it write a file or folder (repeatable)", collect, [])
		.option("--egress <host:port>", "let it connect there (repeatable)", collect, [])
		.option("--env <name>", "pass a variable on from the host's environment (repeatable)", collect, [])
		.option("--secret <slot=reference>", "give it a secret: env:NAME=keychain://… (repeatable)", collect, [])
		.option("--sandbox <on|off>", "off: start it without a sandbox; on: confine it again")
		.option("--update", "resolve the package anew instead of keeping the version that is installed")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.option("--json", "print the grant as JSON")
		.addHelpText(
			"after",
			"\nShows the exact change and asks for the server's name on a terminal.\nExit: 0 allowed, 1 declined, 2 could not.",
		)
		.action(async (name: string, options: AllowOptions) => exit(await allow(name, options, io)));
}

async function allow(name: string, options: AllowOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const candidate = await describeCandidate(line.value, home.value, io, { update: options.update === true });
	if (!candidate.ok) return complain(io, candidate.problem);
	const paths = grantablePaths(options, home.value, io);
	if (!paths.ok) return complain(io, paths.problem);
	const after = change(startingGrant(candidate.value), options, line.value.asks, paths.value);
	if (!after.ok) return complain(io, after.problem);

	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	showLaunch(out, candidate.value.described, after.value.secrets);
	const widens = showChange(out, candidate.value.current, after.value);
	if (widens) {
		const confirmed = await confirmWidening(after.value.name, home.value, options.yes === true, io);
		if (!confirmed.ok) return complain(io, confirmed.problem, confirmed.problem.code === "declined" ? 1 : 2);
	}
	const saved = await saveGrant(home.value, after.value, candidate.value);
	if (!saved.ok) return complain(io, saved.problem);
	const waiting = [...line.value.asks].filter(([slot, reference]) => after.value.secrets.get(slot) !== reference);
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: after.value.name,
				fingerprint: after.value.launch.fingerprint,
				waiting: waiting.map(([slot]) => slot),
			}),
		);
	else {
		say(io, widens ? "Allowed." : "Saved; nothing was widened.");
		for (const [slot, reference] of waiting)
			say(io, `It still asks for ${slot} and will not start without it: sallyport allow ${shellWord(name)} --secret ${slot}=${reference}`);
		if (after.value.tools.size === 0) say(io, `No tool is allowed yet: sallyport tools list ${shellWord(name)}`);
	}
	return 0;
}

function change(grant: Grant, options: AllowOptions, asks: ReadonlyMap<string, string>, paths: Paths): Result<Grant> {
	const secrets = new Map(grant.secrets);
	for (const text of options.secret) {
		const split = /^(env:[A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(text);
		const [, slot, reference] = split ?? [];
		if (slot === undefined || reference === undefined)
			return fail(
				"bad-secret",
				"--secret is not of the form env:NAME=REFERENCE.",
				"Example: --secret env:GITHUB_TOKEN=keychain://github/GITHUB_TOKEN",
			);
		if (asks.get(slot) !== reference)
			return fail(
				"secret-not-asked",
				`The server's entry does not ask for ${reference} in ${slot}.`,
				"Write that reference into the entry's env first; sallyport fix does it for a secret that stands there.",
			);
		secrets.set(slot, reference);
	}
	for (const target of options.egress)
		if (
			!/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):[1-9]\d{0,4}$/.test(target) ||
			Number(target.slice(target.lastIndexOf(":") + 1)) > 65_535
		)
			return fail("bad-egress", "--egress is not of the form host:port.", "Example: --egress api.github.com:443");
	for (const name of options.env)
		if (
			!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ||
			/^(?:NODE_OPTIONS|NODE_PATH|LD_.*|DYLD_.*|PYTHON(?:PATH|STARTUP|HOME)|PATH|HOME|TMPDIR|SALLYPORT_.*)$/.test(name)
		)
			return fail(
				"bad-env",
				`${name} cannot be passed on from the host's environment.`,
				"Give the entry a value of its own in env: it is pinned then.",
			);
	if (options.sandbox !== undefined && options.sandbox !== "on" && options.sandbox !== "off")
		return fail("bad-sandbox", "--sandbox is on or off.", "Use: --sandbox on");
	const sandbox: GrantedSandbox | "off" =
		options.sandbox === "off" || (grant.sandbox === "off" && options.sandbox !== "on")
			? "off"
			: {
					read: union(grant.sandbox === "off" ? [] : grant.sandbox.read, paths.read),
					write: union(grant.sandbox === "off" ? [] : grant.sandbox.write, paths.write),
					deny: grant.sandbox === "off" ? [] : grant.sandbox.deny,
					env: union(grant.sandbox === "off" ? [] : grant.sandbox.env, options.env),
				};
	return ok({
		...grant,
		secrets,
		sandbox,
		egress: union(
			grant.egress,
			options.egress.map((target) => target.toLowerCase()),
		),
	});
}

interface Paths {
	readonly read: readonly string[];
	readonly write: readonly string[];
}

/** Real paths, each of a kind that may be granted to a server at all. */
function grantablePaths(options: AllowOptions, home: Home, io: Io): Result<Paths> {
	const read: string[] = [];
	const write: string[] = [];
	for (const [named, into] of [
		...options.read.map((each) => [each, read] as const),
		...options.write.map((each) => [each, write] as const),
	]) {
		const real = realPath(named, io);
		if (!real.ok) return real;
		// The engine shows a server its own package in the store; no one grants it another one's.
		if (isInside(real.value, home.path))
			return fail("path-protected", `${named} belongs to Sallyport itself.`, "Grant a file or folder of your own.");
		into.push(real.value);
	}
	const checked = checkGrants({ read, write }, { sallyportHome: home.path, home: userHome(io) });
	return checked.ok ? ok({ read, write }) : checked;
}

function realPath(named: string, io: Io): Result<string> {
	try {
		return ok(fs.realpathSync(path.resolve(io.cwd, named)));
	} catch {
		return fail("path-missing", `${named} does not exist.`, "Grant a file or folder that is there.");
	}
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
	return [...new Set([...a, ...b])];
}
