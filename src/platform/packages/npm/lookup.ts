import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as z from "zod/mini";
import type { PackageSpec } from "../../../core/launch/package-spec.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { isExactVersion } from "../../../core/rules/supply/package-version.ts";
import { findNpm } from "./find.ts";
import { type NpmSettings, readNpmSettings } from "./settings.ts";

export interface LookupDeps {
	/** Real path of the Node that runs npm. */
	readonly node: string;
	/** The person's environment: HOME, PATH, certificates. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Folders whose npm is never taken: the workspace. */
	readonly untrusted: readonly string[];
	/** For npm's answer, in milliseconds. */
	readonly timeoutMs: number;
}

const Version = z.string().check(z.refine((text) => isExactVersion(text, "npm")));
/** One version for a tag or a version, several in order for a range. */
const Answer = z.union([Version, z.array(Version).check(z.minLength(1))]);
const Refusal = z.object({ error: z.object({ code: z.string().check(z.regex(/^[A-Z0-9_]{1,40}$/)) }) });

/**
 * The exact version that the registry gives for a package now, by the person's own npm and npm settings; a project's `.npmrc` never
 * enters, and no code of the package runs.
 */
export async function lookUpVersion({ name, range }: PackageSpec, deps: LookupDeps): Promise<Result<string>> {
	const npm = findNpm({ path: deps.env.PATH ?? "", node: deps.node, untrusted: deps.untrusted });
	if (!npm.ok) return npm;
	const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "sallyport-lookup-"));
	try {
		const settings = await readNpmSettings({ npm: npm.value, folder, ...deps });
		if (!settings.ok) return settings;
		const said = await npmView(npm.value.cli, range === null ? name : `${name}@${range}`, folder, settings.value, deps);
		const answer = Answer.safeParse(said);
		if (answer.success) return ok(typeof answer.data === "string" ? answer.data : (answer.data.at(-1) ?? ""));
		return refusal(name, said);
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** What npm printed as JSON; undefined when it printed none, or nothing in time. */
function npmView(cli: string, spec: string, folder: string, settings: NpmSettings, { node, timeoutMs }: LookupDeps): Promise<unknown> {
	const args = [
		...[cli, "view", "--json", "--ignore-scripts", "--no-update-notifier", "--no-color", "--logs-max=0", "--loglevel=silent"],
		...["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--workspaces=false", "--location=project", "--global=false"],
		...settings.args,
		`--prefix=${folder}`,
		`--cache=${path.join(folder, "cache")}`,
		`--userconfig=${settings.userConfig}`,
		`--globalconfig=${path.join(folder, "no-global-config")}`,
		...["--", spec, "version"],
	];
	const options = {
		cwd: folder,
		env: { ...settings.env, ...settings.proxyEnv, CI: "1", LANG: "C.UTF-8" },
		timeout: timeoutMs,
		maxBuffer: 4 << 20,
		shell: false,
	};
	return new Promise((resolve) => {
		execFile(node, args, { ...options, encoding: "utf8" }, (_error, stdout) => {
			try {
				resolve(JSON.parse(stdout));
			} catch {
				resolve(undefined);
			}
		});
	});
}

function refusal(name: string, said: unknown): Result<never> {
	const refused = Refusal.safeParse(said);
	const code = refused.success ? refused.data.error.code : "";
	if (/^(?:E404|ETARGET|ENOVERSIONS)$/.test(code) || (said === undefined && code === ""))
		return fail(
			"version-unknown",
			`The registry gives no version of ${name}${code === "" ? ", or did not answer in time" : ""}.`,
			`Look for a typing error, or name a version by hand: npm view ${name} versions`,
		);
	return fail(
		"version-unknown",
		`The registry could not be asked for ${name}${code === "" ? "" : ` (${code})`}.`,
		`See what npm says: npm view ${name}`,
	);
}
