import * as path from "node:path";
import type { PackageSpec } from "../../../core/launch/package-spec.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { redact, runConfined } from "../confined-install.ts";
import type { InstallDeps } from "../kind.ts";
import type { Npm } from "./find.ts";
import { type NpmSettings, registryEgress } from "./settings.ts";

export interface NpmRun {
	readonly spec: PackageSpec;
	readonly npm: Npm;
	/** Real path. */
	readonly node: string;
	readonly settings: NpmSettings;
	readonly engine: InstallDeps["engine"];
	/** Empty; the package and what it needs end up here. */
	readonly tree: string;
	/** Empty; npm's private cache. */
	readonly cache: string;
	readonly timeoutMs: number;
}

const OPTIONS = [
	...["--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress", "--no-color"],
	...[
		"--omit=dev",
		"--lockfile-version=3",
		"--package-lock=true",
		"--save=true",
		"--omit-lockfile-registry-resolved=true",
		"--install-strategy=hoisted",
	],
	// A newer npm refuses these by itself; an older one is stopped by the missing git, the egress list and the check of the lock.
	...["--allow-git=none", "--allow-remote=none", "--allow-file=none", "--allow-directory=none", "--git=/nonexistent/git"],
	// npm waits 70 seconds before it gives up; a person is watching.
	...["--fetch-retries=5", "--fetch-retry-factor=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=5000"],
	...["--loglevel=error", "--logs-max=0", "--location=project", "--global=false", "--workspaces=false"],
];

/** Runs `npm install` confined: it reads npm and writes two empty folders, connects to the registries alone, and runs no package's code. */
export async function runNpmInstall(run: NpmRun): Promise<Result<void>> {
	const { spec, npm, settings, tree, cache } = run;
	const ended = await runConfined({
		engine: run.engine,
		timeoutMs: run.timeoutMs,
		command: run.node,
		args: [
			npm.cli,
			"install",
			...OPTIONS,
			...settings.args,
			`--prefix=${tree}`,
			`--cache=${cache}`,
			`--userconfig=${settings.userConfig}`,
			`--globalconfig=${path.join(cache, "no-global-config")}`,
			"--",
			spec.range === null ? spec.name : `${spec.name}@${spec.range}`,
		],
		cwd: tree,
		env: { ...settings.env, CI: "1", LANG: "C.UTF-8" },
		read: [run.node, npm.root, ...settings.read],
		write: [tree, cache],
		egress: registryEgress(settings.registries),
		network: settings.network,
	});
	if (!ended.ok) return ended;
	const { code, late, output } = ended.value;
	if (code === 0) return ok(undefined);
	return late
		? fail(
				"package-install",
				`npm did not finish installing ${spec.name} in ${Math.round(run.timeoutMs / 1000)} seconds.`,
				"Check the network and try again.",
			)
		: explain(spec, output, settings);
}

const ADVICE: readonly (readonly [codes: RegExp, why: string, remedy: string])[] = [
	[/^E404$/, "the registry has no such package", "Check its name for a typing error."],
	[/^(?:ETARGET|ENOVERSIONS)$/, "the registry has no such version", "Name a version that exists: npm view NAME versions."],
	[/^EINTEGRITY$/, "what the registry sent does not match its own hash", "Do not use this version; tell the registry's administrator."],
	[
		/^(?:EALLOW.*|EUNSUPPORTEDPROTOCOL)$/,
		"it depends on git, a URL or a folder, which cannot be pinned",
		"Choose another version or another package.",
	],
	[/^(?:E401|E403|ENEEDAUTH)$/, "the registry refused access", "Check the credentials in your .npmrc: npm whoami."],
	[
		/^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR|E5[0-9]{2})$/,
		"the registry cannot be reached",
		"Check the network and: npm ping.",
	],
	[
		/CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/,
		"the registry's certificate is not trusted",
		"Name your authority's certificate: npm config set cafile FILE.",
	],
	[/^(?:EBADPLATFORM|EBADENGINE)$/, "it is not made for this machine", "Choose another version."],
	[/^ENOSPC$/, "the disk is full", "Free some space and try again."],
];

function explain(spec: PackageSpec, output: string, settings: NpmSettings): Result<never> {
	const lines = redact(output, settings.secrets)
		.split("\n")
		.map((line) => /^npm (?:error|ERR!) (.*)$/.exec(line)?.[1]?.trim() ?? "")
		.filter((line) => line !== "" && !/^A complete log|^\s*at |^errno |^syscall |^path /.test(line));
	const code = lines.map((line) => /^code (\S+)$/.exec(line)?.[1]).find((each) => each !== undefined);
	const advice = code === undefined ? undefined : ADVICE.find(([codes]) => codes.test(code));
	const asked = /https?:\/\/[^\s"')]+/.exec(lines.join(" "))?.[0];
	const elsewhere = asked === undefined ? null : URL.parse(asked);
	const allowed = registryEgress(settings.registries);
	if (elsewhere !== null && code === "E403" && !registryEgress([elsewhere]).every((host) => allowed.includes(host)))
		return fail(
			"package-install",
			`${spec.name} was not installed: it asks for a URL outside the registry (${elsewhere.host}).`,
			"Choose another version or another package; if that host is your registry's, name it in your npm configuration.",
		);
	const said = lines.find((line) => !line.startsWith("code ")) ?? "";
	const detail = said === "" ? "" : ` (npm: ${said.slice(0, 240)})`;
	return fail(
		"package-install",
		`${spec.name} was not installed: ${advice?.[1] ?? "npm failed"}${detail}.`,
		advice?.[2] ?? `Try it by hand to see more: npm view ${spec.name}`,
	);
}
