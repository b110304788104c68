import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ensureBuild } from "../../src/setup/build.mjs";
import { packageCommandLine, packageExtension } from "../../src/setup/package.mjs";
import { World } from "../harness/world.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
const version = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version;

let folder: string;
let vsix: string;
let tarball: string;
/** What each holds, unpacked. */
let extension: string;
let commandLine: string;

beforeAll(async () => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-packages-")));
	await ensureBuild(root);
	// A copy of each: other tests make them anew at the same time.
	vsix = keep(await packageExtension(root), "first.vsix");
	tarball = keep(await packageCommandLine(root), "first.tgz");
	extension = path.join(folder, "vsix", "extension");
	run("python3", ["-m", "zipfile", "-e", vsix, path.join(folder, "vsix")]);
	commandLine = path.join(folder, "package");
	run("tar", ["-xzf", tarball, "-C", folder]);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function keep(file: string, name: string): string {
	fs.copyFileSync(file, path.join(folder, name));
	return path.join(folder, name);
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>> = process.env): string {
	const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8", env: { ...env }, shell: false });
	if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
	return stdout;
}

/** Every file below, with `/`. */
function filesIn(place: string): string[] {
	return fs
		.readdirSync(place, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)))
		.sort();
}

/**
 * The clone without what set-up keeps in it (a whole editor, hosts, development's libraries): vsce holds every file that it finds against every
 * line of .vscodeignore.
 */
function bareClone(): string {
	const clone = path.join(folder, "clone");
	const away = new Set([".git", ".cache", "node_modules", path.join("dist", "packages")].map((name) => path.join(root, name)));
	fs.cpSync(root, clone, { recursive: true, filter: (source) => !away.has(source) });
	for (const name of ["keytar", "node-addon-api", "koffi", "@koromix"])
		fs.cpSync(path.join(root, "node_modules", name), path.join(clone, "node_modules", name), { recursive: true });
	return clone;
}

const below = (name: string): string[] => filesIn(path.join(root, name)).map((file) => `${name}/${file}`);
const KEYTAR = [
	"node_modules/keytar/LICENSE.md",
	"node_modules/keytar/package.json",
	...below("node_modules/keytar/lib"),
	...below("node_modules/keytar/prebuilds"),
];
const KOFFI = [
	...["LICENSE.txt", "index.cjs", "package.json", "src/koffi/index.cjs", "src/koffi/src/static.cjs"].map(
		(name) => `node_modules/koffi/${name}`,
	),
	...fs
		.readdirSync(path.join(root, "node_modules/@koromix"))
		.flatMap((name) => below(`node_modules/@koromix/${name}`))
		.filter((file) => !file.endsWith(".md")),
];
const PROGRAMS = ["dist/THIRD-PARTY-NOTICES.txt", "dist/cli.cjs", "dist/launcher.cjs", "dist/sallyport.cjs"];

describe("the extension's package", () => {
	it("holds what runs, what is shown and what is legal, and nothing else", () => {
		const texts = ["LICENSE.txt", "changelog.md", "readme.md"];
		const files = [
			...texts,
			"package.json",
			...PROGRAMS,
			"dist/extension.cjs",
			...below("media"),
			...below("examples/quickstart"),
			...KEYTAR,
			...KOFFI,
		];
		expect(filesIn(extension)).toEqual(files.sort());
	});

	it("holds the same when it is made by hand, from the clone (vsce package)", () => {
		const listed = spawnSync(process.execPath, [path.join(root, "node_modules", "@vscode", "vsce", "vsce"), "ls"], {
			cwd: bareClone(),
			encoding: "utf8",
		});
		const names = (files: readonly string[]): string[] =>
			files.map((file) => file.toLowerCase().replace(/^license(\.txt)?$/, "license")).sort();
		expect(names(listed.stdout.split("\n").filter((line) => line !== ""))).toEqual(names(filesIn(extension)));
	});

	it("says whose code is in it and under which terms: of every package that the bundles have a part of, and of the native ones", () => {
		const notices = fs.readFileSync(path.join(extension, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8");
		const { inputs } = JSON.parse(fs.readFileSync(path.join(root, "dist", "meta.json"), "utf8")).outputs["dist/extension.cjs"];
		const parts = z.record(z.string(), z.object({ bytesInOutput: z.number() })).parse(inputs);
		const bundled = Object.entries(parts).flatMap(([file, { bytesInOutput }]) =>
			bytesInOutput > 0 ? (/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []) : [],
		);
		expect(bundled.length).toBeGreaterThan(10);
		const native = fs.readdirSync(path.join(extension, "node_modules", "@koromix")).map((name) => `@koromix/${name}`);
		for (const name of new Set([...bundled, "@github/keytar", "koffi", ...native])) expect(notices).toContain(`\n${name} `);
		for (const terms of [
			"Apache License\n",
			"Permission is hereby granted",
			"Redistribution and use in source and binary forms",
			"ISC License",
		])
			expect(notices).toContain(terms);
		expect(notices).not.toContain(root);
	});

	it("serves every platform in at most 8 MB", () => {
		expect(fs.statSync(vsix).size).toBeLessThanOrEqual(8 * 1024 * 1024);
		const platforms = fs.readdirSync(path.join(extension, "node_modules", "keytar", "prebuilds"));
		for (const platform of ["linux-x64", "linux-arm64", "linuxmusl-x64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"])
			expect(platforms).toContain(platform);
		expect(fs.readFileSync(path.join(folder, "vsix", "extension.vsixmanifest"), "utf8")).not.toContain("TargetPlatform");
	});

	it("names what it contributes, and no way to build it", () => {
		const manifest = JSON.parse(fs.readFileSync(path.join(extension, "package.json"), "utf8"));
		const source = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
		for (const field of ["name", "publisher", "version", "engines", "main", "icon", "activationEvents", "capabilities", "contributes"])
			expect(manifest[field], field).toEqual(source[field]);
		expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(scripts|devDependencies|files|private)$/)]));
		for (const file of [manifest.main, manifest.icon]) expect(filesIn(extension)).toContain(path.normalize(file));
	});
});

