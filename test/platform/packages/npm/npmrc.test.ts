// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of npm
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expand, npmVariables, readNpmrc, userNpmrc } from "../../../../src/platform/packages/npm/npmrc.ts";

let folder: string;
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-npmrc-")));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe("npm's own settings", () => {
	it("are the lines of a file, without comments, sections and quotes", () => {
		const file = path.join(folder, ".npmrc");
		fs.writeFileSync(
			file,
			'; no\n# no\n[section]\r\nregistry = https://a.example/ \n"x"\n@acme:registry="https://b.example/"\n=no\nkey=a=b\n',
		);
		expect(readNpmrc(file)).toEqual([
			{ key: "registry", value: "https://a.example/" },
			{ key: "@acme:registry", value: "https://b.example/" },
			{ key: "key", value: "a=b" },
		]);
		expect(readNpmrc(path.join(folder, "absent"))).toEqual([]);
	});

	it("of a megabyte are read at once", () => {
		const file = path.join(folder, ".npmrc");
		fs.writeFileSync(file, `${" ".repeat(500_000)}${"=".repeat(500_000)}\n${"a".repeat(500_000)}`);
		expect(readNpmrc(file).length).toBeLessThan(2);
	});

	it("of the shell count in every spelling, and not inside a program that npm has started", () => {
		const env = {
			NPM_CONFIG_REGISTRY: "https://a.example/",
			npm_config_strict_ssl: "false",
			"npm_config_//a.example/:_authToken": "${T}",
			T: "t",
			OTHER: "x",
		};
		expect(npmVariables(env)).toEqual([
			{ key: "registry", value: "https://a.example/" },
			{ key: "strict-ssl", value: "false" },
			{ key: "//a.example/:_authToken", value: "t" },
		]);
		for (const name of ["npm_command", "npm_lifecycle_event", "npm_execpath"]) expect(npmVariables({ ...env, [name]: "x" })).toEqual([]);
	});

	it("stand in the home, or in the file that the shell names outside the workspace", () => {
		const own = path.join(folder, "own.npmrc");
		const workspace = path.join(folder, "workspace");
		fs.mkdirSync(workspace);
		fs.writeFileSync(path.join(workspace, "evil"), "");
		fs.symlinkSync(path.join(workspace, "evil"), path.join(folder, "link"));
		const home = path.join(folder, ".npmrc");
		const named = (file: string) => userNpmrc({ HOME: folder, NPM_CONFIG_USERCONFIG: file }, [workspace]);
		expect(named(own)).toBe(own);
		for (const file of ["relative", path.join(workspace, "evil"), path.join(folder, "link")]) expect(named(file)).toBe(home);
		expect(userNpmrc({ HOME: folder }, [])).toBe(home);
	});

	it("ask for variables as npm does", () => {
		expect(expand("a${X}b${Y?}c${Z}", { X: "1" })).toBe("a1bc${Z}");
	});
});
