import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { packageWork } from "../../../../src/platform/packages/kinds.ts";
import { makeAuthority } from "../../sandbox/company.ts";
import { type Offered, offer } from "./test-index.ts";
import { dependency, launch, server, useTrial } from "./trial.ts";
import { makeWheel, wheelName } from "./wheel.ts";

const trial = useTrial();

describe("the person's own configuration", () => {
	it.each(["in the address", "in .netrc"])("gives the index its credentials (%s), and nobody else", async (where) => {
		const password = randomBytes(12).toString("hex");
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		const index = await trial.serve([offer({ ...server, requires: [] })], { authorization });
		const person = path.join(trial.folder, "person");
		const url = where === "in .netrc" ? index.url : index.url.replace("//", `//me:${password}@`);
		fs.writeFileSync(path.join(person, ".config/pip/pip.conf"), `[global]\nindex-url = ${url}\n`);
		if (where === "in .netrc") fs.writeFileSync(path.join(person, ".netrc"), `machine 127.0.0.1\n  login me\n  password ${password}\n`);
		const stored = await trial.install(["pipx", "run", "tool-server"], {});
		expect(index.requests.filter((each) => each.authorization === authorization)).not.toEqual([]);
		expect(trial.progress.join("\n")).not.toContain(password);
		expect(grep(stored.folder, password)).toEqual([]);
	});

	it("is named when the index refuses access, and its password is not", async () => {
		const password = randomBytes(12).toString("hex");
		const index = await trial.serve([offer(server)], { authorization: "Basic eDp5" });
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url.replace("//", `//me:${password}@`) });
		expect(problem.message).toContain("refused access");
		expect(JSON.stringify(problem)).not.toContain(password);
	});

	it("is uv's for a line of uv, where uv has any", async () => {
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const other = await trial.serve([]);
		fs.mkdirSync(path.join(trial.folder, "person/.config/uv"), { recursive: true });
		fs.writeFileSync(
			path.join(trial.folder, "person/.config/uv/uv.toml"),
			`[[index]]\nname = "ours"\nurl = "${index.url}"\ndefault = true\n`,
		);
		await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: other.url });
		expect(other.requests).toEqual([]);
	});

	it.each(["PIP_CERT", "SSL_CERT_FILE"])("says which authority to trust (%s), in the installation alone", async (variable) => {
		const authority = makeAuthority();
		try {
			const index = await trial.serve([offer({ ...server, requires: [] })], { tls: authority.issue(["127.0.0.1"]) });
			const file = path.join(trial.folder, "person", "authority.pem");
			fs.writeFileSync(file, authority.certificate);
			expect((await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: index.url })).message).toContain("not trusted");
			expect((await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url, [variable]: file })).version).toBe("1.2.3");
		} finally {
			authority.remove();
		}
	});

	it("may name folders of this machine, which are asked first", async () => {
		const links = path.join(trial.folder, "wheels");
		fs.mkdirSync(links);
		for (const wheel of [server, dependency]) fs.writeFileSync(path.join(links, wheelName(wheel)), makeWheel(wheel));
		const index = await trial.serve([offer({ ...server, version: "9.0" }), offer(dependency)]);
		const stored = await trial.install(["uvx", "tool-server"], { PIP_FIND_LINKS: links, PIP_INDEX_URL: index.url });
		expect(stored.version).toBe("1.2.3");
		expect(index.requests).toEqual([]);
	});

	it("may name an index that is a folder", async () => {
		for (const wheel of [server, dependency]) {
			fs.mkdirSync(path.join(trial.folder, "mirror/simple", wheel.name), { recursive: true });
			fs.mkdirSync(path.join(trial.folder, "mirror/files"), { recursive: true });
			fs.writeFileSync(path.join(trial.folder, "mirror/files", wheelName(wheel)), makeWheel(wheel));
			const page = `<a href="../../files/${wheelName(wheel)}">${wheelName(wheel)}</a>`;
			fs.writeFileSync(path.join(trial.folder, "mirror/simple", wheel.name, "index.html"), page);
		}
		const stored = await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: `file://${trial.folder}/mirror/simple` });
		expect(await trial.talk(["uvx", "tool-server"], stored)).toBe("from the dependency");
	});

	it("may not mix a folder with a stranger's index", async () => {
		const links = path.join(trial.folder, "wheels");
		fs.mkdirSync(links);
		fs.writeFileSync(path.join(links, wheelName(server)), makeWheel(server));
		const index = await trial.serve([offer({ ...server, version: "9.0" }), offer(dependency)]);
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_FIND_LINKS: links, PIP_INDEX_URL: index.url });
		expect(problem).toMatchObject({ code: "package-indexes", message: expect.stringContaining("tool-server is in a folder of your own") });
	});

	it("may name several indexes, of which one alone knows each name", async () => {
		const password = randomBytes(12).toString("hex");
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		const company = await trial.serve([offer(server)], { authorization });
		const open = await trial.serve([offer(dependency)]);
		const env = { PIP_INDEX_URL: open.url, PIP_EXTRA_INDEX_URL: company.url.replace("//", `//me:${password}@`) };
		expect((await trial.install(["uvx", "tool-server"], env)).version).toBe("1.2.3");
		// What is meant for one is not told to the other.
		expect(open.requests.every((each) => each.authorization === undefined)).toBe(true);
	});

	it("may name several that say the same of a name", async () => {
		const one = await trial.serve([offer(server), offer(dependency)]);
		const mirror = await trial.serve([offer(server), offer(dependency)]);
		const env = { PIP_INDEX_URL: one.url, PIP_EXTRA_INDEX_URL: mirror.url };
		expect((await trial.install(["uvx", "tool-server"], env)).version).toBe("1.2.3");
	});

	it.each<[string, Offered[]]>([
		["has a higher version", [offer({ ...server, version: "9.0" })]],
		["has a lower version", [offer({ ...server, version: "0.1" })]],
		["has the same version with other bytes", [offer({ ...server, files: { ...server.files, "planted.py": "" } })]],
		["has a name that the server needs", [offer({ ...dependency, version: "9.0" })]],
	])("may not name a second index that %s", async (_, files) => {
		const company = await trial.serve([offer(server), offer(dependency)]);
		const strangers = await trial.serve(files);
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: company.url, PIP_EXTRA_INDEX_URL: strangers.url });
		expect(problem).toMatchObject({ code: "package-indexes", message: expect.stringContaining("could be a stranger's") });
	});

	it("may not name a second index that does not answer", async () => {
		const company = await trial.serve([offer(server), offer(dependency)]);
		const closed = await trial.serve([], { authorization: "Basic eDp5" });
		const problem = await trial.refusal(["uvx", "tool-server"], { PIP_INDEX_URL: company.url, PIP_EXTRA_INDEX_URL: closed.url });
		expect(problem.code).toBe("package-indexes");
	});

	it("alone chooses the index: a line may only repeat it", async () => {
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const other = await trial.serve([offer({ ...server, version: "9.0" })]);
		const env = { PIP_INDEX_URL: index.url };
		expect((await trial.refusal(["uvx", "--index-url", other.url, "tool-server"], env)).code).toBe("package-index");
		expect(other.requests).toEqual([]);
		expect((await trial.install(["uvx", "--index-url", index.url.replace(/\/$/, ""), "tool-server"], env)).version).toBe("1.2.3");
	});

	it("is none that lies in the workspace, whatever the shell names", async () => {
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const other = await trial.serve([offer({ ...server, version: "9.0" })]);
		const workspace = path.join(trial.folder, "workspace");
		fs.mkdirSync(workspace);
		fs.writeFileSync(path.join(workspace, "pip.conf"), `[global]\nindex-url = ${other.url}\n`);
		fs.writeFileSync(path.join(workspace, wheelName({ ...server, version: "9.0" })), makeWheel({ ...server, version: "9.0" }));
		fs.writeFileSync(path.join(trial.folder, "person/.config/pip/pip.conf"), `[global]\nindex-url = ${index.url}\n`);
		const untrusted = { untrusted: [workspace] };
		const named = { PIP_CONFIG_FILE: path.join(workspace, "pip.conf") };
		const stored = await packageWork(launch("uvx", "tool-server")).install(trial.deps(named, untrusted));
		expect(stored).toMatchObject({ ok: true, value: { version: "1.2.3" } });
		const links = await packageWork(launch("uvx", "tool-server")).install(trial.deps({ PIP_FIND_LINKS: workspace }, untrusted));
		expect(links).toMatchObject({ ok: false, problem: { code: "package-index" } });
		expect(other.requests).toEqual([]);
	});

	it("counts, and a project's does not", async () => {
		const index = await trial.serve([offer({ ...server, requires: [] })]);
		const other = await trial.serve([offer({ ...server, version: "9.0" })]);
		const before = process.cwd();
		process.chdir(trial.folder);
		try {
			for (const name of ["uv.toml", "pip.conf", "pip.ini"]) fs.writeFileSync(name, `index-url = "${other.url}"\n`);
			fs.writeFileSync("pyproject.toml", `[[tool.uv.index]]\nurl = "${other.url}"\ndefault = true\n`);
			expect((await trial.install(["uvx", "tool-server"], { PIP_INDEX_URL: index.url })).version).toBe("1.2.3");
		} finally {
			process.chdir(before);
		}
		expect(other.requests).toEqual([]);
	});
});

function grep(root: string, text: string): string[] {
	return fs
		.readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => fs.readFileSync(file, "utf8").includes(text));
}