describe("the command line's package", () => {
	it("holds what runs, and nothing of the extension", () => {
		const files = ["LICENSE", "CHANGELOG.md", "README.md", "package.json", ...PROGRAMS, "media/policy.schema.json", ...KEYTAR, ...KOFFI];
		expect(filesIn(commandLine)).toEqual(files.sort());
	});

	it("installs without a network and without a script, and works", async () => {
		const world = new World();
		try {
			const prefix = path.join(world.folder, "prefix");
			const env = world.env({ npm_config_cache: path.join(world.folder, "empty-cache") });
			const flags = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--global", "--prefix", prefix];
			run("npm", ["install", ...flags, tarball], { ...env, npm_config_cache: path.join(world.folder, "empty-cache") });
			const sallyport = path.join(prefix, "bin", "sallyport");
			expect((await world.run(sallyport, ["--version"])).stdout.trim()).toBe(version);
			expect((await world.run(sallyport, ["--help"])).stdout).toContain("sallyport");
			expect((await world.run(sallyport, ["init", "--unattended"])).code).toBe(0);
			// The keychain library came along, with the binary for this platform.
			const secret = randomBytes(20).toString("base64url");
			const reference = "keychain://packaged/TOKEN";
			expect(await world.run(sallyport, ["secrets", "set", reference], { input: secret })).toMatchObject({ code: 0, stderr: "" });
			const listed = z.object({ secrets: z.array(z.string()) });
			const list = await world.run(sallyport, ["secrets", "list", "--vault", "keychain", "--json"]);
			expect(listed.parse(JSON.parse(list.stdout)).secrets).toEqual([reference]);
			expect((await world.run(sallyport, ["secrets", "delete", reference])).code).toBe(0);
			// The launcher starts from there, and refuses what nobody approved.
			expect((await world.run(sallyport, ["run", "--name", "x", "--", process.execPath, world.server])).code).toBe(125);
		} finally {
			world.remove();
		}
	});
});

describe("both packages", () => {
	it("say nothing of the machine that made them", () => {
		for (const place of [extension, commandLine])
			for (const file of filesIn(place)) {
				const content = fs.readFileSync(path.join(place, file), "latin1");
				expect(content.includes(root), `${file} names ${root}`).toBe(false);
				// A short name may be a variable's, too: only where a machine would be meant.
				for (const host of [`//${os.hostname()}`, `@${os.hostname()}`])
					expect(content.includes(host), `${file} names this host`).toBe(false);
				expect(/sourceMappingURL=(?!data:)\S*\.map\b/.test(content), `${file} names a source map`).toBe(false);
			}
	});

	it("have the same bytes when they are made again, by another account in another place and language", () => {
		const script = `process.umask(0o077);
			import { packageCommandLine, packageExtension } from ${JSON.stringify(path.join(root, "src", "setup", "package.mjs"))};
			await packageExtension(${JSON.stringify(root)}); await packageCommandLine(${JSON.stringify(root)});`;
		run(process.execPath, ["--input-type=module", "-e", script], { ...process.env, TZ: "Asia/Tokyo", LC_ALL: "et_EE.UTF-8" });
		const digest = (file: string): string => createHash("sha256").update(fs.readFileSync(file)).digest("hex");
		const packages = path.join(root, "dist", "packages");
		expect(digest(path.join(packages, `sallyport-${version}.vsix`))).toBe(digest(vsix));
		expect(digest(path.join(packages, `sallyport-${version}.tgz`))).toBe(digest(tarball));
	});
});
