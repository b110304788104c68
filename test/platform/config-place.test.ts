import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { launchLinesIn } from "../../src/platform/launch/config-lines.ts";
import { configPlace } from "../../src/platform/launch/config-place.ts";
import { launchLineOf, readConfig, serversNamed } from "../../src/platform/launch/locate.ts";
import { wrappingFor } from "../../src/platform/wrapping.ts";

let folder: string;
let home: string;
let workspace: string;
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-place-")));
	home = path.join(folder, "home");
	workspace = path.join(folder, "work");
	for (const each of [home, workspace]) fs.mkdirSync(each);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const SERVERS = JSON.stringify({ servers: { x: { command: "node" } }, mcpServers: { x: { command: "node" } } });

/** Makes a file; `link`: as a link to this one. */
function file(where: string, link?: string): string {
	fs.mkdirSync(path.dirname(where), { recursive: true });
	if (link === undefined) fs.writeFileSync(where, SERVERS);
	else fs.symlinkSync(link, where);
	return where;
}

function place(named: string, more?: Parameters<typeof configPlace>[2]): unknown {
	const found = configPlace(named, { home, env: {} }, more);
	return found.ok ? [found.value.host, found.value.workspace, found.value.config] : found.problem.code;
}

describe("a per-user file is for every workspace", () => {
	it.each([
		["cursor", ".cursor/mcp.json"],
		["claude-code", ".claude.json"],
		["mcp-json", ".mcp.json"],
		["claude-desktop", ".config/Claude/claude_desktop_config.json"],
		["vscode", ".config/Code/User/mcp.json"],
		["vscode", ".config/Code/User/profiles/a1/mcp.json"],
	])("of %s: ~/%s", (host, relative) => {
		const named = file(path.join(home, relative));
		expect(place(named)).toEqual([host, null, named]);
	});

	it.each(["cursor/mcp.json", "stow/.cursor/mcp.json", "elsewhere.json"])(
		"as a link to ~/dotfiles/%s, which the grant is tied to",
		(to) => {
			const real = file(path.join(home, "dotfiles", to));
			const named = file(path.join(home, ".cursor/mcp.json"), real);
			expect(place(named)).toEqual(["cursor", null, real]);
		},
	);

	it("in a folder that is a link, or outside of the home", () => {
		const real = file(path.join(folder, "shared/cursor/mcp.json"));
		fs.symlinkSync(path.dirname(real), path.join(home, ".cursor"));
		expect(place(path.join(home, ".cursor/mcp.json"))).toEqual(["cursor", null, real]);
	});

	it("when it is opened where it really lies", () => {
		const real = file(path.join(home, "dotfiles/cursor/mcp.json"));
		file(path.join(home, ".cursor/mcp.json"), real);
		expect(place(real)).toEqual(["cursor", null, real]);
	});

	it("when the home is reached through a link", () => {
		const real = file(path.join(home, ".cursor/mcp.json"));
		fs.symlinkSync(home, path.join(folder, "link"));
		expect(place(path.join(folder, "link/.cursor/mcp.json"))).toEqual(["cursor", null, real]);
	});

	it("when it is the editor's own, wherever that keeps it", () => {
		const own = file(path.join(folder, "data/User/mcp.json"));
		expect(place(own, [{ host: "vscode", path: own }])).toEqual(["vscode", null, own]);
		expect(place(own)).toBe("entry-unplaced");
	});

	it("and starts what its host starts, by the rules of that host", () => {
		const real = file(path.join(home, "dotfiles/cursor/mcp.json"));
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		fs.writeFileSync(real, JSON.stringify({ mcpServers: { x: { command: "${userHome}/bin/x" } } }));
		const named = file(path.join(home, ".cursor/mcp.json"), real);
		expect(launchLinesIn(named, "x", { home, env: {} })).toMatchObject({
			ok: true,
			value: [{ config: real, workspace: null, command: path.join(home, "bin/x") }],
		});
	});
});

describe("a workspace's file is for that workspace", () => {
	it.each([
		["vscode", ".vscode/mcp.json"],
		["cursor", ".cursor/mcp.json"],
		["mcp-json", ".mcp.json"],
	])("of %s: %s", (host, relative) => {
		const named = file(path.join(workspace, relative));
		expect(place(named)).toEqual([host, workspace, named]);
		fs.symlinkSync(workspace, path.join(folder, "link"));
		expect(place(path.join(folder, "link", relative))).toEqual([host, workspace, named]);
	});

	it("as a link to a file of any name in the same workspace", () => {
		const real = file(path.join(workspace, "conf/servers.json"));
		expect(place(file(path.join(workspace, ".vscode/mcp.json"), "../conf/servers.json"))).toEqual(["vscode", workspace, real]);
		fs.symlinkSync("conf", path.join(workspace, ".cursor"));
		fs.renameSync(real, path.join(workspace, "conf/mcp.json"));
		expect(place(path.join(workspace, ".cursor/mcp.json"))).toEqual(["cursor", workspace, path.join(workspace, "conf/mcp.json")]);
	});

	it("in the home folder too, where a host reads none for every workspace", () => {
		const named = file(path.join(home, ".vscode/mcp.json"));
		expect(place(named)).toEqual(["vscode", home, named]);
	});

	it("names the launcher so that it travels, link or not", () => {
		file(path.join(workspace, "conf/servers.json"));
		const named = file(path.join(workspace, ".vscode/mcp.json"), "../conf/servers.json");
		const document = readConfig(named, "vscode");
		const [server] = document.ok ? serversNamed(document.value, "x") : [];
		if (server === undefined) throw new Error("no server");
		const sallyport = path.join(home, ".sallyport");
		const wrapping = wrappingFor(named, "vscode", { path: sallyport, stub: path.join(sallyport, "bin/sallyport") }, home);
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		expect(wrapping(server).launcher).toBe("${userHome}/.sallyport/bin/sallyport");
	});
});

describe("nothing is granted for every workspace", () => {
	it.each([
		["another repository's file", () => file(path.join(folder, "other/.vscode/mcp.json"))],
		["a file of no name", () => file(path.join(folder, "other/servers.json"))],
		["the person's own file", () => file(path.join(home, ".cursor/mcp.json"))],
		["a file that is called like the workspace and more", () => file(path.join(folder, "work2/servers.json"))],
	])("by a workspace file that is a link to %s", (_what, target) => {
		const named = file(path.join(workspace, ".vscode/mcp.json"), target());
		expect(place(named)).toBe("entry-linked");
		expect(launchLinesIn(named, "x", { home, env: {} })).toMatchObject({ ok: false, problem: { code: "entry-linked" } });
	});

	it.each(["servers.json", "conf/mcp.json", "User/mcp.json", ".claude.json", "claude_desktop_config.json"])(
		"by a file of a repository that no host reads: %s",
		(relative) => {
			const named = file(path.join(workspace, relative));
			expect(place(named)).toBe("entry-unplaced");
			const document = readConfig(named, "vscode");
			const [server] = document.ok ? serversNamed(document.value, "x") : [];
			if (!document.ok || server === undefined) throw new Error("no server");
			expect(launchLineOf(document.value, server, named, { home, env: {} })).toMatchObject({
				ok: false,
				problem: { code: "entry-unplaced" },
			});
		},
	);

	it("by a name of a person's choice for a workspace's file", () => {
		const real = file(path.join(workspace, ".mcp.json"));
		expect(place(file(path.join(folder, "mine.json"), real))).toEqual(["mcp-json", workspace, real]);
	});
});
