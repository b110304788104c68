import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ok } from "../../../../src/core/result.ts";
import type { PythonInstall } from "../../../../src/platform/packages/python/installer.ts";
import { installWithUv, parseLock } from "../../../../src/platform/packages/python/uv.ts";
import type { SandboxEngine, SandboxProfile } from "../../../../src/platform/sandbox/engine.ts";

// No uv is to be had where these tests run: what it is handed is tested, and not that it does what its documentation says.
let folder: string;
let profiles: SandboxProfile[];

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-uv-")));
	for (const name of ["tree", "cache", "settings"]) fs.mkdirSync(path.join(folder, name));
	profiles = [];
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

const hash = "a".repeat(64);

/** In place of uv, a program that writes a lock where uv is told to, or fails with these words. */
function engine(lock: string | null, words = ""): () => SandboxEngine {
	return () => ({
		name: "test",
		start: async (profile) => {
			profiles.push(profile);
			const output = profile.args.find((arg) => arg.startsWith("--output-file="))?.slice("--output-file=".length);
			const script =
				"const [file, text, words] = process.argv.slice(1); if (file) fs.writeFileSync(file, text); process.stderr.write(words); process.exit(words ? 2 : 0)";
			const child = spawn(process.execPath, ["-e", script, output ?? "", lock ?? "", lock === null ? words : ""]);
			return ok({ child, terminate: () => {}, dispose: async () => {} });
		},
	});
}

function job(more: Partial<PythonInstall> = {}): PythonInstall {
	return {
		requirement: { name: "tool", written: "Tool", extras: ["all"], specifier: "==1.0" },
		beside: [{ name: "other", written: "other", extras: [], specifier: "" }],
		prereleases: false,
		interpreter: { path: "/usr/bin/python3.12", version: "3.12.4", roots: ["/opt/python"], pip: null },
		sources: {
			indexes: [
				{
					url: new URL("https://pypi.example.com/simple"),
					authenticated: "https://me:word@pypi.example.com/simple",
					egress: ["pypi.example.com:443"],
					unchecked: false,
				},
			],
			...{ folders: [], archives: [], links: [], certificates: "/c.pem", systemCertificates: false, network: null, secrets: ["word"] },
		},
		engine: engine(
			`other==2.0 \\\n    --hash=sha256:${"b".repeat(64)} \\\n    --hash=sha256:${hash}\ntool==1.0 \\\n    --hash=sha256:${hash}\n`,
		),
		site: path.join(folder, "tree", "site"),
		cache: path.join(folder, "cache"),
		settings: path.join(folder, "settings"),
		timeoutMs: 10_000,
		...more,
	};
}

