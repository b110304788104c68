import * as fs from "node:fs";
import * as path from "node:path";
import { BUN_ALWAYS } from "../../../core/launch/bun-line.ts";
import type { NpmLaunch } from "../../../core/launch/npm-line.ts";
import { parsePackageSpec } from "../../../core/launch/package-spec.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { InstallDeps, PackageRun, PackageWork } from "../kind.ts";
import { addToStore, type Installed, type Staging, type StoredPackage } from "../store.ts";
import { packageEntry } from "./entry.ts";
import { findNpm, type Npm } from "./find.ts";
import { runNpmInstall } from "./install.ts";
import { checkLock } from "./lockfile.ts";
import { readNpmSettings, registryEgress } from "./settings.ts";

const TEN_MINUTES = 600_000;

/** What a line of npx and its like installs and starts. */
export function npmWork(launch: NpmLaunch): PackageWork {
	const { spec, bin } = launch;
	const label = spec.range === null ? spec.name : `${spec.name}@${spec.range}`;
	return {
		registry: "npm",
		label,
		key: JSON.stringify([spec.name, spec.range, bin]),
		async install(deps) {
			// The name becomes a path: whoever made it, it is read again.
			const parsed = parsePackageSpec(label);
			if (!parsed.ok) return parsed;
			const npm = findNpm({ path: deps.env.PATH ?? "", node: deps.node, untrusted: deps.untrusted });
			if (!npm.ok) return npm;
			return addToStore(deps.home, "npm", (staging) => install(launch, label, npm.value, staging, deps));
		},
		run: (stored) => run(stored, launch),
	};
}

async function install(
	{ spec, bin }: NpmLaunch,
	label: string,
	npm: Npm,
	{ tree, cache, settings: folder }: Staging,
	{ node, engine, env, untrusted, onProgress, timeoutMs = TEN_MINUTES }: InstallDeps,
): Promise<Result<Installed>> {
	const settings = await readNpmSettings({ npm, node, folder, env, untrusted });
	if (!settings.ok) return settings;
	onProgress(`installing ${label} from ${settings.value.registries[0]?.host ?? "the registry"} …`);
	const ran = await runNpmInstall({ spec, npm, node, settings: settings.value, engine, tree, cache, timeoutMs });
	return ran.ok ? check(tree, spec.name, bin, registryEgress(settings.value.registries)) : ran;
}

/** Checks what npm left behind, and leaves only the packages of it. */
function check(tree: string, name: string, bin: string | null, hosts: readonly string[]): Result<Installed> {
	let text: string;
	try {
		text = fs.readFileSync(path.join(tree, "package-lock.json"), "utf8");
	} catch {
		return fail(
			"package-install",
			`${name} was not installed: npm wrote no lock file.`,
			"Allow lock files in your npm, or update it: npm install -g npm.",
		);
	}
	const lock = checkLock(text, name, hosts);
	if (!lock.ok) return lock;
	const entry = packageEntry(path.join(fs.realpathSync(tree), "node_modules", name), name, bin);
	if (!entry.ok) return entry;
	// These tell how the line was written and which npm ran; the store keeps what was installed, and nothing else.
	for (const each of ["package.json", "package-lock.json", "node_modules/.package-lock.json"])
		fs.rmSync(path.join(tree, each), { force: true });
	const { version, integrity, digest, withScripts, packages } = lock.value;
	return ok({ name, version, integrity, lockDigest: digest, skippedScripts: withScripts, packages, runtime: null });
}

function run({ folder, name }: StoredPackage, { bin, runtime }: NpmLaunch): Result<PackageRun> {
	const root = path.join(folder, "node_modules", name);
	const entry = packageEntry(root, name, bin);
	if (!entry.ok) return entry;
	const script = path.join(root, entry.value.script);
	if (runtime === "bun" || entry.value.runtime === "bun")
		return ok({ runtime: "bun", argv: [...BUN_ALWAYS, script], bin: script, roots: [] });
	return ok({ runtime: null, argv: [...entry.value.flags, script], bin: script, roots: [] });
}
