import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSources, type Sources } from "../../../../src/platform/packages/python/sources.ts";

let home: string;

beforeEach(() => {
	home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-sources-")));
	fs.mkdirSync(path.join(home, "settings"));
});

afterEach(() => fs.rmSync(home, { recursive: true }));

function write(name: string, text: string): string {
	const file = path.join(home, name);
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, text);
	return file;
}

type Environment = Readonly<Record<string, string>>;

function read(runner: "uv" | "pipx", env: Environment = {}, asked: string | null = null) {
	const all = { HOME: home, XDG_CONFIG_DIRS: "/nonexistent", ...env };
	return readSources(runner, asked, path.join(home, "settings"), { env: all, untrusted: [] });
}

function sources(runner: "uv" | "pipx", env: Environment = {}): Sources {
	const result = read(runner, env);
	if (!result.ok) throw new Error(result.problem.message);
	return result.value;
}

const addresses = (found: Sources) => found.indexes.map(({ url }) => url.href);

describe("where packages come from", () => {
	it("is the public index, with its second host, when nothing is configured", () => {
		const { indexes } = sources("uv", { PIP_CONFIG_FILE: "/dev/null" });
		expect(indexes).toMatchObject([{ egress: ["pypi.org:443", "files.pythonhosted.org:443"], unchecked: false }]);
	});

	it("is what pip.conf says, in its sections, over several lines, and what the shell says before it", () => {
		const file = write(
			"pip.conf",
			"# ours\n[global]\nindex-url: https://one.example.com/simple\nextra_index_url =\n    https://two.example.com/simple\n    https://three.example.com/simple\n[list]\nindex-url = https://no.example.com\n[install]\ntrusted-host = two.example.com\n",
		);
		const found = sources("pipx", { PIP_CONFIG_FILE: file });
		expect(addresses(found)).toEqual([
			"https://one.example.com/simple",
			"https://two.example.com/simple",
			"https://three.example.com/simple",
		]);
		expect(found.indexes.map(({ unchecked }) => unchecked)).toEqual([false, true, false]);
		const shell = {
			PIP_CONFIG_FILE: file,
			PIP_INDEX_URL: "https://four.example.com:8443/x",
			PIP_EXTRA_INDEX_URL: "https://five.example.com/",
		};
		expect(sources("pipx", shell).indexes.map(({ egress }) => egress)).toEqual([["four.example.com:8443"], ["five.example.com:443"]]);
	});

	it("is what uv.toml says, for a line of uv alone", () => {
		const pip = { PIP_CONFIG_FILE: write("pip.conf", "[global]\nindex-url = https://pip.example.com/simple\n") };
		write(
			".config/uv/uv.toml",
			'[[index]]\nname = "torch"\nurl = "https://torch.example.com/"\nexplicit = true\n\n[[index]]\nurl = "https://ours.example.com/simple"\ndefault = true\n\n[[index]]\nname = "more"\nurl = "https://more.example.com/simple"\n',
		);
		expect(addresses(sources("uv", pip))).toEqual(["https://ours.example.com/simple", "https://more.example.com/simple"]);
		expect(addresses(sources("pipx", pip))).toEqual(["https://pip.example.com/simple"]);
		expect(addresses(sources("uv", { ...pip, UV_DEFAULT_INDEX: "mine=https://mine.example.com/simple" }))[0]).toBe(
			"https://mine.example.com/simple",
		);
		expect(addresses(sources("uv", { ...pip, UV_NO_CONFIG: "1" }))).toEqual(["https://pip.example.com/simple"]);
	});

	it("has credentials from the address, the index's own variables or .netrc, and none that are shown", () => {
		const [address, variable, netrc] = [0, 1, 2].map(() => randomBytes(9).toString("hex")) as [string, string, string];
		write(".netrc", `machine other.example.com login no password no\nmachine netrc.example.com\n\tlogin me\n\tpassword ${netrc}\n`);
		const none = { PIP_CONFIG_FILE: "/dev/null" };
		const found = [
			sources("pipx", { ...none, PIP_INDEX_URL: `https://me:${address}@pip.example.com/simple` }),
			sources("uv", {
				...none,
				UV_DEFAULT_INDEX: "our-own=https://uv.example.com/simple",
				UV_INDEX_OUR_OWN_USERNAME: "me",
				UV_INDEX_OUR_OWN_PASSWORD: variable,
			}),
			sources("uv", { ...none, UV_INDEX_URL: "https://netrc.example.com/simple" }),
		];
		for (const [i, secret] of [address, variable, netrc].entries()) {
			expect(found[i]?.indexes[0]?.authenticated).toContain(`me:${secret}@`);
			expect(found[i]?.indexes[0]?.url.href).not.toContain(secret);
			expect(found[i]?.secrets).toContain(secret);
		}
	});

	it("are read besides an index that is a folder only where they hold its wheels: not the home, not what is hidden", () => {
		const link = (index: string, ...hrefs: readonly string[]) => {
			write(`${index}/tool/index.html`, hrefs.map((href) => `<a href="${href}">x</a>`).join(""));
			return sources("pipx", { PIP_INDEX_URL: `file://${home}/${index}` }).archives.map((folder) => path.relative(home, folder));
		};
		for (const wheel of ["m/files/a/tool-1.whl", "m/.ssh/tool-1.whl", ".ssh/tool-1.whl", "Documents/tool-1.whl", "m/notes/key"])
			write(wheel, "x");
		fs.mkdirSync(path.join(home, "m/linked"));
		fs.symlinkSync(path.join(home, "Documents/tool-1.whl"), path.join(home, "m/linked/tool-1.whl"));
		const hrefs = ["files/a/tool-1.whl", ".ssh/tool-1.whl", "notes/key", "notes/tool-1.whl", "linked/tool-1.whl"];
		expect(link("m/simple", ...hrefs.map((href) => `../../${href}`))).toEqual(["m/files"]);
		expect(link("index", "../../.ssh/tool-1.whl", "../../Documents/tool-1.whl")).toEqual([]);
	});

	it("is this machine by its address, and folders by their real path", () => {
		fs.mkdirSync(path.join(home, "wheels"));
		fs.symlinkSync(path.join(home, "wheels"), path.join(home, "link"));
		const found = sources("pipx", {
			PIP_CONFIG_FILE: "/dev/null",
			PIP_INDEX_URL: "http://localhost:3141/root",
			PIP_FIND_LINKS: path.join(home, "link"),
		});
		expect(found.indexes[0]?.egress).toEqual(["127.0.0.1:3141"]);
		expect(found.links).toEqual([path.join(home, "wheels")]);
		expect(sources("pipx", { PIP_CONFIG_FILE: "/dev/null", PIP_NO_INDEX: "1", PIP_FIND_LINKS: home })).toMatchObject({
			indexes: [],
			links: [home],
		});
	});

	it.each([
		["a file of another kind", { PIP_INDEX_URL: "ftp://pypi.example.com/simple" }],
		["a path that is not absolute", { PIP_FIND_LINKS: "./wheels" }],
		["a page of links", { PIP_FIND_LINKS: "https://example.com/wheels.html" }],
		["a path of another index", { PIP_EXTRA_INDEX_URL: "wheels" }],
	])("is refused as %s", (_, env) => {
		expect(read("pipx", { PIP_CONFIG_FILE: "/dev/null", ...env })).toMatchObject({ ok: false, problem: { code: "package-index" } });
	});

	it("is not chosen by a line", () => {
		const env = { PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL: "https://pypi.example.com/simple/" };
		expect(read("uv", env, "https://pypi.example.com/simple").ok).toBe(true);
		for (const asked of ["http://pypi.example.com/simple", "https://pypi.example.com/other", "https://example.com/simple", "file:///"])
			expect(read("uv", env, asked)).toMatchObject({ ok: false, problem: { code: "package-index" } });
	});

	it("goes through the person's proxy", () => {
		const env = {
			PIP_CONFIG_FILE: "/dev/null",
			PIP_INDEX_URL: "https://pypi.example.com/simple",
			HTTPS_PROXY: "http://proxy.example.com:3128",
		};
		expect(sources("pipx", env).network?.https).toMatchObject({ host: "proxy.example.com", port: 3128 });
		expect(sources("pipx", { ...env, NO_PROXY: ".example.com" }).network).toBeNull();
		expect(sources("pipx", { ...env, PIP_PROXY: "http://other.example.com:8080" }).network?.https).toMatchObject({
			host: "other.example.com",
		});
	});

	it("is read from broken and enormous files without harm", () => {
		for (const text of [
			"[",
			"=\n=\n",
			"\0",
			`[global]\nindex-url = ${" ".repeat(500_000)}`,
			"[global\n".repeat(100_000),
			"a".repeat(2_000_000),
		]) {
			const file = write("pip.conf", text);
			write(".config/uv/uv.toml", text);
			write(".netrc", text);
			expect(addresses(sources("uv", { PIP_CONFIG_FILE: file }))).toEqual(["https://pypi.org/simple"]);
		}
	});
});