describe("uv", () => {
	it("is asked for a lock with hashes, and then for exactly that lock; no source is ever built", async () => {
		const installed = await installWithUv("/usr/bin/uv", job());
		expect(installed).toEqual(
			ok([
				{ name: "other", version: "2.0", hashes: [hash, "b".repeat(64)] },
				{ name: "tool", version: "1.0", hashes: [hash] },
			]),
		);
		const [compile, install] = profiles;
		expect(compile?.args).toEqual([
			...["pip", "compile", "--no-config", "--no-progress", "--color=never", "--only-binary=:all:", "--no-sources"],
			...["--generate-hashes", "--no-header", "--no-annotate", "--python=/usr/bin/python3.12"],
			...[`--output-file=${folder}/cache/compiled.txt`, `${folder}/settings/wanted.txt`],
		]);
		expect(fs.readFileSync(`${folder}/settings/wanted.txt`, "utf8")).toBe("tool[all]==1.0\nother\n");
		expect(install?.args).toEqual([
			...["pip", "install", "--no-config", "--no-progress", "--color=never", "--only-binary=:all:", "--no-sources"],
			...["--require-hashes", "--no-deps", "--link-mode=copy", "--no-compile-bytecode", "--python=/usr/bin/python3.12"],
			...[`--target=${folder}/tree/site`, `--requirement=${folder}/settings/lock.txt`],
		]);
		expect(fs.readFileSync(`${folder}/settings/lock.txt`, "utf8")).toBe(
			`other==2.0 --hash=sha256:${hash} --hash=sha256:${"b".repeat(64)}\ntool==1.0 --hash=sha256:${hash}\n`,
		);
	});

	it("reaches the index alone, with its credentials in the environment and nowhere else", async () => {
		await installWithUv("/usr/bin/uv", job());
		for (const profile of profiles) {
			expect(profile.egress).toEqual(["pypi.example.com:443"]);
			expect(profile.args.join(" ")).not.toContain("word");
			expect(profile.env).toMatchObject({
				...{ UV_DEFAULT_INDEX: "https://me:word@pypi.example.com/simple", SSL_CERT_FILE: "/c.pem" },
				...{ UV_PYTHON_DOWNLOADS: "never", UV_KEYRING_PROVIDER: "disabled", UV_INDEX_STRATEGY: "first-index" },
			});
			expect(profile.env.UV_CACHE_DIR).toBe(`${folder}/cache/uv`);
			expect(profile.write).toEqual([`${folder}/tree`, `${folder}/cache`]);
		}
	});

	it("asks folders of the person's own first, and no index where there is none", async () => {
		const { sources } = job();
		await installWithUv("/usr/bin/uv", job({ sources: { ...sources, folders: [folder], links: ["/w"] } }));
		expect(profiles[0]?.env).toMatchObject({ UV_INDEX: `file://${folder}`, UV_FIND_LINKS: "/w" });
		profiles = [];
		await installWithUv("/usr/bin/uv", job({ sources: { ...sources, indexes: [], links: ["/w"] } }));
		expect(profiles[0]).toMatchObject({ egress: [], env: { UV_NO_INDEX: "1" } });
	});

	it("is told of its failure in its own words, without credentials", async () => {
		const words = "error: building source distributions is disabled for https://me:word@pypi.example.com/x";
		const failed = await installWithUv("/usr/bin/uv", job({ engine: engine(null, words) }));
		expect(failed).toMatchObject({ ok: false, problem: { code: "package-source" } });
		expect(JSON.stringify(failed)).not.toContain("word@");
	});

	it("trusts the system's authorities where the person's uv does", async () => {
		const { sources } = job();
		await installWithUv("/usr/bin/uv", job({ sources: { ...sources, systemCertificates: true } }));
		expect(profiles[0]?.env).toMatchObject({ UV_NATIVE_TLS: "1", UV_SYSTEM_CERTS: "1" });
	});

	it("is said to be too old when it does not know an option", async () => {
		const words = "error: unexpected argument '--no-sources' found";
		expect(await installWithUv("/usr/bin/uv", job({ engine: engine(null, words) }))).toMatchObject({
			ok: false,
			problem: { code: "uv-options" },
		});
	});

	it.each([
		["a version that is not exact", "tool>=1.0 --hash=sha256:x\n"],
		["no hash", "tool==1.0\nother==1.0\n"],
		["a weak hash", `tool==1.0 --hash=md5:${"a".repeat(32)}\n`],
		["an address", "tool @ https://example.com/x.whl\n"],
		["an option", "--index-url https://example.com\n"],
		["a package twice", `tool==1.0 --hash=sha256:${hash}\nTool==2.0 --hash=sha256:${hash}\n`],
		["not the package that was asked for", `other==1.0 --hash=sha256:${hash}\n`],
	])("is not believed when its lock has %s", async (_, lock) => {
		expect(await installWithUv("/usr/bin/uv", job({ engine: engine(lock) }))).toMatchObject({ ok: false });
		expect(profiles).toHaveLength(1);
	});

	it("may leave comments and a marker-free list", () => {
		expect(parseLock(`# by uv\n\nB_c==1.0+cpu --hash=sha256:${hash}\n`)).toEqual([{ name: "b-c", version: "1.0+cpu", hashes: [hash] }]);
	});
});
